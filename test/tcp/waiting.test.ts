// The queue of those who are looked at again, against an array; and its memory.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../src/tcp/connection.js';
import { Waiting } from '../../src/tcp/waiting.js';

const DELAY_NS = 5;
/** Spent entries that may take room while fewer than these wait. */
const SPARE = 4097;

/** A connection of which only number and place mean anything. */
function numbered(id: number, index: number): Connection {
  const connection = new Connection();
  connection.id = id;
  connection.index = index;
  return connection;
}

const roomOf = (waiting: Waiting): number => (waiting as unknown as { entries: unknown[] }).entries.length;

describe('Waiting', () => {
  test('nobody waits: nothing is ever due', () => {
    expect(new Waiting(DELAY_NS).nextNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('first in is first out, each due when it has waited; like an array, but for the room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ adds: fc.nat(9000), takes: fc.nat(9000) }), { minLength: 1, maxLength: 8 }),
        (turns) => {
          const waiting = new Waiting(DELAY_NS);
          const model: { id: number; index: number; deadlineNs: number }[] = [];
          let id = 0;
          let head = 0;
          let wrong = 0;
          for (const { adds, takes } of turns) {
            for (let i = 0; i < adds; i++) {
              id++;
              waiting.add(numbered(id, id % 7), id * 2);
              model.push({ id, index: id % 7, deadlineNs: id * 2 + DELAY_NS });
            }
            for (let i = 0; i < takes && head < model.length; i++) {
              const wanted = model[head++];
              if (waiting.nextNs !== wanted.deadlineNs) wrong++;
              const taken = waiting.take();
              if (taken.id !== wanted.id || taken.index !== wanted.index || taken.deadlineNs !== wanted.deadlineNs)
                wrong++;
              const waits = model.length - head;
              if (roomOf(waiting) > waits + Math.max(SPARE, waits)) wrong++;
            }
            expect(waiting.nextNs).toBe(model[head]?.deadlineNs ?? Number.POSITIVE_INFINITY);
          }
          expect(wrong).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('shrinks: a long row, once it has passed, leaves little behind', () => {
    const waiting = new Waiting(DELAY_NS);
    for (let id = 1; id <= 100_000; id++) waiting.add(numbered(id, 0), id);
    expect(roomOf(waiting)).toBe(100_000);
    for (let id = 1; id <= 100_000; id++) waiting.take();
    expect(roomOf(waiting)).toBeLessThanOrEqual(SPARE);
    expect(waiting.nextNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('a row that never ends takes no more room than those who wait, and some', () => {
    const waiting = new Waiting(DELAY_NS);
    let most = 0;
    let wrong = 0;
    for (let id = 1; id <= 200_000; id++) {
      waiting.add(numbered(id, 0), id);
      if (id > 1000 && waiting.take().id !== id - 1000) wrong++;
      most = Math.max(most, roomOf(waiting));
    }
    expect(wrong).toBe(0);
    expect(most).toBeLessThan(2 * SPARE);
  });
});
