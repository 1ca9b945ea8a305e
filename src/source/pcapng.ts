// Hot path: pcapng, block by block, without allocating for a packet. Read first: draft-ietf-opsawg-pcapng.
//
// A file is a run of sections; each starts with a Section Header Block that fixes the byte order, then describes
// interfaces, then gives packets that refer to them by number. Every other block is stepped over without being held,
// however long it says it is. Simple Packet Blocks carry no time: they take that of the frame before them, or the base.

import type { CaptureProblem } from './capture-problem.js';
import type { FrameBatch, TimeBase } from './frame-batch.js';
import {
  type FrameReader,
  MAX_CAPTURED_LENGTH,
  MAX_RECORD_LENGTH,
  MAX_WIRE_LENGTH,
  type OctetWindow,
} from './frame-reader.js';
import { type PcapngInterface, readInterface, readStatistics } from './pcapng-interface.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_HEADER_LENGTH = 8;
const BLOCK_TRAILER_LENGTH = 4;
const MIN_BLOCK_LENGTH = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH;
const MIN_SECTION_HEADER_LENGTH = 28;

// From the start of a block.
const AT_LENGTH = 4;
const AT_BYTE_ORDER = 8;
const AT_VERSION_MAJOR = 12;
const AT_VERSION_MINOR = 14;
const ENHANCED_INTERFACE = 8;
const ENHANCED_TIME_HIGH = 12;
const ENHANCED_TIME_LOW = 16;
const ENHANCED_CAPTURED_LENGTH = 20;
const ENHANCED_WIRE_LENGTH = 24;
const ENHANCED_DATA = 28;
const STATISTICS_INTERFACE = 8;
const STATISTICS_OPTIONS = 20;
const SIMPLE_WIRE_LENGTH = 8;
const SIMPLE_DATA = 12;

/** More descriptions than any machine has interfaces: they are kept, so they are counted. */
const MAX_INTERFACES = 65_536;
const MAX_NAMES = 256;

export class PcapngReader implements FrameReader {
  readonly format = 'pcapng';
  snaplen = 0;
  precision: string | null = null;
  problem: CaptureProblem | null = null;

  readonly #base: TimeBase;
  readonly #linkTypes = new Set<number>();
  readonly #names = new Set<string>();
  #littleEndian = false;
  #inSection = false;
  #unitsPerSecond = 0n;
  /** The current section's, by number. */
  #described: PcapngInterface[] = [];
  #previousTimeNs = 0;
  /** By interface: frames seen; and when its capture ended after how many, if it says so. */
  #frames: number[] = [];
  #ends: { readonly high: number; readonly low: number; readonly frames: number }[] = [];

  /** Octets still to step over up to the trailer of the block being skipped; -1 when none is. */
  #skipLeft = -1;
  #skippedLength = 0;
  #skippedFrom = 0;

  constructor(base: TimeBase) {
    this.#base = base;
  }

  /** Whether these are the first four octets of a pcapng file. */
  static startsWith(view: DataView, at: number): boolean {
    return view.getUint32(at) === SECTION_HEADER;
  }

