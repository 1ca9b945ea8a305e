// Segments that no orderly conversation has: urgent data, SYN with data, data after FIN or RST, impossible flags; and how
// much of what: segments and octets by class and direction, stalls, octets in flight.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../src/wire/segment.js';
import { MSS, Transfer, transfer } from './telling.js';

const past = (segments: number): number => 1 + segments * MSS;

describe('odd segments', () => {
  test('urgent data, whatever else the segment is', () => {
    const talk = transfer();
    talk.client.sends(ACK | URG | PSH, { payload: 10 });
    talk.server.ack();
    talk.server.sends(ACK | URG | FIN, { payload: 5 });
    expect(talk.news()).toEqual([
      { id: 'tcp.urgent', from: 'client' },
      { id: 'tcp.urgent', from: 'server' },
    ]);
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.urgent': [1, 10] });
    expect(talk.seen()).toMatchObject({ client: { bytes: 10 }, server: { bytes: 5 } });
  });

  test('a SYN with data: TCP Fast Open', () => {
    const talk = new Transfer();
    talk.client.syn({ payload: 100 });
    talk.server.synAck();
    talk.client.ack();
    expect(talk.news()).toEqual([{ id: 'tcp.syn-data', from: 'client' }]);
    expect(talk.seen().client).toMatchObject({ bytes: 100, outstanding: 0 });
  });

  test('a SYN whose data is not taken: it is sent again after the handshake (RFC 7413 section 4.2)', () => {
    const talk = new Transfer();
    talk.client.syn({ payload: 100 });
    talk.server.synAck({ ack: 1 });
    talk.client.says(100, { seq: 1 });
    expect(talk.ids()).toEqual(['tcp.syn-data', 'tcp.retransmission.syn-data']);
    expect(talk.seen().client).toMatchObject({ bytes: 100, retransmissions: 1 });
  });

  test.each([
    ['FIN without ACK', FIN],
    ['FIN, PSH and URG without ACK', FIN | PSH | URG],
    ['SYN and FIN', SYN | FIN | ACK],
  ])('%s ends nothing on a live connection: its receiver drops it (RFC 9293 section 3.10.7.4)', (_, flags) => {
    const talk = transfer();
    talk.client.sends(flags, { payload: 0 });
    talk.client.says(10);
    talk.server.ack();
    expect(talk.ids()).toEqual(expect.arrayContaining(['tcp.impossible']));
    expect(talk.ids()).not.toContain('tcp.data-after-fin');
    expect(talk.seen()).toMatchObject({
      client: { state: 'ESTABLISHED', bytes: 10 },
      server: { state: 'ESTABLISHED' },
    });
  });

  test('data after a FIN: new octets only', () => {
    const talk = transfer();
    const data = talk.client.says(100);
    talk.client.fin();
    talk.in(5).client.resends(data);
    expect(talk.ids()).not.toContain('tcp.data-after-fin');
    talk.client.says(10);
    expect(talk.ids()).toContain('tcp.data-after-fin');
    talk.client.says(20, { seq: 91 });
    expect(talk.ids()).toContain('tcp.data-after-fin');
    expect(talk.countsOf(talk.client)).toMatchObject({ 'tcp.data-after-fin': [2, 30] });
  });

  test('bare ACKs after a FIN are in order', () => {
    const talk = transfer().closes();
    expect(talk.connections).toBe(1);
  });

  test('data after a RST: whoever is said to have sent that goes on', () => {
    const talk = transfer();
    talk.client.rst();
    talk.in(20).client.says(100);
    expect(talk.news()).toMatchObject([
      { id: 'tcp.rst.accepted', from: 'client' },
      { id: 'tcp.data-after-rst', from: 'client' },
    ]);
  });

  test('a bare ACK after a RST is no data', () => {
    const talk = transfer();
    talk.client.rst();
    talk.in(20).client.ack();
    expect(talk.ids()).toEqual(['tcp.rst.accepted']);
  });

  test.each([
    ['SYN and FIN', SYN | FIN],
    ['SYN and RST', SYN | RST],
    ['FIN and RST', FIN | RST | ACK],
    ['all of them', SYN | FIN | RST | ACK],
    ['none at all', 0],
    ['PSH alone', PSH],
    ['URG and PSH alone', URG | PSH],
    ['FIN without ACK', FIN],
    ['FIN, PSH and URG without ACK (a scan)', FIN | PSH | URG],
  ])('%s: no stack sends that', (_, flags) => {
    for (const talk of [new Transfer(), transfer()]) {
      talk.client.sends(flags, { payload: 0 });
      expect(talk.ids().filter((id) => id === 'tcp.impossible')).toHaveLength(1);
    }
  });

  test.each([SYN, SYN | ACK, ACK, ACK | PSH, ACK | FIN, RST, RST | ACK, 0xc0 | SYN, 0x40 | ACK])(
    'flags %i are what stacks send',
    (flags) => {
      const talk = new Transfer();
      talk.client.sends(flags);
      expect(talk.ids()).not.toContain('tcp.impossible');
    },
  );
});

