// Why a segment was sent again, as stories: expectations are those of RFC 5681, 6298, 6582, 6675, 8985, and of Linux.
//
// The capture is at the client, which sends; the server is 20 ms away unless a story says otherwise.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Recovery, type Resend } from '../../src/tcp/recovery.js';
import { seqAdd } from '../../src/tcp/seq.js';
import { MSS, Transfer, transfer, WINDOW } from './telling.js';

const MS = 1e6;
/** Relative number of the octet after so many full segments: the first is 1. */
const past = (segments: number): number => 1 + segments * MSS;
/** SACK blocks of [from, to) segments, numbered from 1, as edges. */
const blocks = (...edges: number[]): number[] => edges.map((edge) => past(edge - 1));

/** The server repeats its acknowledgement of so many segments, once for each block that it then has. */
function repeats(talk: Transfer, acked: number, times: number, sack?: (n: number) => number[]): void {
  for (let n = 1; n <= times; n++) talk.server.ack({ ack: past(acked), ...(sack ? { sack: sack(n) } : {}) });
}

describe('too big for the path (RFC 1191 section 6.4)', () => {
  const isTooBig = (talk: Transfer, passed: Parameters<Transfer['watcher']['icmpErrorAbout']>[0]): boolean =>
    talk.watcher.icmpErrorAbout(passed, 3, 4);

  test('what a router said it of goes out again at once: neither timer nor acknowledgement asked for it', () => {
    const talk = transfer({ sack: true });
    const [first, second] = talk.sends(2);
    expect(isTooBig(talk, first)).toBe(true);
    for (const one of [first, second]) talk.client.resends(one);
    expect(talk.ids()).toEqual(['tcp.retransmission.too-big', 'tcp.retransmission.too-big']);
  });

  test('lost again, it waits for the timer like any other', () => {
    const talk = transfer();
    const [first] = talk.sends(1, 1);
    isTooBig(talk, first);
    talk.client.resends(first);
    talk.in(250).client.resends(first);
    expect(talk.ids()).toEqual(['tcp.retransmission.too-big', 'tcp.retransmission.timeout']);
  });

  test('what was acknowledged by then asks for nothing', () => {
    const talk = transfer();
    const [first] = talk.sends(1);
    talk.in(20).server.ack();
    isTooBig(talk, first);
    const [second] = talk.sends(1, 1);
    talk.in(250).client.resends(second);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
  });
});

