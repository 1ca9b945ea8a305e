import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { TimeBase } from '../../src/source/frame-batch.js';
import { openCapture } from '../../src/source/open-capture.js';
import {
  concatenate,
  enhancedPacket,
  interfaceDescription,
  payload,
  pcapFile,
  sectionHeader,
} from '../support/captures.js';
import { framesOf, parse, type Reading, readFile, readPiped } from './reading.js';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'tcpwatch-gzip-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** From a file, which can be read again, and from a pipe, which cannot: the answers must not differ. */
async function read(octets: Uint8Array, chunkLength?: number): Promise<Reading> {
  const file = path.join(directory, 'capture');
  fs.writeFileSync(file, octets);
  const fromFile = await readFile(file);
  expect(await readPiped(octets, chunkLength)).toEqual(fromFile);
  return fromFile;
}

const frame = (i: number) => payload(900 + (i % 7), i * i);
const PCAP = pcapFile({ records: Array.from({ length: 40 }, (_, i) => ({ seconds: i, data: frame(i) })) });
const PCAPNG = concatenate(
  sectionHeader(),
  interfaceDescription(),
  ...Array.from({ length: 40 }, (_, i) => enhancedPacket({ time: BigInt(i) * 1_000_000n, data: frame(i) })),
);
const FRAMES = parse(PCAP).frames;

test.each([
  ['pcap', PCAP],
  ['pcapng', PCAPNG],
] as const)('%s inside', async (format, octets) => {
  const { frames, problem, info } = await read(zlib.gzipSync(octets));
  expect({ frames, problem }).toEqual({ frames: FRAMES, problem: null });
  expect(info).toMatchObject({ format, gzip: true });
});

test('two members, wherever the first ends and however the octets arrive', async () => {
  for (const at of [0, 1, 3, 24, 25, 500, PCAP.length]) {
    const both = concatenate(zlib.gzipSync(PCAP.subarray(0, at)), zlib.gzipSync(PCAP.subarray(at)));
    expect(await read(both, 7)).toMatchObject({ frames: FRAMES, problem: null });
  }
});

test('more than is inflated at a time, both ways', async () => {
  const records = Array.from({ length: 300 }, (_, i) => ({ seconds: i, data: new Uint8Array(20_000).fill(i) }));
  const noise = Array.from({ length: 300 }, (_, i) => ({
    data: Uint8Array.from({ length: 700 }, (_, j) => Math.imul(i * 700 + j + 1, 0x9e3779b1) >>> 13),
  }));
  const octets = pcapFile({ records: [...records, ...noise] });
  expect(await read(zlib.gzipSync(octets))).toMatchObject({ frames: parse(octets).frames, problem: null });
});

test('padding behind the last member', async () => {
  expect(await read(concatenate(zlib.gzipSync(PCAP), new Uint8Array(500)))).toMatchObject({
    frames: FRAMES,
    problem: null,
  });
});

describe('cut off', () => {
  const whole = zlib.gzipSync(PCAP);
  /** What an inflater makes of the octets it is given. */
  const inflate = (octets: Uint8Array) => zlib.gunzipSync(octets, { finishFlush: zlib.constants.Z_SYNC_FLUSH });

  test.each([0.2, 0.5, 0.9].map((part) => Math.floor(whole.length * part)))('after %d octets', async (length) => {
    const octets = inflate(whole.subarray(0, length));
    const inside = parse(octets);
    const { frames, problem } = await read(whole.subarray(0, length));
    expect(frames).toEqual(inside.frames);
    expect(frames.length).toBeLessThan(40);
    expect(problem).toEqual({
      message: 'the gzip stream is cut off',
      offset: inside.cutOffAt ?? octets.length,
      kind: 'truncated',
    });
  });
  test('inside the trailer: every frame is given', async () => {
    const { frames, problem } = await read(whole.subarray(0, -1));
    expect(frames).toEqual(FRAMES);
    expect(problem).toMatchObject({ offset: PCAP.length, kind: 'truncated' });
  });
  test('inside its header', async () => {
    for (const length of [2, 5, 10]) {
      const { problem } = await read(whole.subarray(0, length));
      expect(problem).toEqual({ message: 'the gzip stream is cut off', offset: 0, kind: 'truncated' });
    }
  });
});

