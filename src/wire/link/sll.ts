// Hot path: Linux cooked capture, version 1.
//
// Read https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html first.

import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';
import { decodeCooked } from './cooked.js';

const HARDWARE = 2;
const ADDRESS_LENGTH = 4;
const ADDRESS = 6;
const PROTOCOL = 14;
const MAC_LENGTH = 6;
const HEADER_LENGTH = 16;

export function decodeSll(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  if (view.getUint16(at + ADDRESS_LENGTH) === MAC_LENGTH) segment.linkSourceAt = at + ADDRESS;
  const hardware = view.getUint16(at + HARDWARE);
  const protocol = view.getUint16(at + PROTOCOL);
  return decodeCooked(segment, bytes, view, hardware, protocol, at + HEADER_LENGTH, end, wireEnd);
}
