// Hot path, its rarer half: SYN, FIN, RST, and every segment of a connection that is not simply established.
//
// Follows RFC 9293 section 3.10.7 ("SEGMENT ARRIVES") with a watcher's eyes, in its order: RST, SYN, ACK, text, FIN.

import { ACK, FIN, RST, type Segment, SYN, URG } from '../wire/segment.js';
import { acknowledge, owesAnswer } from './acknowledge.js';
import { type Connection, HANDSHAKE_DONE } from './connection.js';
import type { Delivery } from './delivery.js';
import {
  BEGUN,
  BELIEF_NEEDS_ACK,
  breaksIpId,
  CHALLENGED,
  FIN_ACKS_FIN,
  FIN_MEETS_DATA,
  FIN_OWES_ANSWER,
  HAS_IP_ID,
  IP_ID_JUMPS,
  OFFERS_SACK,
  OFFERS_TIMESTAMPS,
  RESENT_SYN,
  SENT_DATA,
  SENT_FIN,
  SENT_SYN,
  SENT_SYN_DATA,
  TTL_VARIES,
} from './endpoint.js';
import { advance, answers, asks, begin } from './flow.js';
import { LETTER_ACK, LETTER_FIN, LETTER_SYN, LETTER_SYN_ACK, recordLetter } from './history.js';
import { isProbe, probe } from './probes.js';
import { doubtReset, reset } from './resets.js';
import { seqAdd, seqDiff } from './seq.js';
import {
  CLOSED,
  CLOSING,
  FIN_WAIT_1,
  HEARS_ACK_OF_FIN,
  HEARS_ACK_OF_SYN,
  HEARS_FIN,
  HEARS_SYN,
  HEARS_SYN_ACK,
  HEARS_TEXT,
  LAST_ACK,
  SENDS_FIN,
  SENDS_SYN,
  SENDS_SYN_ACK,
  SENDS_TEXT,
  SYN_RECEIVED,
  SYN_SENT,
} from './state.js';

/** A SYN-ACK sent again because its ACK was lost comes a second after the one before (RFC 6298 section 2): not so soon. */
const CROSSING_NS = 0.5e9;

/** RFC 9293 section 3.10.7.4, fifth: every stack drops it unread. */
const isDropped = (flags: number): boolean => (flags & (SYN | RST | ACK)) === 0;

/** No stack sets two of these in one segment, or leaves ACK out of one that does not begin or end all. */
const isImpossible = (flags: number): boolean => {
  const control = flags & (SYN | FIN | RST);
  return (control & (control - 1)) !== 0 || isDropped(flags);
};

/** Data and ACKs between two established ends: nearly every segment there is. */
export function text(delivery: Delivery): void {
  const { segment, sender } = delivery;
  const probes = isProbe(delivery);
  if (segment.flags & ACK) acknowledge(delivery, probes);
  answers(delivery);
  if (probes) {
    probe(delivery);
    asks(delivery);
  } else if (segment.payloadLength > 0) {
    advance(delivery);
    asks(delivery);
  } else if ((segment.flags & (SYN | FIN)) === 0) {
    recordLetter(delivery.connection, LETTER_ACK, delivery.fromHigh);
    if (seqDiff(segment.seq, sender.sndNxt) > 0) delivery.senderNotes.ahead = { ...delivery.moment, seq: segment.seq };
  }
  if (sender.fallback >= 0) confirm(delivery);
}

