// What is remembered of connections: bounded, whatever comes, and given back as it was.

import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlightRecorder } from '../../src/sink/flight-recorder.js';
import { FrameMemory } from '../../src/sink/frame-memory.js';
import { payload } from '../support/captures.js';
import { baseAt, batchOf, Feed, framesIn, inFolder, KIB, recordWith } from './written.js';

describe('the memory', () => {
  it('is bounded however many connections there are', () => {
    const memory = new FrameMemory(baseAt(), 256 * KIB);
    const batch = batchOf([{ data: [...payload(100)] }]);
    for (let id = 1; id <= 200_000; id++) {
      memory.keep(id, 2 * id, batch, 0);
      memory.keep(id, 2 * id + 1, batch, 0);
      if (id % 3 === 0) memory.forget(id);
      expect(memory.connections).toBeLessThanOrEqual(256);
    }
    expect(memory.snapshot(199_999, new Set(), 64 * KIB).total).toBe(2);
    expect(memory.snapshot(1, new Set(), 64 * KIB)).toMatchObject({ total: 0, blocks: new Uint8Array(0) });
  });

  it('of verdicts that wait is bounded too', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1, 1, 20_000);
      for (let id = 1; id <= 40; id++) {
        feed.pass(id, 4, 2000);
        feed.recorder.write(recordWith({ id, firstPacket: feed.packet - 3, lastPacket: feed.packet }));
      }
      feed.pass(41);
      const { notWritten } = feed.recorder;
      expect(notWritten).toBeGreaterThan(25);
      await feed.recorder.end();
      expect(feed.recorder.files).toBe(40 - notWritten);
      // Once they are written there is room again.
      feed.recorder.write(recordWith({ id: 40, firstPacket: feed.packet - 3, lastPacket: feed.packet }));
      await feed.recorder.end();
      expect(feed.recorder.notWritten).toBe(notWritten - 1);
    });
  });

  it('goes without first frames when their share is full, and takes them again when it is not', () => {
    const memory = new FrameMemory(baseAt(), 256 * KIB);
    const batch = batchOf([{ data: [...payload(3000)] }]);
    const keep = (id: number, count: number): void => {
      for (let i = 0; i < count; i++) memory.keep(id, ++packet, batch, 0);
    };
    const frames = (id: number): number => Math.floor(memory.snapshot(id, new Set(), 1024 * KIB).blocks.length / 3000);
    let packet = 0;
    for (let id = 1; id <= 10; id++) keep(id, 4);
    keep(1000, 100);
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(frames)).toEqual([4, 4, 4, 4, 3, 0, 0, 0, 0, 0]);
    for (let id = 1; id <= 10; id++) memory.forget(id);
    keep(11, 4);
    keep(1000, 100);
    expect(frames(11)).toBe(4);
  });

  it('gives back what was kept: in order, unaltered, nothing of anybody else', async () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.tuple(fc.constant('keep'), fc.nat(6), fc.integer({ min: 4, max: 400 })) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('long'), fc.nat(6), fc.integer({ min: 1000, max: 20_000 })) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('forget'), fc.nat(6), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('write'), fc.integer({ min: 1, max: 6 }), fc.constant(0)) },
    );
    const batch = batchOf([{ data: [...payload(20_000)] }]);
    await inFolder(async (folder) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 400, size: 'max' }), async (steps) => {
          const options = { directory: folder, application: 'a', interfaceName: 'i' };
          const recorder = new FlightRecorder(baseAt(), {
            ...options,
            memoryBytes: 32 * KIB,
            directoryBytes: 1024 * KIB,
          });
          const kept = new Map<number, number[][]>();
          // An id that was forgotten never comes back.
          const ids = [0, 1, 2, 3, 4, 5, 6];
          for (const [packet, [kind, which, length]] of steps.entries()) {
            const id = ids[which];
            if (kind === 'forget') {
              recorder.forget(id);
              if (id > 0) ids[which] += 10;
            } else if (kind === 'write') recorder.write(recordWith({ id }));
            else {
              const data = payload(length, packet);
              batch.bytes.set(data, batch.offset[0]);
              batch.capturedLength[0] = length;
              recorder.keep(id, packet, batch, 0);
              kept.set(id, [...(kept.get(id) ?? []), [...data]]);
            }
          }
          await recorder.end();
          for (const id of ids.slice(1)) recorder.write(recordWith({ id }));
          await recorder.end();
          for (const name of fs.readdirSync(folder)) {
            const path = join(folder, name);
            const frames = kept.get(Number(/_(\d+)\.pcapng$/.exec(name)?.[1])) ?? [];
            let next = 0;
            for (const { data } of framesIn(path)) {
              while (next < frames.length && frames[next].join() !== data.join()) next++;
              expect(next).toBeLessThan(frames.length);
              next++;
            }
            fs.rmSync(path);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
});
