// The queue of those who are looked at again, against an array; and its memory.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../src/tcp/connection.js';
import { Waiting } from '../../src/tcp/waiting.js';

const DELAY_NS = 5;
/** Room that there always is. */
const LEAST_ROOM = 1024;

/** A connection of which only number and place mean anything. */
function numbered(id: number, index: number): Connection {
  const connection = new Connection();
  connection.id = id;
  connection.index = index;
  return connection;
}

const roomOf = (waiting: Waiting): number => (waiting as unknown as { ids: Int32Array }).ids.length;

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
          let most = 0;
          let wrong = 0;
          for (const { adds, takes } of turns) {
            for (let i = 0; i < adds; i++) {
              id++;
              waiting.add(numbered(id, id % 7), id * 2);
              model.push({ id, index: id % 7, deadlineNs: id * 2 + DELAY_NS });
            }
            most = Math.max(most, model.length - head);
            for (let i = 0; i < takes && head < model.length; i++) {
              const wanted = model[head++];
              if (waiting.nextNs !== wanted.deadlineNs) wrong++;
              waiting.take();
              if (waiting.id !== wanted.id || waiting.index !== wanted.index) wrong++;
              if (roomOf(waiting) > Math.max(LEAST_ROOM, 2 * most)) wrong++;
            }
            expect(waiting.nextNs).toBe(model[head]?.deadlineNs ?? Number.POSITIVE_INFINITY);
          }
          expect(wrong).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a row that never ends takes no more room than those who wait, and some', () => {
    const waiting = new Waiting(DELAY_NS);
    let most = 0;
    let wrong = 0;
    for (let id = 1; id <= 200_000; id++) {
      waiting.add(numbered(id, 0), id);
      if (id > 1000) {
        waiting.take();
        if (waiting.id !== id - 1000) wrong++;
      }
      most = Math.max(most, roomOf(waiting));
    }
    expect(wrong).toBe(0);
    expect(most).toBe(LEAST_ROOM);
  });
});
