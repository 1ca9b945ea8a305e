// `-w FILE`: what is written is what was captured, for us and for Wireshark, and stays a whole file whatever happens.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureFile } from '../../src/sink/capture-file.js';
import { readFile } from '../source/reading.js';
import { payload } from '../support/captures.js';
import {
  baseAt,
  batchOf,
  blocksOf,
  canMount,
  type Frame,
  framesIn,
  inFolder,
  inSmallFileSystem,
  NOON_NS,
  run,
  textOf,
  unlessMounts,
  unlessWireshark,
  wireshark,
} from './written.js';

const OPTIONS = { application: 'tcpwatch 9.9.9', interfaceName: 'eth7', snaplen: 262_144, filter: 'tcp port 443' };

const frames = (count: number, length = 100): Frame[] =>
  Array.from({ length: count }, (_, i) => ({ timeNs: i * 1_000_003, data: [...payload(length + (i % 5), i)] }));

async function writeFile(path: string, ...batches: readonly (readonly Frame[])[]): Promise<CaptureFile> {
  const file = new CaptureFile(fs.openSync(path, 'w'), baseAt(), OPTIONS);
  for (const batch of batches) await file.write(batchOf(batch), batch.length);
  await file.end(5_000_000_000, 1000, 7);
  return file;
}

const frame = fc.record({
  // A frame so far from the base that its time does not fit the double is not the writer's to mend.
  timeNs: fc.maxSafeInteger(),
  linkType: fc.constantFrom(1, 101, 276),
  wireLength: fc.integer({ min: 0, max: 0x7fff_ffff }),
  data: fc.uint8Array({ maxLength: 300 }).map((octets) => [...octets]),
});

describe('a capture file', () => {
  it('gives back every frame, octet by octet and nanosecond by nanosecond', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.pcapng');
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(frame, { maxLength: 20 }), { maxLength: 4 }),
          fc.bigInt({ min: 1n << 54n, max: (1n << 63n) - 1n }),
          async (batches, epochNs) => {
            const file = new CaptureFile(fs.openSync(path, 'w'), baseAt(epochNs), OPTIONS);
            for (const batch of batches) await file.write(batchOf(batch), batch.length);
            await file.end(null, null, null);
            const read = framesIn(path, baseAt(epochNs));
            expect(read).toEqual(batches.flat());
            expect(file.frames).toBe(read.length);
          },
        ),
      );
    });
  });

  it('writes only the first frames of a batch where it is told so', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.pcapng');
      const file = new CaptureFile(fs.openSync(path, 'w'), baseAt(), OPTIONS);
      await file.write(batchOf(frames(10)), 4);
      await file.end(null, null, null);
      expect(framesIn(path)).toHaveLength(4);
    });
  });

  it('says where it comes from, and counts what it holds for each interface', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.pcapng');
      await writeFile(path, frames(3), [{ data: [1], linkType: 101 }, { data: [2] }], frames(2));
      const blocks = blocksOf(fs.readFileSync(path));
      expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 6, 6, 6, 1, 6, 6, 6, 6, 5, 5]);
      expect(textOf(blocks[0].options.get(4))).toBe('tcpwatch 9.9.9');
      expect(textOf(blocks[1].options.get(2))).toBe('eth7');
      expect(textOf(blocks[1].options.get(11))).toBe('\0tcp port 443');
      expect(blocks[1].options.get(9)!.getUint8(0)).toBe(9);
      const count = (block: number, code: number) => blocks[block].options.get(code)?.getBigUint64(0, true);
      expect([count(10, 4), count(10, 7), count(10, 8)]).toEqual([1000n, 7n, 6n]);
      expect([count(11, 4), count(11, 7), count(11, 8)]).toEqual([undefined, undefined, 1n]);
      const end = blocks[10].options.get(3)!;
      expect((BigInt(end.getUint32(0, true)) << 32n) | BigInt(end.getUint32(4, true))).toBe(NOON_NS + 5_000_000_000n);
    });
  });

  it('is a capture even without a frame', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.pcapng');
      await writeFile(path);
      expect(await readFile(path)).toMatchObject({ frames: [], problem: null, info: { format: 'pcapng' } });
    });
  });

  it.skipIf(!wireshark)(`is the same to Wireshark${unlessWireshark}`, async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.pcapng');
      const written = frames(200);
      await writeFile(path, written.slice(0, 50), written.slice(50));
      const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.interface_name'].flatMap((field) => ['-e', field]);
      const lines = run('tshark', '-r', path, '-T', 'fields', ...fields)
        .trim()
        .split('\n');
      const expected = written.map(({ timeNs, data }) => {
        const ns = NOON_NS + BigInt(timeNs!);
        return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}\t${data.length}\teth7`;
      });
      expect(lines).toEqual(expected);
      const about = run('capinfos', '-M', path);
      for (const words of [
        'tcpwatch 9.9.9',
        'Filter string = tcp port 443',
        'Number of stat entries = 1',
        'nanoseconds',
      ]) {
        expect(about).toContain(words);
      }
    });
  });
});

describe('a capture file that cannot be written', () => {
  it.skipIf(!fs.existsSync('/dev/full'))('says why and stops', async () => {
    const file = await writeFile('/dev/full', frames(3), frames(3));
    expect(file).toMatchObject({ problem: 'no space left on device', frames: 0 });
  });

  it.skipIf(!canMount)(`stays whole where the disk is full${unlessMounts}`, async () => {
    await inSmallFileSystem(65_536, async (folder) => {
      const path = join(folder, 'w.pcapng');
      const file = await writeFile(path, frames(100), frames(1000), frames(100));
      expect(file.problem).toBe('no space left on device');
      const read = framesIn(path);
      expect(read.length).toBeGreaterThan(300);
      expect(file.frames).toBe(read.length);
      expect(read.map(({ data }) => data)).toEqual(
        [...frames(100), ...frames(1000)].slice(0, read.length).map((f) => f.data),
      );
    });
  });

  it('says so when the reader of a pipe has gone', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'fifo');
      run('mkfifo', path);
      const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const fd = fs.openSync(path, 'w');
      fs.closeSync(reader);
      const file = new CaptureFile(fd, baseAt(), OPTIONS);
      await file.write(batchOf(frames(3)), 3);
      await file.end(null, null, null);
      expect(file).toMatchObject({ problem: 'broken pipe', frames: 0 });
    });
  });

  it('waits for a pipe that is full', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'fifo');
      run('mkfifo', path);
      // Open for both, it waits for no reader and never blocks: a write that does not fit gives EAGAIN.
      const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      const file = new CaptureFile(fd, baseAt(), OPTIONS);
      const all = frames(5000);
      const writing = file.write(batchOf(all), all.length).then(() => file.end(null, null, null));
      const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const chunks: Buffer[] = [];
      reader.stdout.on('data', (chunk) => chunks.push(chunk));
      const closed = once(reader, 'close');
      // cat must have opened its end before ours goes: the first octets say so.
      await once(reader.stdout, 'data');
      await writing;
      await closed;
      expect(file).toMatchObject({ problem: null, frames: 5000 });
      const kinds = blocksOf(Buffer.concat(chunks)).map(({ type }) => type);
      expect(kinds.filter((type) => type === 6)).toHaveLength(5000);
      expect(kinds.at(-1)).toBe(5);
    });
  });
});
