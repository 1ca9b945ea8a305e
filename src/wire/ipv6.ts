// Hot path: the IPv6 header.
//
// Read RFC 8200 section 3 first, and RFC 2675 for jumbograms. A payload length of 0 without a jumbo payload option is what
// a capture on the sending host shows before segmentation offload has filled it in; the frame's length on the wire stands
// in for it. Linux "BIG TCP" sends real jumbo payload options between hosts and their network cards.

import { readIpv6Address } from './address.js';
import { chain, REACHED, walkExtensions } from './ipv6-extensions.js';
import { DESTINATION, HOP_LIMIT, IPV6_HEADER_LENGTH, NEXT_HEADER, PAYLOAD_LENGTH, SOURCE } from './ipv6-header.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { decodeTransport } from './transport.js';

export function decodeIpv6(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (at >= end) return Status.IP_TRUNCATED;
  if (bytes[at] >> 4 !== 6) return Status.IP_BAD_VERSION;
  if (end - at < IPV6_HEADER_LENGTH) return Status.IP_TRUNCATED;

  segment.ipVersion = 6;
  readIpv6Address(segment.source, view, at + SOURCE);
  readIpv6Address(segment.destination, view, at + DESTINATION);
  segment.ttl = bytes[at + HOP_LIMIT];

  const payloadLength = view.getUint16(at + PAYLOAD_LENGTH);
  const headerEnd = at + IPV6_HEADER_LENGTH;
  let datagramEnd = payloadLength === 0 ? wireEnd : headerEnd + payloadLength;
  let capturedEnd = Math.min(datagramEnd, end);
  const reached = walkExtensions(bytes, view, bytes[at + NEXT_HEADER], headerEnd, capturedEnd);
  if (reached !== REACHED) return reached;
  if (payloadLength === 0 && chain.jumboLength !== 0) {
    // Nothing sends a gigabyte in one datagram, and the sum must stay a small integer.
    if (chain.jumboLength < 0 || chain.jumboLength > MAX_JUMBO_LENGTH) return Status.IP_BAD_TOTAL_LENGTH;
    datagramEnd = headerEnd + chain.jumboLength;
    if (chain.at > datagramEnd) return Status.IP_BAD_TOTAL_LENGTH;
    capturedEnd = Math.min(datagramEnd, end);
  }
  return decodeTransport(segment, bytes, view, chain.protocol, chain.at, capturedEnd, datagramEnd);
}

const MAX_JUMBO_LENGTH = 0x3fffffff;
