// Hot path: Cisco HDLC: address, control, EtherType.
//
// Read RFC 1547 section 4.3.1 first.

import { decodeEtherType } from '../ether-type.js';
import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';

const ADDRESS = 0;
const CONTROL = 1;
const ETHER_TYPE = 2;
const HEADER_LENGTH = 4;

const UNICAST = 0x0f;
const BROADCAST = 0x8f;
const MIN_ETHER_TYPE = 0x0600;

/** Whether the frame opens as Cisco HDLC, on lines that may carry PPP instead. */
export function isCiscoHdlc(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER_LENGTH || bytes[at + CONTROL] !== 0) return false;
  return bytes[at + ADDRESS] === UNICAST || bytes[at + ADDRESS] === BROADCAST;
}

export function decodeCiscoHdlc(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  const etherType = view.getUint16(at + ETHER_TYPE);
  if (etherType < MIN_ETHER_TYPE) return Status.OTHER;
  return decodeEtherType(segment, bytes, view, etherType, at + HEADER_LENGTH, end, wireEnd);
}