/** Any other segment. @param first the sender's first. */
export function control(delivery: Delivery, first: boolean): void {
  const { segment, sender, receiver } = delivery;
  const { flags } = segment;
  if (isImpossible(flags)) {
    delivery.flag('tcp.impossible');
    if (isDropped(flags) || ((flags & RST) === 0 && delivery.connection.isAlive)) {
      // Whatever else it says, a SYN is challenged (RFC 5961 section 4.2).
      if (flags & SYN) sender.set(CHALLENGED);
      return;
    }
  }
  if (flags & URG) delivery.flag('tcp.urgent');
  if (flags & RST) {
    reset(delivery);
    return;
  }
  if (sender.state === CLOSED) doubtReset(delivery);
  // An end that only acknowledged before its SYN (a split handshake) starts counting at its SYN.
  if (first || (flags & SYN && !sender.has(SENT_SYN | SENT_DATA))) begin(delivery);
  if (flags & SYN) offers(delivery);
  if (
    sender.has(SENT_FIN) &&
    seqDiff(segment.seq, sender.finSeq) + segment.payloadLength > 0 &&
    segment.payloadLength > 0
  )
    delivery.flag('tcp.data-after-fin');
  text(delivery);
  if (flags & (SYN | FIN) && segment.payloadLength === 0) {
    advance(delivery);
    asks(delivery);
  }
  if (flags & SYN) syn(delivery);
  else {
    // It goes on without a SYN-ACK that the capture saw: there was one, and only one direction was captured.
    if (sender.state === SYN_SENT && flags & ACK) delivery.connection.set(HANDSHAKE_DONE);
    // The same seen from the other side: a server that goes on has had its final ACK.
    if (sender.state === SYN_RECEIVED && receiver.segments === 0 && flags & ACK) {
      delivery.connection.set(HANDSHAKE_DONE);
      delivery.hears(sender, HEARS_ACK_OF_SYN, false);
    }
    delivery.sends(SENDS_TEXT);
    delivery.hears(receiver, HEARS_TEXT, false);
  }
  if (flags & ACK) ackOfControl(delivery);
  if (flags & FIN) fin(delivery);
}

/** What identifies a sender beyond its numbers; a RST in its name is measured by it. */
export function identify(delivery: Delivery, first: boolean): void {
  const { sender, segment } = delivery;
  if (segment.flags & RST) return;
  if (first) {
    sender.ttl = segment.ttl;
    if (segment.hasTimestamps) sender.set(OFFERS_TIMESTAMPS);
  } else if (segment.ttl !== sender.ttl) sender.set(TTL_VARIES);
  if (segment.ipId <= 0) return;
  if (breaksIpId(sender, segment.ipId)) sender.set(IP_ID_JUMPS);
  sender.ipId = segment.ipId;
  sender.set(HAS_IP_ID);
}

/** What the sender was believed to have heard is certain once its ACK covers it. */
function confirm({ sender, receiver, segment }: Delivery): void {
  if (!sender.has(BELIEF_NEEDS_ACK) || (segment.flags & ACK) === 0) return;
  const heard = receiver.has(SENT_FIN) ? receiver.finSeq : receiver.firstSeq;
  if (seqDiff(segment.ack, heard) > 0) sender.confirm();
}

function offers({ sender, segment }: Delivery): void {
  sender.mss = segment.mss;
  sender.window = segment.window;
  sender.windowScaleShift = segment.windowScaleShift;
  if (segment.sackPermitted) sender.set(OFFERS_SACK);
}

function syn(delivery: Delivery): void {
  const { sender, receiver, segment, connection, fromHigh } = delivery;
  const again = sender.has(SENT_SYN);
  sender.set(again ? RESENT_SYN : SENT_SYN);
  if ((segment.flags & ACK) === 0) {
    recordLetter(connection, LETTER_SYN, fromHigh);
    if (segment.payloadLength > 0) {
      sender.set(SENT_SYN_DATA);
      delivery.flag('tcp.syn-data');
    }
    if (!again) {
      // Captured after its answer: it had not heard that when it sent this.
      if (sender.has(BELIEF_NEEDS_ACK)) sender.revert();
      delivery.sends(SENDS_SYN);
    }
    delivery.hears(receiver, HEARS_SYN, true);
    return;
  }
  const resentAfterAck = again && connection.has(HANDSHAKE_DONE) && !crossesFinalAck(delivery);
  if (again && connection.has(HANDSHAKE_DONE)) sender.set(CHALLENGED);
  recordLetter(connection, LETTER_SYN_ACK, fromHigh);
  delivery.sends(SENDS_SYN_ACK);
  if (Number.isNaN(connection.synAckNs)) connection.synAckNs = segment.timeNs;
  if (!receiver.has(BEGUN) || seqDiff(segment.ack, receiver.firstSeq) > 0) {
    // Both ends opening at once: the second SYN-ACK is the last word of the handshake.
    if (receiver.state === SYN_RECEIVED) shakenHands(connection, segment);
    delivery.hears(receiver, HEARS_SYN_ACK, true);
  }
  if (resentAfterAck) {
    const notes = delivery.senderNotes;
    notes.synAckResentAfterAck = { ...delivery.moment, count: (notes.synAckResentAfterAck?.count ?? 0) + 1 };
    if (sender.has(SENT_DATA | SENT_FIN) || seqDiff(receiver.sndUna, receiver.firstSeq) > 1) return;
    // The final ACK did not count, whatever the watcher believed: the server is where it was.
    sender.confirm();
    sender.state = SYN_RECEIVED;
    connection.reopen();
  }
}

