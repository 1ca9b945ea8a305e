// Octets that nobody chose: what holds of every input, and that another reader of pcap finds the same frames.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  block,
  concatenate,
  enhancedPacket,
  interfaceDescription,
  MICROSECOND_MAGIC,
  payload,
  pcapFile,
  sectionHeader,
  simplePacket,
} from '../support/captures.js';
import { parse, type Reading, readPiped } from './reading.js';

const PCAP = pcapFile({ records: [1, 2, 3].map((i) => ({ seconds: i, data: payload(i * 10, i) })) });
const PCAPNG = concatenate(
  sectionHeader(),
  interfaceDescription({ name: 'a', resolution: 0x8a }),
  enhancedPacket({ data: payload(9) }),
  simplePacket({ data: payload(5) }),
  block(5, payload(8)),
  sectionHeader({ order: 'big' }),
);

function expectSane({ frames, problem }: Reading, octets: Uint8Array) {
  for (const { data, wireLength, timeNs } of frames) {
    expect(data.length).toBeLessThanOrEqual(octets.length);
    expect(wireLength).toBeGreaterThanOrEqual(0);
    expect(timeNs).not.toBeNaN();
  }
  if (problem === null) return;
  expect(problem.message).toMatch(/^[^\n]+$/);
  expect(problem.offset).toBeGreaterThanOrEqual(0);
}

const anyOctets = fc.uint8Array({ maxLength: 300 });

test('any octets behind any beginning', async () => {
  const beginnings = [0, 4, 24]
    .map((length) => PCAP.subarray(0, length))
    .concat(
      [4, 12, 28, PCAPNG.length].map((length) => PCAPNG.subarray(0, length)),
      Uint8Array.of(0x1f, 0x8b, 8, 0),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...beginnings),
      anyOctets,
      fc.integer({ min: 1, max: 50 }),
      async (head, tail, chunk) => {
        const octets = concatenate(head, tail);
        expectSane(await readPiped(octets, chunk), octets);
      },
    ),
    { numRuns: 500 },
  );
});

test('a capture with a few octets changed reads the same in any chunks', async () => {
  const captures = [PCAP, PCAPNG, zlib.gzipSync(PCAP), zlib.gzipSync(PCAPNG)];
  const change = fc.tuple(fc.nat(), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...captures),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 50 }),
      async (capture, changes, chunk) => {
        const octets = capture.slice();
        for (const [at, octet] of changes) octets[at % octets.length] = octet;
        const whole = await readPiped(octets);
        expectSane(whole, concatenate(octets, PCAPNG));
        expect(await readPiped(octets, chunk)).toEqual(whole);
      },
    ),
    { numRuns: 1000 },
  );
});

test('what a writer writes is what the reader reads', () => {
  const record = fc.record({
    seconds: fc.integer({ min: 0, max: 9_000_000 }),
    fraction: fc.integer({ min: 0, max: 999_999 }),
    data: fc.uint8Array({ maxLength: 80 }),
    wireLength: fc.integer({ min: 80, max: 0x7fff_ffff }),
  });
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 20 }),
      fc.constantFrom('little' as const, 'big' as const),
      fc.integer({ min: 1, max: 200 }),
      (records, order, step) => {
        const ns = records.map(({ seconds, fraction }) => seconds * 1e9 + fraction * 1000);
        const expected = records.map(({ data, wireLength }, i) => ({
          timeNs: ns[i] - ns[0],
          linkType: 1,
          wireLength,
          data: [...data],
        }));
        const { frames } = parse(pcapFile({ records, order }), step);
        expect(frames).toEqual(expected);
        const packets = records.map((record, i) => enhancedPacket({ ...record, order, time: BigInt(ns[i] / 1000) }));
        const pcapng = concatenate(sectionHeader({ order }), interfaceDescription({ order }), ...packets);
        expect(parse(pcapng, step).frames).toEqual(expected);
      },
    ),
  );
});

interface OtherPacket {
  readonly header: {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly originalLength: number;
  };
  readonly data: Uint8Array;
}

/** Frames as the package pcap-parser finds them; it knows microseconds alone. */
async function readWithOther(octets: Uint8Array) {
  const pcapParser = createRequire(import.meta.url)('pcap-parser');
  const packets: OtherPacket[] = [];
  await new Promise((resolve, reject) => {
    const parser = pcapParser.parse(Readable.from([Buffer.from(octets)]));
    parser.on('packet', (packet: OtherPacket) => packets.push(packet));
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  const micros = packets.map(({ header }) => header.timestampSeconds * 1e6 + header.timestampMicroseconds);
  return packets.map(({ header, data }, i) => ({
    timeNs: (micros[i] - micros[0]) * 1000,
    wireLength: header.originalLength,
    data: [...data],
  }));
}

const comparable = (octets: Uint8Array) => parse(octets).frames.map(({ linkType, ...frame }) => frame);

test('pcap-parser finds the same frames, also in what is cut off', async () => {
  const record = fc.record({
    seconds: fc.nat(8_000_000),
    fraction: fc.nat(999_999),
    data: fc.uint8Array({ maxLength: 100 }),
    wireLength: fc.nat(0x7fff_ffff),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 20 }),
      fc.constantFrom('little' as const, 'big' as const),
      fc.nat(200),
      async (records, order, missing) => {
        const file = pcapFile({ records, order });
        const octets = file.subarray(0, Math.max(24, file.length - missing));
        expect(comparable(octets)).toEqual(await readWithOther(octets));
      },
    ),
  );
});

const fixtures = path.join(import.meta.dirname, '../../fixtures/captures');

test('pcap-parser finds the same frames in the fixtures', async () => {
  const names = fs.existsSync(fixtures) ? fs.readdirSync(fixtures) : [];
  for (const name of names) {
    const octets = new Uint8Array(fs.readFileSync(path.join(fixtures, name)));
    const view = new DataView(octets.buffer);
    if (octets.length < 24 || ![true, false].some((little) => view.getUint32(0, little) === MICROSECOND_MAGIC))
      continue;
    expect(comparable(octets), name).toEqual(await readWithOther(octets));
  }
});
