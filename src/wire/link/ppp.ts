// Hot path: PPP, alone or in HDLC-like framing.
//
// Read RFC 1661 section 2 and RFC 1662 section 3.1 first. Address and control (FF 03) stand before the protocol unless the
// framing is absent or both ends agreed to leave them out; no protocol number begins with FF, so a look tells.

import { decodePppProtocol } from '../ppp-protocol.js';
import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';
import { decodeCiscoHdlc, isCiscoHdlc } from './cisco-hdlc.js';

const ADDRESS_CONTROL = 0xff03;
const ADDRESS_CONTROL_LENGTH = 2;

export function decodePpp(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < ADDRESS_CONTROL_LENGTH) return Status.LINK_TRUNCATED;
  const framed = view.getUint16(at) === ADDRESS_CONTROL;
  return decodePppProtocol(segment, bytes, view, framed ? at + ADDRESS_CONTROL_LENGTH : at, end, wireEnd);
}

/** A serial line: PPP, or Cisco's HDLC on lines set up for that. */
export function decodePppSerial(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (isCiscoHdlc(bytes, at, end)) return decodeCiscoHdlc(segment, bytes, view, at, end, wireEnd);
  return decodePpp(segment, bytes, view, at, end, wireEnd);
}
