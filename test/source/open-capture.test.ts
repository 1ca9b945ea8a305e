import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { TimeBase } from '../../src/source/frame-batch.js';
import { openCapture } from '../../src/source/open-capture.js';
import {
  block,
  concatenate,
  enhancedPacket,
  interfaceDescription,
  payload,
  pcapFile,
  pcapRecord,
  sectionHeader,
} from '../support/captures.js';
import { framesOf, parse, readFile, readPiped } from './reading.js';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tcpwatch-source-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

let files = 0;
function onDisk(octets: Uint8Array | string): string {
  const file = path.join(directory, `${files++}`);
  fs.writeFileSync(file, octets);
  return file;
}

const RECORDS = Array.from({ length: 5 }, (_, i) => ({ seconds: 100 + i, data: payload(60 + i, i) }));
const PCAP = pcapFile({ records: RECORDS });
const PCAPNG = concatenate(
  sectionHeader(),
  interfaceDescription({ name: 'eth0' }),
  ...RECORDS.map(({ seconds, data }) => enhancedPacket({ time: BigInt(seconds) * 1_000_000n, data })),
);
const FRAMES = parse(PCAP).frames;

describe.each([
  ['pcap', PCAP],
  ['pcapng', PCAPNG],
] as const)('%s', (format, octets) => {
  test('from a file', async () => {
    const { frames, problem, info } = await readFile(onDisk(octets));
    expect({ frames, problem }).toEqual({ frames: FRAMES, problem: null });
    expect(info).toMatchObject({ format, gzip: false, linkTypes: [1], precision: 'us' });
  });
  test('from a pipe, however it is cut into chunks', async () => {
    for (const length of [1, 2, 3, 5, 23, 61, 10_000]) {
      expect(await readPiped(octets, length)).toMatchObject({ frames: FRAMES, problem: null });
    }
  });
  test('cut off: the frames before are given, and where the record starts', async () => {
    const last = octets.length - (format === 'pcap' ? 16 + 64 : 32 + 64);
    const { frames, problem } = await readFile(onDisk(octets.subarray(0, -1)));
    expect(frames).toEqual(FRAMES.slice(0, 4));
    expect(problem).toEqual({ message: 'the capture is cut off inside a record', offset: last, kind: 'truncated' });
  });
});

test('several captures share a base', async () => {
  const base = new TimeBase();
  await readFile(onDisk(PCAP), base);
  const earlier = pcapFile({ records: [{ seconds: 99, fraction: 1 }] });
  expect((await readFile(onDisk(earlier), base)).frames[0].timeNs).toBe(-999_999_000);
  expect(base.epochNs).toBe(100_000_000_000n);
});

test('a capture many times the buffer, records across its every edge', async () => {
  const records = Array.from({ length: 600 }, (_, i) => ({ seconds: i, data: new Uint8Array(40_009).fill(i) }));
  const { frames, problem } = await readFile(onDisk(pcapFile({ records })));
  expect(problem).toBeNull();
  expect(frames.map(({ timeNs }) => timeNs / 1e9)).toEqual(records.map(({ seconds }) => seconds));
  expect(frames.every(({ data }, i) => data.length === 40_009 && data.every((octet) => octet === (i & 0xff)))).toBe(
    true,
  );
});

test('more frames in one read than a batch holds', async () => {
  const octets = pcapFile({ records: Array.from({ length: 20_000 }, (_, seconds) => ({ seconds })) });
  for (const { frames, problem } of [await readFile(onDisk(octets)), await readPiped(octets)]) {
    expect(problem).toBeNull();
    expect(frames.map(({ timeNs }) => timeNs / 1e9)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  }
});

test('a block longer than any buffer is stepped over', async () => {
  const long = block(0x0bad, new Uint8Array(20 * 1024 * 1024));
  const { frames, problem } = await readFile(
    onDisk(concatenate(sectionHeader(), interfaceDescription(), long, enhancedPacket({ data: payload(4) }))),
  );
  expect(problem).toBeNull();
  expect(frames).toHaveLength(1);
});

test('a block that claims 4 GiB and is not there', async () => {
  const file = concatenate(PCAPNG, block(0x0bad, payload(4), { claimedLength: 0xffff_fffc }));
  const { frames, problem } = await readPiped(file, 100);
  expect(frames).toEqual(FRAMES);
  expect(problem).toMatchObject({ offset: PCAPNG.length, kind: 'truncated' });
});

describe('what is no capture is said in a line', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  test.each([
    ['nothing', '', 'the input is empty'],
    ['text', 'Frame 1: 60 bytes\n', 'not a capture file: it looks like text'],
    ['short text', 'a', 'not a capture file: it looks like text'],
    ['UTF-8', 'naïve\n', 'not a capture file: it looks like text'],
    ['octets', hex('00 01 02 ff 04'), 'not a capture file: it starts with 00 01 02 ff, neither pcap nor pcapng'],
    ['two octets', hex('d4 c3'), 'not a capture file: it starts with d4 c3, neither pcap nor pcapng'],
    ['zstd', hex('28 b5 2f fd 00'), 'not a capture file: it is zstd-compressed; pipe it through `zstd -dc`'],
    ['snoop', 'snoop\0\0\0', 'not a capture file: it is a snoop capture; convert it with `editcap -F pcapng`'],
    ['ZIP', hex('50 4b 03 04'), 'not a capture file: it is a ZIP archive; unpack it first'],
    ['bzip2', 'BZh91AY', 'not a capture file: it is bzip2-compressed; pipe it through `bzip2 -dc`'],
  ])('%s', async (_, octets, message) => {
    const expected = { frames: [], problem: { message, offset: 0, kind: 'unreadable' } };
    expect(await readFile(onDisk(octets))).toMatchObject(expected);
    expect(await readPiped(Buffer.from(octets), 1)).toMatchObject(expected);
  });

  test('a header that is cut off', async () => {
    for (const octets of [PCAP.subarray(0, 23), PCAPNG.subarray(0, 27)]) {
      expect((await readFile(onDisk(octets))).problem).toMatchObject({ offset: 0, kind: 'truncated' });
    }
  });
  test.each([
    ['no such file', 'absent', 'no such file'],
    ['a file as a directory', '0/below', 'no such file'],
    ['a directory', '.', 'it is a directory'],
  ])('%s', async (_, name, message) => {
    onDisk(PCAP);
    const { frames, problem } = await readFile(path.join(directory, name));
    expect({ frames, problem }).toEqual({ frames: [], problem: { message, offset: 0, kind: 'unreadable' } });
  });
  test('a circle of links', async () => {
    const link = path.join(directory, 'circle');
    fs.symlinkSync(link, link);
    expect((await readFile(link)).problem?.message).toBe('cannot be read: ELOOP');
  });
  test('no permission', async () => {
    const file = onDisk(PCAP);
    fs.chmodSync(file, 0);
    // Root may read anything, so it is not root that tries.
    const user = process.geteuid!();
    if (user === 0) process.seteuid!(65_534);
    try {
      expect((await readFile(file)).problem).toMatchObject({ message: 'permission denied', kind: 'unreadable' });
    } finally {
      if (user === 0) process.seteuid!(user);
    }
  });
  test('an empty device', async () => {
    expect((await readFile('/dev/null')).problem?.message).toBe('the input is empty');
  });
});

