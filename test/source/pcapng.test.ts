import { describe, expect, test } from 'vitest';
import { TimeBase } from '../../src/source/frame-batch.js';
import {
  block,
  concatenate,
  enhancedPacket,
  interfaceDescription,
  obsoletePacket,
  option,
  payload,
  sectionHeader,
  simplePacket,
} from '../support/captures.js';
import { parse } from './reading.js';

const US = 1_700_000_000_000_000n;

describe.each(['little', 'big'] as const)('%s-endian', (order) => {
  test('every packet block, and what lies between', () => {
    const { frames, problem, cutOffAt, reader, base } = parse(
      concatenate(
        sectionHeader({ order, version: [1, 2] }),
        interfaceDescription({ order, linkType: 113, snaplen: 64, name: 'eth0' }),
        block(5, payload(16), { order }),
        enhancedPacket({ order, time: US + 5n, data: payload(61, 1), wireLength: 1500 }),
        block(4, payload(7), { order }),
        simplePacket({ order, data: payload(64, 2), wireLength: 90 }),
        block(0x0bad, payload(100), { order }),
        obsoletePacket({ order, time: US, data: payload(3, 3) }),
      ),
    );
    expect({ problem, cutOffAt }).toEqual({ problem: null, cutOffAt: null });
    expect(base.epochNs).toBe((US + 5n) * 1000n);
    expect(frames).toEqual([
      { timeNs: 0, linkType: 113, wireLength: 1500, data: [...payload(61, 1)] },
      { timeNs: 0, linkType: 113, wireLength: 90, data: [...payload(64, 2)] },
      { timeNs: -5000, linkType: 113, wireLength: 3, data: [...payload(3, 3)] },
    ]);
    expect(reader).toMatchObject({
      format: 'pcapng',
      linkTypes: [113],
      snaplen: 64,
      precision: 'us',
      interfaces: ['eth0'],
    });
  });
});

test('sections of both byte orders; interface numbers start anew in each', () => {
  const { frames, reader, problem } = parse(
    concatenate(
      sectionHeader(),
      interfaceDescription({ linkType: 1, name: 'a' }),
      interfaceDescription({ linkType: 101, name: 'b', resolution: 9 }),
      enhancedPacket({ interfaceId: 1, time: US * 1000n }),
      enhancedPacket({ interfaceId: 0, time: US + 1n }),
      sectionHeader({ order: 'big' }),
      interfaceDescription({ order: 'big', linkType: 276, name: 'b', resolution: 3 }),
      enhancedPacket({ order: 'big', interfaceId: 0, time: US / 1000n + 1n }),
    ),
  );
  expect(problem).toBeNull();
  expect(frames.map(({ linkType, timeNs }) => [linkType, timeNs])).toEqual([
    [101, 0],
    [1, 1000],
    [276, 1_000_000],
  ]);
  expect(reader).toMatchObject({ linkTypes: [1, 101, 276], precision: 'ns', interfaces: ['a', 'b'] });
});