describe('damaged', () => {
  const NO_BLOCK_TYPE = Uint8Array.of(0x07, 0, 0, 0);
  const unfinished = (octets: Uint8Array) => zlib.gzipSync(octets, { finishFlush: zlib.constants.Z_SYNC_FLUSH });

  test.each([1, 20, 39, 40])('after %d frames: all of them are given', async (count) => {
    const offset = 24 + FRAMES.slice(0, count).reduce((sum, { data }) => sum + 16 + data.length, 0);
    for (const beyond of [0, 15, 300]) {
      const inside = PCAP.subarray(0, offset + beyond);
      const { frames, problem } = await read(concatenate(unfinished(inside), NO_BLOCK_TYPE, payload(50_000)));
      expect(frames).toEqual(FRAMES.slice(0, count));
      expect(problem).toEqual({
        message: 'the gzip stream is damaged: invalid block type',
        offset,
        kind: 'damaged',
      });
    }
  });
  test('far into a stream', async () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, j) => Math.imul(j + 1, 0x9e3779b1) >>> 13);
    const inside = pcapFile({ records: [{ data }, { data }, { data: payload(9) }, { data: payload(10) }] });
    const { frames, problem } = await read(concatenate(unfinished(inside), NO_BLOCK_TYPE), 1000);
    expect(frames).toEqual(parse(inside).frames);
    expect(problem).toMatchObject({ offset: inside.length, kind: 'damaged' });
  });
  test('a wrong checksum: every frame is given', async () => {
    const octets = zlib.gzipSync(PCAP);
    octets[octets.length - 8] ^= 1;
    const { frames, problem } = await read(octets);
    expect(frames).toEqual(FRAMES);
    expect(problem).toMatchObject({ message: 'the gzip stream is damaged: incorrect data check', offset: PCAP.length });
  });
  test('the capture inside', async () => {
    const records = [{ data: payload(3) }, { capturedLength: 0x7fff_ffff }];
    expect(await read(zlib.gzipSync(pcapFile({ records })))).toMatchObject({
      problem: { offset: 24 + 19, kind: 'damaged' },
    });
  });
});

test('what is inside is no capture', async () => {
  const message = async (octets: Uint8Array | string) => (await read(zlib.gzipSync(octets))).problem?.message;
  expect(await message('')).toBe('the input is empty');
  expect(await message('hello\n')).toBe('not a capture file: it looks like text');
  expect(await message(zlib.gzipSync(PCAP))).toMatch('gzip-compressed twice');
});

test('a pipe that grows: a frame is given once it can be inflated', async () => {
  const stdin = new PassThrough();
  const gzip = zlib.createGzip();
  gzip.pipe(stdin);
  const batches = openCapture('-', new TimeBase(), { stdin }).batches();
  let written = 0;
  for (let i = 0; i < 3; i++) {
    const next = batches.next();
    const end = 24 + FRAMES.slice(0, i + 1).reduce((sum, { data }) => sum + 16 + data.length, 0);
    gzip.write(PCAP.subarray(written, end));
    gzip.flush();
    written = end;
    expect(framesOf((await next).value!)).toEqual([FRAMES[i]]);
  }
  gzip.end();
  expect(await batches.next()).toMatchObject({ done: true });
});

test('closing ends a wait', async () => {
  const stdin = new PassThrough();
  const source = openCapture('-', new TimeBase(), { stdin });
  const next = source.batches().next();
  stdin.write(zlib.gzipSync(PCAP).subarray(0, 20));
  await new Promise(setImmediate);
  source.close();
  expect(await next).toMatchObject({ done: true });
  expect(source.problem).toBeNull();
});
