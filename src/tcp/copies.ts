// Hot path: one packet captured twice (`-i any`, a bridge, a mirror port) is one packet.
//
// A copy has the same numbers, flags and IPv4 identification as one of the sender's last four segments; only its TTL may
// differ. A host gives a retransmission a new identification. Where there is none to compare (IPv6, or 0), only two equal
// segments closer than a retransmission can be count as copies.

import { FIN, type Segment, SYN } from '../wire/segment.js';
import type { Endpoint } from './endpoint.js';

/** Copies of one packet pass a host's interfaces within this time; no stack resends so soon. */
const COPY_WINDOW_NS = 100_000;
/** The same with an identification to compare: well below the shortest retransmission timeout, for constant ones' sake. */
const IDENTIFIED_COPY_WINDOW_NS = 50e6;

/**
 * Whether `segment` is a copy of one that `sender` has sent; remembers it either way.
 * @param copies how many the connection had so far
 */
export function isCopy(sender: Endpoint, receiver: Endpoint, segment: Segment, copies: number): boolean {
  const { ints, fingerprintsAt } = sender;
  const print = fingerprint(segment);
  const known =
    ints[fingerprintsAt] === print ||
    ints[fingerprintsAt + 1] === print ||
    ints[fingerprintsAt + 2] === print ||
    ints[fingerprintsAt + 3] === print;
  if (!known) {
    ints[fingerprintsAt + (sender.segments & 3)] = print;
    return false;
  }
  const gapNs = Math.abs(segment.timeNs - sender.lastNs);
  // A SYN is not sent again before a second has passed (RFC 6298 section 2): then with another timestamp.
  const isIdentified = segment.ipId > 0 || ((segment.flags & SYN) !== 0 && segment.hasTimestamps);
  if (isIdentified) return gapNs < IDENTIFIED_COPY_WINDOW_NS;
  // Equal answers to two segments (RSTs, SYN-ACKs) are two: what they answer passed between them.
  if (gapNs >= COPY_WINDOW_NS || receiver.lastPacket > sender.lastPacket) return false;
  // Answers are often equal, in a row: duplicate acknowledgements. Where packets are captured twice, all are.
  return copies > 0 || segment.payloadLength > 0 || (segment.flags & (SYN | FIN)) !== 0;
}

function fingerprint(segment: Segment): number {
  let h = Math.imul(segment.seq, 0x9e3779b1) ^ segment.ack;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77) ^ (segment.flags << 24) ^ (segment.payloadLength << 8);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f) ^ segment.window ^ (segment.ipId << 16);
  // Duplicate acknowledgements without an identification differ in these alone.
  h = Math.imul(h ^ (h >>> 15), 0x9e3779b1) ^ segment.tsVal;
  if (segment.sackBlockCount > 0) h = Math.imul(h ^ segment.sackEdges[0], 0x85ebca77) ^ segment.sackEdges[1];
  return h ^ (h >>> 16) || 1;
}