describe('a pipe that grows', () => {
  const records = RECORDS.map((record) => pcapRecord(record));
  const header = pcapFile();

  /** Writes each frame with the front of the next, and takes it before more is written: a source that waits hangs. */
  async function expectEachAtOnce(file: string, stdin: PassThrough | undefined, write: (octets: Uint8Array) => void) {
    const source = openCapture(file, new TimeBase(), stdin === undefined ? {} : { stdin });
    const batches = source.batches();
    const octets = concatenate(...records);
    let written = 0;
    let end = 0;
    write(header);
    for (const [i, record] of records.entries()) {
      end += record.length;
      const next = batches.next();
      write(octets.slice(written, end + 5));
      written = end + 5;
      const { done, value } = await next;
      expect(done).toBe(false);
      expect(framesOf(value!)).toEqual([FRAMES[i]]);
    }
    return { source, batches };
  }

  test('standard input: a frame is given once it is whole', async () => {
    const stdin = new PassThrough();
    const { source, batches } = await expectEachAtOnce('-', stdin, (octets) => stdin.write(octets));
    stdin.end();
    expect(await batches.next()).toMatchObject({ done: true });
    expect(source).toMatchObject({ name: '-', problem: null });
  });

  test('a FIFO: the same', async () => {
    const fifo = path.join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Opened once the source waits: a FIFO has no writer at first, and that is not its end.
    let writer: fs.WriteStream | undefined;
    const { source, batches } = await expectEachAtOnce(fifo, undefined, (octets) => {
      writer ??= fs.createWriteStream(fifo);
      writer.write(octets);
    });
    writer?.end();
    expect(await batches.next()).toMatchObject({ done: true });
    expect(source.problem).toBeNull();
  });

  test('closing ends the wait for the writer of a FIFO', async () => {
    const fifo = path.join(directory, 'fifo without writer');
    execFileSync('mkfifo', [fifo]);
    const source = openCapture(fifo, new TimeBase());
    const next = source.batches().next();
    await new Promise(setImmediate);
    source.close();
    expect(await next).toMatchObject({ done: true });
    expect(source.problem).toBeNull();
  });

  test('closing ends a wait, and is no problem', async () => {
    for (const early of [new Uint8Array(0), header.subarray(0, 10), concatenate(header, records[0].subarray(0, 9))]) {
      const stdin = new PassThrough();
      const source = openCapture('-', new TimeBase(), { stdin });
      const next = source.batches().next();
      stdin.write(early);
      await new Promise(setImmediate);
      source.close();
      expect(await next).toMatchObject({ done: true });
      expect(source.problem).toBeNull();
    }
  });

  test('leaving the loop closes the source', async () => {
    const stdin = new PassThrough();
    stdin.write(PCAP);
    for await (const _ of openCapture('-', new TimeBase(), { stdin }).batches()) break;
    expect(stdin.destroyed).toBe(true);
  });

  test('a failure of the pipe: the frames before are given', async () => {
    const stdin = new PassThrough();
    const source = openCapture('-', new TimeBase(), { stdin });
    const batches = source.batches();
    stdin.write(PCAP);
    expect((await batches.next()).value?.count).toBe(5);
    const next = batches.next();
    stdin.destroy(Object.assign(new Error('read'), { code: 'EIO' }));
    expect(await next).toMatchObject({ done: true });
    expect(source.problem).toEqual({ message: 'cannot be read: EIO', offset: PCAP.length, kind: 'unreadable' });
  });
});

test('a capture can be walked once', async () => {
  const source = openCapture(onDisk(PCAP), new TimeBase());
  for await (const _ of source.batches());
  await expect(source.batches().next()).rejects.toThrow('once');
});
