// The first frames of every connection, kept apart from the ring so that a long connection still shows how it began.
//
// Frames lie in cells of one size, so that room given back is always of use to the next: a bare segment fills one cell,
// a longer frame a chain of them. The frames of a connection are chained too; the number of the first one's cell is
// enough to find them all.

import type { FrameBatch } from '../source/frame-batch.js';
import { copyOctets } from './copy-octets.js';
import type { StoredFrame } from './frame-ring.js';

/** Cell of no frame. */
export const NO_CELL = -1;

const CELL_LENGTH = 128;
// Of every cell: the one that goes on with its frame, or the next free one; of a frame's first also the next frame.
const CONTINUES = 0;
const NEXT_FRAME = 1;
const TIME = 1;
const PACKET = 2;
const CAPTURED_LENGTH = 6;
const WIRE_LENGTH = 7;
const LINK_TYPE = 8;
const FIRST_DATA = 40;
const MORE_DATA = 8;

export class FirstFrames {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  #free = NO_CELL;
  #freeCount: number;
  /** A frame's octets in one piece. */
  #piece = new Uint8Array(0);
  #pieceView = new DataView(new ArrayBuffer(0));

  /** @param octets it takes at most. */
  constructor(octets: number) {
    this.#freeCount = Math.floor(octets / CELL_LENGTH);
    const memory = new ArrayBuffer(this.#freeCount * CELL_LENGTH);
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    for (let cell = this.#freeCount - 1; cell >= 0; cell--) this.#give(cell);
  }

  /**
   * Adds a frame behind the others of its connection.
   *
   * @param first cell of the connection's first frame, or NO_CELL
   * @returns the same, or the frame's own cell if it is the first; NO_CELL if there is no room for it.
   */
  add(first: number, packet: number, batch: FrameBatch, f: number): number {
    const length = batch.capturedLength[f];
    const beyond = Math.max(0, length - (CELL_LENGTH - FIRST_DATA));
    if (1 + Math.ceil(beyond / (CELL_LENGTH - MORE_DATA)) > this.#freeCount) return NO_CELL;
    const cell = this.#take();
    const word = (cell * CELL_LENGTH) / 4;
    const double = (cell * CELL_LENGTH) / 8;
    this.#words[word + NEXT_FRAME] = NO_CELL;
    this.#doubles[double + TIME] = batch.timeNs[f];
    this.#doubles[double + PACKET] = packet;
    this.#words[word + CAPTURED_LENGTH] = length;
    this.#words[word + WIRE_LENGTH] = batch.wireLength[f];
    this.#words[word + LINK_TYPE] = batch.linkType[f];

    let at = batch.offset[f];
    const end = at + length;
    let into = cell;
    for (let data = FIRST_DATA; ; data = MORE_DATA) {
      const part = Math.min(end - at, CELL_LENGTH - data);
      copyOctets(batch.bytes, batch.view, at, part, this.#bytes, this.#view, into * CELL_LENGTH + data);
      at += part;
      const more = at < end ? this.#take() : NO_CELL;
      this.#words[(into * CELL_LENGTH) / 4 + CONTINUES] = more;
      if (more === NO_CELL) break;
      into = more;
    }
    if (first === NO_CELL) return cell;
    let last = first;
    while (this.next(last) !== NO_CELL) last = this.next(last);
    this.#words[(last * CELL_LENGTH) / 4 + NEXT_FRAME] = cell;
    return first;
  }

  /** Cell of the connection's next frame, or NO_CELL. */
  next(cell: number): number {
    return this.#words[(cell * CELL_LENGTH) / 4 + NEXT_FRAME];
  }

  look(cell: number, frame: StoredFrame): void {
    const word = (cell * CELL_LENGTH) / 4;
    const double = (cell * CELL_LENGTH) / 8;
    const length = this.#words[word + CAPTURED_LENGTH];
    if (length > this.#piece.length) {
      this.#piece = new Uint8Array(length);
      this.#pieceView = new DataView(this.#piece.buffer);
    }
    let from = cell;
    let data = FIRST_DATA;
    for (let done = 0; done < length; data = MORE_DATA) {
      const part = Math.min(length - done, CELL_LENGTH - data);
      copyOctets(this.#bytes, this.#view, from * CELL_LENGTH + data, part, this.#piece, this.#pieceView, done);
      done += part;
      from = this.#words[(from * CELL_LENGTH) / 4 + CONTINUES];
    }
    frame.packet = this.#doubles[double + PACKET];
    frame.timeNs = this.#doubles[double + TIME];
    frame.capturedLength = length;
    frame.wireLength = this.#words[word + WIRE_LENGTH];
    frame.linkType = this.#words[word + LINK_TYPE];
    frame.bytes = this.#piece;
    frame.view = this.#pieceView;
    frame.at = 0;
  }

  /** Gives back all frames of a connection. */
  free(first: number): void {
    for (let frame = first; frame !== NO_CELL; ) {
      const next = this.next(frame);
      for (let cell = frame; cell !== NO_CELL; ) {
        const more = this.#words[(cell * CELL_LENGTH) / 4 + CONTINUES];
        this.#give(cell);
        this.#freeCount++;
        cell = more;
      }
      frame = next;
    }
  }

  #take(): number {
    const cell = this.#free;
    this.#free = this.#words[(cell * CELL_LENGTH) / 4 + CONTINUES];
    this.#freeCount--;
    return cell;
  }

  #give(cell: number): void {
    this.#words[(cell * CELL_LENGTH) / 4 + CONTINUES] = this.#free;
    this.#free = cell;
  }
}
