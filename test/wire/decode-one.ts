// Decodes one frame the way the pipeline does: out of the middle of a larger buffer.

import { formatAddress } from '../../src/wire/address.js';
import { decode } from '../../src/wire/decode.js';
import { Segment } from '../../src/wire/segment.js';
import { DECODE_STATUSES, type DecodeStatusId } from '../../src/wire/status.js';
import { parseOptions } from '../../src/wire/tcp-options.js';
import { vlanIds } from '../../src/wire/vlan.js';

export const LINK = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  PPP_SERIAL: 50,
  PPP_ETHER: 51,
  RAW: 101,
  C_HDLC: 104,
  LOOP: 108,
  SLL: 113,
  IPV4: 228,
  IPV6: 229,
  SLL2: 276,
};

export interface DecodedFrame {
  status: DecodeStatusId;
  segment: Segment;
  /** The addresses as text, and the identifiers behind `vlanKey`. */
  source: string;
  destination: string;
  vlans: number[];
}

/** Where the frame starts in the buffer. */
export const MARGIN = 64;

export interface FrameOptions {
  /** Octets of the frame that were captured; all by default. */
  captured?: number;
  /** Octets on the wire; all by default. */
  wire?: number;
  /** A record that has seen other frames. */
  segment?: Segment;
}

export function decodeOne(frame: Uint8Array, linkType = LINK.ETHERNET, options: FrameOptions = {}): DecodedFrame {
  // What stands around a frame are other frames: 0x45 looks like IPv4 to a decoder that strays.
  const bytes = new Uint8Array(frame.length + 2 * MARGIN).fill(0x45);
  bytes.set(frame, MARGIN);
  const view = new DataView(bytes.buffer);
  const segment = options.segment ?? new Segment();
  const captured = options.captured ?? frame.length;
  const status = decode(segment, linkType, bytes, view, MARGIN, captured, options.wire ?? frame.length);
  parseOptions(segment, bytes, view);
  return {
    status: DECODE_STATUSES[status].id,
    segment,
    source: formatAddress(segment.source, segment.ipVersion),
    destination: formatAddress(segment.destination, segment.ipVersion),
    vlans: vlanIds(segment.vlanKey),
  };
}