describe('timeout', () => {
  test('each doubles the timer: steps are counted and its time is measured, from what set it', () => {
    const talk = transfer();
    const [first] = talk.sends(1, 1);
    for (const ms of [220, 440, 880, 1760]) talk.in(ms).client.resends(first);
    expect(talk.news()).toEqual(
      [220, 440, 880, 1760].map((ms, n) => ({
        id: 'tcp.retransmission.timeout',
        from: 'client',
        afterNs: ms * MS,
        expectedNs: ms * MS,
        count: n + 1,
      })),
    );
  });

  test('once acknowledged, the next begins at the first step, its timer set by what was sent then', () => {
    const talk = transfer();
    const [first] = talk.sends(1, 1);
    for (const ms of [220, 440]) talk.in(ms).client.resends(first);
    talk.in(20).server.ack();
    talk.in(5000);
    const [second] = talk.sends(1, 1);
    talk.news();
    talk.in(300).client.resends(second);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 300 * MS, count: 1 }]);
  });

  test('an acknowledgement of new data sets the timer anew (RFC 6298 section 5.3)', () => {
    const talk = transfer();
    const [, second] = talk.sends(2, 2);
    talk.in(19).server.ack({ ack: past(1) });
    talk.in(250).client.resends(second);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 250 * MS }]);
  });

  test('a later segment does not (RFC 6298 section 5.1)', () => {
    const talk = transfer();
    const [first] = talk.sends(1, 1);
    talk.in(150).client.says(MSS, { lost: true });
    talk.in(100).client.resends(first);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 250 * MS }]);
  });

  test('of a capture that sees one direction only: each by what was sent last', () => {
    const talk = new Transfer({ sees: 'client' });
    talk.opens();
    talk.client.says(5);
    talk.server.says(5);
    talk.client.ack();
    const data = talk.in(90).client.says(14, { lost: true });
    for (const ms of [204, 408, 816]) talk.in(ms).client.resends(data);
    expect(talk.news()).toMatchObject(
      [204, 408, 816].map((ms, n) => ({ id: 'tcp.retransmission.timeout', afterNs: ms * MS, count: n + 1 })),
    );
  });

  test('in recovery, duplicate acknowledgements or not: the timer runs from when the head was last sent', () => {
    const talk = transfer({ sack: true, rttMs: 300 });
    const sent = talk.sends(4, 1);
    talk.in(297);
    repeats(talk, 0, 3, (n) => blocks(2, n + 2));
    talk.client.resends(sent[0], { lost: true });
    talk.news();
    for (let n = 0; n < 11; n++) {
      talk.in(100);
      talk.client.says(MSS);
      talk.in(10).server.ack({ ack: past(0), sack: blocks(2, 6 + n) });
    }
    talk.news();
    talk.in(100).client.resends(sent[0]);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 1310 * MS }]);
  });

  test('a SYN that was sent again measures no round trip to go by (Karn)', () => {
    const talk = new Transfer({ rttMs: 20 });
    const syn = talk.client.syn({ window: WINDOW });
    talk.in(3000).client.resends(syn);
    talk.in(20).server.synAck({ window: WINDOW });
    talk.client.ack();
    const [first] = talk.sends(1, 1);
    talk.news();
    talk.in(1000).client.resends(first);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
  });

  test('in recovery too, if what was sent again is lost again', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(6, 1);
    talk.in(15);
    repeats(talk, 0, 5, (n) => blocks(2, n + 2));
    talk.client.resends(sent[0]);
    talk.news();
    talk.in(230).client.resends(sent[0]);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 230 * MS, count: 1 }]);
  });

  test('of one whose first copy was acknowledged, in the capture but not in its sender: the next loss begins anew', () => {
    const talk = transfer();
    const [first] = talk.sends(1);
    talk.in(20).server.ack();
    talk.in(220).client.resends(first);
    talk.in(20).server.ack();
    talk.in(5000);
    const [second] = talk.sends(1, 1);
    talk.news();
    talk.in(220).client.resends(second);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 220 * MS, count: 1 }]);
  });
});

describe('after a timeout', () => {
  test('everything that was outstanding is lost: what is sent again below the recovery point is slow start', () => {
    const talk = transfer();
    const sent = talk.sends(5, 1, 2, 3, 4, 5);
    talk.in(220).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1]);
    talk.client.resends(sent[2]);
    talk.in(20).server.ack({ ack: past(3) });
    talk.client.resends(sent[3]);
    talk.client.resends(sent[4]);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout', ...Array(4).fill('tcp.retransmission.after-timeout')]);
  });

  test('what was sent again in vain and waited for once more is a timeout again', () => {
    const talk = transfer();
    const sent = talk.sends(3, 1, 2, 3);
    talk.in(220).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1]);
    talk.news();
    talk.in(440).client.resends(sent[1]);
    expect(talk.news()).toMatchObject([{ id: 'tcp.retransmission.timeout', afterNs: 440 * MS, count: 1 }]);
  });

  test('it is over once all of it is acknowledged: three duplicates are a fast retransmission again', () => {
    const talk = transfer();
    const sent = talk.sends(2, 1, 2);
    talk.in(220).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1]);
    talk.in(20).server.ack({ ack: past(2) });
    const more = talk.sends(5, 1);
    talk.in(15);
    repeats(talk, 2, 4);
    talk.news();
    talk.client.resends(more[0]);
    expect(talk.ids()).toEqual(['tcp.retransmission.fast']);
  });
});