describe('times', () => {
  const SECONDS = 1_700_000_000n;
  /** The time of a frame `units` after SECONDS, and of one a unit later, from a base `baseNs` after SECONDS. */
  const times = (resolution: number, unitsPerSecond: bigint, units: bigint, baseNs: bigint, offsetSeconds = 0n) => {
    const base = new TimeBase();
    base.epochNs = SECONDS * 1_000_000_000n + baseNs;
    const time = (SECONDS - offsetSeconds) * unitsPerSecond + units;
    return parse(
      concatenate(
        sectionHeader(),
        interfaceDescription({ resolution, offsetSeconds }),
        enhancedPacket({ time }),
        enhancedPacket({ time: time + 1n }),
      ),
      undefined,
      base,
    ).frames.map(({ timeNs }) => timeNs);
  };

  test.each([
    ['seconds', 0, 1n, 7n, 3n, [6_999_999_997, 7_999_999_997]],
    ['milliseconds', 3, 1000n, 7n, 0n, [7_000_000, 8_000_000]],
    ['microseconds', 6, 1_000_000n, 7n, 0n, [7000, 8000]],
    ['microseconds from a base between two of them', 6, 1_000_000n, 7n, 123n, [6877, 7877]],
    ['nanoseconds', 9, 1_000_000_000n, 9_007_199_254_740_990n, 0n, [9_007_199_254_740_990, 9_007_199_254_740_991]],
    ['nanoseconds across a 32-bit word', 9, 1_000_000_000n, 0n, 1n << 33n, [-8_589_934_592, -8_589_934_591]],
    ['10^-10, to the nearest nanosecond', 10, 10n ** 10n, 74n, 0n, [7, 8]],
    ['2^-10', 0x8a, 1n << 10n, 1n, 0n, [976_563, 1_953_125]],
    ['2^-30, to the nearest nanosecond', 0x9e, 1n << 30n, 1n << 29n, 0n, [500_000_000, 500_000_001]],
    ['2^0', 0x80, 1n, 2n, 0n, [2_000_000_000, 3_000_000_000]],
  ] as const)('%s', (_, resolution, unitsPerSecond, units, baseNs, expected) => {
    expect(times(resolution, unitsPerSecond, units, baseNs)).toEqual(expected);
  });
  test.each([[3600n], [-3600n], [1_700_000_000n]])('an interface whose clock is off by %d seconds', (offset) => {
    expect(times(6, 1_000_000n, 7n, 0n, offset)).toEqual([7000, 8000]);
    expect(times(0x9e, 1n << 30n, 1n << 29n, 0n, offset)).toEqual([500_000_000, 500_000_001]);
  });
  test('the first frame sets the base, offset and resolution reckoned in', () => {
    for (const [resolution, epochNs] of [
      [6, 1_234_000n],
      [9, 1234n],
      [0x8a, 1_205_078_125n],
    ] as const) {
      const { base, frames } = parse(
        concatenate(
          sectionHeader(),
          interfaceDescription({ resolution, offsetSeconds: -5n }),
          enhancedPacket({ time: 1234n }),
        ),
      );
      expect(base.epochNs).toBe(epochNs - 5_000_000_000n);
      expect(frames[0].timeNs).toBe(0);
    }
  });
  test('a base before 1970', () => {
    const base = new TimeBase();
    base.epochNs = -1_500_000_001n;
    const file = concatenate(sectionHeader(), interfaceDescription(), enhancedPacket({ time: 2n }));
    expect(parse(file, undefined, base).frames[0].timeNs).toBe(1_500_002_001);
  });
  test('a packet without a time has that of the frame before, or the base', () => {
    const { frames, base } = parse(
      concatenate(
        sectionHeader(),
        interfaceDescription(),
        simplePacket(),
        enhancedPacket({ time: US }),
        enhancedPacket({ time: US + 2n }),
        simplePacket(),
      ),
    );
    expect(frames.map(({ timeNs }) => timeNs)).toEqual([0, 0, 2000, 2000]);
    expect(base.epochNs).toBe(US * 1000n);
  });
});

describe('captured length of a simple packet', () => {
  test.each([
    ['no snapshot length: all of it', 0, 60],
    ['a snapshot length', 40, 40],
  ] as const)('%s', (_, snaplen, captured) => {
    const file = concatenate(
      sectionHeader(),
      interfaceDescription({ snaplen }),
      simplePacket({ data: payload(captured), wireLength: 60 }),
    );
    expect(parse(file).frames).toEqual([{ timeNs: 0, linkType: 1, wireLength: 60, data: [...payload(captured)] }]);
  });
});

test('a section without interfaces or packets is an empty capture', () => {
  for (const file of [sectionHeader(), concatenate(sectionHeader(), interfaceDescription())]) {
    expect(parse(file)).toMatchObject({ frames: [], problem: null, cutOffAt: null });
  }
});

