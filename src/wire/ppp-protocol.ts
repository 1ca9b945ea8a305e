// Hot path: the PPP protocol field and what it announces.
//
// Read RFC 1661 section 2 first; numbers: IANA "PPP DLL Protocol Numbers". A field whose first octet is odd is one octet
// long: both ends agreed to leave out the zero before it (section 6.5).

import { decodeIpv4 } from './ipv4.js';
import { decodeIpv6 } from './ipv6.js';
import { decodeMpls } from './mpls.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

const IPV4 = 0x0021;
const IPV6 = 0x0057;
const MPLS_UNICAST = 0x0281;
const MPLS_MULTICAST = 0x0283;

export function decodePppProtocol(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (at >= end) return Status.LINK_TRUNCATED;
  const compressed = (bytes[at] & 1) !== 0;
  if (!compressed && end - at < 2) return Status.LINK_TRUNCATED;
  const protocol = compressed ? bytes[at] : view.getUint16(at);
  const inner = compressed ? at + 1 : at + 2;
  switch (protocol) {
    case IPV4:
      return decodeIpv4(segment, bytes, view, inner, end, wireEnd);
    case IPV6:
      return decodeIpv6(segment, bytes, view, inner, end, wireEnd);
    case MPLS_UNICAST:
    case MPLS_MULTICAST:
      return decodeMpls(segment, bytes, view, inner, end, wireEnd);
    default:
      return Status.OTHER;
  }
}