describe('tail loss probe (RFC 8985 section 7)', () => {
  test('first the probe of a single segment, after two round trips and the delay of an ACK; then the timer', () => {
    const talk = transfer({ sack: true });
    const [only] = talk.sends(1, 1);
    for (const ms of [240, 220, 440]) talk.in(ms).client.resends(only);
    expect(talk.news()).toMatchObject([
      { id: 'tcp.retransmission.tail-loss-probe', afterNs: 240 * MS },
      { id: 'tcp.retransmission.timeout', afterNs: 220 * MS, count: 1 },
      { id: 'tcp.retransmission.timeout', afterNs: 440 * MS, count: 2 },
    ]);
  });

  test('of several the last is the probe; the timer sends the first', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(4, 1, 2, 3, 4);
    talk.in(42).client.resends(sent[3]);
    talk.in(220).client.resends(sent[0]);
    expect(talk.ids()).toEqual(['tcp.retransmission.tail-loss-probe', 'tcp.retransmission.timeout']);
  });

  test('its SACK shows what is missing: that is sent again for the SACK', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(4, 2, 3, 4);
    talk.in(20).server.ack({ ack: past(1) });
    talk.in(42).client.resends(sent[3]);
    talk.in(20).server.ack({ ack: past(1), sack: blocks(4, 5) });
    talk.client.resends(sent[1]);
    talk.client.resends(sent[2]);
    expect(talk.ids()).toEqual([
      'tcp.retransmission.tail-loss-probe',
      'tcp.duplicate-ack',
      'tcp.retransmission.sack',
      'tcp.retransmission.sack',
    ]);
  });

  test('two round trips of the sender’s, however near its peer is to the capture', () => {
    const talk = new Transfer();
    talk.telling.sackPermitted = true;
    talk.client.syn({ window: WINDOW });
    talk.server.synAck({ window: WINDOW });
    // The client is 200 ms away from the capture, and so its probe comes after 2 * 201 + 200 ms.
    talk.in(200).client.ack();
    const data = talk.client.says(5, { lost: true });
    talk.in(608).client.resends(data);
    talk.in(640).client.resends(data);
    expect(talk.ids()).toEqual(['tcp.retransmission.tail-loss-probe', 'tcp.retransmission.timeout']);
  });

  test('two jiffies where the round trip is next to nothing: Linux waits no longer (TCP_TIMEOUT_MIN)', () => {
    const talk = transfer({ sack: true, rttMs: 0.05 });
    const [, last] = talk.sends(2, 1, 2);
    talk.in(4.4).client.resends(last);
    expect(talk.ids()).toEqual(['tcp.retransmission.tail-loss-probe']);
  });

  test('there is none without SACK: whoever has none does not probe', () => {
    const talk = transfer();
    const [only] = talk.sends(1, 1);
    talk.in(240).client.resends(only);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
  });

  test('nor if only one end permits SACK', () => {
    const talk = transfer({ sack: 'client' });
    const [only] = talk.sends(1, 1);
    talk.in(240).client.resends(only);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
  });
});

describe('a late original, or sent again: timestamps decide what fills a hole', () => {
  test.each([
    ['older than what came before it, however late: it was only late', 300, -5, 'tcp.out-of-order'],
    ['newer, however soon: it was sent again, and lost before the capture', 1, 5, 'tcp.hole-filled'],
  ] as const)('%s', (_, ms, olderBy, id) => {
    const talk = transfer({ timestamps: true });
    const missing = talk.client.says(MSS, { unseen: true });
    const beyond = talk.client.says(MSS, { tsVal: 100_000 });
    talk.in(ms).client.resends(missing, { tsVal: beyond.tsVal + olderBy });
    expect(talk.ids()).toEqual([id]);
  });
});