/** A SYN-ACK, asked for by a SYN sent again, that left before the final ACK can have reached its sender: no answer to that. */
function crossesFinalAck({ segment, connection }: Delivery): boolean {
  const { openedNs, synAckNs, handshakeNs } = connection;
  return segment.timeNs - handshakeNs < Math.min(synAckNs - openedNs, CROSSING_NS);
}

/** An ACK that covers the peer's SYN or FIN moves the peer on. */
function ackOfControl(delivery: Delivery): void {
  const { receiver, sender, segment, connection } = delivery;
  if (receiver.state === SYN_RECEIVED && seqDiff(segment.ack, receiver.firstSeq) > 0) {
    delivery.hears(receiver, HEARS_ACK_OF_SYN, false);
    shakenHands(connection, segment);
  }
  if (receiver.has(SENT_FIN) && seqDiff(segment.ack, receiver.finSeq) > 0) {
    if (receiver.finAckedPacket === 0) {
      receiver.finAckedPacket = segment.packet;
      receiver.finAckedNs = segment.timeNs;
    }
    delivery.hears(receiver, HEARS_ACK_OF_FIN, false);
    // What an end acknowledges it has heard, even if that was doubted meanwhile.
    delivery.hears(sender, HEARS_FIN, false);
  }
  if (!sender.has(SENT_FIN)) return;
  const notes = delivery.receiverNotesIfAny;
  if (notes?.wroteAfterFin && seqDiff(segment.ack, notes.wroteAfterFin.endSeq) >= 0) {
    notes.wroteAfterFinAcked ??= delivery.moment;
  }
}

function shakenHands(connection: Connection, { timeNs }: Segment): void {
  if (connection.has(HANDSHAKE_DONE)) return;
  connection.set(HANDSHAKE_DONE);
  connection.handshakeNs = timeNs;
}

function fin(delivery: Delivery): void {
  const { sender, receiver, segment, connection, fromHigh } = delivery;
  recordLetter(connection, LETTER_FIN, fromHigh);
  if (!sender.has(SENT_FIN)) {
    sender.set(SENT_FIN);
    sender.finSeq = seqAdd(segment.seq, segment.payloadLength + (segment.flags & SYN ? 1 : 0));
    const acknowledgesFin = receiver.has(SENT_FIN) && seqDiff(segment.ack, receiver.finSeq) > 0;
    sender.finPacket = segment.packet;
    sender.finNs = segment.timeNs;
    if (acknowledgesFin) sender.set(FIN_ACKS_FIN);
    if (owesAnswer(delivery, sender.finSeq)) sender.set(FIN_OWES_ANSWER);
    if (receiver.outstanding > 0) sender.set(FIN_MEETS_DATA);
    // FINs that cross: it sent its own before the other's came, whatever was believed, and hears that one only now.
    const crosses = receiver.has(SENT_FIN) && !acknowledgesFin && sender.has(BELIEF_NEEDS_ACK);
    if (crosses) sender.revert();
    delivery.sends(SENDS_FIN);
    if (crosses) delivery.hears(sender, HEARS_FIN, true);
  } else if (sender.fallback === FIN_WAIT_1 || sender.fallback === CLOSING || sender.fallback === LAST_ACK) {
    // It sends its FIN again: it did not hear the ACK that the watcher saw pass.
    sender.revert();
    connection.reopen();
  }
  delivery.hears(receiver, HEARS_FIN, true);
}
