// Hot path: the TCP header.
//
// Read RFC 9293 section 3.1 first. Twenty octets must have been captured; captures of 54 to 66 octets a frame are common,
// so options may be cut and the payload is measured by the IP length.

import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { parseOptions } from './tcp-options.js';

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQ = 4;
const ACK_NUMBER = 8;
const DATA_OFFSET = 12;
const FLAGS = 13;
const WINDOW = 14;
export const TCP_HEADER_LENGTH = 20;

/** `datagramEnd` is where the IP datagram ends by its own length. */
export function decodeTcp(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  datagramEnd: number,
): DecodeStatus {
  if (end - at < TCP_HEADER_LENGTH) {
    readTcpStart(segment, bytes, view, at, end);
    return Status.TCP_TRUNCATED;
  }
  segment.sourcePort = view.getUint16(at + SOURCE_PORT);
  segment.destinationPort = view.getUint16(at + DESTINATION_PORT);
  segment.seq = view.getInt32(at + SEQ);
  segment.ack = view.getInt32(at + ACK_NUMBER);
  segment.flags = bytes[at + FLAGS];
  segment.window = view.getUint16(at + WINDOW);

  const payloadStart = at + headerLength(bytes, at);
  if (payloadStart < at + TCP_HEADER_LENGTH || payloadStart > datagramEnd) return Status.TCP_BAD_DATA_OFFSET;
  segment.payloadLength = datagramEnd - payloadStart;
  segment.optionsOffset = at + TCP_HEADER_LENGTH;
  segment.optionsLength = Math.min(payloadStart, end) - segment.optionsOffset;
  parseOptions(segment, bytes, view);
  return Status.TCP;
}

/** Reads the whole fields among the octets of a cut header, as quoted by ICMP errors; the others stay as they are. */
export function readTcpStart(segment: Segment, bytes: Uint8Array, view: DataView, at: number, end: number): void {
  const available = end - at;
  if (available < SEQ) return;
  segment.sourcePort = view.getUint16(at + SOURCE_PORT);
  segment.destinationPort = view.getUint16(at + DESTINATION_PORT);
  if (available < ACK_NUMBER) return;
  segment.seq = view.getInt32(at + SEQ);
  if (available < DATA_OFFSET) return;
  segment.ack = view.getInt32(at + ACK_NUMBER);
  if (available < WINDOW) return;
  segment.flags = bytes[at + FLAGS];
  if (available < WINDOW + 2) return;
  segment.window = view.getUint16(at + WINDOW);
}

function headerLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + DATA_OFFSET] >> 4) * 4;
}
