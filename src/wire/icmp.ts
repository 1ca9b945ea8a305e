// Hot path: ICMP and ICMPv6: errors that quote a TCP segment, and neighbour discovery.
//
// Read RFC 792, RFC 4443 section 3 and RFC 1122 section 3.2.2 first; RFC 1191 and RFC 8201 for the MTU; RFC 4861 sections
// 4.3 and 4.4 for neighbour discovery. An error quotes the IP header and at least 8 octets of what it carried, enough for
// ports and sequence number. Lengths inside a quote are not trusted: routers are known to rewrite them.

import { readIpv4Address, readIpv6Address } from './address.js';
import * as ipv4 from './ipv4-header.js';
import { chain, REACHED, walkExtensions } from './ipv6-extensions.js';
import * as ipv6 from './ipv6-header.js';
import { Protocol } from './protocol.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { readTcpStart } from './tcp.js';

const TYPE = 0;
const CODE = 1;
const MTU_V4 = 6;
const MTU_V6 = 4;
const HEADER_LENGTH = 8;
const QUOTED_TCP_LENGTH = 8;

const DESTINATION_UNREACHABLE = 3;
const SOURCE_QUENCH = 4;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;
const CODE_FRAGMENTATION_NEEDED = 4;

const V6_DESTINATION_UNREACHABLE = 1;
const V6_PACKET_TOO_BIG = 2;
const V6_PARAMETER_PROBLEM = 4;
const V6_NEIGHBOUR_SOLICITATION = 135;
const V6_NEIGHBOUR_ADVERTISEMENT = 136;
const V6_TARGET = 8;
const V6_NEIGHBOUR_LENGTH = 24;

export function decodeIcmp(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): DecodeStatus {
  if (at >= end) return Status.ICMP_TRUNCATED;
  const type = bytes[at + TYPE];
  switch (type) {
    case DESTINATION_UNREACHABLE:
    case SOURCE_QUENCH:
    case TIME_EXCEEDED:
    case PARAMETER_PROBLEM:
      break;
    default:
      return Status.OTHER;
  }
  if (end - at < HEADER_LENGTH) return Status.ICMP_TRUNCATED;
  readErrorHeader(segment, bytes, at);
  if (type === DESTINATION_UNREACHABLE && segment.icmpCode === CODE_FRAGMENTATION_NEEDED) {
    segment.icmpMtu = view.getUint16(at + MTU_V4);
  }
  return decodeQuotedIpv4(segment, bytes, view, at + HEADER_LENGTH, end);
}

export function decodeIcmpv6(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): DecodeStatus {
  if (at >= end) return Status.ICMP_TRUNCATED;
  const type = bytes[at + TYPE];
  if (type === V6_NEIGHBOUR_SOLICITATION || type === V6_NEIGHBOUR_ADVERTISEMENT) {
    return decodeNeighbour(segment, view, type, at, end);
  }
  if (type < V6_DESTINATION_UNREACHABLE || type > V6_PARAMETER_PROBLEM) return Status.OTHER;
  if (end - at < HEADER_LENGTH) return Status.ICMP_TRUNCATED;
  readErrorHeader(segment, bytes, at);
  if (type === V6_PACKET_TOO_BIG) {
    const mtu = view.getInt32(at + MTU_V6);
    segment.icmpMtu = Math.max(mtu, 0);
  }
  return decodeQuotedIpv6(segment, bytes, view, at + HEADER_LENGTH, end);
}

/** Must run before the quoted addresses take the place of the sender's. */
function readErrorHeader(segment: Segment, bytes: Uint8Array, at: number): void {
  segment.icmpType = bytes[at + TYPE];
  segment.icmpCode = bytes[at + CODE];
  const { icmpFrom, source } = segment;
  icmpFrom[0] = source[0];
  icmpFrom[1] = source[1];
  icmpFrom[2] = source[2];
  icmpFrom[3] = source[3];
}

function decodeQuotedIpv4(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): DecodeStatus {
  if (end - at < ipv4.IPV4_HEADER_LENGTH) return Status.ICMP_TRUNCATED;
  const versionIhl = bytes[at + ipv4.VERSION_IHL];
  if (versionIhl >> 4 !== 4) return Status.IP_BAD_VERSION;
  const headerLength = (versionIhl & 0x0f) * 4;
  if (headerLength < ipv4.IPV4_HEADER_LENGTH) return Status.IP_BAD_HEADER_LENGTH;
  if (bytes[at + ipv4.PROTOCOL] !== Protocol.TCP) return Status.OTHER;
  if ((view.getUint16(at + ipv4.FRAGMENT) & ipv4.FRAGMENT_OFFSET_MASK) !== 0) return Status.OTHER;
  readIpv4Address(segment.source, view, at + ipv4.SOURCE);
  readIpv4Address(segment.destination, view, at + ipv4.DESTINATION);
  return decodeQuotedTcp(segment, bytes, view, at + headerLength, end);
}

function decodeQuotedIpv6(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): DecodeStatus {
  if (end - at < ipv6.IPV6_HEADER_LENGTH) return Status.ICMP_TRUNCATED;
  if (bytes[at] >> 4 !== 6) return Status.IP_BAD_VERSION;
  const reached = walkExtensions(bytes, view, bytes[at + ipv6.NEXT_HEADER], at + ipv6.IPV6_HEADER_LENGTH, end);
  if (reached === Status.IP_TRUNCATED) return Status.ICMP_TRUNCATED;
  if (reached === Status.IP_LATER_FRAGMENT) return Status.OTHER;
  if (reached !== REACHED) return reached;
  if (chain.protocol !== Protocol.TCP) return Status.OTHER;
  readIpv6Address(segment.source, view, at + ipv6.SOURCE);
  readIpv6Address(segment.destination, view, at + ipv6.DESTINATION);
  return decodeQuotedTcp(segment, bytes, view, chain.at, end);
}

function decodeQuotedTcp(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): DecodeStatus {
  readTcpStart(segment, bytes, view, at, end);
  return end - at < QUOTED_TCP_LENGTH ? Status.ICMP_TRUNCATED : Status.ICMP_ERROR;
}

/** An advertisement speaks for its target address, whichever address it was sent from. */
function decodeNeighbour(segment: Segment, view: DataView, type: number, at: number, end: number): DecodeStatus {
  if (end - at < V6_NEIGHBOUR_LENGTH) return Status.ICMP_TRUNCATED;
  segment.neighbourAsks = type === V6_NEIGHBOUR_SOLICITATION;
  readIpv6Address(segment.neighbourAsks ? segment.destination : segment.source, view, at + V6_TARGET);
  return Status.NEIGHBOUR;
}
