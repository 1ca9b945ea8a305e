// Hot path: Linux cooked capture, version 2.
//
// Read https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html first.

import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';
import { decodeCooked } from './cooked.js';

const PROTOCOL = 0;
const HARDWARE = 8;
const ADDRESS_LENGTH = 11;
const ADDRESS = 12;
const MAC_LENGTH = 6;
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
  if (bytes[at + ADDRESS_LENGTH] === MAC_LENGTH) segment.linkSourceAt = at + ADDRESS;
  const hardware = view.getUint16(at + HARDWARE);
  const protocol = view.getUint16(at + PROTOCOL);
  return decodeCooked(segment, bytes, view, hardware, protocol, at + HEADER_LENGTH, end, wireEnd);
}
