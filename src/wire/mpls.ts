// Hot path: an MPLS label stack and the IP below it.
//
// Read RFC 3032 section 2.1 first. The stack does not say what it carries. A first nibble of 4 or 6 means IP by common
// agreement (RFC 4928 section 3); anything else is a pseudowire or control traffic, which is not followed.

import { decodeIp } from './ip.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

const ENTRY_LENGTH = 4;
const BOTTOM_OCTET = 2;
const BOTTOM_OF_STACK = 0x01;

export function decodeMpls(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  let here = at;
  let bottom = false;
  while (!bottom) {
    if (end - here < ENTRY_LENGTH) return Status.LINK_TRUNCATED;
    bottom = (bytes[here + BOTTOM_OCTET] & BOTTOM_OF_STACK) !== 0;
    here += ENTRY_LENGTH;
  }
  if (here >= end) return Status.LINK_TRUNCATED;
  const version = bytes[here] >> 4;
  return version === 4 || version === 6 ? decodeIp(segment, bytes, view, here, end, wireEnd) : Status.OTHER;
}