describe('the timers of RFC 8985, told apart', () => {
  test('what SACK asked for waits for the reordering timer at most, and no timeout is so short', () => {
    const talk = transfer({ sack: true, rttMs: 1 });
    const sent = talk.sends(6, 1);
    repeats(talk, 0, 2, (n) => blocks(3, n + 3));
    talk.news();
    talk.in(11).client.resends(sent[0]);
    expect(talk.ids()).toEqual(['tcp.retransmission.sack']);
  });

  test('a probe that was followed by twice its time was none: the timer had doubled', () => {
    const talk = transfer({ sack: true });
    const [first] = talk.sends(1, 1);
    for (const ms of [220, 440, 880]) talk.in(ms).client.resends(first);
    expect(talk.news()).toMatchObject([
      { id: 'tcp.retransmission.tail-loss-probe' },
      { id: 'tcp.retransmission.timeout', count: 2, expectedNs: 440 * MS },
      { id: 'tcp.retransmission.timeout', count: 3, expectedNs: 880 * MS },
    ]);
  });

  test('in slow start after a timeout the timer may run out again', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(4, 1, 2, 3, 4);
    talk.in(260).client.resends(sent[0], { lost: true });
    talk.in(440).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.news();
    talk.in(235).client.resends(sent[1]);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
  });
});

describe('lost once more', () => {
  test('after a timeout, shown by SACK: the sender goes over to recovery (Linux FLAG_LOST_RETRANS)', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(6, 1, 2, 3, 4, 5, 6);
    talk.in(240).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1], { lost: true });
    talk.client.resends(sent[2]);
    talk.news();
    talk.in(20).server.ack({ ack: past(1), sack: blocks(3, 4) });
    talk.client.resends(sent[1]);
    talk.client.resends(sent[3]);
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.retransmission.sack', 'tcp.retransmission.sack']);
  });

  test('after a timeout, without SACK: slow start goes on', () => {
    const talk = transfer();
    const sent = talk.sends(6, 1, 2, 3, 4, 5, 6);
    talk.in(240).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1], { lost: true });
    talk.client.resends(sent[2]);
    talk.news();
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(sent[1]);
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.retransmission.after-timeout']);
  });

  test('what was sent before a resend that arrived is late (RACK), though no SACK names it', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(3, 1, 3);
    talk.in(17).server.ack({ ack: past(0), sack: blocks(2, 3) });
    talk.client.resends(sent[0]);
    talk.in(30).server.ack({ ack: past(2) });
    talk.news();
    talk.client.resends(sent[2]);
    expect(talk.ids()).toEqual(['tcp.retransmission.sack']);
  });
});

describe('new data as a probe (RFC 8985 section 7.3)', () => {
  const waits = 42;

  test('goes out two round trips after the last event, though nothing let it go', () => {
    const talk = transfer({ sack: true });
    talk.sends(3, 1, 2, 3);
    talk.in(waits).client.says(MSS);
    expect(talk.news()).toMatchObject([{ id: 'tcp.loss-probe', from: 'client' }]);
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.loss-probe': [1, MSS] });
  });

  test('once, until something is acknowledged', () => {
    const talk = transfer({ sack: true });
    talk.sends(3, 1, 2, 3);
    talk.in(waits).client.says(MSS, { lost: true });
    talk.in(waits).client.says(MSS, { lost: true });
    expect(talk.ids()).toEqual(['tcp.loss-probe']);
  });

  const others: readonly [string, (talk: Transfer) => void][] = [
    ['sooner', (talk) => talk.in(30).client.says(MSS)],
    ['much later', (talk) => talk.in(90).client.says(MSS)],
    [
      'let go by an acknowledgement',
      (talk) => {
        talk.in(waits).server.ack({ ack: past(1) });
        talk.client.says(MSS);
      },
    ],
    [
      'in recovery',
      (talk) => {
        repeats(talk, 0, 1, () => blocks(2, 3));
        talk.news();
        talk.in(waits).client.says(MSS);
      },
    ],
  ];
  test.each(others)('not if %s', (_, happens) => {
    const talk = transfer({ sack: true });
    talk.sends(3, 1, 3);
    happens(talk);
    expect(talk.ids()).toEqual([]);
  });

  test('not without SACK: the receiver could not show what is missing', () => {
    const talk = transfer();
    talk.sends(3, 1, 2, 3);
    talk.in(waits).client.says(MSS);
    expect(talk.ids()).toEqual([]);
  });

  test('however short it is: the last of what was written', () => {
    const talk = transfer({ sack: true });
    talk.sends(3, 1, 2, 3);
    talk.in(waits).client.says(200);
    expect(talk.ids()).toEqual(['tcp.loss-probe']);
  });

  test('not with so little in flight that only its program can have kept it back', () => {
    const talk = transfer({ sack: true });
    talk.sends(1, 1);
    talk.in(waits).client.says(MSS);
    expect(talk.ids()).toEqual([]);
  });
});

