// When a segment of known ends begins another connection between them: ports are used again.

import { ACK, FIN, RST, type Segment, SYN } from '../wire/segment.js';
import { BEGUN, type Endpoint, SENT_SYN } from './endpoint.js';
import { seqDiff } from './seq.js';
import { SYN_SENT } from './state.js';

/** Whether it opens a new connection instead of belonging to the known one, whose ends these are. */
export function beginsAnew(segment: Segment, sender: Endpoint, peer: Endpoint): boolean {
  const { flags } = segment;
  // With FIN it is nobody's: known ends ignore it, or one of them challenges it.
  if ((flags & (SYN | FIN | RST)) !== SYN) return false;
  return (flags & ACK) === 0 ? opensAnew(segment, sender, peer) : answersAnew(segment, sender, peer);
}

function opensAnew(segment: Segment, sender: Endpoint, peer: Endpoint): boolean {
  if (sender.has(SENT_SYN)) return sender.firstSeq !== segment.seq;
  // Both ends opening at once, or a SYN answered by a bare SYN, or one seen after its answer: one connection.
  return !(peer.state === SYN_SENT || (peer.has(SENT_SYN) && !sender.has(BEGUN)));
}

/** Of a capture that sees one direction only: whether a SYN-ACK answers another SYN than the connection's own. */
function answersAnew(segment: Segment, sender: Endpoint, peer: Endpoint): boolean {
  if (peer.has(BEGUN) || !sender.has(BEGUN) || segment.ack === peer.sndUna) return false;
  const offset = seqDiff(sender.firstSeq, segment.seq);
  return offset < 0 || offset > 1;
}
