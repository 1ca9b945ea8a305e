// The clock of a saved capture: a pcapng that says when its capture ended moves it there, if it still holds all that was
// captured. Interface statistics that say anything else, or nothing that makes sense, change nothing at all.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { TimeBase } from '../../src/source/frame-batch.js';
import { openCapture } from '../../src/source/open-capture.js';
import {
  type ByteOrder,
  block,
  concatenate,
  enhancedPacket,
  interfaceDescription,
  obsoletePacket,
  option,
  payload,
  pcapFile,
  sectionHeader,
  simplePacket,
} from '../support/captures.js';
import { parse, readPiped } from './reading.js';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), `tcpwatch-${process.pid}-`));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** Microseconds since 1970 of the first frame; others follow each a second later. */
const US = 1_700_000_000_000_000n;
const SECOND = 1_000_000n;
/** Microseconds since 1970 at which captures ended: a minute after the first frame. */
const END = US + 60n * SECOND;
const END_NS = 60e9;

const START_TIME = 2;
const END_TIME = 3;
const RECEIVED = 4;
const DELIVERED = 8;

/** Two words, the high one first whatever the byte order: a timestamp. */
function time(value: bigint, order: ByteOrder = 'little'): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, Number(value >> 32n), order === 'little');
  view.setUint32(4, Number(value & 0xffff_ffffn), order === 'little');
  return new Uint8Array(view.buffer);
}

/** 64 bits in the file's byte order: a count. */
function count(value: bigint, order: ByteOrder = 'little'): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, order === 'little');
  return new Uint8Array(view.buffer);
}

interface Statistics {
  readonly interfaceId?: number;
  readonly end?: bigint | null;
  readonly delivered?: bigint | null;
  readonly order?: ByteOrder;
  /** Raw options before and behind the two. */
  readonly before?: Uint8Array;
  readonly behind?: Uint8Array;
}

function statistics(options: Statistics = {}): Uint8Array {
  const { interfaceId = 0, end = END, delivered = null, order = 'little' } = options;
  const id = new DataView(new ArrayBuffer(4));
  id.setUint32(0, interfaceId, order === 'little');
  const none = new Uint8Array(0);
  return block(
    5,
    concatenate(
      new Uint8Array(id.buffer),
      time(END, order),
      options.before ?? none,
      end === null ? none : option(END_TIME, time(end, order), order),
      delivered === null ? none : option(DELIVERED, count(delivered, order), order),
      options.behind ?? option(0, none, order),
    ),
    { order },
  );
}

const packet = (n: number, interfaceId = 0): Uint8Array =>
  enhancedPacket({ time: US + BigInt(n) * SECOND, interfaceId, data: payload(40, n) });
const packets = (count: number, interfaceId = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => packet(n, interfaceId));
const BEGIN = [sectionHeader(), interfaceDescription()];

let files = 0;
/** The frames of a capture in seconds since its first; and what its batches say of the clock: frames in it, and when. */
async function read(...parts: readonly Uint8Array[]) {
  const file = path.join(directory, `${files++}`);
  fs.writeFileSync(file, concatenate(...parts));
  const base = new TimeBase();
  const source = openCapture(file, base);
  const clocks: { count: number; clockNs: number }[] = [];
  const seconds: number[] = [];
  let batches = 0;
  for await (const { count, clockNs, timeNs } of source.batches()) {
    batches++;
    seconds.push(...Array.from(timeNs.subarray(0, count), (ns) => ns / 1e9));
    if (!Number.isNaN(clockNs)) clocks.push({ count, clockNs });
  }
  return { clocks, seconds, batches, problem: source.problem, base };
}

