// Whatever the octets: no throw, no look outside the frame, an outcome from the table, a record of small integers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../../src/wire/decode.js';
import { LINK_TYPES } from '../../src/wire/link/link-types.js';
import { Segment } from '../../src/wire/segment.js';
import { DECODE_STATUSES, Status } from '../../src/wire/status.js';
import { parseOptions } from '../../src/wire/tcp-options.js';
import {
  arp,
  ETHER_TYPE,
  ethernet,
  extension,
  icmpError,
  ipv4,
  ipv6,
  mpls,
  neighbour,
  octets,
  option,
  PROTOCOL,
  pppoe,
  sll,
  sll2,
  snap,
  tcp,
  u32,
} from '../support/frames.js';
import { LINK } from './decode-one.js';

const LINK_NUMBERS = LINK_TYPES.flatMap((row) => [...row.numbers] as number[]);

/** What wire/ reads with, and how many octets each takes. */
const ACCESSORS = [
  ['getUint16', 2],
  ['getUint32', 4],
  ['getInt32', 4],
] as const;

/** A buffer that remembers the lowest and highest octet anyone asked for. */
class Watched {
  lowest = Number.POSITIVE_INFINITY;
  highest = Number.NEGATIVE_INFINITY;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(buffer: Uint8Array) {
    const touch = (at: number, length: number): void => {
      this.lowest = Math.min(this.lowest, at);
      this.highest = Math.max(this.highest, at + length - 1);
    };
    this.bytes = new Proxy(buffer, {
      get(target, key) {
        if (typeof key === 'string' && /^-?\d+$/.test(key)) touch(Number(key), 1);
        return Reflect.get(target, key, target);
      },
    });
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    for (const [method, length] of ACCESSORS) {
      const read = view[method].bind(view);
      view[method] = (at: number, littleEndian?: boolean): number => {
        touch(at, length);
        return read(at, littleEndian);
      };
    }
    this.view = view;
  }
}

function decodeWatched(linkType: number, buffer: Uint8Array, offset: number, captured: number, wire: number): void {
  const watched = new Watched(buffer);
  const segment = new Segment();
  const status = decode(segment, linkType, watched.bytes, watched.view, offset, captured, wire);
  parseOptions(segment, watched.bytes, watched.view);

  expect(DECODE_STATUSES[status]).toBeDefined();
  expect(watched.lowest).toBeGreaterThanOrEqual(offset);
  expect(watched.highest).toBeLessThan(Math.min(offset + captured, buffer.length));
  for (const value of Object.values(segment)) if (typeof value === 'number') expect(value | 0).toBe(value);
  expect(segment.payloadLength).toBeGreaterThanOrEqual(0);
  expect(segment.optionsLength).toBeGreaterThanOrEqual(0);
  expect(segment.optionsLength).toBeLessThanOrEqual(40);
  if (status === Status.TCP || status === Status.ICMP_ERROR || status === Status.NEIGHBOUR) {
    expect([4, 6]).toContain(segment.ipVersion);
  }
}

const linkType = fc.oneof(fc.constantFrom(...LINK_NUMBERS), fc.integer({ min: -1, max: 300 }));

test('random octets under any link type', () => {
  fc.assert(
    fc.property(
      linkType,
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(20),
      fc.integer({ min: -1, max: 220 }),
      fc.nat(100000),
      (link, buffer, offset, captured, wire) => decodeWatched(link, buffer, offset, captured, wire),
    ),
    { numRuns: 3000 },
  );
});

const segment = tcp({ options: [1, 1, ...option.timestamps(1, 2), 1, 1, ...option.sack(1, 2, 3, 4)], payload: 10 });
const jumbogram = ipv6(extension(PROTOCOL.TCP, segment, [0xc2, 4, ...u32(100)]), { nextHeader: 0, payloadLength: 0 });
const error = ipv4(icmpError(3, 4, ipv4(segment)), { protocol: PROTOCOL.ICMP });
const error6 = ipv6(icmpError(2, 0, ipv6(extension(6, segment), { nextHeader: 60 })), { nextHeader: 58 });