describe('fast', () => {
  test('three duplicates, without SACK; a partial acknowledgement asks for the next hole (RFC 6582)', () => {
    const talk = transfer();
    const sent = talk.sends(10, 1, 6);
    talk.in(12);
    repeats(talk, 0, 8);
    talk.news();
    talk.client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(5) });
    talk.client.resends(sent[5]);
    talk.in(20).server.ack();
    expect(talk.ids()).toEqual(['tcp.retransmission.fast', 'tcp.retransmission.fast']);
  });

  test('duplicates are counted in a row, and anew once something is acknowledged', () => {
    const talk = transfer();
    talk.sends(10, 1, 6);
    talk.in(12);
    repeats(talk, 0, 3);
    talk.server.ack({ ack: past(5) });
    repeats(talk, 5, 2);
    expect(talk.news().map(({ id, count }) => [id, count])).toEqual(
      [1, 2, 3, 1, 2].map((count) => ['tcp.duplicate-ack', count]),
    );
  });
});

describe('for a SACK', () => {
  test('each hole that it shows', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(10, 1, 5);
    talk.in(14);
    repeats(talk, 0, 3, (n) => blocks(2, n + 2));
    talk.server.ack({ ack: past(0), sack: blocks(6, 7, 2, 5) });
    talk.news();
    talk.client.resends(sent[0]);
    talk.server.ack({ ack: past(0), sack: blocks(6, 9, 2, 5) });
    talk.client.resends(sent[4]);
    expect(talk.ids().filter((id) => id !== 'tcp.duplicate-ack')).toEqual(Array(2).fill('tcp.retransmission.sack'));
  });

  test('a quarter of a round trip later too: RACK waits so long whether it is only late (RFC 8985 section 6.2)', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(2, 1);
    talk.in(19).server.ack({ ack: past(0), sack: blocks(2, 3) });
    talk.in(5).client.resends(sent[0]);
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.retransmission.sack']);
  });

  test('of an acknowledgement that comes late, below what is acknowledged by now, nothing is missing', () => {
    const talk = transfer({ sack: true });
    talk.sends(4);
    talk.in(20).server.ack();
    talk.server.ack({ ack: past(0), sack: blocks(2, 3) });
    talk.in(1000);
    const [, last] = talk.sends(2, 1, 2);
    talk.in(42).client.resends(last);
    expect(talk.ids()).toEqual(['tcp.retransmission.tail-loss-probe']);
  });
});

describe('early', () => {
  test('sent again at once, asked for by nothing', () => {
    const talk = transfer();
    const [only] = talk.sends(1);
    talk.in(2).client.resends(only);
    expect(talk.ids()).toEqual(['tcp.retransmission.early']);
  });

  test('not the first that is outstanding, and nothing asked for it', () => {
    const talk = transfer();
    const sent = talk.sends(4);
    talk.in(220).client.resends(sent[1]);
    expect(talk.ids()).toEqual(['tcp.retransmission.early']);
  });
});

