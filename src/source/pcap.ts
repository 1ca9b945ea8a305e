// Hot path: pcap savefiles, one record after the other, without allocating. Read first: pcap-savefile(5) of libpcap,
// draft-ietf-opsawg-pcap.
//
// The header is 24 octets; its magic number gives the byte order, the unit of time and the length of a record's header.

import type { CaptureProblem } from './capture-problem.js';
import type { FrameBatch, TimeBase } from './frame-batch.js';
import { type FrameReader, MAX_CAPTURED_LENGTH, MAX_WIRE_LENGTH, type OctetWindow } from './frame-reader.js';

const NS_PER_SECOND = 1_000_000_000;

const FILE_HEADER_LENGTH = 24;
const AT_VERSION_MAJOR = 4;
const AT_VERSION_MINOR = 6;
const AT_SNAPLEN = 16;
const AT_LINK_TYPE = 20;

const LINK_TYPE_MASK = 0x0000_ffff;
/** The bits above say whether and how long a frame check sequence is; these must be zero. */
const LINK_TYPE_RESERVED_MASK = 0x03ff_0000;

const RECORD_SECONDS = 0;
const RECORD_FRACTION = 4;
const RECORD_CAPTURED_LENGTH = 8;
const RECORD_WIRE_LENGTH = 12;

interface Variant {
  readonly magic: number;
  readonly nsPerUnit: number;
  readonly recordHeaderLength: number;
}

/** Every magic number, as it reads in the writer's byte order. */
const VARIANTS: readonly Variant[] = [
  { magic: 0xa1b2c3d4, nsPerUnit: 1000, recordHeaderLength: 16 },
  { magic: 0xa1b23c4d, nsPerUnit: 1, recordHeaderLength: 16 },
  // Kuznetzov's Linux libpcap: interface index, protocol and packet type follow the lengths.
  { magic: 0xa1b2cd34, nsPerUnit: 1000, recordHeaderLength: 24 },
];

/** Which of a record's two lengths comes first. */
const CAPTURED_FIRST = 0;
const WIRE_FIRST = 1;
/** Version 2.3 was written both ways: the smaller of the two is what was captured. */
const EITHER_FIRST = 2;

export class PcapReader implements FrameReader {
  readonly format = 'pcap';
  readonly linkTypes: number[] = [];
  readonly interfaces: readonly string[] = [];
  readonly clockNs = Number.NaN;
  snaplen = 0;
  precision: string | null = null;
  problem: CaptureProblem | null = null;

  readonly #base: TimeBase;
  #headerRead = false;
  #littleEndian = false;
  #linkType = 0;
  #nsPerUnit = 1;
  #recordHeaderLength = 16;
  #lengthOrder = CAPTURED_FIRST;
  #based = false;
  #baseSeconds = 0;
  #baseNs = 0;

  constructor(base: TimeBase) {
    this.#base = base;
  }

  /** Whether these are the first four octets of a pcap savefile. */
  static startsWith(view: DataView, at: number): boolean {
    return VARIANTS.some(({ magic }) => view.getUint32(at) === magic || view.getUint32(at, true) === magic);
  }

  read(window: OctetWindow, batch: FrameBatch): number {
    batch.bytes = window.bytes;
    batch.view = window.view;
    if (this.problem !== null) return 0;
    let at = window.start;
    if (!this.#headerRead) {
      if (window.end - at < FILE_HEADER_LENGTH) return 0;
      const message = this.#readFileHeader(window);
      if (message !== null) {
        this.problem = { message, offset: window.streamOffset, kind: 'unreadable' };
        return 0;
      }
      at += FILE_HEADER_LENGTH;
    }
    return this.#readRecords(window, at, batch) - window.start;
  }

  end(window: OctetWindow): number | null {
    return window.end > window.start || !this.#headerRead ? window.streamOffset : null;
  }

  /** @returns the index in the window of the first record that is not done with. */
  #readRecords(window: OctetWindow, start: number, batch: FrameBatch): number {
    const { view, end } = window;
    const { offset, capturedLength, wireLength, linkType, timeNs, capacity } = batch;
    const littleEndian = this.#littleEndian;
    const headerLength = this.#recordHeaderLength;
    const lengthOrder = this.#lengthOrder;
    const nsPerUnit = this.#nsPerUnit;
    const fileLinkType = this.#linkType;
    let baseSeconds = this.#baseSeconds;
    let baseNs = this.#baseNs;
    let count = batch.count;
    let at = start;

