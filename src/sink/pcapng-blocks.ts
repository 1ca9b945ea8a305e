// Hot path: pcapng blocks, written one behind the other into a buffer that grows and is used again; little-endian.
// Read first: draft-ietf-opsawg-pcapng, sections "Section Header Block" to "Interface Statistics Block".
//
// Every interface described here counts in nanoseconds. They do not fit a double since 1970, but the base does in two
// 32-bit words, and a frame's distance to it is added word by word.

import { release, type } from 'node:os';
import type { TimeBase } from '../source/frame-batch.js';
import { copyOctets } from './copy-octets.js';

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const VERSION_MAJOR = 1;

const OPTION_END = 0;
const COMMENT = 1;
const SECTION_OS = 3;
const SECTION_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_RESOLUTION = 9;
const INTERFACE_FILTER = 11;
const INTERFACE_OS = 12;
export const PACKET_ID = 5;
const STATISTICS_START = 2;
const STATISTICS_END = 3;
const STATISTICS_RECEIVED = 4;
const STATISTICS_DROPPED_BY_OS = 7;
const STATISTICS_DELIVERED = 8;

const NANOSECONDS = 9;
/** First octet of a filter option: the text of a libpcap filter follows. */
const LIBPCAP_FILTER = 0;

export const BLOCK_HEADER_LENGTH = 8;
export const BLOCK_TRAILER_LENGTH = 4;
/** From the start of an Enhanced Packet Block to its frame. */
export const PACKET_DATA = 28;
export const OPTION_HEADER_LENGTH = 4;
const MAX_OPTION_LENGTH = 0xffff;
const WORD = 4_294_967_296;
const MAX_UTF8_LENGTH_OF_UNIT = 3;

const OPERATING_SYSTEM = `${type()} ${release()}`;

export interface InterfaceFacts {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** Octets; 0 means no limit. */
  readonly snaplen: number;
  readonly name: string;
  /** In pcap-filter(7)'s language. */
  readonly filter: string | null;
}

export interface InterfaceCounts {
  /** Nanoseconds since the base. */
  readonly startNs: number;
  /** The moment the counts are of. */
  readonly endNs: number;
  /** null: not known. */
  readonly received: number | null;
  readonly droppedByOs: number | null;
  readonly delivered: number;
}

export class PcapngBlocks {
  /** What has been written is the first `length` of these. */
  bytes: Buffer;
  length = 0;
  readonly #base: TimeBase;
  #view: DataView;
  /** Where the last block begins. */
  #start = 0;
  #based = false;
  #baseHigh = 0;
  #baseLow = 0;