describe('the end of a capture', () => {
  test('that still holds all that was delivered is where its clock goes, in a batch of no frames, the last', async () => {
    const { clocks, seconds, batches, problem } = await read(...BEGIN, ...packets(3), statistics({ delivered: 3n }));
    expect(clocks).toEqual([{ count: 0, clockNs: END_NS }]);
    expect({ seconds, batches, problem }).toEqual({ seconds: [0, 1, 2], batches: 2, problem: null });
  });

  test('in big-endian, in the interface’s own units and offset, and through a pipe however it is cut', async () => {
    const order = 'big';
    const description = interfaceDescription({ order, resolution: 9, offsetSeconds: -5n });
    const file = concatenate(
      sectionHeader({ order }),
      description,
      enhancedPacket({ order, time: US * 1000n }),
      statistics({ order, end: US * 1000n + 7_000_000_123n, delivered: 1n }),
    );
    expect((await read(file)).clocks).toEqual([{ count: 0, clockNs: 7_000_000_123 }]);
    for (const step of [1, 7, 64]) expect(parse(file, step).reader.clockNs).toBe(7_000_000_123);
    expect(await readPiped(file, 5)).toMatchObject({ problem: null });
  });

  test('counts every kind of packet block', async () => {
    const simple = simplePacket({ data: payload(4) });
    const old = obsoletePacket({ time: US + SECOND, data: payload(4) });
    const { clocks } = await read(...BEGIN, packet(0), simple, old, statistics({ delivered: 3n }));
    expect(clocks).toEqual([{ count: 0, clockNs: END_NS }]);
  });

  test('of several interfaces is the latest of theirs, wherever each says it', async () => {
    const { clocks } = await read(
      ...BEGIN,
      interfaceDescription({ resolution: 9 }),
      packet(0),
      enhancedPacket({ interfaceId: 1, time: (US + SECOND) * 1000n }),
      statistics({ interfaceId: 1, end: (US + 90n * SECOND) * 1000n, delivered: 1n }),
      packet(2),
      statistics({ interfaceId: 0, delivered: 2n }),
    );
    expect(clocks).toEqual([{ count: 0, clockNs: 90e9 }]);
  });

  test('said more than once: the last time counts', async () => {
    const early = statistics({ end: US + 2n * SECOND, delivered: 1n });
    expect((await read(...BEGIN, packet(0), early, packet(1), statistics({ delivered: 2n }))).clocks).toEqual([
      { count: 0, clockNs: END_NS },
    ]);
    expect((await read(...BEGIN, packet(0), statistics({ delivered: 1n }), early)).clocks).toEqual([
      { count: 0, clockNs: 2e9 },
    ]);
  });

  test('of sections is that of the last', async () => {
    const first = [...BEGIN, packet(0), statistics({ end: US + 5n * SECOND, delivered: 1n })];
    const { clocks } = await read(...first, ...BEGIN, packet(10), statistics({ delivered: 1n }));
    expect(clocks).toEqual([{ count: 0, clockNs: END_NS }]);
    expect((await read(...first, ...BEGIN, packet(10))).clocks).toEqual([]);
    expect((await read(...first, ...BEGIN, packet(10), statistics({ delivered: 2n }))).clocks).toEqual([]);
  });

  test.each([
    ['more were delivered than it has: it was cut up since', [...packets(3), statistics({ delivered: 4n })]],
    ['fewer were delivered than it has: it was put together since', [...packets(3), statistics({ delivered: 2n })]],
    ['2^32 more than it has', [...packets(3), statistics({ delivered: 3n + (1n << 32n) })]],
    ['how many were delivered is not said', [...packets(3), statistics()]],
    [
      'how many were received is another question',
      [...packets(3), statistics({ behind: option(RECEIVED, count(3n)) })],
    ],
    ['when it ended is not said', [...packets(3), statistics({ end: null, delivered: 3n })]],
    ['frames follow', [...packets(2), statistics({ delivered: 2n }), packet(2)]],
    ['there are no statistics', packets(3)],
    [
      'of two interfaces one says nothing',
      [interfaceDescription(), packet(0), packet(1, 1), statistics({ delivered: 1n })],
    ],
    ['nor does one without frames', [interfaceDescription(), packet(0), statistics({ delivered: 1n })]],
    [
      'of two interfaces one has lost frames',
      [
        ...[interfaceDescription(), packet(0), packet(1, 1), statistics({ delivered: 1n })],
        statistics({ interfaceId: 1, delivered: 2n }),
      ],
    ],
    [
      'an interface is described behind the statistics',
      [packet(0), statistics({ delivered: 1n }), interfaceDescription()],
    ],
  ])('is not known where %s', async (_, blocks) => {
    const { clocks, problem, seconds } = await read(...BEGIN, ...blocks);
    expect({ clocks, problem }).toEqual({ clocks: [], problem: null });
    expect(seconds.length).toBeGreaterThan(0);
  });

  test('is not known of a capture that is cut off or damaged behind it, or in it', async () => {
    const whole = [...BEGIN, ...packets(2), statistics({ delivered: 2n })];
    const cut = concatenate(...whole);
    for (const parts of [
      [cut.subarray(0, -1)],
      [...whole, enhancedPacket().subarray(0, 20)],
      [...whole, enhancedPacket({ interfaceId: 9 })],
    ]) {
      const { clocks, seconds, problem } = await read(...parts);
      expect({ clocks, seconds }).toEqual({ clocks: [], seconds: [0, 1] });
      expect(problem).not.toBeNull();
    }
  });

  test('is not known of a pcap', async () => {
    const { clocks, seconds } = await read(pcapFile({ records: [{ seconds: 1 }, { seconds: 2 }] }));
    expect({ clocks, seconds }).toEqual({ clocks: [], seconds: [0, 1] });
  });
});