  get linkTypes(): readonly number[] {
    return [...this.#linkTypes];
  }

  get interfaces(): readonly string[] {
    return [...this.#names];
  }

  read(window: OctetWindow, batch: FrameBatch): number {
    batch.bytes = window.bytes;
    batch.view = window.view;
    const { view, end } = window;
    let at = window.start;

    while (this.problem === null && batch.count < batch.capacity) {
      if (this.#skipLeft >= 0) {
        const step = Math.min(this.#skipLeft, end - at);
        at += step;
        this.#skipLeft -= step;
        if (this.#skipLeft > 0 || end - at < BLOCK_TRAILER_LENGTH || !this.#checkSkipped(view, at)) break;
        at += BLOCK_TRAILER_LENGTH;
        continue;
      }
      if (end - at < MIN_BLOCK_LENGTH) break;
      const type = view.getUint32(at, this.#littleEndian);
      if (type === SECTION_HEADER) {
        // The byte order of its length is inside it.
        const little = view.getUint32(at + AT_BYTE_ORDER, true) === BYTE_ORDER_MAGIC;
        if (!little && view.getUint32(at + AT_BYTE_ORDER) !== BYTE_ORDER_MAGIC) {
          this.#fail(window, at, 'a section header has no valid byte-order magic');
          break;
        }
        this.#littleEndian = little;
      } else if (!this.#inSection) {
        this.#fail(window, at, 'no section header');
        break;
      }
      const length = view.getUint32(at + AT_LENGTH, this.#littleEndian);
      if (length < MIN_BLOCK_LENGTH || (length & 3) !== 0) {
        this.#fail(window, at, `a block claims a length of ${length} octets`);
        break;
      }
      const kept =
        type === ENHANCED_PACKET ||
        type === SECTION_HEADER ||
        type === INTERFACE_DESCRIPTION ||
        type === SIMPLE_PACKET ||
        type === INTERFACE_STATISTICS ||
        type === OBSOLETE_PACKET;
      if (!kept) {
        this.#skippedFrom = window.streamOffset + (at - window.start);
        this.#skippedLength = length;
        this.#skipLeft = length - MIN_BLOCK_LENGTH;
        at += BLOCK_HEADER_LENGTH;
        continue;
      }
      if (length > MAX_RECORD_LENGTH) {
        this.#fail(window, at, `a block of type ${type} claims a length of ${length} octets`);
        break;
      }
      if (length > end - at) break;
      const trailer = view.getUint32(at + length - BLOCK_TRAILER_LENGTH, this.#littleEndian);
      if (trailer !== length) {
        this.#fail(window, at, `a block claims a length of ${length} octets at its start and ${trailer} at its end`);
        break;
      }
      const wrong =
        type === ENHANCED_PACKET || type === OBSOLETE_PACKET
          ? this.#readPacket(view, at, length, type, batch)
          : type === SIMPLE_PACKET
            ? this.#readSimplePacket(view, at, length, batch)
            : type === INTERFACE_DESCRIPTION
              ? this.#readInterface(view, at, length)
              : type === INTERFACE_STATISTICS
                ? this.#readStatistics(view, at, length)
                : this.#readSectionHeader(view, at, length);
      if (wrong !== null) {
        this.#fail(window, at, wrong);
        break;
      }
      at += length;
    }
    return at - window.start;
  }

  end(window: OctetWindow): number | null {
    if (this.#skipLeft >= 0) return this.#skippedFrom;
    return window.end > window.start || !this.#inSection ? window.streamOffset : null;
  }

  get clockNs(): number {
    // A file that was cut up since it was made still has the end of the whole.
    const whole = this.#frames.every((frames, id) => this.#ends[id]?.frames === frames);
    // The first frame sets the base, not the end.
    if (!whole || this.#base.epochNs === null) return Number.NaN;
    return Math.max(...this.#ends.map(({ high, low }, id) => this.#described[id].clock.timeNs(high, low)));
  }

  // Each of these answers what is wrong with the block, or null.

  #readPacket(view: DataView, at: number, length: number, type: number, batch: FrameBatch): string | null {
    if (length < ENHANCED_DATA + BLOCK_TRAILER_LENGTH) return 'a packet block is too short';
    const little = this.#littleEndian;
    // The obsolete block differs in its first field alone: 16 bits, and a count of drops behind it.
    const id =
      type === ENHANCED_PACKET
        ? view.getUint32(at + ENHANCED_INTERFACE, little)
        : view.getUint16(at + ENHANCED_INTERFACE, little);
    if (id >= this.#described.length) return `a packet is from interface ${id}, which was never described`;
    const captured = view.getUint32(at + ENHANCED_CAPTURED_LENGTH, little);
    if (captured > MAX_CAPTURED_LENGTH || captured > length - ENHANCED_DATA - BLOCK_TRAILER_LENGTH) {
      return `a packet block of ${length} octets claims ${captured} captured octets`;
    }
    const from = this.#described[id];
    const wire = view.getUint32(at + ENHANCED_WIRE_LENGTH, little);
    const timeNs = from.clock.timeNs(
      view.getUint32(at + ENHANCED_TIME_HIGH, little),
      view.getUint32(at + ENHANCED_TIME_LOW, little),
    );
    this.#previousTimeNs = timeNs;
    this.#frames[id]++;
    this.#add(batch, at + ENHANCED_DATA, captured, wire, from.linkType, timeNs);
    return null;
  }

  #readSimplePacket(view: DataView, at: number, length: number, batch: FrameBatch): string | null {
    if (length < SIMPLE_DATA + BLOCK_TRAILER_LENGTH) return 'a packet block is too short';
    if (this.#described.length === 0) return 'a packet is from interface 0, which was never described';
    const from = this.#described[0];
    const wire = view.getUint32(at + SIMPLE_WIRE_LENGTH, this.#littleEndian);
    const captured = from.snaplen === 0 ? wire : Math.min(wire, from.snaplen);
    this.#frames[0]++;
    if (captured > MAX_CAPTURED_LENGTH || captured > length - SIMPLE_DATA - BLOCK_TRAILER_LENGTH) {
      return `a packet block of ${length} octets claims ${captured} captured octets`;
    }
    this.#add(batch, at + SIMPLE_DATA, captured, wire, from.linkType, this.#previousTimeNs);
    return null;
  }

  #add(batch: FrameBatch, data: number, captured: number, wire: number, linkType: number, timeNs: number): void {
    const i = batch.count++;
    batch.offset[i] = data;
    batch.capturedLength[i] = captured;
    batch.wireLength[i] = Math.min(wire, MAX_WIRE_LENGTH);
    batch.linkType[i] = linkType;
    batch.timeNs[i] = timeNs;
  }

  #readInterface(view: DataView, at: number, length: number): string | null {
    if (this.#described.length === MAX_INTERFACES) return `a section describes more than ${MAX_INTERFACES} interfaces`;
    const body = at + BLOCK_HEADER_LENGTH;
    const found = readInterface(view, body, at + length - BLOCK_TRAILER_LENGTH, this.#littleEndian, this.#base);
    if (typeof found === 'string') return found;
    this.#described.push(found);
    this.#frames.push(0);

    const { linkType, snaplen, name, clock } = found;
    this.#linkTypes.add(linkType);
    if (snaplen <= MAX_WIRE_LENGTH && snaplen > this.snaplen) this.snaplen = snaplen;
    if (clock.unitsPerSecond > this.#unitsPerSecond) {
      this.#unitsPerSecond = clock.unitsPerSecond;
      this.precision = clock.precision;
    }
    if (name !== null && this.#names.size < MAX_NAMES) this.#names.add(name);
    return null;
  }

  /** Nothing but the clock depends on these: what makes no sense in them is passed over. */
  #readStatistics(view: DataView, at: number, length: number): null {
    if (length < STATISTICS_OPTIONS + BLOCK_TRAILER_LENGTH) return null;
    const little = this.#littleEndian;
    const id = view.getUint32(at + STATISTICS_INTERFACE, little);
    if (id >= this.#described.length) return null;
    const end = at + length - BLOCK_TRAILER_LENGTH;
    const { endTime, delivered } = readStatistics(view, at + STATISTICS_OPTIONS, end, little);
    if (endTime === null || delivered === null) return null;
    this.#ends[id] = { ...endTime, frames: delivered };
    return null;
  }

  #readSectionHeader(view: DataView, at: number, length: number): string | null {
    if (length < MIN_SECTION_HEADER_LENGTH) return 'a section header is too short';
    const major = view.getUint16(at + AT_VERSION_MAJOR, this.#littleEndian);
    const minor = view.getUint16(at + AT_VERSION_MINOR, this.#littleEndian);
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      return `pcapng version ${major}.${minor} is not known; versions 1.0 and 1.2 are`;
    }
    this.#described = [];
    this.#frames = [];
    this.#ends = [];
    this.#inSection = true;
    return null;
  }

  #checkSkipped(view: DataView, at: number): boolean {
    const length = this.#skippedLength;
    const trailer = view.getUint32(at, this.#littleEndian);
    if (trailer === length) {
      this.#skipLeft = -1;
      return true;
    }
    const message = `a block claims a length of ${length} octets at its start and ${trailer} at its end`;
    this.problem = { message, offset: this.#skippedFrom, kind: 'damaged' };
    return false;
  }

  /** Nothing of a file whose very first header is wrong can be read: that is no damage on the way. */
  #fail(window: OctetWindow, at: number, message: string): void {
    const offset = window.streamOffset + (at - window.start);
    this.problem = { message, offset, kind: this.#inSection ? 'damaged' : 'unreadable' };
  }
}
