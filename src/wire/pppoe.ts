// Hot path: a PPPoE session packet.
//
// Read RFC 2516 section 4 first. Discovery packets carry no PPP.

import { decodePppProtocol } from './ppp-protocol.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

const VERSION_TYPE = 0;
const CODE = 1;
const HEADER_LENGTH = 6;

const VERSION_1_TYPE_1 = 0x11;
const CODE_SESSION = 0x00;

export function decodePppoeSession(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  if (bytes[at + VERSION_TYPE] !== VERSION_1_TYPE_1) return Status.LINK_INVALID;
  if (bytes[at + CODE] !== CODE_SESSION) return Status.OTHER;
  return decodePppProtocol(segment, bytes, view, at + HEADER_LENGTH, end, wireEnd);
}
