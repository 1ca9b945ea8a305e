// Hot path: from an IP protocol number to the decoder of what the datagram carries.
//
// Numbers: IANA "Protocol Numbers". Tunnels (IP in IP, GRE) and ESP are well-formed and not followed.

import { decodeIcmp, decodeIcmpv6 } from './icmp.js';
import { Protocol } from './protocol.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { decodeTcp } from './tcp.js';

/** ICMP counts only under IPv4 and ICMPv6 only under IPv6: elsewhere no host would heed it. */
export function decodeTransport(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  protocol: number,
  at: number,
  end: number,
  datagramEnd: number,
): DecodeStatus {
  if (protocol === Protocol.TCP) return decodeTcp(segment, bytes, view, at, end, datagramEnd);
  if (protocol === Protocol.ICMP && segment.ipVersion === 4) return decodeIcmp(segment, bytes, view, at, end);
  if (protocol === Protocol.ICMPV6 && segment.ipVersion === 6) return decodeIcmpv6(segment, bytes, view, at, end);
  return Status.OTHER;
}
