// Holes, and with them retransmissions, against the plainest model there is: a set of octets.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Holes } from '../../src/tcp/holes.js';
import { seqAdd, seqDiff, seqOnWire } from '../../src/tcp/seq.js';
import { conversation } from '../support/conversation.js';

const SPACE = 200;
/** Where relative 0 lies: on both sides of both wraps, and elsewhere. */
const bases = fc.constantFrom(-3, -100, 0x7fffffff - 100, -0x80000000, 0, 123_456_789);
const ranges = fc
  .tuple(fc.nat(SPACE - 1), fc.integer({ min: 1, max: 40 }))
  .map(([from, length]) => ({ from, to: Math.min(SPACE, from + length) }));

describe('Holes', () => {
  test('is a set of octets that were never seen', () => {
    const steps = fc.array(fc.record({ fill: ranges, grow: fc.nat(30), key: fc.nat(1) }), { maxLength: 60 });
    fc.assert(
      fc.property(bases, steps, (base, list) => {
        const holes = new Holes();
        const unseen = [new Map<number, number>(), new Map<number, number>()];
        const top = [0, 0];
        for (const [time, { fill, grow, key }] of list.entries()) {
          // A hole is opened beyond all that is known, as SND.NXT moves over it.
          if (grow > 0) {
            const left = holes.open(key, seqAdd(base, top[key]), seqAdd(base, top[key] + grow), time, 1000 + time);
            for (let o = 0; o < grow; o++) unseen[key].set(top[key] + o, time);
            expect(left).toBeGreaterThan(0);
            top[key] += grow + 1;
          }
          const { octets, sinceNs, tsVal, left } = holes.fill(key, seqAdd(base, fill.from), seqAdd(base, fill.to));
          const hit = [...unseen[key]].filter(([octet]) => octet >= fill.from && octet < fill.to);
          expect(octets).toBe(hit.length);
          expect(sinceNs).toBe(Math.min(Number.POSITIVE_INFINITY, ...hit.map(([, since]) => since)));
          if (hit.length > 0) expect(tsVal).toBe(1000 + sinceNs);
          for (const [octet] of hit) unseen[key].delete(octet);
          expect(left === 0).toBe(unseen[key].size === 0);
        }
      }),
    );
  });

  test('of more than 64 the oldest counts as seen', () => {
    const holes = new Holes();
    for (let i = 0; i < 65; i++) expect(holes.open(0, i * 10, i * 10 + 5, i, i)).toBe(Math.min(64, i + 1));
    expect(holes.fill(0, 0, 5).octets).toBe(0);
    expect(holes.fill(0, 10, 15)).toEqual({ octets: 5, sinceNs: 1, tsVal: 1, left: 63 });
    // Filled in their middle, holes become two; there are still never more than 64.
    for (let i = 2; i < 10; i++) expect(holes.fill(0, i * 10 + 2, i * 10 + 3).left).toBeLessThanOrEqual(64);
  });

  test('forgets an end', () => {
    const holes = new Holes();
    holes.open(4, 0, 5, 0, 0);
    holes.open(5, 0, 5, 0, 0);
    holes.forget(4);
    expect(holes.fill(4, 0, 5).octets).toBe(0);
    expect(holes.fill(5, 0, 5).octets).toBe(5);
  });
});