describe('in vain', () => {
  const spurious = (talk: Transfer): unknown[] =>
    talk
      .news()
      .filter(({ id }) => id === 'tcp.retransmission.spurious')
      .map(({ proof }) => proof);

  test('DSACK below the acknowledgement', () => {
    const talk = transfer({ sack: true });
    const [only] = talk.sends(1);
    talk.in(240).client.resends(only);
    talk.in(20).server.ack({ sack: blocks(1, 2) });
    expect(talk.news()).toMatchObject([
      { id: 'tcp.retransmission.tail-loss-probe' },
      { id: 'tcp.dsack', from: 'server' },
      { id: 'tcp.retransmission.spurious', proof: 'dsack' },
    ]);
    expect(talk.countsOf(talk.client)).toMatchObject({ 'tcp.retransmission.spurious': [1, MSS] });
    expect(talk.countsOf(talk.server)).toMatchObject({ 'tcp.dsack': [1, MSS] });
  });

  test('DSACK within the second block', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(5, 1);
    talk.in(16);
    repeats(talk, 0, 2, (n) => blocks(3, n + 3));
    talk.client.resends(sent[0], { lost: true });
    talk.client.resends(sent[1]);
    talk.news();
    talk.in(20).server.ack({ ack: past(0), sack: blocks(2, 3, 2, 6) });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.dsack', 'tcp.retransmission.spurious']);
    expect(talk.countsOf(talk.client)).toMatchObject({ 'tcp.retransmission.spurious': [1, MSS] });
  });

  test('a first block equal to no part of the second reports no duplicate', () => {
    const talk = transfer({ sack: true });
    talk.sends(6, 1, 4);
    talk.in(15).server.ack({ ack: past(0), sack: blocks(5, 7, 2, 4) });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack']);
  });

  test('DSACK of what was never sent again is the network’s duplicate', () => {
    const talk = transfer({ sack: true });
    talk.sends(2);
    talk.in(20).server.ack();
    talk.server.ack({ sack: blocks(1, 2) });
    expect(talk.ids()).toEqual(['tcp.dsack']);
    expect(talk.countsOf(talk.client)).toEqual({});
  });

  test('the acknowledgement echoes the timestamp of the original (Eifel, RFC 3522)', () => {
    const talk = transfer({ timestamps: true });
    const [original] = talk.sends(1);
    talk.in(220).client.resends(original);
    talk.echoes(original).in(5).server.ack();
    expect(spurious(talk)).toEqual(['timestamp']);
  });

  test('it echoes the second copy: the first was lost', () => {
    const talk = transfer({ timestamps: true });
    const [original] = talk.sends(1, 1);
    const again = talk.in(220).client.resends(original);
    talk.echoes(again).in(20).server.ack();
    expect(spurious(talk)).toEqual([]);
  });

  test('Eifel tells of a probe too, whatever was acknowledged before it, and wherever its numbers are', () => {
    for (const clientIsn of [-3, 0, 1, 1_000_000_000, 0x7fffffff, -0x80000000, -1_000_000_000]) {
      const talk = transfer({ timestamps: true, sack: true, clientIsn });
      const sent = talk.sends(3);
      talk.in(42).client.resends(sent[2]);
      talk
        .echoes(sent[0])
        .in(1)
        .server.ack({ ack: past(1) });
      talk.echoes(sent[2]).in(1).server.ack();
      expect(spurious(talk), String(clientIsn)).toEqual(['timestamp']);
    }
  });

  test('acknowledged already as it is sent', () => {
    const talk = transfer();
    const [only] = talk.sends(1);
    talk.in(20).server.ack();
    talk.in(220).client.resends(only);
    expect(talk.news()).toMatchObject([
      { id: 'tcp.retransmission.timeout', from: 'client' },
      { id: 'tcp.retransmission.spurious', from: 'client', proof: 'already-acknowledged' },
    ]);
    expect(talk.countsOf(talk.client)).toMatchObject({ 'tcp.retransmission.spurious': [1, MSS] });
  });

  test('what was never sent again after a timeout is acknowledged: the originals had arrived (F-RTO, RFC 5682)', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(5);
    talk.in(42).client.resends(sent[4]);
    talk.in(220).client.resends(sent[0]);
    talk.in(5).server.ack({ ack: past(1) });
    talk.in(5).server.ack({ ack: past(3) });
    expect(spurious(talk)).toEqual(['original-acknowledged']);
  });

  test('which proves nothing without SACK: they may have come before what was lost', () => {
    const talk = transfer();
    const sent = talk.sends(5, 1);
    talk.in(220).client.resends(sent[0]);
    talk.in(20).server.ack({ ack: past(5) });
    expect(spurious(talk)).toEqual([]);
  });

  test('nor of what a SACK had named', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(3, 1);
    talk.in(19).server.ack({ ack: past(0), sack: blocks(2, 4) });
    talk.in(220).client.resends(sent[0]);
    talk.in(20).server.ack();
    expect(spurious(talk)).toEqual([]);
  });

  test('is proven once: a second DSACK of the same octets is of the network', () => {
    const talk = transfer({ sack: true });
    const [only] = talk.sends(1);
    talk.in(240).client.resends(only);
    talk.in(20).server.ack({ sack: blocks(1, 2) });
    talk.server.ack({ sack: blocks(1, 2) });
    expect(spurious(talk)).toEqual(['dsack']);
  });

  test('is proven once: by the echo, and not by the DSACK in the same acknowledgement or the next again', () => {
    const talk = transfer({ sack: true, timestamps: true });
    const [only] = talk.sends(1);
    talk.in(240).client.resends(only);
    talk.echoes(only).in(5).server.ack();
    talk.in(20).server.ack({ sack: blocks(1, 2) });
    expect(spurious(talk)).toEqual(['timestamp']);
  });

  test('is proven once: by F-RTO, and not by the DSACK of the same octets again', () => {
    const talk = transfer({ sack: true });
    const sent = talk.sends(5);
    // The probe is lost; the timeout is spurious.
    talk.in(42).client.resends(sent[4], { lost: true });
    talk.in(220).client.resends(sent[0]);
    talk.in(5).server.ack({ ack: past(1) });
    talk.in(5).server.ack({ ack: past(5) });
    talk.in(20).server.ack({ ack: past(5), sack: blocks(1, 2) });
    expect(spurious(talk)).toEqual(['original-acknowledged']);
  });

  test('is proven once: acknowledged already, and then the receiver’s DSACK says the same', () => {
    const talk = transfer({ sack: true });
    const [only] = talk.sends(1);
    talk.in(20).server.ack();
    talk.in(240).client.resends(only);
    talk.in(20).server.ack({ sack: blocks(1, 2) });
    expect(spurious(talk)).toEqual(['already-acknowledged']);
    expect(talk.countsOf(talk.client)).toMatchObject({ 'tcp.retransmission.spurious': [1, MSS] });
  });
});

