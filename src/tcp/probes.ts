// Hot path: segments that only ask whether the other end is there, or has room.
//
// Read RFC 9293 sections 3.8.4 (keep-alives) and 3.8.6.1 (zero-window probing). Linux sends both alike: nothing, at SND.NXT-1.

import { ACK, FIN, RST, SYN } from '../wire/segment.js';
import type { Delivery } from './delivery.js';
import { PROBED, PROBED_WINDOW, SENT_DATA } from './endpoint.js';
import { seqDiff } from './seq.js';

/** Nobody sends a keep-alive so soon. */
const IDLE_NS = 5e9;

/** RFC 9293 section 3.8.6.1: one octet beyond the closed window. It counts as sent if it is acknowledged. */
export function probesWindow(delivery: Delivery): boolean {
  const { sender, receiver, segment } = delivery;
  if (receiver.window !== 0 || receiver.segments === 0 || sender.outstanding !== 0 || segment.flags & SYN) return false;
  sender.set(PROBED | PROBED_WINDOW);
  delivery.flag('tcp.window-probe');
  return true;
}

/** A segment without sequence space of its own at SND.NXT-1 asks for an ACK: keep-alive, or probe of a zero window. */
export function isProbe({ sender, receiver, segment }: Delivery): boolean {
  const { seq, ack, flags, payloadLength, timeNs } = segment;
  if (payloadLength > 1 || (flags & (SYN | FIN | RST)) !== 0 || seqDiff(seq, sender.sndNxt) !== -1) return false;
  if (sender.segments <= 1 || (sender.outstanding > 0 && receiver.segments > 0)) return false;
  // Who probes acknowledges all it has: this was overtaken by what its sender sent next.
  if (flags & ACK && seqDiff(ack, receiver.sndUna) < 0) return false;
  // An octet that was said a moment ago is said again.
  const soon = !sender.has(PROBED) && timeNs - sender.lastNs < IDLE_NS && receiver.window > 0;
  return payloadLength === 0 || !sender.has(SENT_DATA) || !soon;
}

export function probe(delivery: Delivery): void {
  const { sender, receiver } = delivery;
  sender.set(PROBED);
  if (receiver.window === 0 && receiver.segments > 0) {
    delivery.flag('tcp.window-probe');
    return;
  }
  sender.keepAlives++;
  delivery.flag('tcp.keep-alive');
}