describe('damage: the frames before are given, and where the block starts', () => {
  const before = concatenate(sectionHeader(), interfaceDescription(), enhancedPacket({ data: payload(9) }));
  const after = enhancedPacket();
  const resolution = (octet: number) => interfaceDescription({ resolution: octet });

  test.each([
    ['a length below 12', block(9, payload(4), { claimedLength: 8 }), /length of 8 octets/],
    ['a length of no whole words', block(9, payload(4), { claimedLength: 17 }), /length of 17 octets/],
    ['a packet block of 4 GiB', enhancedPacket({ claimedLength: 0xffff_fffc }), /length of 4294967292 octets/],
    ['another length at its end', enhancedPacket({ trailer: 36 }), /length of 32 octets at its start and 36/],
    ['another length at the end of a skipped block', block(9, payload(4), { trailer: 12 }), /16 .*12/],
    ['an interface never described', enhancedPacket({ interfaceId: 1 }), /interface 1, which was never described/],
    ['the same in the obsolete block', obsoletePacket({ interfaceId: 0xffff }), /interface 65535/],
    [
      'more captured than the block holds',
      enhancedPacket({ data: payload(8), capturedLength: 9 }),
      /claims 9 captured/,
    ],
    ['captured 4 GiB', enhancedPacket({ data: payload(8), capturedLength: 0xffff_ffff }), /claims 4294967295/],
    ['captured 262145', enhancedPacket({ data: payload(262_145) }), /claims 262145 captured/],
    ['a simple packet longer than its block', simplePacket({ data: payload(8), wireLength: 9 }), /claims 9 captured/],
    ['a packet block without room for its fields', block(6, payload(16)), /too short/],
    ['a simple packet block without a length', block(3, payload(0)), /too short/],
    ['an interface description without its fields', block(1, payload(4)), /too short/],
    ['a resolution of 10^-20', resolution(20), /resolution 0x14 is finer/],
    ['a resolution of 2^-64', resolution(0xc0), /resolution 0xc0 is finer/],
    ['a long resolution', interfaceDescription({ more: option(9, payload(2)) }), /2 octets long, not 1/],
    ['a short offset', interfaceDescription({ more: option(14, payload(4)) }), /4 octets long, not 8/],
    ['an option over the end', interfaceDescription({ more: option(4, payload(0), 'little', 99) }), /option 4 .*end/],
    ['a section without byte-order magic', sectionHeader({ magic: 1 }), /byte-order magic/],
    ['a section of a later version', sectionHeader({ version: [1, 1] }), /pcapng version 1.1 is not known/],
    ['a section header without its fields', block(0x0a0d0d0a, Uint8Array.of(0x4d, 0x3c, 0x2b, 0x1a)), /too short/],
  ])('%s', (_, damaged, message) => {
    const { frames, problem } = parse(concatenate(before, damaged, after));
    expect(frames).toHaveLength(1);
    expect(problem).toMatchObject({ offset: before.length, kind: 'damaged', message: expect.stringMatching(message) });
  });

  test('a packet before any interface', () => {
    for (const packet of [enhancedPacket(), simplePacket(), obsoletePacket()]) {
      const { problem } = parse(concatenate(sectionHeader(), packet));
      expect(problem).toMatchObject({ offset: 28, kind: 'damaged', message: expect.stringContaining('interface 0') });
    }
  });
  test('a first section that cannot be read leaves nothing', () => {
    for (const options of [{ version: [2, 0] }, { version: [1, 1] }, { magic: 0x1a2b3c4e }] as const) {
      expect(parse(sectionHeader(options)).problem).toMatchObject({ offset: 0, kind: 'unreadable' });
    }
  });
  test('a section of more interfaces than are kept', () => {
    const described = (count: number) =>
      parse(concatenate(sectionHeader(), ...Array.from({ length: count }, () => interfaceDescription())));
    expect(described(65_536).problem).toBeNull();
    expect(described(65_537).problem).toMatchObject({ offset: 28 + 20 * 65_536, kind: 'damaged' });
  });
});

const SMALL = [
  sectionHeader(),
  interfaceDescription({ name: 'lo', resolution: 9 }),
  enhancedPacket({ time: 1n, data: payload(5, 1), more: option(1, payload(6)) }),
  block(0x0bad, payload(9)),
  simplePacket({ data: payload(3, 2) }),
  sectionHeader({ order: 'big' }),
  interfaceDescription({ order: 'big' }),
  obsoletePacket({ order: 'big', time: 3n, data: payload(6, 3) }),
];

test('cut off at every octet: the frames before are given, and where the broken block starts', () => {
  const file = concatenate(...SMALL);
  const whole = parse(file).frames;
  const starts = SMALL.map((_, i) => concatenate(...SMALL.slice(0, i)).length);
  const frameEnds = [2, 4, 7].map((i) => starts[i] + SMALL[i].length);
  for (let length = 4; length < file.length; length++) {
    const { frames, problem, cutOffAt } = parse(file.slice(0, length));
    expect(problem).toBeNull();
    expect(frames).toEqual(whole.slice(0, frameEnds.filter((end) => end <= length).length));
    expect(cutOffAt, `of ${length} octets`).toBe(
      starts.includes(length) ? null : starts.findLast((start) => start < length),
    );
  }
});

test('the same frames however the octets arrive', () => {
  const file = concatenate(...SMALL);
  const { frames } = parse(file);
  expect(frames).toHaveLength(3);
  for (let step = 1; step <= file.length; step++) {
    expect(parse(file, step)).toMatchObject({ frames, problem: null, cutOffAt: null });
  }
});
