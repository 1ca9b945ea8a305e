// Hot path: what a segment does to the numbers of both ends: sequence space, acknowledgements, windows, silence.
//
// Read RFC 9293 section 3.4 first. A segment is a *retransmission* if any of its sequence space was already sent in that
// direction as the capture saw it. Below SND.NXT but never seen, it fills a hole: out of order if it came within a
// round trip, else something resent that was lost before the capture.

import { FIN, RST, type Segment, SYN } from '../wire/segment.js';
import { HIGH_SPOKE_FIRST, SPOKE } from './connection.js';
import type { Delivery } from './delivery.js';
import {
  ACKED_BY_PEER,
  BEGUN,
  type Endpoint,
  isUnanswered,
  OWES_ANSWER,
  RESENT_SYN,
  SENT_DATA,
  SENT_FIN,
  SENT_SYN,
  silenceRank,
  TOLD_SILENT,
} from './endpoint.js';
import { LETTER_DATA, recordLetter } from './history.js';
import { seqAdd, seqDiff } from './seq.js';
import { SYN_SENT } from './state.js';

/** Reordering window where no round trip was measured: RFC 8985's smallest useful value is a few milliseconds. */
const DEFAULT_REORDERING_NS = 3e6;

/** An acknowledgement this far beyond anything sent is an error or an attack, not a hole in the capture. */
const MAX_UNSEEN = 1 << 30;

/** SEG.LEN: octets of sequence space it takes. */
const lengthOf = ({ payloadLength, flags }: Segment): number =>
  payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);

/** The first segment of an end, RSTs apart: its numbers are where counting starts. */
export function begin({ sender, segment }: Delivery): void {
  sender.set(BEGUN);
  sender.firstSeq = sender.sndNxt = segment.seq;
  if (!sender.has(ACKED_BY_PEER)) sender.sndUna = segment.seq;
}

/** Takes in SEG.ACK and SEG.WND. Call for segments with ACK set, RSTs apart. */
export function acknowledge(delivery: Delivery): void {
  const { sender, receiver, segment } = delivery;
  const { ack } = segment;
  const scale = (segment.flags & SYN) === 0 && receiver.windowScaleShift >= 0 && sender.windowScaleShift >= 0;
  const window = scale ? segment.window << sender.windowScaleShift : segment.window;
  const advance = seqDiff(ack, receiver.sndUna);
  if (!receiver.has(BEGUN)) {
    // Of an end not seen yet the first ACK tells where it stood, and later ones how far it got.
    if (!receiver.has(ACKED_BY_PEER)) receiver.firstSeq = ack;
    if (!receiver.has(ACKED_BY_PEER) || advance > 0) receiver.sndUna = receiver.sndNxt = ack;
  } else if (advance > 0) {
    const unseen = seqDiff(ack, receiver.sndNxt);
    if (unseen > 0) {
      // In SYN-SENT nothing but the SYN can be acknowledged: this answers an older connection (section 3.10.7.3).
      if (unseen > MAX_UNSEEN || receiver.state === SYN_SENT) return;
      if (unseen === 1 && hasOnlyProbed(receiver)) receiver.firstSeq = receiver.sndNxt = ack;
      else missed(delivery, ack);
    }
    receiver.sndUna = ack;
    if (segment.payloadLength === 0 && receiver.has(SENT_DATA)) sender.set(OWES_ANSWER);
  } else if (
    advance === 0 &&
    segment.payloadLength === 0 &&
    (segment.flags & (SYN | FIN)) === 0 &&
    receiver.outstanding > 0 &&
    window === sender.window
  ) {
    sender.duplicateAcks++;
    delivery.flag('tcp.duplicate-ack');
  }
  receiver.set(ACKED_BY_PEER);
  if (window === 0 && (segment.flags & SYN) === 0) {
    sender.zeroWindows++;
    delivery.flag('tcp.zero-window');
  }
  sender.window = window;
}

/** Picked up mid-stream at a keep-alive, which is sent at SND.NXT-1: the octet it leaves out is no hole. */
const hasOnlyProbed = (end: Endpoint): boolean =>
  end.sndNxt === end.firstSeq && !end.has(SENT_SYN | SENT_DATA | SENT_FIN);

/** The peer acknowledges what the capture has not seen: it has a hole, or sees one direction only. */
function missed(delivery: Delivery, ack: number): void {
  const { receiver, segment } = delivery;
  const key = delivery.holesKeyOf(!delivery.fromHigh);
  receiver.holes = delivery.holes.open(key, receiver.sndNxt, ack, segment.timeNs);
  delivery.receiverNotes.missed = { ...delivery.moment, octets: seqDiff(ack, receiver.sndNxt), endSeq: ack };
  receiver.sndNxt = ack;
  delivery.flag('tcp.capture-hole');
}

/** Takes in the sequence space of a segment that has any. */
export function advance(delivery: Delivery): void {
  const { sender, segment, connection } = delivery;
  const { seq, flags, payloadLength } = segment;
  const gap = seqDiff(seq, sender.sndNxt);
  const end = seqAdd(seq, lengthOf(segment));
  const fresh = seqDiff(end, sender.sndNxt);
  if (gap > 0)
    sender.holes = delivery.holes.open(delivery.holesKeyOf(delivery.fromHigh), sender.sndNxt, seq, segment.timeNs);
  if (gap < 0) resent(delivery, fresh > 0 ? sender.sndNxt : end);
  if (fresh > 0) sender.sndNxt = end;
  if (payloadLength > 0) {
    recordLetter(connection, LETTER_DATA, delivery.fromHigh);
    // A FIN may ride on data that is being resent: it alone is new then.
    const freshText = Math.min(fresh - (flags & FIN ? 1 : 0), payloadLength);
    if (freshText > 0) spoke(delivery, freshText);
  }
}

