import { describe, expect, test } from 'vitest';
import { TimeBase } from '../../src/source/frame-batch.js';
import {
  KUZNETZOV_MAGIC,
  MICROSECOND_MAGIC,
  NANOSECOND_MAGIC,
  payload,
  pcapFile,
  pcapRecord,
} from '../support/captures.js';
import { parse } from './reading.js';

const RECORDS = [
  { seconds: 1_700_000_000, fraction: 999_999, data: payload(60, 1) },
  { seconds: 1_700_000_001, fraction: 1, data: payload(0), wireLength: 40 },
  { seconds: 1_700_000_000, fraction: 0, data: payload(61, 2), wireLength: 1500 },
];

describe.each(['little', 'big'] as const)('%s-endian', (order) => {
  test.each([
    ['microseconds', MICROSECOND_MAGIC, 'us', 1000],
    ['nanoseconds', NANOSECOND_MAGIC, 'ns', 1],
    ['Kuznetzov', KUZNETZOV_MAGIC, 'us', 1000],
  ] as const)('%s', (_, magic, precision, unit) => {
    const { frames, problem, cutOffAt, reader, base } = parse(
      pcapFile({ order, magic, linkType: 113, snaplen: 96, records: RECORDS }),
    );
    expect({ problem, cutOffAt }).toEqual({ problem: null, cutOffAt: null });
    expect(base.epochNs).toBe(1_700_000_000_000_000_000n + 999_999n * BigInt(unit));
    expect(frames).toEqual([
      { timeNs: 0, linkType: 113, wireLength: 60, data: [...payload(60, 1)] },
      { timeNs: 1_000_000_000 - 999_998 * unit, linkType: 113, wireLength: 40, data: [] },
      { timeNs: -999_999 * unit, linkType: 113, wireLength: 1500, data: [...payload(61, 2)] },
    ]);
    expect(reader).toMatchObject({ format: 'pcap', linkTypes: [113], snaplen: 96, precision, interfaces: [] });
  });
});

describe('times', () => {
  const times = (base: TimeBase, seconds: number, fraction: number) =>
    parse(pcapFile({ magic: NANOSECOND_MAGIC, records: [{ seconds, fraction }] }), undefined, base).frames[0].timeNs;

  test('are exact 104 days from the base, where epoch nanoseconds in a double are not', () => {
    const base = new TimeBase();
    base.epochNs = 1_700_000_000_123_456_789n;
    expect(times(base, 1_700_000_000 + 9_007_199, 377_711_007)).toBe(9_007_199_254_254_218);
    expect(times(base, 1_700_000_000 + 9_007_199, 377_711_008)).toBe(9_007_199_254_254_219);
  });
  test('count from the base of the first capture', () => {
    const base = new TimeBase();
    expect(times(base, 10, 5)).toBe(0);
    expect(times(base, 9, 999_999_999)).toBe(-6);
    expect(base.epochNs).toBe(10_000_000_005n);
  });
  test('reach past 2038: seconds are unsigned', () => {
    const base = new TimeBase();
    times(base, 0xffff_ffff, 0);
    expect(base.epochNs).toBe(4_294_967_295_000_000_000n);
  });
});

describe('the order of the two lengths', () => {
  const lengths = (version: [number, number], first: number, second: number) => {
    const data = payload(Math.min(first, second));
    const record = { data, capturedLength: first, wireLength: second };
    return parse(pcapFile({ version, records: [record] })).frames.map((frame) => [frame.data.length, frame.wireLength]);
  };

  test.each([
    ['2.4: captured first', [2, 4], 60, 90],
    ['2.3: captured first when that is the smaller', [2, 3], 60, 90],
    ['2.3: swapped when it is not', [2, 3], 90, 60],
    ['2.2: wire first', [2, 2], 90, 60],
    ['2.0: wire first', [2, 0], 90, 60],
    ['543.0 of DG/UX: wire first', [543, 0], 90, 60],
  ] as const)('%s', (_, version, first, second) => {
    expect(lengths([...version], first, second)).toEqual([[60, 90]]);
  });
});

