// Hot path: ARP for IPv4 over Ethernet: a host that no longer answers here is gone from its own network.
//
// Read RFC 826 first, and RFC 5227 for probes and announcements.

import { readIpv4Address } from './address.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

const HARDWARE_TYPE = 0;
const PROTOCOL_TYPE = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;
const FIXED_LENGTH = 8;
const SENDER_PROTOCOL_ADDRESS = 14;
const TARGET_PROTOCOL_ADDRESS = 24;
const ARP_LENGTH = 28;

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;
const REQUEST = 1;
const REPLY = 2;

export function decodeArp(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): DecodeStatus {
  if (end - at < FIXED_LENGTH) return Status.ARP_TRUNCATED;
  const operation = view.getUint16(at + OPERATION);
  if (
    view.getUint16(at + HARDWARE_TYPE) !== HARDWARE_ETHERNET ||
    view.getUint16(at + PROTOCOL_TYPE) !== PROTOCOL_IPV4 ||
    bytes[at + HARDWARE_LENGTH] !== 6 ||
    bytes[at + PROTOCOL_LENGTH] !== 4 ||
    (operation !== REQUEST && operation !== REPLY)
  ) {
    return Status.OTHER;
  }
  if (end - at < ARP_LENGTH) return Status.ARP_TRUNCATED;
  segment.ipVersion = 4;
  readIpv4Address(segment.source, view, at + SENDER_PROTOCOL_ADDRESS);
  readIpv4Address(segment.destination, view, at + TARGET_PROTOCOL_ADDRESS);
  // A request for one's own address asks nothing: it announces (RFC 5227 section 3).
  segment.neighbourAsks = operation === REQUEST && segment.source[0] !== segment.destination[0];
  return Status.NEIGHBOUR;
}