describe('SYN, SYN-ACK and FIN', () => {
  test('a SYN again, and how long its timer had run (RFC 6298 section 2: a second, and double)', () => {
    const talk = new Transfer();
    const syn = talk.client.syn({ lost: true });
    for (const ms of [1000, 2000, 4000]) talk.in(ms).client.resends(syn);
    const id = 'tcp.retransmission.syn';
    expect(talk.news()).toEqual([1000, 2000, 4000].map((ms) => ({ id, from: 'client', afterNs: ms * MS })));
    expect(talk.countsOf(talk.client)).toEqual({ [id]: [3, 0] });
  });

  test('a SYN-ACK again', () => {
    const talk = new Transfer();
    talk.client.syn();
    const synAck = talk.server.synAck({ lost: true });
    for (const ms of [1000, 2000]) talk.in(ms).server.resends(synAck);
    const id = 'tcp.retransmission.syn-ack';
    expect(talk.news()).toEqual([1000, 2000].map((ms) => ({ id, from: 'server', afterNs: ms * MS })));
    expect(talk.countsOf(talk.server)).toEqual({ [id]: [2, 0] });
  });

  test('a FIN for a timeout: its reason and step are those of data', () => {
    const talk = transfer();
    const fin = talk.client.fin({ lost: true });
    for (const ms of [220, 440]) talk.in(ms).client.resends(fin);
    expect(talk.news()).toEqual(
      [220, 440].map((ms, n) => ({
        id: 'tcp.retransmission.fin',
        from: 'client',
        reason: 'timeout',
        afterNs: ms * MS,
        expectedNs: ms * MS,
        count: n + 1,
      })),
    );
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.retransmission.fin': [2, 0] });
  });

  test('a FIN as a tail loss probe, and in slow start after a timeout', () => {
    const talk = transfer({ sack: true });
    const [data] = talk.sends(1, 1);
    const fin = talk.client.fin({ lost: true });
    talk.in(60).client.resends(fin);
    talk.in(220).client.resends(data);
    talk.in(20).server.ack({ ack: past(1) });
    talk.client.resends(fin);
    expect(talk.news()).toMatchObject([
      { id: 'tcp.retransmission.fin', reason: 'tail-loss-probe' },
      { id: 'tcp.retransmission.timeout' },
      { id: 'tcp.retransmission.fin', reason: 'after-timeout' },
    ]);
  });

  test('a FIN with data goes by the data', () => {
    const talk = transfer();
    const fin = talk.client.fin({ payload: 100, lost: true });
    talk.in(220).client.resends(fin);
    expect(talk.ids()).toEqual(['tcp.retransmission.timeout']);
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.retransmission.timeout': [1, 100] });
  });
});