describe('how much', () => {
  test('of a segment partly sent before, the octets that were', () => {
    const talk = transfer();
    talk.client.says(1000);
    talk.server.ack({ ack: 401 });
    talk.in(220).client.says(1000, { seq: 401 });
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.retransmission.timeout': [1, 600] });
    expect(talk.seen().client).toMatchObject({ bytes: 1400, retransmissions: 1 });
  });

  test('of one that reaches over what the capture missed, the octets that it had seen', () => {
    const talk = transfer();
    talk.client.says(100);
    talk.client.says(100, { unseen: true, lost: true });
    talk.client.says(100);
    talk.in(220).client.says(300, { seq: 1 });
    const { 'tcp.retransmission.timeout': again } = talk.countsOf(talk.client);
    expect(again).toEqual([1, 200]);
    expect(talk.seen().client.bytes).toBe(300);
  });

  test('of a FIN with data, the data', () => {
    const talk = transfer();
    const fin = talk.client.fin({ payload: 100, lost: true });
    talk.in(220).client.resends(fin);
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.retransmission.timeout': [1, 100] });
  });

  test('each direction by itself', () => {
    const talk = transfer();
    const mine = talk.client.says(100, { lost: true });
    const yours = talk.server.says(30, { lost: true });
    talk.in(220).client.resends(mine);
    for (const ms of [220, 440]) talk.in(ms).server.resends(yours);
    const octetsAgain = (who: 'client' | 'server') =>
      Object.values(talk.countsOf(talk[who])).reduce(([n, sum], [segments, octets]) => [n + segments, sum + octets]);
    expect(octetsAgain('client')).toEqual([1, 100]);
    expect(octetsAgain('server')).toEqual([2, 60]);
  });

  const segments = fc.array(
    fc.record({
      from: fc.nat(2000),
      octets: fc.integer({ min: 1, max: 400 }),
      ms: fc.constantFrom(1, 1, 5, 30, 250, 900),
      acks: fc.option(fc.nat(2000), { nil: null }),
      selects: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  type Story = typeof segments extends fc.Arbitrary<infer S> ? S : never;
  const isResend = (id: string): boolean => id.startsWith('tcp.retransmission.') && !id.endsWith('spurious');

  /** Plays it, and works out by the definition what is sent again: octets that were sent before. */
  function play(story: Story, sack: boolean, timestamps: boolean) {
    const talk = transfer({ sack, timestamps });
    const seen = new Set<number>();
    let [next, again, octetsAgain] = [1, 0, 0];
    for (const { from, octets, ms, acks, selects } of story) {
      const seq = 1 + Math.min(from, next - 1);
      // One octet before SND.NXT with nothing outstanding is a keep-alive, not data.
      if (octets === 1 && seq === next - 1) continue;
      let before = 0;
      for (let octet = seq; octet < seq + octets; octet++) {
        if (seen.has(octet)) before++;
        seen.add(octet);
      }
      if (before > 0) again++;
      octetsAgain += before;
      next = Math.max(next, seq + octets);
      talk.in(ms).client.says(octets, { seq });
      if (acks === null) continue;
      const ack = 1 + Math.min(acks, next - 1);
      const edges = selects && sack && ack + 20 < next ? [ack + 10, ack + 20] : [];
      talk.in(ms).server.ack({ ack, sack: edges });
    }
    return { talk, again, octetsAgain, octets: seen.size };
  }

  test('every segment sent again has exactly one class, and its octets are those sent before', () => {
    fc.assert(
      fc.property(segments, fc.boolean(), fc.boolean(), (story, sack, timestamps) => {
        const { talk, again, octetsAgain, octets } = play(story, sack, timestamps);
        const counts = Object.entries(talk.countsOf(talk.client)).filter(([id]) => isResend(id));
        expect(counts.reduce((sum, [, [count]]) => sum + count, 0)).toBe(again);
        expect(counts.reduce((sum, [, [, count]]) => sum + count, 0)).toBe(octetsAgain);
        expect(talk.seen().client).toMatchObject({ retransmissions: again, bytes: octets });
        expect(talk.ids().filter(isResend)).toHaveLength(again);
      }),
    );
  });

  test('no more is proven to have been sent again in vain than was sent again', () => {
    fc.assert(
      fc.property(segments, fc.boolean(), fc.boolean(), (story, sack, timestamps) => {
        const { talk, again } = play(story, sack, timestamps);
        const proofs = talk.countsOf(talk.client)['tcp.retransmission.spurious']?.[0] ?? 0;
        expect(proofs).toBeLessThanOrEqual(again);
      }),
    );
  });
});

describe('stalls', () => {
  const stall = (talk: Transfer, who: 'client' | 'server' = 'client'): number => talk.endOf(talk[who]).stallNs / 1e6;

  test('the longest silence of both ends while something is outstanding', () => {
    const talk = transfer();
    const [data] = talk.sends(1, 1);
    for (const ms of [220, 440]) talk.in(ms).client.resends(data);
    talk.in(20).server.ack();
    expect(stall(talk)).toBeCloseTo(440, 6);
    talk.in(60_000).client.says(100);
    expect(stall(talk)).toBeCloseTo(440, 6);
    talk.in(700).server.ack();
    expect(stall(talk)).toBeCloseTo(700, 6);
  });

  test('broken by whoever speaks', () => {
    const talk = transfer();
    talk.sends(1, 1);
    for (let n = 0; n < 10; n++) talk.in(100).server.says(10, { ack: 1 });
    expect(stall(talk)).toBeCloseTo(100, 6);
  });

  test('of the end that waits, not of the other', () => {
    const talk = transfer();
    talk.in(300).client.says(100);
    talk.in(500).server.ack();
    expect(stall(talk)).toBeCloseTo(500, 6);
    expect(stall(talk, 'server')).toBeCloseTo(1, 6);
  });
});

describe('octets in flight', () => {
  const most = (talk: Transfer, who: 'client' | 'server' = 'client'): number => talk.endOf(talk[who]).mostInFlight;

  test('the most that were outstanding at a time', () => {
    const talk = transfer();
    talk.sends(4);
    expect(most(talk)).toBe(4 * MSS);
    talk.server.ack({ ack: past(3) });
    talk.sends(2);
    expect(most(talk)).toBe(4 * MSS);
    talk.sends(2);
    expect(most(talk)).toBe(5 * MSS);
    talk.server.ack();
    talk.sends(1);
    expect(most(talk)).toBe(5 * MSS);
    expect(most(talk, 'server')).toBeLessThanOrEqual(1);
  });

  test('what is sent again is in flight already', () => {
    const talk = transfer();
    const [data] = talk.sends(2, 1);
    talk.in(220).client.resends(data);
    expect(most(talk)).toBe(2 * MSS);
  });

  test('of a capture that sees one direction only nothing is known to be', () => {
    const talk = new Transfer({ sees: 'client' });
    talk.opens();
    talk.sends(4);
    expect(most(talk)).toBe(0);
  });
});
