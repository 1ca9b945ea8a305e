// Hot path: IP of either version, where the layer below does not say which.

import { decodeIpv4 } from './ipv4.js';
import { decodeIpv6 } from './ipv6.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

/** Goes by the version nibble (RFC 791 section 3.1, RFC 8200 section 3). */
export function decodeIp(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (at >= end) return Status.IP_TRUNCATED;
  const version = bytes[at] >> 4;
  if (version === 4) return decodeIpv4(segment, bytes, view, at, end, wireEnd);
  if (version === 6) return decodeIpv6(segment, bytes, view, at, end, wireEnd);
  return Status.IP_BAD_VERSION;
}
