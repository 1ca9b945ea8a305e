// Intervals of sequence space, against the plainest model there is: a set of integers.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Intervals } from '../../src/tcp/intervals.js';
import { seqAdd } from '../../src/tcp/seq.js';

const SPACE = 300;
const MAX_INTERVALS = 64;
/** Where relative 0 lies: on both sides of 2^31 and of 2^32, and elsewhere. */
const bases = fc.constantFrom(-150, -3, -SPACE, 0x7fffffff - 150, 0x7fffffff - 3, -0x80000000, 0, 123_456_789);
/** Empty and backward ones too. */
const stretches = fc
  .tuple(fc.nat(SPACE), fc.integer({ min: -5, max: 60 }))
  .map(([from, length]) => ({ from, to: Math.max(0, Math.min(SPACE, from + length)) }));
const steps = fc.array(
  fc.record({ what: fc.constantFrom('add', 'add', 'add', 'remove', 'dropBelow', 'clear'), at: stretches }),
  { maxLength: 60 },
);

const edgesOf = (intervals: Intervals): number[] => (intervals as unknown as { edges: number[] }).edges;

/** Octets of [from, to) in the model. */
function hits(model: ReadonlySet<number>, from: number, to: number): number {
  let octets = 0;
  for (let octet = from; octet < to; octet++) if (model.has(octet)) octets++;
  return octets;
}

describe('Intervals', () => {
  test('is a set of octets: what each step answers, and what is covered after it', () => {
    fc.assert(
      fc.property(bases, steps, stretches, (base, list, probe) => {
        const intervals = new Intervals();
        const model = new Set<number>();
        const wire = (octet: number): number => seqAdd(base, octet);
        for (const { what, at } of list) {
          const { from, to } = at;
          const before = hits(model, from, to);
          if (what === 'add') {
            expect(intervals.add(wire(from), wire(to))).toBe(Math.max(0, to - from) - before);
            for (let octet = from; octet < to; octet++) model.add(octet);
          } else if (what === 'remove') {
            expect(intervals.remove(wire(from), wire(to))).toBe(before);
            for (let octet = from; octet < to; octet++) model.delete(octet);
          } else if (what === 'dropBelow') {
            intervals.dropBelow(wire(from));
            for (const octet of model) if (octet < from) model.delete(octet);
          } else {
            intervals.clear();
            model.clear();
          }
          expect(intervals.isEmpty).toBe(model.size === 0);
          if (model.size > 0) expect(intervals.end).toBe(wire(Math.max(...model) + 1));
          expect(intervals.covered(wire(probe.from), wire(probe.to))).toBe(hits(model, probe.from, probe.to));
          expect(intervals.covered(wire(0), wire(SPACE))).toBe(model.size);
        }
      }),
    );
  });

  test('keeps stretches apart and rising, however they came', () => {
    fc.assert(
      fc.property(bases, steps, (base, list) => {
        const intervals = new Intervals();
        for (const { what, at } of list) {
          if (what === 'add') intervals.add(seqAdd(base, at.from), seqAdd(base, at.to));
          if (what === 'remove') intervals.remove(seqAdd(base, at.from), seqAdd(base, at.to));
          const relative = edgesOf(intervals).map((edge) => (edge - base) | 0);
          expect(relative).toEqual([...new Set(relative)].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('over the wrap: before it, across it and beyond it are one stretch', () => {
    for (const wrap of [0, -0x80000000]) {
      const intervals = new Intervals();
      expect(intervals.add(seqAdd(wrap, -100), seqAdd(wrap, -50))).toBe(50);
      expect(intervals.add(seqAdd(wrap, 50), seqAdd(wrap, 100))).toBe(50);
      expect(intervals.add(seqAdd(wrap, -60), seqAdd(wrap, 60))).toBe(100);
      expect(edgesOf(intervals)).toEqual([seqAdd(wrap, -100), seqAdd(wrap, 100)]);
      expect(intervals.remove(seqAdd(wrap, -1), seqAdd(wrap, 1))).toBe(2);
      expect(intervals.covered(seqAdd(wrap, -100), seqAdd(wrap, 100))).toBe(198);
      intervals.dropBelow(seqAdd(wrap, 1));
      expect(edgesOf(intervals)).toEqual([seqAdd(wrap, 1), seqAdd(wrap, 100)]);
    }
  });

  test('touching ones become one; of adding what is known nothing is new', () => {
    const intervals = new Intervals();
    intervals.add(10, 20);
    intervals.add(30, 40);
    expect(intervals.add(20, 30)).toBe(10);
    expect(edgesOf(intervals)).toEqual([10, 40]);
    expect(intervals.add(15, 35)).toBe(0);
    expect(intervals.add(40, 40)).toBe(0);
    expect(intervals.add(40, 39)).toBe(0);
  });
});

describe('bounded', () => {
  const disjoint = (n: number): [from: number, to: number] => [seqAdd(-1000, n * 10), seqAdd(-1000, n * 10 + 5)];

  test('what is added up to the bound is told apart exactly', () => {
    const intervals = new Intervals();
    for (let n = 0; n < MAX_INTERVALS; n++) expect(intervals.add(...disjoint(n))).toBe(5);
    for (let n = 0; n < MAX_INTERVALS; n++)
      expect(intervals.covered(seqAdd(-1000, n * 10), disjoint(n + 1)[0])).toBe(5);
    expect(edgesOf(intervals)).toHaveLength(2 * MAX_INTERVALS);
  });

  test.each(['rising', 'falling'])(
    'of thousands of disjoint ones, %s, no more are kept, and none is forgotten',
    (order) => {
      const intervals = new Intervals();
      for (let i = 0; i < 5000; i++) {
        const n = order === 'rising' ? i : 5000 - i;
        intervals.add(...disjoint(n));
        expect(edgesOf(intervals).length).toBeLessThanOrEqual(2 * MAX_INTERVALS);
        expect(intervals.covered(...disjoint(n))).toBe(5);
      }
      for (let n = 1; n < 5000; n++) expect(intervals.covered(...disjoint(n))).toBe(5);
    },
  );

  test('beyond the bound only the lowest are taken together: what is near the highest stays exact', () => {
    const intervals = new Intervals();
    for (let n = 0; n < 1000; n++) intervals.add(...disjoint(n));
    for (let n = 1000 - MAX_INTERVALS + 1; n < 1000; n++) {
      expect(intervals.covered(seqAdd(-1000, n * 10), seqAdd(-1000, n * 10 + 10))).toBe(5);
    }
  });

  test('whatever is taken out of the middle', () => {
    const intervals = new Intervals();
    intervals.add(0, 100_000);
    for (let n = 0; n < 5000; n++) intervals.remove(n * 10 + 1, n * 10 + 2);
    expect(edgesOf(intervals).length).toBeLessThanOrEqual(2 * MAX_INTERVALS);
  });
});