describe('headers that are refused', () => {
  test.each([
    ['a later minor version', { version: [2, 5] }, 'pcap version 2.5 is not known; versions 2.0 to 2.4 are'],
    ['a later major version', { version: [3, 0] }, 'pcap version 3.0 is not known; versions 2.0 to 2.4 are'],
    ['an archaic version', { version: [1, 4] }, 'pcap version 1.4 is not known; versions 2.0 to 2.4 are'],
    ['543.1', { version: [543, 1] }, 'pcap version 543.1 is not known; versions 2.0 to 2.4 are'],
    [
      'reserved bits',
      { linkType: 0x0001_0001 },
      'pcap header: reserved bits of the link type are not zero (0x00010001)',
    ],
  ] as const)('%s', (_, options, message) => {
    const { frames, problem } = parse(pcapFile({ ...options, records: RECORDS }));
    expect(frames).toEqual([]);
    expect(problem).toEqual({ message, offset: 0, kind: 'unreadable' });
  });
});

test('the bits that tell of a frame check sequence are no part of the link type', () => {
  expect(parse(pcapFile({ linkType: 0xf400_0001, records: RECORDS })).frames[0].linkType).toBe(1);
});

test('a header alone is an empty capture', () => {
  expect(parse(pcapFile())).toMatchObject({ frames: [], problem: null, cutOffAt: null });
});

describe('captured lengths', () => {
  test('of 262144 octets are believed, whatever the snapshot length', () => {
    const { frames, problem } = parse(pcapFile({ snaplen: 10, records: [{ data: payload(262_144) }] }));
    expect(problem).toBeNull();
    expect(frames[0].data).toHaveLength(262_144);
  });
  test.each([262_145, 0xffff_ffff])('of %d octets are damage, at the start of their record', (capturedLength) => {
    const records = [RECORDS[0], { data: payload(8), capturedLength }, RECORDS[2]];
    const { frames, problem } = parse(pcapFile({ records }));
    expect(frames).toHaveLength(1);
    expect(problem).toMatchObject({ offset: 24 + 16 + 60, kind: 'damaged' });
  });
  test('a wire length beyond 31 bits is cut to them', () => {
    const records = [{ data: payload(8), wireLength: 0xffff_fffe }];
    expect(parse(pcapFile({ records })).frames[0].wireLength).toBe(0x7fff_ffff);
  });
});

describe.each([MICROSECOND_MAGIC, KUZNETZOV_MAGIC])('magic %i', (magic) => {
  const file = pcapFile({ magic, records: RECORDS });
  const whole = parse(file).frames;
  const starts = [24];
  for (const record of RECORDS) starts.push(starts.at(-1)! + pcapRecord(record, 'little', magic).length);

  test('cut off at every octet: the frames before are given, and where the broken record starts', () => {
    for (let length = 4; length <= file.length; length++) {
      const { frames, problem, cutOffAt } = parse(file.slice(0, length));
      const complete = starts.filter((start) => start <= length).length - 1;
      expect(problem).toBeNull();
      expect(frames).toEqual(whole.slice(0, Math.max(0, complete)));
      const expected = length < 24 ? 0 : starts.includes(length) ? null : starts[complete];
      expect(cutOffAt, `of ${length} octets`).toBe(expected);
    }
  });

  test('the same frames however the octets arrive', () => {
    for (let step = 1; step <= file.length; step++) expect(parse(file, step).frames).toEqual(whole);
  });
});

test('a batch that is full is handed over and filled again', () => {
  const count = 8192 * 2 + 3;
  const records = Array.from({ length: count }, (_, i) => ({ seconds: i, data: Uint8Array.of(i & 0xff) }));
  const { frames } = parse(pcapFile({ records }));
  expect(frames.map(({ timeNs }) => timeNs / 1e9)).toEqual(records.map(({ seconds }) => seconds));
  expect(frames.every(({ data }, i) => data[0] === (i & 0xff))).toBe(true);
});
