// Hot path: one frame in, fields in the Segment and a DecodeStatus out. Nothing here or below allocates or throws.
//
// Partial results survive: when a header is cut, everything read before the cut stays in the Segment. What a frame does
// not carry is cleared first, so nothing of the previous frame shows through. Tunnels (GRE, IP in IP, VXLAN) are not
// followed: the inner connection would be told with the outer hosts' losses.
//
// All decoders share one convention. `at` is where their header starts and `end` where the captured octets stop, both as
// indices into `bytes`; `wireEnd` is where the frame stopped on the wire, which may lie beyond the buffer and is only
// ever used to compute lengths. `view` covers the same octets as `bytes`.

import { LINK_DECODERS } from './link/link-types.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';

/**
 * Decodes the frame of `capturedLength` octets at `offset`; `wireLength` is what it measured on the wire.
 * TCP options are left to parseOptions(), which most segments never need.
 */
export function decode(
  segment: Segment,
  linkType: number,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  capturedLength: number,
  wireLength: number,
): DecodeStatus {
  clear(segment);
  const decoder = linkType >= 0 && linkType < LINK_DECODERS.length ? LINK_DECODERS[linkType] : null;
  if (decoder === null) return Status.LINK_UNSUPPORTED;
  if (offset < 0) return Status.LINK_TRUNCATED;
  const captureEnd = offset + capturedLength;
  const end = Math.min(captureEnd, bytes.length);
  // Some writers leave the wire length 0; the octets at hand were on the wire in any case.
  const wireEnd = wireLength > capturedLength ? offset + wireLength : captureEnd;
  return decoder(segment, bytes, view, offset, end, wireEnd);
}

/** Addresses and SACK edges are left alone: `ipVersion` and `sackBlockCount` say whether they count. */
function clear(segment: Segment): void {
  segment.linkSourceAt = -1;
  segment.ipVersion = 0;
  segment.ttl = 0;
  segment.ipId = -1;
  segment.vlanKey = 0;
  segment.sourcePort = 0;
  segment.destinationPort = 0;
  segment.seq = 0;
  segment.ack = 0;
  segment.flags = 0;
  segment.window = 0;
  segment.payloadLength = 0;
  segment.optionsOffset = 0;
  segment.optionsLength = 0;
  segment.icmpType = 0;
  segment.icmpCode = 0;
  segment.icmpMtu = 0;
  segment.neighbourAsks = false;
}