describe('statistics that are damaged or odd are passed over', () => {
  const none = new Uint8Array(0);
  const long = (code: number, length: number): Uint8Array => option(code, payload(length));
  test.each([
    ['nothing in them', block(5, none)],
    ['no time', block(5, payload(4))],
    ['half a time', block(5, payload(8))],
    ['an interface that was never described', statistics({ interfaceId: 1, delivered: 2n })],
    ['interface 4294967295', statistics({ interfaceId: 0xffff_ffff, delivered: 2n })],
    ['no options', block(5, new Uint8Array(12))],
    ['an option that runs over the end', statistics({ end: null, behind: option(END_TIME, time(END), 'little', 99) })],
    [
      'an end that runs over the end',
      statistics({ end: null, delivered: 2n, behind: option(END_TIME, payload(4), 'little', 8) }),
    ],
    ['an option header that is cut off', block(5, concatenate(new Uint8Array(12), payload(2)))],
    ['a short end', statistics({ end: null, delivered: 2n, before: long(END_TIME, 4) })],
    ['a long end', statistics({ end: null, delivered: 2n, before: long(END_TIME, 12) })],
    ['a short count', statistics({ behind: long(DELIVERED, 4) })],
    ['an end of options before all', statistics({ delivered: 2n, before: option(0, none) })],
  ])('%s', async (_, odd) => {
    const { clocks, seconds, problem } = await read(...BEGIN, ...packets(2), odd);
    expect({ clocks, seconds, problem }).toEqual({ clocks: [], seconds: [0, 1], problem: null });
    // Nor do they hide those that make sense, before them or behind.
    for (const blocks of [
      [statistics({ delivered: 2n }), odd],
      [odd, statistics({ delivered: 2n })],
    ]) {
      const { clocks, problem } = await read(...BEGIN, ...packets(2), ...blocks);
      expect({ clocks, problem }).toEqual({ clocks: [{ count: 0, clockNs: END_NS }], problem: null });
    }
  });

  test.each([
    ['options of other kinds', concatenate(option(1, payload(7)), option(START_TIME, time(US)), option(99, none))],
    ['an option of length 0', option(DELIVERED, none)],
    ['a custom option', option(2988, payload(9))],
  ])('%s beside those that make sense', async (_, before) => {
    const { clocks, problem } = await read(...BEGIN, ...packets(2), statistics({ delivered: 2n, before }));
    expect({ clocks, problem }).toEqual({ clocks: [{ count: 0, clockNs: END_NS }], problem: null });
  });

  test('whatever octets they have: no problem, and the same frames', () => {
    const plain = parse(concatenate(...BEGIN, ...packets(3)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), fc.nat(2), (body, valid, id) => {
        const octets = concatenate(valid ? Uint8Array.of(id, 0, 0, 0) : none, body);
        const odd = block(5, octets);
        const { frames, problem, cutOffAt } = parse(concatenate(...BEGIN, packet(0), odd, packet(1), odd, packet(2)));
        expect({ frames, problem, cutOffAt }).toEqual({ frames: plain.frames, problem: null, cutOffAt: null });
      }),
      { numRuns: 500 },
    );
  });
});

describe('statistics before the first frame', () => {
  test('do not set the base, which is the first frame’s', async () => {
    const { base, seconds } = await read(...BEGIN, statistics({ delivered: 0n }), ...packets(2));
    expect(base.epochNs).toBe(US * 1000n);
    expect(seconds).toEqual([0, 1]);
  });

  test('whose end is rubbish do not spoil the times of frames', async () => {
    const rubbish = statistics({ end: 0xffff_ffff_ffff_fff0n, delivered: 2n });
    const frames = [enhancedPacket({ time: US }), enhancedPacket({ time: US + 1n })];
    const { seconds, problem } = await read(...BEGIN, rubbish, ...frames);
    expect(problem).toBeNull();
    expect(seconds[1] - seconds[0]).toBeCloseTo(1e-6, 9);
  });
});
