// Hot path: what a segment does to its sender's sequence space, and whether it asks for or gives an answer.
//
// Read RFC 9293 section 3.4 first, and acknowledge.ts for the other direction. A segment is a *retransmission* if any of its
// sequence space was already sent in that direction as the capture saw it. Below SND.NXT but never seen, it fills a hole: out
// of order if it came within a round trip, else something resent that was lost before the capture.

import { ACK, FIN, type Segment, SYN } from '../wire/segment.js';
import { segmentLength } from './acknowledge.js';
import { HIGH_SPOKE_FIRST, SPOKE } from './connection.js';
import type { AnomalyDetails, Delivery } from './delivery.js';
import {
  ACKED_BY_PEER,
  BEGUN,
  type Endpoint,
  isUnanswered,
  OFFERS_SACK,
  OWES_ANSWER,
  RESENT_SYN,
  SENT_DATA,
  SENT_FIN,
  SENT_SYN,
  SENT_SYN_DATA,
  silenceRank,
  TOLD_SILENT,
} from './endpoint.js';
import { LETTER_DATA, recordLetter } from './history.js';
import { probesWindow } from './probes.js';
import type { ResendReason } from './recovery.js';
import { doubtTiming, startTiming, timeoutNs } from './round-trip.js';
import { seqAdd, seqDiff } from './seq.js';

/** Reordering window where no round trip was measured: RFC 8985's smallest useful value is a few milliseconds. */
const DEFAULT_REORDERING_NS = 3e6;

/** Linux's probe timer is two round trips and two jiffies; ours measure a round trip as it looks from the capture. */
const LEAST_PROBE_NS = 2e6;
const PROBE_SLACK_NS = 20e6;

/** SEG.LEN: octets of sequence space it takes. */
const lengthOf = ({ payloadLength, flags }: Segment): number =>
  payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);

/** The first segment of an end, RSTs apart: its numbers are where counting starts. */
export function begin({ sender, segment }: Delivery): void {
  sender.set(BEGUN);
  sender.firstSeq = sender.sndNxt = segment.seq;
  if (!sender.has(ACKED_BY_PEER)) sender.sndUna = segment.seq;
}

/** Takes in the sequence space of a segment that has any. */
export function advance(delivery: Delivery): void {
  const { sender, segment, connection } = delivery;
  const { seq, flags, payloadLength } = segment;
  const gap = seqDiff(seq, sender.sndNxt);
  const end = seqAdd(seq, lengthOf(segment));
  const fresh = seqDiff(end, sender.sndNxt);
  if (gap === 0 && fresh === 1 && payloadLength === 1 && probesWindow(delivery)) return;
  if (gap > 0) {
    const key = delivery.holesKeyOf(delivery.fromHigh);
    sender.holes = delivery.holes.open(key, sender.sndNxt, seq, segment.timeNs, tsValOf(segment));
    // Whatever is in the hole, it has spoken.
    sender.clear(OWES_ANSWER);
  }
  if (gap < 0) resent(delivery, fresh > 0 ? sender.sndNxt : end);
  if (fresh > 0) {
    if (sender.outstanding <= 0 || delivery.receiver.segments === 0) sender.timerNs = segment.timeNs;
    sender.sndNxt = end;
    sends(delivery, end);
  }
  if (payloadLength > 0) {
    recordLetter(connection, LETTER_DATA, delivery.fromHigh);
    // A FIN may ride on data that is being resent: it alone is new then.
    const freshText = Math.min(fresh - (flags & FIN ? 1 : 0), payloadLength);
    if (freshText > 0) spoke(delivery, freshText);
  }
}

const tsValOf = ({ hasTimestamps, tsVal }: Segment): number => (hasTimestamps ? tsVal : Number.NaN);

/** New sequence space up to `end`: in flight now, and timed. */
function sends(delivery: Delivery, end: number): void {
  const { sender, receiver, segment } = delivery;
  startTiming(sender, segment, end);
  const flight = sender.outstanding;
  // Of an end that was not seen, nothing was seen acknowledged.
  if (receiver.segments === 0) return;
  if (flight > segment.payloadLength && isLossProbe(delivery, flight)) {
    delivery.senderRecovery.probes();
    delivery.flag('tcp.loss-probe');
  }
  if (flight > sender.mostInFlight) sender.mostInFlight = flight;
  // Of a window whose scale is not known it cannot be told.
  const known = receiver.has(SENT_SYN) && sender.has(SENT_SYN);
  if (flight === receiver.window && segment.payloadLength > 0 && known) delivery.flag('tcp.window-full');
}

/** Data that no acknowledgement let go, with much in flight, when the probe timer of RFC 8985 section 7.2 runs out. */
function isLossProbe(delivery: Delivery, flight: number): boolean {
  const { sender, receiver, segment } = delivery;
  const quietNs = segment.timeNs - Math.max(sender.lastNs, receiver.lastNs);
  if (quietNs < LEAST_PROBE_NS || sender.roundTrips === 0 || !usesSack(delivery)) return false;
  // With little in flight nothing waits but for its program: two segments at least, of which options take their part.
  if (flight - segment.payloadLength < 1.9 * segmentLength(receiver)) return false;
  const timerNs = 2 * (sender.srttNs + answersAfterNs(delivery));
  if (quietNs < 0.9 * timerNs + LEAST_PROBE_NS || quietNs > timerNs + PROBE_SLACK_NS) return false;
  const recovery = delivery.senderNotesIfAny?.recovery;
  return !recovery || (recovery.isInOrder && !recovery.hasProbed);
}

