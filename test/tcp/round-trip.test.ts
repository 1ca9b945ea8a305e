// Round trips, against RFC 6298 worked by hand: what is measured, what is not (Karn), SRTT, RTTVAR and RTO.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Endpoint } from '../../src/tcp/endpoint.js';
import { timeoutNs } from '../../src/tcp/round-trip.js';
import { Transfer, transfer } from './telling.js';

const MS = 1e6;

const measured = (talk: Transfer, who: 'client' | 'server' = 'client') => {
  const { roundTrips, srttNs, rttVarNs, minRttNs } = talk.endOf(talk[who]);
  return { samples: roundTrips, srtt: srttNs / MS, rttVar: rttVarNs / MS, least: minRttNs / MS };
};

/** Data of the client, acknowledged after so long. */
function sample(talk: Transfer, ms: number): void {
  talk.in(500).client.says(100);
  talk.in(ms).server.ack();
}

describe('samples', () => {
  test('the first is the handshake’s: SRTT is it, RTTVAR half of it (RFC 6298 section 2.2)', () => {
    const talk = transfer({ rttMs: 40 });
    expect(measured(talk)).toEqual({ samples: 1, srtt: 40, rttVar: 20, least: 40 });
    // From the capture at the client to the client and back.
    expect(measured(talk, 'server')).toEqual({ samples: 1, srtt: 1, rttVar: 0.5, least: 1 });
  });

  test('a row of them: RTTVAR first, by the old SRTT, gains 1/4 and 1/8 (section 2.3)', () => {
    const talk = transfer({ rttMs: 100 });
    const rows = [
      // R', RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R'|, SRTT = 7/8 SRTT + 1/8 R'
      { ms: 100, rttVar: 37.5, srtt: 100, least: 100 },
      { ms: 180, rttVar: 48.125, srtt: 110, least: 100 },
      { ms: 30, rttVar: 56.09375, srtt: 100, least: 30 },
      { ms: 100, rttVar: 42.0703125, srtt: 100, least: 30 },
      { ms: 500, rttVar: 131.552734375, srtt: 150, least: 30 },
    ];
    for (const [n, { ms, rttVar, srtt, least }] of rows.entries()) {
      sample(talk, ms);
      const is = measured(talk);
      expect(is.samples).toBe(n + 2);
      expect(is.rttVar).toBeCloseTo(rttVar, 6);
      expect(is.srtt).toBeCloseTo(srtt, 6);
      expect(is.least).toBeCloseTo(least, 6);
    }
  });

  test('whatever they are, SRTT lies between the least and the most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 900 }), { minLength: 1, maxLength: 20 }), (list) => {
        const talk = transfer({ rttMs: list[0] });
        for (const ms of list) sample(talk, ms);
        const { samples, srtt, least } = measured(talk);
        expect(samples).toBe(list.length + 1);
        expect(least).toBeCloseTo(Math.min(...list), 6);
        expect(srtt).toBeGreaterThanOrEqual(Math.min(...list) - 1e-6);
        expect(srtt).toBeLessThanOrEqual(Math.max(...list) + 1e-6);
      }),
    );
  });

  test('one at a time: of a flight the first segment, by the acknowledgement that covers it', () => {
    const talk = transfer({ rttMs: 20 });
    talk.client.says(100);
    talk.client.says(100);
    talk.client.says(100);
    talk.in(38).server.ack({ ack: 101 });
    expect(measured(talk)).toMatchObject({ samples: 2, srtt: 22.5 });
    talk.in(5).server.ack();
    expect(measured(talk).samples).toBe(2);
  });

  test('not by an acknowledgement of less', () => {
    const talk = transfer();
    talk.client.says(100);
    talk.in(30).server.ack({ ack: 51 });
    expect(measured(talk).samples).toBe(1);
    talk.in(30).server.ack();
    expect(measured(talk)).toMatchObject({ samples: 2, srtt: 25 });
  });

  test('of a connection picked up in its middle none is made up', () => {
    const talk = new Transfer();
    talk.openedBefore();
    talk.server.ack();
    expect(measured(talk).samples).toBe(0);
    talk.client.says(100);
    talk.in(40).server.ack();
    expect(measured(talk)).toEqual({ samples: 1, srtt: 40, rttVar: 20, least: 40 });
  });
});