describe('retransmissions, by the one definition', () => {
  interface Sent {
    readonly from: number;
    readonly to: number;
    readonly fin: boolean;
  }

  /** What the definition makes of segments in this order: octets seen, and how many segments repeated one. */
  function byDefinition(sent: readonly Sent[]): { retransmissions: number; bytes: number; late: number } {
    const seen = new Set<number>();
    const data = new Set<number>();
    let [retransmissions, late, highest] = [0, 0, 0];
    for (const { from, to, fin } of sent) {
      const space = Array.from({ length: to - from + (fin ? 1 : 0) }, (_, i) => from + i);
      const repeats = space.some((octet) => seen.has(octet));
      if (repeats) retransmissions++;
      else if (from < highest) late++;
      for (const octet of space) seen.add(octet);
      for (let octet = from; octet < to; octet++) data.add(octet);
      highest = Math.max(highest, to + (fin ? 1 : 0));
    }
    return { retransmissions, bytes: data.size, late };
  }

  const segments = fc.array(
    ranges.map(({ from, to }) => ({ from: from + 1, to: to + 1, fin: to === SPACE })),
    { minLength: 1, maxLength: 40 },
  );

  test.each([
    ['after a handshake', true],
    ['picked up mid-stream', false],
  ])('any order of segments, over the wrap, %s', (_, handshake) => {
    fc.assert(
      fc.property(bases, segments, (clientIsn, sent) => {
        const talk = conversation({ clientIsn });
        if (handshake) talk.opens();
        else talk.openedBefore();
        talk.server.says(1);
        for (const { from, to, fin } of sent) {
          // A single octet at SND.NXT-1 with nothing outstanding is a keep-alive: outstanding it always is here.
          talk.client.sends(fin ? 0x11 : 0x10, { seq: from, payload: to - from });
        }
        const { client } = talk.seen();
        const expected = byDefinition(sent);
        expect({
          retransmissions: client.retransmissions,
          bytes: client.bytes,
          late: client.outOfOrder + client.filledHoles,
        }).toEqual(expected);
      }),
    );
  });

  test('what the capture missed is not repeated when it comes: acknowledged holes are filled like others', () => {
    const steps = fc.array(
      fc.record({ range: ranges, kind: fc.constantFrom('says', 'says', 'unseen'), acked: fc.boolean() }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(bases, steps, (clientIsn, list) => {
        const talk = conversation({ clientIsn }).opens();
        const sent: Sent[] = [];
        for (const { range, kind, acked } of list) {
          const [from, to] = [range.from + 1, range.to + 1];
          talk.client.says(to - from, { seq: from, unseen: kind === 'unseen' });
          if (kind === 'says') sent.push({ from, to, fin: false });
          if (acked) talk.server.ack({ ack: Math.max(1, talk.client.next) });
        }
        // One octet where nothing is outstanding may be a keep-alive: not this test's matter.
        fc.pre(sent.every(({ from, to }) => to - from > 1));
        const { retransmissions, bytes } = byDefinition(sent);
        expect(talk.seen().client).toMatchObject({ retransmissions, bytes });
      }),
    );
  });

  test('out of order within a round trip, else a hole that was filled', () => {
    const talk = conversation();
    talk.client.syn();
    talk.after(0.05).server.synAck();
    talk.client.ack();
    talk.client.says(10, { seq: 11 });
    talk.client.says(10, { seq: 1 });
    talk.client.says(10, { seq: 31 });
    talk.after(0.06).client.says(10, { seq: 21 });
    expect(talk.seen().client).toMatchObject({
      outOfOrder: 1,
      filledHoles: 1,
      retransmissions: 0,
      bytes: 40,
      holes: 0,
    });
    expect(talk.anomalies).toEqual(['tcp.out-of-order', 'tcp.hole-filled']);
  });

  test('without a round trip measured, within three milliseconds', () => {
    const late = conversation().openedBefore();
    late.client.says(10, { seq: 100 });
    late.client.says(10, { seq: 120 });
    late.client.says(10, { seq: 110 });
    expect(late.seen().client).toMatchObject({ outOfOrder: 1, filledHoles: 0 });
    late.client.says(10, { seq: 140 });
    late.after(0.0021).client.says(10, { seq: 130 });
    expect(late.seen().client).toMatchObject({ outOfOrder: 1, filledHoles: 1 });
  });

  test('repacketised: half old, half new is one retransmission, and only the new half is counted', () => {
    const talk = conversation().opens();
    talk.client.says(100);
    talk.client.says(100, { seq: 51 });
    expect(talk.seen().client).toMatchObject({ retransmissions: 1, bytes: 150, outstanding: 150 });
  });

  test('a forged RST makes none', () => {
    const talk = conversation().opens();
    talk.client.rst({ seq: 5000 });
    for (let i = 0; i < 6; i++) talk.client.says(1000);
    expect(talk.seen().client).toMatchObject({ retransmissions: 0, bytes: 6000 });
  });
});

describe('sequence numbers', () => {
  test('differ by how far they are apart, over the wrap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (a, d) => {
          expect(seqDiff(seqAdd(a, d), a)).toBe(d);
          expect(seqOnWire(a)).toBe(a < 0 ? a + 2 ** 32 : a);
        },
      ),
    );
  });
});
