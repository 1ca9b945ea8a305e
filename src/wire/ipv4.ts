// Hot path: the IPv4 header.
//
// Read RFC 791 section 3.1 first. Lengths come from the header, not from what was captured: that trims the padding of
// short Ethernet frames and sees past a small snapshot length. A total length of 0 is what a capture on the sending host
// shows before segmentation offload has filled it in; the frame's length on the wire stands in for it.

import { readIpv4Address } from './address.js';
import {
  DESTINATION,
  FRAGMENT,
  FRAGMENT_OFFSET_MASK,
  IDENTIFICATION,
  IPV4_HEADER_LENGTH,
  PROTOCOL,
  SOURCE,
  TOTAL_LENGTH,
  TTL,
  VERSION_IHL,
} from './ipv4-header.js';
import { AH_MIN_LENGTH, authenticationHeaderLength } from './ipv6-extensions.js';
import { Protocol } from './protocol.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { decodeTransport } from './transport.js';

export function decodeIpv4(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (at >= end) return Status.IP_TRUNCATED;
  const versionIhl = bytes[at + VERSION_IHL];
  if (versionIhl >> 4 !== 4) return Status.IP_BAD_VERSION;
  if (end - at < IPV4_HEADER_LENGTH) return Status.IP_TRUNCATED;

  segment.ipVersion = 4;
  readIpv4Address(segment.source, view, at + SOURCE);
  readIpv4Address(segment.destination, view, at + DESTINATION);
  segment.ttl = bytes[at + TTL];
  segment.ipId = view.getUint16(at + IDENTIFICATION);

  const headerLength = (versionIhl & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH) return Status.IP_BAD_HEADER_LENGTH;
  const totalLength = view.getUint16(at + TOTAL_LENGTH);
  if (totalLength !== 0 && totalLength < headerLength) return Status.IP_BAD_TOTAL_LENGTH;
  const datagramEnd = totalLength === 0 ? wireEnd : at + totalLength;
  if (at + headerLength > datagramEnd) return Status.IP_BAD_HEADER_LENGTH;
  if (at + headerLength > end) return Status.IP_TRUNCATED;
  if ((view.getUint16(at + FRAGMENT) & FRAGMENT_OFFSET_MASK) !== 0) return Status.IP_LATER_FRAGMENT;

  const capturedEnd = Math.min(datagramEnd, end);
  let protocol = bytes[at + PROTOCOL];
  let upper = at + headerLength;
  if (protocol === Protocol.AH) {
    if (capturedEnd - upper < AH_MIN_LENGTH) return Status.IP_TRUNCATED;
    protocol = bytes[upper];
    upper += authenticationHeaderLength(bytes, upper);
  }
  return decodeTransport(segment, bytes, view, protocol, upper, capturedEnd, datagramEnd);
}