    while (count < capacity && end - at >= headerLength) {
      let captured = view.getUint32(at + RECORD_CAPTURED_LENGTH, littleEndian);
      let wire = view.getUint32(at + RECORD_WIRE_LENGTH, littleEndian);
      if (lengthOrder !== CAPTURED_FIRST && (lengthOrder === WIRE_FIRST || captured > wire)) {
        const second = wire;
        wire = captured;
        captured = second;
      }
      if (captured > MAX_CAPTURED_LENGTH) {
        this.#damage(
          window,
          at,
          `a frame claims ${captured} captured octets, more than the ${MAX_CAPTURED_LENGTH} there can be`,
        );
        break;
      }
      const data = at + headerLength;
      if (captured > end - data) break;

      const seconds = view.getUint32(at + RECORD_SECONDS, littleEndian);
      const ns = view.getUint32(at + RECORD_FRACTION, littleEndian) * nsPerUnit;
      if (!this.#based) {
        this.#takeBase(seconds, ns);
        baseSeconds = this.#baseSeconds;
        baseNs = this.#baseNs;
      }
      offset[count] = data;
      capturedLength[count] = captured;
      wireLength[count] = Math.min(wire, MAX_WIRE_LENGTH);
      linkType[count] = fileLinkType;
      timeNs[count] = (seconds - baseSeconds) * NS_PER_SECOND + (ns - baseNs);
      count++;
      at = data + captured;
    }
    batch.count = count;
    return at;
  }

  /** Splits the base so that both parts of a difference are small integers, exact as doubles. */
  #takeBase(seconds: number, ns: number): void {
    const nsPerSecond = BigInt(NS_PER_SECOND);
    const epochNs = (this.#base.epochNs ??= BigInt(seconds) * nsPerSecond + BigInt(ns));
    this.#baseSeconds = Number(epochNs / nsPerSecond);
    this.#baseNs = Number(epochNs % nsPerSecond);
    this.#based = true;
  }

  /** @returns why the file cannot be read, or null. */
  #readFileHeader(window: OctetWindow): string | null {
    const { view, start } = window;
    const variant = VARIANTS.find(
      ({ magic }) => view.getUint32(start) === magic || view.getUint32(start, true) === magic,
    );
    if (variant === undefined) return 'not a pcap file';
    const little = view.getUint32(start, true) === variant.magic;

    const major = view.getUint16(start + AT_VERSION_MAJOR, little);
    const minor = view.getUint16(start + AT_VERSION_MINOR, little);
    const dgUx = major === 543 && minor === 0;
    if (!dgUx && (major !== 2 || minor > 4)) {
      return `pcap version ${major}.${minor} is not known; versions 2.0 to 2.4 are`;
    }
    const linkType = view.getUint32(start + AT_LINK_TYPE, little);
    if ((linkType & LINK_TYPE_RESERVED_MASK) !== 0) {
      const hex = linkType.toString(16).padStart(8, '0');
      return `pcap header: reserved bits of the link type are not zero (0x${hex})`;
    }
    const snaplen = view.getUint32(start + AT_SNAPLEN, little);

    this.#littleEndian = little;
    this.#nsPerUnit = variant.nsPerUnit;
    this.#recordHeaderLength = variant.recordHeaderLength;
    this.#lengthOrder = dgUx || minor < 3 ? WIRE_FIRST : minor === 3 ? EITHER_FIRST : CAPTURED_FIRST;
    this.#linkType = linkType & LINK_TYPE_MASK;
    this.linkTypes.push(this.#linkType);
    this.snaplen = snaplen > MAX_WIRE_LENGTH ? 0 : snaplen;
    this.precision = variant.nsPerUnit === 1 ? 'ns' : 'us';
    this.#headerRead = true;
    return null;
  }

  #damage(window: OctetWindow, at: number, message: string): void {
    this.problem = { message, offset: window.streamOffset + (at - window.start), kind: 'damaged' };
  }
}
