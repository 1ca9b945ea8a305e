// Hot path: IPv6 extension headers, from the first to the upper-layer header.
//
// Read RFC 8200 section 4 first, RFC 4302 for AH (whose length counts otherwise), RFC 2675 for the jumbo payload option.
// The destination of a datagram with a routing header under way is its next stop; it is kept as captured.

import { Protocol } from './protocol.js';
import { type DecodeStatus, Status } from './status.js';

const NEXT_HEADER = 0;
const HEADER_LENGTH = 1;
const FRAGMENT_OFFSET = 2;
const EXTENSION_MIN_LENGTH = 8;
/** Payload length, SPI and sequence number, without the integrity check value. */
export const AH_MIN_LENGTH = 12;

const OPTION_PAD1 = 0;
const OPTION_JUMBO_PAYLOAD = 0xc2;
const JUMBO_PAYLOAD_LENGTH = 4;

/** RFC 8200 section 4.1 recommends each kind once, destination options twice: an honest chain is shorter than this. */
const MAX_EXTENSIONS = 10;

/** Answer of {@link walkExtensions} when {@link chain} holds the upper-layer header; else it is a DecodeStatus. */
export const REACHED = -1;

/** Where the latest walk arrived; one record for all walks, because the hot path may not allocate. */
export const chain = {
  /** Protocol of the upper-layer header, and where it starts. */
  protocol: 0,
  at: 0,
  /** Octets after the IPv6 header by the jumbo payload option, as signed 32-bit integer; 0 if there was none. */
  jumboLength: 0,
};

/** Follows the chain that starts with `protocol` at `at`; `end` is where the captured part of the datagram ends. */
export function walkExtensions(
  bytes: Uint8Array,
  view: DataView,
  protocol: number,
  at: number,
  end: number,
): DecodeStatus {
  let next = protocol;
  let here = at;
  chain.jumboLength = 0;
  for (let count = 0; isExtension(next); count++) {
    if (count === MAX_EXTENSIONS) return Status.IP_TOO_MANY_EXTENSIONS;
    if (end - here < EXTENSION_MIN_LENGTH) return Status.IP_TRUNCATED;
    const length = extensionLength(bytes, next, here);
    if (next === Protocol.FRAGMENT && view.getUint16(here + FRAGMENT_OFFSET) >> 3 !== 0) {
      return Status.IP_LATER_FRAGMENT;
    }
    if (end - here < length) return Status.IP_TRUNCATED;
    if (next === Protocol.HOP_BY_HOP) chain.jumboLength = jumboPayloadLength(bytes, view, here + 2, here + length);
    next = bytes[here + NEXT_HEADER];
    here += length;
  }
  chain.protocol = next;
  chain.at = here;
  return REACHED;
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case Protocol.HOP_BY_HOP:
    case Protocol.ROUTING:
    case Protocol.FRAGMENT:
    case Protocol.AH:
    case Protocol.DESTINATION_OPTIONS:
    case Protocol.MOBILITY:
    case Protocol.HIP:
    case Protocol.SHIM6:
      return true;
    default:
      return false;
  }
}

function extensionLength(bytes: Uint8Array, protocol: number, at: number): number {
  if (protocol === Protocol.FRAGMENT) return EXTENSION_MIN_LENGTH;
  if (protocol === Protocol.AH) return authenticationHeaderLength(bytes, at);
  return (bytes[at + HEADER_LENGTH] + 1) * 8;
}

/** Octets of the AH at `at` (RFC 4302 section 2.2: in words, less two); never less than its fixed part. */
export function authenticationHeaderLength(bytes: Uint8Array, at: number): number {
  const length = (bytes[at + HEADER_LENGTH] + 2) * 4;
  return Math.max(length, AH_MIN_LENGTH);
}

function jumboPayloadLength(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let at = start;
  while (at + 2 <= end) {
    if (bytes[at] === OPTION_PAD1) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (at + 2 + length > end) return 0;
    if (bytes[at] === OPTION_JUMBO_PAYLOAD && length === JUMBO_PAYLOAD_LENGTH) return view.getInt32(at + 2);
    at += 2 + length;
  }
  return 0;
}