/** [SEG.SEQ, to) lies below SND.NXT: sent before, or filling holes. */
function resent(delivery: Delivery, to: number): void {
  const { sender, segment, connection } = delivery;
  const octets = seqDiff(to, segment.seq);
  const unseenBefore = Math.max(0, Math.min(octets, seqDiff(sender.firstSeq, segment.seq)));
  let filled = unseenBefore;
  let sinceNs = segment.timeNs;
  if (sender.holes > 0) {
    const hole = delivery.holes.fill(delivery.holesKeyOf(delivery.fromHigh), segment.seq, to);
    sender.holes = hole.left;
    filled += hole.octets;
    if (hole.octets > 0) sinceNs = hole.sinceNs;
  }
  if (unseenBefore > 0) {
    const end = seqAdd(segment.seq, octets);
    if (seqDiff(sender.firstSeq, end) > 0) {
      sender.holes = delivery.holes.open(delivery.holesKeyOf(delivery.fromHigh), end, sender.firstSeq, segment.timeNs);
    }
    sender.firstSeq = segment.seq;
  }
  // SYN and FIN fill holes like octets, but are none.
  const flagsFilled =
    (segment.flags & SYN && !sender.has(SENT_SYN) ? 1 : 0) +
    (segment.flags & FIN && !sender.has(SENT_FIN) && to === seqAdd(segment.seq, lengthOf(segment)) ? 1 : 0);
  sender.bytes += Math.max(0, Math.min(segment.payloadLength, filled - flagsFilled));
  if (filled < octets) {
    sender.retransmissions++;
    if (segment.flags & SYN) sender.set(RESENT_SYN);
    delivery.flag('tcp.retransmission');
    return;
  }
  const roundTrip = connection.handshakeNs - connection.openedNs;
  if (segment.timeNs - sinceNs <= (roundTrip > 0 ? roundTrip : DEFAULT_REORDERING_NS)) {
    sender.outOfOrder++;
    delivery.flag('tcp.out-of-order');
  } else {
    sender.filledHoles++;
    delivery.flag('tcp.hole-filled');
  }
}

/** New data: whose turn it is changes, and writing after the peer's FIN is remembered. */
function spoke(delivery: Delivery, octets: number): void {
  const { sender, receiver, segment, connection } = delivery;
  sender.bytes += octets;
  sender.set(SENT_DATA);
  sender.clear(OWES_ANSWER);
  if (!connection.has(SPOKE)) connection.set(delivery.fromHigh ? SPOKE | HIGH_SPOKE_FIRST : SPOKE);
  if (!receiver.has(SENT_FIN) || seqDiff(segment.ack, receiver.finSeq) <= 0) return;
  // What was in flight or queued when the FIN came proves nothing about the program. Only with nothing outstanding does a
  // segment that acknowledges the FIN show a write made after the FIN had come.
  if (sender.outstanding > lengthOf(segment)) return;
  delivery.senderNotes.wroteAfterFin ??= { ...delivery.moment, endSeq: sender.sndNxt };
}

/** A segment without sequence space of its own at SND.NXT-1 asks for an ACK: keep-alive, or probe of a zero window. */
export function isProbe(delivery: Delivery): boolean {
  const { sender, segment } = delivery;
  return (
    segment.payloadLength <= 1 &&
    (segment.flags & (SYN | FIN | RST)) === 0 &&
    seqDiff(segment.seq, sender.sndNxt) === -1 &&
    sender.segments > 1 &&
    (segment.payloadLength === 0 || sender.outstanding <= 0)
  );
}

export function probe(delivery: Delivery): void {
  const { sender, receiver } = delivery;
  if (receiver.window === 0 && receiver.segments > 0) {
    delivery.flag('tcp.window-probe');
    return;
  }
  sender.keepAlives++;
  delivery.flag('tcp.keep-alive');
}

/** The sender wants an answer: counts towards its peer's silence. */
export function asks(delivery: Delivery): void {
  const { sender, segment } = delivery;
  if (sender.unanswered++ === 0) {
    sender.unansweredNs = segment.timeNs;
    sender.unansweredPacket = segment.packet;
  }
  const waitedNs = sender.lastAskNs - sender.unansweredNs;
  sender.lastAskNs = segment.timeNs;
  if (!isUnanswered(sender)) return;
  if (!sender.has(TOLD_SILENT)) {
    sender.set(TOLD_SILENT);
    delivery.tell('silent');
  } else if (silenceRank(sender.lastAskNs - sender.unansweredNs) > silenceRank(waitedNs)) delivery.tell('changed');
}

/** The sender was heard: whatever its peer was waiting for, somebody is there. */
export function answers(delivery: Delivery): void {
  const { receiver } = delivery;
  if (isUnanswered(receiver)) delivery.receiverNotes.healed ??= delivery.moment;
  receiver.unanswered = 0;
  if (!receiver.has(TOLD_SILENT)) return;
  receiver.clear(TOLD_SILENT);
  delivery.tell('answered');
}
