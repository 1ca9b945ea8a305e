// Hot path: Linux cooked capture, version 2.
//
// Read https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html first.

import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';
import { decodeCooked } from './cooked.js';

const PROTOCOL = 0;
const HARDWARE = 8;
const HEADER_LENGTH = 20;

export function decodeSll2(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  const hardware = view.getUint16(at + HARDWARE);
  const protocol = view.getUint16(at + PROTOCOL);
  return decodeCooked(segment, bytes, view, hardware, protocol, at + HEADER_LENGTH, end, wireEnd);
}
