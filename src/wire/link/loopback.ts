// Hot path: BSD loopback, an address family before the IP header.
//
// Read https://www.tcpdump.org/linktypes.html (NULL and LOOP) first. NULL has the family in the byte order of the machine
// that captured, which the file does not tell: families are small numbers, so the order that makes it small is the right
// one. IPv6 has a different family number on every BSD.

import { decodeIpv4 } from '../ipv4.js';
import { decodeIpv6 } from '../ipv6.js';
import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';

const HEADER_LENGTH = 4;
const MAX_FAMILY = 0xffff;

const AF_INET = 2;
const AF_INET6_LINUX = 10;
const AF_INET6_NETBSD_OPENBSD = 24;
const AF_INET6_FREEBSD = 28;
const AF_INET6_DARWIN = 30;

/** LINKTYPE_NULL: either byte order. */
export function decodeNull(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  const bigEndian = view.getUint32(at);
  const family = bigEndian <= MAX_FAMILY ? bigEndian : view.getUint32(at, true);
  return decodeFamily(segment, bytes, view, family, at + HEADER_LENGTH, end, wireEnd);
}

/** LINKTYPE_LOOP: network byte order. */
export function decodeLoop(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  return decodeFamily(segment, bytes, view, view.getUint32(at), at + HEADER_LENGTH, end, wireEnd);
}

function decodeFamily(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  family: number,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  switch (family) {
    case AF_INET:
      return decodeIpv4(segment, bytes, view, at, end, wireEnd);
    case AF_INET6_LINUX:
    case AF_INET6_NETBSD_OPENBSD:
    case AF_INET6_FREEBSD:
    case AF_INET6_DARWIN:
      return decodeIpv6(segment, bytes, view, at, end, wireEnd);
    default:
      return family <= MAX_FAMILY ? Status.OTHER : Status.LINK_INVALID;
  }
}