const WELL_FORMED: readonly (readonly [number, Uint8Array])[] = [
  [LINK.ETHERNET, ethernet(ipv4(segment))],
  [LINK.ETHERNET, ethernet(ipv4(segment, { options: [1, 1, 1, 0] }), { vlans: [{ id: 4 }, { id: 5 }, { id: 6 }] })],
  [LINK.ETHERNET, ethernet(jumbogram)],
  [LINK.ETHERNET, ethernet(error)],
  [LINK.ETHERNET, ethernet(error6)],
  [LINK.ETHERNET, ethernet(ipv6(icmpError(1, 0, ipv6(segment)), { nextHeader: 58 }))],
  [LINK.ETHERNET, ethernet(arp(), { type: ETHER_TYPE.ARP })],
  [LINK.ETHERNET, ethernet(ipv6(neighbour(135, 'fe80::1'), { nextHeader: 58 }))],
  [LINK.ETHERNET, ethernet(mpls(ipv4(segment), [1, 2]), { type: ETHER_TYPE.MPLS })],
  [LINK.ETHERNET, ethernet(pppoe(ipv4(segment)), { type: ETHER_TYPE.PPPOE })],
  [LINK.ETHERNET, ethernet(snap(ipv4(segment)), { type: 80 })],
  [LINK.SLL, sll(ipv4(segment))],
  [LINK.SLL2, sll2(ipv6(segment))],
  [LINK.NULL, octets(2, 0, 0, 0, ipv4(segment))],
  [LINK.PPP_SERIAL, octets(0x0f, 0, 8, 0, ipv4(segment))],
  [LINK.PPP, octets(0xff, 3, 0, 0x21, ipv4(segment))],
];

test('good frames with a few octets changed, cut anywhere, anywhere in a buffer', () => {
  const mutation = fc.tuple(fc.nat(200), fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff, 0x45, 0x60, 6)));
  fc.assert(
    fc.property(
      fc.constantFrom(...WELL_FORMED),
      fc.array(mutation, { maxLength: 4 }),
      fc.nat(8),
      fc.nat(200),
      fc.nat(8),
      ([link, frame], mutations, offset, cut, behind) => {
        const buffer = octets(new Uint8Array(offset), frame, new Uint8Array(behind).fill(0x45));
        for (const [at, value] of mutations) buffer[offset + (at % frame.length)] = value;
        decodeWatched(link, buffer, offset, cut % (frame.length + 1), frame.length);
      },
    ),
    { numRuns: 3000 },
  );
});

test.each(WELL_FORMED.map(([link, frame], index) => ({ index, link, frame })))(
  'well-formed frame $index decodes whole and survives every cut',
  ({ link, frame }) => {
    const view = new DataView(frame.buffer);
    const whole = decode(new Segment(), link, frame, view, 0, frame.length, frame.length);
    expect([Status.TCP, Status.ICMP_ERROR, Status.NEIGHBOUR]).toContain(whole);
    for (let captured = 0; captured < frame.length; captured++) {
      decodeWatched(link, frame, 0, captured, frame.length);
    }
  },
);

test('an offset or a length outside the buffer is link.truncated', () => {
  const frame = ethernet(ipv4(segment));
  const view = new DataView(frame.buffer);
  for (const [offset, captured] of [
    [-1, 60],
    [frame.length, 60],
    [1000, 60],
    [0, -5],
    [0, 0],
  ]) {
    expect(decode(new Segment(), LINK.ETHERNET, frame, view, offset, captured, 60)).toBe(Status.LINK_TRUNCATED);
  }
  expect(decode(new Segment(), LINK.ETHERNET, frame, view, 0, 5000, 5000)).toBe(Status.TCP);
});
