// Hot path: TCP options, read only for the segments whose options are wanted.
//
// Read RFC 9293 section 3.2 (layout, MSS), RFC 7323 (window scale, timestamps) and RFC 2018 (SACK) first. An unknown kind
// is skipped by its length. A length that cannot be, or a cut option, ends the parsing: what stood before it counts, as it
// does to the kernels that received it. A known kind with the wrong length is skipped like an unknown one.

import { MAX_SACK_BLOCKS, type Segment } from './segment.js';

const KIND_END = 0;
const KIND_NOP = 1;
const KIND_MSS = 2;
const KIND_WINDOW_SCALE = 3;
const KIND_SACK_PERMITTED = 4;
const KIND_SACK = 5;
const KIND_TIMESTAMPS = 8;

const MSS_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED_LENGTH = 2;
const SACK_BLOCK_LENGTH = 8;
const TIMESTAMPS_LENGTH = 10;

/** NOP, NOP, timestamps: what most segments of a long connection carry, and nothing else (RFC 7323 appendix A). */
const ALIGNED_TIMESTAMPS = (KIND_NOP << 24) | (KIND_NOP << 16) | (KIND_TIMESTAMPS << 8) | TIMESTAMPS_LENGTH;
const ALIGNED_TIMESTAMPS_LENGTH = 12;

const MAX_WINDOW_SCALE_SHIFT = 14;

/** Fills the option fields of a segment that decode() has just read from the same buffer; absent options reset theirs. */
export function parseOptions(segment: Segment, bytes: Uint8Array, view: DataView): void {
  segment.mss = -1;
  segment.windowScaleShift = -1;
  segment.sackPermitted = false;
  segment.hasTimestamps = false;
  segment.tsVal = 0;
  segment.tsEcr = 0;
  segment.sackBlockCount = 0;

  let at = segment.optionsOffset;
  const end = at + segment.optionsLength;
  if (segment.optionsLength >= ALIGNED_TIMESTAMPS_LENGTH && view.getInt32(at) === ALIGNED_TIMESTAMPS) {
    readTimestamps(segment, view, at + 2);
    at += ALIGNED_TIMESTAMPS_LENGTH;
  }
  while (at < end) {
    const kind = bytes[at];
    if (kind === KIND_END) return;
    if (kind === KIND_NOP) {
      at++;
      continue;
    }
    if (at + 2 > end) return;
    const length = bytes[at + 1];
    if (length < 2 || at + length > end) return;
    readOption(segment, bytes, view, kind, at, length);
    at += length;
  }
}

function readOption(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  kind: number,
  at: number,
  length: number,
): void {
  if (kind === KIND_MSS && length === MSS_LENGTH) {
    segment.mss = view.getUint16(at + 2);
  } else if (kind === KIND_WINDOW_SCALE && length === WINDOW_SCALE_LENGTH) {
    const shift = bytes[at + 2];
    segment.windowScaleShift = Math.min(shift, MAX_WINDOW_SCALE_SHIFT);
  } else if (kind === KIND_SACK_PERMITTED && length === SACK_PERMITTED_LENGTH) {
    segment.sackPermitted = true;
  } else if (kind === KIND_SACK && (length - 2) % SACK_BLOCK_LENGTH === 0) {
    readSackBlocks(segment, view, at + 2, (length - 2) / SACK_BLOCK_LENGTH);
  } else if (kind === KIND_TIMESTAMPS && length === TIMESTAMPS_LENGTH) {
    readTimestamps(segment, view, at);
  }
}

function readTimestamps(segment: Segment, view: DataView, at: number): void {
  segment.hasTimestamps = true;
  segment.tsVal = view.getInt32(at + 2);
  segment.tsEcr = view.getInt32(at + 6);
}

function readSackBlocks(segment: Segment, view: DataView, at: number, count: number): void {
  const { sackEdges } = segment;
  const kept = Math.min(count, MAX_SACK_BLOCKS);
  for (let edge = 0; edge < kept * 2; edge++) sackEdges[edge] = view.getInt32(at + edge * 4);
  segment.sackBlockCount = kept;
}