  /** @param base set when the first time is written. */
  constructor(base: TimeBase, capacity = 65_536) {
    this.#base = base;
    this.bytes = Buffer.alloc(capacity);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, capacity);
  }

  clear(): void {
    this.length = 0;
  }

  sectionHeader(application: string, comment: string | null): void {
    this.#begin(SECTION_HEADER);
    this.#uint32(BYTE_ORDER_MAGIC);
    // The major version in the lower half; the minor one is 0.
    this.#uint32(VERSION_MAJOR);
    // Length of the section: not known yet.
    this.#uint32(0xffff_ffff);
    this.#uint32(0xffff_ffff);
    if (comment !== null) this.#text(COMMENT, comment);
    this.#text(SECTION_OS, OPERATING_SYSTEM);
    this.#text(SECTION_APPLICATION, application);
    this.#endOptions();
    this.#end();
  }

  interfaceDescription({ linkType, snaplen, name, filter }: InterfaceFacts): void {
    this.#begin(INTERFACE_DESCRIPTION);
    this.#uint32(linkType);
    this.#uint32(snaplen);
    this.#text(INTERFACE_NAME, name);
    this.#option(INTERFACE_RESOLUTION, Uint8Array.of(NANOSECONDS));
    if (filter !== null) {
      this.#option(INTERFACE_FILTER, Buffer.concat([Uint8Array.of(LIBPCAP_FILTER), Buffer.from(filter)]));
    }
    this.#text(INTERFACE_OS, OPERATING_SYSTEM);
    this.#endOptions();
    this.#end();
  }

  /** A frame: `capturedLength` octets at `at`; `view` is of the same octets as `bytes`. */
  enhancedPacket(
    interfaceId: number,
    timeNs: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedLength: number,
    wireLength: number,
  ): void {
    const dataLength = (capturedLength + 3) & ~3;
    const blockLength = PACKET_DATA + dataLength + BLOCK_TRAILER_LENGTH;
    this.#need(blockLength);
    const start = this.length;
    const into = this.#view;
    this.#start = start;
    this.length = start + blockLength;
    into.setUint32(start, ENHANCED_PACKET, true);
    into.setUint32(start + 4, blockLength, true);
    into.setUint32(start + 8, interfaceId, true);
    this.#putTime(start + 12, timeNs);
    into.setUint32(start + 20, capturedLength, true);
    into.setUint32(start + 24, wireLength, true);
    const data = start + PACKET_DATA;
    // The buffer has been used before: the padding is whatever stood there.
    if (dataLength > 0) into.setInt32(data + dataLength - 4, 0);
    copyOctets(bytes, view, at, capturedLength, this.bytes, into, data);
    into.setUint32(data + dataLength, blockLength, true);
  }

  /** The frame of an Enhanced Packet Block that was written here once, without its options. */
  copyPacket(interfaceId: number, from: Uint8Array, at: number, capturedLength: number): void {
    const length = PACKET_DATA + ((capturedLength + 3) & ~3);
    this.#need(length + BLOCK_TRAILER_LENGTH);
    this.#start = this.length;
    this.bytes.set(from.subarray(at, at + length), this.length);
    this.#view.setUint32(this.#start + BLOCK_HEADER_LENGTH, interfaceId, true);
    this.length += length;
    this.#end();
  }

  /** Adds to the packet written last: its number in the whole capture, and what there is to say about it. */
  describePacket(packet: number, comment: string | null): void {
    this.length -= BLOCK_TRAILER_LENGTH;
    this.#uint64Option(PACKET_ID, packet);
    if (comment !== null) this.#text(COMMENT, comment);
    this.#endOptions();
    this.#end();
  }

  interfaceStatistics(interfaceId: number, counts: InterfaceCounts): void {
    this.#begin(INTERFACE_STATISTICS);
    this.#uint32(interfaceId);
    this.#time(counts.endNs);
    this.#timeOption(STATISTICS_START, counts.startNs);
    this.#timeOption(STATISTICS_END, counts.endNs);
    if (counts.received !== null) this.#uint64Option(STATISTICS_RECEIVED, counts.received);
    if (counts.droppedByOs !== null) this.#uint64Option(STATISTICS_DROPPED_BY_OS, counts.droppedByOs);
    this.#uint64Option(STATISTICS_DELIVERED, counts.delivered);
    this.#endOptions();
    this.#end();
  }

  #begin(blockType: number): void {
    this.#start = this.length;
    this.#uint32(blockType);
    // Its length: known at its end.
    this.#uint32(0);
  }

  #end(): void {
    const length = this.length + BLOCK_TRAILER_LENGTH - this.#start;
    this.#uint32(length);
    this.#view.setUint32(this.#start + 4, length, true);
  }

  #uint32(value: number): void {
    this.#need(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  #time(timeNs: number): void {
    this.#need(8);
    this.#putTime(this.length, timeNs);
    this.length += 8;
  }

  /** The higher word first, in either byte order. */
  #putTime(at: number, timeNs: number): void {
    if (!this.#based) this.#takeBase();
    const words = Math.floor(timeNs / WORD);
    const low = this.#baseLow + (timeNs - words * WORD);
    const high = this.#baseHigh + words;
    this.#view.setUint32(at, low >= WORD ? high + 1 : high, true);
    this.#view.setUint32(at + 4, low >= WORD ? low - WORD : low, true);
  }

  #takeBase(): void {
    const epochNs = this.#base.epochNs;
    if (epochNs === null) throw new Error('a time before the first frame');
    this.#based = true;
    this.#baseHigh = Number(epochNs >> 32n);
    this.#baseLow = Number(epochNs & 0xffff_ffffn);
  }

  #optionHeader(code: number, length: number): void {
    this.#uint32(code + length * 0x10000);
  }

  #option(code: number, value: Uint8Array): void {
    const length = Math.min(value.length, MAX_OPTION_LENGTH);
    this.#optionHeader(code, length);
    this.#need(length);
    this.bytes.set(value.subarray(0, length), this.length);
    this.length += length;
    this.#pad(length);
  }

  /** Text too long for an option ends with its last whole character. */
  #text(code: number, text: string): void {
    this.#need(OPTION_HEADER_LENGTH + Math.min(text.length * MAX_UTF8_LENGTH_OF_UNIT, MAX_OPTION_LENGTH));
    const length = this.bytes.write(text, this.length + OPTION_HEADER_LENGTH, MAX_OPTION_LENGTH, 'utf8');
    this.#optionHeader(code, length);
    this.length += length;
    this.#pad(length);
  }

  #timeOption(code: number, timeNs: number): void {
    this.#optionHeader(code, 8);
    this.#time(timeNs);
  }

  #uint64Option(code: number, value: number): void {
    this.#optionHeader(code, 8);
    this.#uint32(value % WORD);
    this.#uint32(Math.floor(value / WORD));
  }

  #endOptions(): void {
    this.#optionHeader(OPTION_END, 0);
  }

  #pad(length: number): void {
    const padding = -length & 3;
    this.#need(padding);
    this.bytes.fill(0, this.length, this.length + padding);
    this.length += padding;
  }

  #need(octets: number): void {
    const needed = this.length + octets;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
