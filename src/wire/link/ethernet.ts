// Hot path: Ethernet frames, as captured without preamble.
//
// Read IEEE 802.3 clause 3.1.1 first. A frame check sequence behind the payload does no harm: IP knows its own length.

import { decodeEtherType } from '../ether-type.js';
import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';

const SOURCE = 6;
const ETHER_TYPE = 12;
const HEADER_LENGTH = 14;

export function decodeEthernet(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < HEADER_LENGTH) return Status.LINK_TRUNCATED;
  segment.linkSourceAt = at + SOURCE;
  return decodeEtherType(segment, bytes, view, view.getUint16(at + ETHER_TYPE), at + HEADER_LENGTH, end, wireEnd);
}