describe('any story', () => {
  const GIB = 1 << 30;
  const resend = (from: number, to: number): Resend => ({
    ...{ from, to, sndUna: from, sndNxt: to, tsVal: 0, hasTimestamps: false, usesSack: true },
    ...{
      timeNs: 0,
      sinceHeardNs: 1e9,
      sinceTimerNs: 1e9,
      answersAfterNs: 0,
      roundTripNs: 20 * MS,
      timeoutNs: 220 * MS,
    },
  });

  test('gigabytes later, over the wrap, only what was sent again is reported in vain', () => {
    for (const isn of [0, -100, 0x7fffff00]) {
      const recovery = new Recovery();
      recovery.resends(resend(isn, seqAdd(isn, 1000)));
      let una = isn;
      for (let n = 0; n < 16; n++) {
        recovery.acknowledges(una, seqAdd(una, GIB / 2), 1, 0, false);
        una = seqAdd(una, GIB / 2);
        const [from, to] = [una, seqAdd(una, 1000)];
        expect(recovery.sacks(from, to, seqAdd(una, 5000), true), `${n}, never sent again`).toBe(false);
        recovery.resends(resend(seqAdd(una, 5000), seqAdd(una, 6000)));
        expect(recovery.sacks(seqAdd(una, 5000), seqAdd(una, 6000), seqAdd(una, 6000), true), `${n}`).toBe(true);
      }
    }
  });

  test('gigabytes later, with more stretches sent again than are remembered', () => {
    const recovery = new Recovery();
    let una = 0;
    for (let n = 0; n < 400; n++) {
      recovery.resends(resend(una, seqAdd(una, 1000)));
      recovery.acknowledges(una, seqAdd(una, GIB / 16), 1, 0, false);
      una = seqAdd(una, GIB / 16);
      expect(recovery.sacks(seqAdd(una, -5000), seqAdd(una, -4000), una, true), `${n}`).toBe(false);
    }
  });

  test('keeps no more than a few stretches, whatever a forger acknowledges selectively', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(60_000), fc.nat(40), fc.boolean()), { maxLength: 600 }), (list) => {
        const recovery = new Recovery();
        recovery.resends(resend(0, 65_000));
        for (const [from, length, duplicate] of list) recovery.sacks(from, from + length, 0, duplicate);
        const sets = ['sacked', 'resent', 'everResent'] as const;
        const { sacked, resent, everResent } = recovery as unknown as Record<
          (typeof sets)[number],
          { edges: number[] }
        >;
        for (const { edges } of [sacked, resent, everResent]) expect(edges.length).toBeLessThanOrEqual(128);
      }),
    );
  });
});
