// The pull parser's side of this room: octets in, frames out, no I/O. A reader is fed windows onto a stream and keeps
// whatever it must remember between them, so that files, pipes and memory are read by the same code.
//
// Contract: the caller shows a window; the reader adds the whole records in it to a batch and answers how many octets
// it is done with. The caller shows the rest again, with more behind it. When there is no more, it calls `end`.

import type { CaptureProblem } from './capture-problem.js';
import type { FrameBatch } from './frame-batch.js';

/** The longest captured frame that is believed, as libpcap's MAXIMUM_SNAPLEN; octets. */
export const MAX_CAPTURED_LENGTH = 262_144;

/** The most octets a reader may need to see at once. A window that can hold this many always gets further. */
export const MAX_RECORD_LENGTH = 2 * 1024 * 1024;

/** Wire lengths are kept in 31 bits; a longer claim is cut to this. */
export const MAX_WIRE_LENGTH = 0x7fff_ffff;

/** A part of a stream: the octets from `start` up to `end` of `bytes`. */
export interface OctetWindow {
  readonly bytes: Uint8Array;
  /** The same octets: `view.getUint8(i) === bytes[i]`. */
  readonly view: DataView;
  start: number;
  end: number;
  /** Where in the stream the octet at `start` stands. */
  streamOffset: number;
}

/** What a capture says about itself; grows while it is read. */
export interface SourceInfo {
  /** Null until the first octets have been seen, and for what is no capture. */
  readonly format: 'pcap' | 'pcapng' | null;
  readonly gzip: boolean;
  /** LINKTYPE_ values in the order they were announced. */
  readonly linkTypes: readonly number[];
  /** The largest snapshot length announced, in octets; 0 when there is no limit or none is known. */
  readonly snaplen: number;
  /** The finest unit of time announced: `s`, `ms`, `us`, `ns`, or such as `10^-12 s` and `2^-20 s`; null when unknown. */
  readonly precision: string | null;
  /** Names of the interfaces, without repeats; the first 256 of them. */
  readonly interfaces: readonly string[];
}

export interface FrameReader {
  readonly format: 'pcap' | 'pcapng';
  readonly linkTypes: readonly number[];
  readonly snaplen: number;
  readonly precision: string | null;
  readonly interfaces: readonly string[];
  /** Where the capture's clock stood when it ended, nanoseconds since the base; NaN: the stream does not say, or not yet. */
  readonly clockNs: number;
  /** Set when the stream contradicts itself; from then on `read` does nothing. */
  readonly problem: CaptureProblem | null;
  /**
   * Adds frames to `batch` behind `batch.count`, until it is full or the window holds no further whole record.
   * `batch.bytes` and `batch.view` become the window's.
   *
   * @returns how many octets, from `window.start`, are done with; frames in the batch still point into them.
   */
  read(window: OctetWindow, batch: FrameBatch): number;
  /**
   * Says that the stream is over and that `window` holds what `read` left of it.
   *
   * @returns where the record that was cut off starts in the stream, or null when the stream ended between two records.
   */
  end(window: OctetWindow): number | null;
}