describe('Karn', () => {
  test('nothing over a retransmission, without timestamps', () => {
    const talk = transfer();
    const data = talk.in(500).client.says(100, { lost: true });
    talk.in(220).client.resends(data);
    talk.in(20).server.ack();
    expect(measured(talk)).toEqual({ samples: 1, srtt: 20, rttVar: 10, least: 20 });
    sample(talk, 20);
    expect(measured(talk).samples).toBe(2);
  });

  test('nor over one of an earlier segment of the flight', () => {
    const talk = transfer();
    const data = talk.in(500).client.says(100);
    talk.client.says(100);
    talk.in(220).client.resends(data);
    talk.in(20).server.ack();
    expect(measured(talk).samples).toBe(1);
  });

  test('with timestamps one that echoes the first copy (RFC 7323 section 4.1)', () => {
    const talk = transfer({ timestamps: true });
    const data = talk.in(500).client.says(100);
    talk.in(220).client.resends(data);
    talk.echoes(data).in(20).server.ack();
    expect(measured(talk)).toMatchObject({ samples: 2, least: 20, srtt: (20 * 7 + 240) / 8 });
  });

  test('and none that echoes the second', () => {
    const talk = transfer({ timestamps: true });
    const data = talk.in(500).client.says(100, { lost: true });
    const again = talk.in(220).client.resends(data);
    talk.echoes(again).in(20).server.ack();
    expect(measured(talk).samples).toBe(1);
  });

  test('nor of a handshake whose SYN was sent again', () => {
    const talk = new Transfer();
    const syn = talk.client.syn({ lost: true });
    talk.in(1000).client.resends(syn);
    talk.in(20).server.synAck();
    talk.client.ack();
    expect(measured(talk).samples).toBe(0);
  });

  test('a packet captured twice is none sent again', () => {
    const talk = transfer();
    talk.capturedAgain(talk.in(500).client.says(100));
    talk.after(0.019 - 10e-6).server.ack();
    expect(measured(talk)).toMatchObject({ samples: 2, srtt: 20 });
  });
});

describe('RTO', () => {
  const timeoutOf = (numbers: { roundTrips: number; srttNs: number; rttVarNs: number }): number =>
    timeoutNs(Object.assign(new Endpoint(), numbers)) / MS;

  test('a second before anything is measured (RFC 6298 section 2.1)', () => {
    expect(timeoutOf({ roundTrips: 0, srttNs: 5 * MS, rttVarNs: MS })).toBe(1000);
  });

  test('SRTT + 4 RTTVAR (section 2.2), and no less than 200 ms beyond SRTT, as Linux has it', () => {
    expect(timeoutOf({ roundTrips: 1, srttNs: 200 * MS, rttVarNs: 100 * MS })).toBe(600);
    expect(timeoutOf({ roundTrips: 9, srttNs: 20 * MS, rttVarNs: 1 * MS })).toBe(220);
    expect(timeoutOf({ roundTrips: 9, srttNs: 20 * MS, rttVarNs: 50 * MS })).toBe(220);
    expect(timeoutOf({ roundTrips: 9, srttNs: 20 * MS, rttVarNs: 51 * MS })).toBe(224);
  });

  test('of a transfer, after its handshake', () => {
    const talk = transfer({ rttMs: 100 });
    expect(timeoutNs(talk.endOf(talk.client)) / MS).toBe(300);
    sample(talk, 500);
    // SRTT 150, RTTVAR 0.75 * 50 + 0.25 * 400 = 137.5
    expect(timeoutNs(talk.endOf(talk.client)) / MS).toBe(700);
  });
});