const usesSack = ({ sender, receiver }: Delivery): boolean => sender.has(OFFERS_SACK) && receiver.has(OFFERS_SACK);

/** From the capture to the sender and back, as its half of the handshake took: how late an answer of it passes. */
const answersAfterNs = (delivery: Delivery): number =>
  handshakeHalfNs(delivery, delivery.sender === delivery.connection.server);

/** From the capture to the server and back, or to the client and back; 0: not known. */
function handshakeHalfNs({ connection }: Delivery, ofServer: boolean): number {
  const { client, server, openedNs, synAckNs, handshakeNs } = connection;
  // What was sent again measures nothing (Karn).
  if ((ofServer ? client : server).has(RESENT_SYN)) return 0;
  return Math.max(0, (ofServer ? synAckNs - openedNs : handshakeNs - synAckNs) || 0);
}

/** [SEG.SEQ, to) lies below SND.NXT: sent before, or filling holes. */
function resent(delivery: Delivery, to: number): void {
  const { sender, segment } = delivery;
  const octets = seqDiff(to, segment.seq);
  const unseenBefore = Math.max(0, Math.min(octets, seqDiff(sender.firstSeq, segment.seq)));
  let filled = unseenBefore;
  let sinceNs = segment.timeNs;
  let openedBy = Number.NaN;
  if (sender.holes > 0) {
    const hole = delivery.holes.fill(delivery.holesKeyOf(delivery.fromHigh), segment.seq, to);
    sender.holes = hole.left;
    filled += hole.octets;
    if (hole.octets > 0) ({ sinceNs, tsVal: openedBy } = hole);
  }
  if (unseenBefore > 0) {
    const end = seqAdd(segment.seq, octets);
    if (seqDiff(sender.firstSeq, end) > 0) {
      sender.holes = delivery.holes.open(
        delivery.holesKeyOf(delivery.fromHigh),
        end,
        sender.firstSeq,
        segment.timeNs,
        Number.NaN,
      );
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
    sentAgain(delivery, to, octets - filled);
    return;
  }
  const roundTrip = handshakeHalfNs(delivery, true) + handshakeHalfNs(delivery, false);
  const behind = seqDiff(sender.sndNxt, to);
  // Older than what opened the hole, it was only late; newer, it was sent again; else the time decides.
  const age = seqDiff(tsValOf(segment), openedBy) || 0;
  const inTime = segment.timeNs - sinceNs <= (roundTrip > 0 ? roundTrip : DEFAULT_REORDERING_NS);
  if (age < 0 || (age === 0 && inTime)) {
    sender.outOfOrder++;
    delivery.flag('tcp.out-of-order', octets, { behind });
  } else {
    sender.filledHoles++;
    delivery.senderNotesIfAny?.recovery?.fills(segment.seq, to);
    doubtTiming(sender, segment);
    delivery.flag('tcp.hole-filled', octets, { behind });
  }
}

/** [SEG.SEQ, to) was sent before, `octets` of it as the capture saw it: why? */
function sentAgain(delivery: Delivery, to: number, octets: number): void {
  const { sender, receiver, segment, connection } = delivery;
  const { flags, seq, timeNs, payloadLength, tsVal, hasTimestamps } = segment;
  doubtTiming(sender, segment);
  const sinceTimerNs = timeNs - sender.timerNs;
  sender.timerNs = timeNs;
  if (sender.has(SENT_SYN_DATA) && seq === seqAdd(sender.firstSeq, 1) && seq === sender.sndUna && !(flags & SYN)) {
    sender.clear(SENT_SYN_DATA);
    delivery.flag('tcp.retransmission.syn-data', Math.min(octets, payloadLength));
    return;
  }
  if (flags & SYN) {
    sender.set(RESENT_SYN);
    delivery.flag(flags & ACK ? 'tcp.retransmission.syn-ack' : 'tcp.retransmission.syn', 0, { afterNs: sinceTimerNs });
    return;
  }
  const recovery = delivery.senderRecovery;
  const resend = {
    from: seq,
    to,
    sndUna: receiver.segments > 0 ? sender.sndUna : seq,
    sndNxt: sender.sndNxt,
    timeNs,
    sinceHeardNs: receiver.segments > 0 ? timeNs - receiver.lastNs : Number.POSITIVE_INFINITY,
    sinceTimerNs,
    answersAfterNs: answersAfterNs(delivery),
    roundTripNs: sender.roundTrips > 0 ? sender.srttNs : handshakeHalfNs(delivery, sender === connection.client),
    timeoutNs: timeoutNs(sender),
    usesSack: usesSack(delivery),
    tsVal,
    hasTimestamps,
  };
  const waitedNs = recovery.waitedNs(resend);
  const reason = recovery.resends(resend);
  const details = detailsOf(reason, waitedNs, recovery.step, sender);
  if (payloadLength === 0) delivery.flag('tcp.retransmission.fin', 0, { ...details, reason });
  else delivery.flag(`tcp.retransmission.${reason}`, Math.min(octets, payloadLength), details);
  if (seqDiff(to, sender.sndUna) <= 0) delivery.flagOwnSpurious('already-acknowledged', octets);
}

/** What an acknowledgement asked for waited for no timer. */
function detailsOf(reason: ResendReason, afterNs: number, count: number, sender: Endpoint): AnomalyDetails {
  if (reason === 'timeout') {
    const expected = sender.roundTrips > 0 ? { expectedNs: timeoutNs(sender) * 2 ** (count - 1) } : {};
    return { afterNs, count, ...expected };
  }
  return reason === 'tail-loss-probe' || reason === 'early' ? { afterNs } : {};
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
