// Hot path: the newest frames of a capture, in a ring of fixed size. Each knows its connection's frame before it.
//
// A frame's address counts all octets ever put into the ring, so it says at once whether the frame is still there: the
// ring holds the last `size` of them. A frame never straddles the end; what is left there stays unused.

import type { FrameBatch } from '../source/frame-batch.js';
import { copyOctets } from './copy-octets.js';

/** Address of no frame. */
export const NO_FRAME = -1;

// Header of a frame: three doubles, four 32-bit integers. The last one is padding: frames start at multiples of 8.
const HEADER_LENGTH = 40;
const PREVIOUS = 0;
const TIME = 1;
const PACKET = 2;
const CAPTURED_LENGTH = 6;
const WIRE_LENGTH = 7;
const LINK_TYPE = 8;

/** One frame of the memory, looked at; `bytes` are valid until the next frame is kept or looked at. */
export class StoredFrame {
  packet = 0;
  timeNs = 0;
  linkType = 0;
  capturedLength = 0;
  wireLength = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
}

export class FrameRing {
  readonly #size: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  /** Address of the ring's first octet in this lap. */
  #lap = 0;
  /** Where in the ring the next frame goes. */
  #next = 0;

  /** @param octets it takes at most. */
  constructor(octets: number) {
    this.#size = Math.floor(octets / 8) * 8;
    const memory = new ArrayBuffer(this.#size);
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /**
   * @param previous address of the frame before it of the same connection
   * @returns the frame's address; NO_FRAME if it is longer than the whole ring.
   */
  push(previous: number, packet: number, batch: FrameBatch, f: number): number {
    const capturedLength = batch.capturedLength[f];
    const length = HEADER_LENGTH + ((capturedLength + 7) & ~7);
    if (this.#next + length > this.#size) {
      if (length > this.#size) return NO_FRAME;
      this.#lap += this.#size;
      this.#next = 0;
    }
    const start = this.#next;
    this.#next = start + length;
    const double = start / 8;
    this.#doubles[double + PREVIOUS] = previous;
    this.#doubles[double + TIME] = batch.timeNs[f];
    this.#doubles[double + PACKET] = packet;
    const word = start / 4;
    this.#words[word + CAPTURED_LENGTH] = capturedLength;
    this.#words[word + WIRE_LENGTH] = batch.wireLength[f];
    this.#words[word + LINK_TYPE] = batch.linkType[f];
    const to = start + HEADER_LENGTH;
    copyOctets(batch.bytes, batch.view, batch.offset[f], capturedLength, this.#bytes, this.#view, to);
    return this.#lap + start;
  }

  /** Whether the frame at this address has not been overwritten. */
  holds(address: number): boolean {
    return address !== NO_FRAME && address >= this.#lap + this.#next - this.#size;
  }

  // Of a frame that the ring holds.

  previousOf(address: number): number {
    return this.#doubles[this.#startOf(address) / 8 + PREVIOUS];
  }

  packetOf(address: number): number {
    return this.#doubles[this.#startOf(address) / 8 + PACKET];
  }

  capturedLengthOf(address: number): number {
    return this.#words[this.#startOf(address) / 4 + CAPTURED_LENGTH];
  }

  look(address: number, frame: StoredFrame): void {
    const start = this.#startOf(address);
    frame.packet = this.#doubles[start / 8 + PACKET];
    frame.timeNs = this.#doubles[start / 8 + TIME];
    frame.capturedLength = this.#words[start / 4 + CAPTURED_LENGTH];
    frame.wireLength = this.#words[start / 4 + WIRE_LENGTH];
    frame.linkType = this.#words[start / 4 + LINK_TYPE];
    frame.bytes = this.#bytes;
    frame.view = this.#view;
    frame.at = start + HEADER_LENGTH;
  }

  #startOf(address: number): number {
    return address >= this.#lap ? address - this.#lap : address - this.#lap + this.#size;
  }
}
