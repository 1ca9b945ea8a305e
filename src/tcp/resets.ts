// The anatomy of a RST: who can have sent it, whether the other end had to obey, and what that end's going on says of it.
//
// Read RFC 9293 section 3.5.2 (what a stack without a connection sends), RFC 5961 section 3.2 (which RST kills) and
// Linux net/ipv4/tcp_input.c (tcp_reset_check: RCV.NXT-1 after a FIN). What a watcher cannot know is exactly how far the
// other end had got, so a RST kills if it fits any RCV.NXT that end can have had.

import { ACK, FIN, type Segment, SYN } from '../wire/segment.js';
import { missed, owesAnswer } from './acknowledge.js';
import { HANDSHAKE_DONE, MID_STREAM } from './connection.js';
import type { Delivery } from './delivery.js';
import {
  BEGUN,
  breaksIpId,
  CHALLENGED,
  type Endpoint,
  HAS_IP_ID,
  hasHadDataTaken,
  IP_ID_JUMPS,
  isFinAcked,
  OFFERS_TIMESTAMPS,
  SENT_DATA,
  SENT_FIN,
  SENT_SYN,
  SILENT_NS,
  SILENT_SENDS,
  TTL_VARIES,
} from './endpoint.js';
import { LETTER_RST, recordLetter } from './history.js';
import type { ResetNote, ResetShape } from './notes.js';
import { seqAdd, seqDiff } from './seq.js';
import { CLOSED, HEARS_RST, isOver, SENDS_RST, SYN_SENT } from './state.js';

/** A segment this long after the RST that ended its sender's side was not in flight when the RST passed. */
const IN_FLIGHT_NS = 1e9;
/** Two segments of one sender may be captured in the wrong order within this time. */
const REORDER_NS = 10e6;

/** Takes in a RST. */
export function reset(delivery: Delivery): void {
  const { sender, receiver, segment, connection } = delivery;
  recordLetter(connection, LETTER_RST, delivery.fromHigh);
  sender.resets++;
  tellsOfUnseen(delivery);
  const note = describe(delivery);
  const gaveUp = givesUp(sender, segment);
  const notes = delivery.senderNotes;
  if (gaveUp) {
    notes.gaveUp ??= delivery.moment;
    sender.unanswered++;
    sender.lastAskNs = segment.timeNs;
  } else {
    receiver.unanswered = 0;
  }
  if (isFinAcked(sender) && isFinAcked(receiver)) {
    notes.lateReset ??= delivery.moment;
    // In LAST-ACK again: it had not heard the ACK of its FIN, and will hear no other.
    if (!isOver(receiver.state)) delivery.hears(receiver, HEARS_RST, false);
    return;
  }
  // Once it has been reset itself, it answers whatever still comes: of its own end that says nothing.
  const others = delivery.receiverNotesIfAny;
  const wentOn = others?.talkedOn || (others?.reset && seqDiff(receiver.sndNxt, others.reset.ownNxt) > 0);
  if (sender.state === CLOSED && others?.reset?.accepted && !wentOn && !notes.reset) return;
  if (!notes.reset || (note.accepted && !notes.reset.accepted)) notes.reset = note;
  if (!note.accepted) {
    notes.ignoredReset ??= delivery.moment;
    const beyond = seqDiff(segment.seq, sender.sndNxt);
    if (seqDiff(segment.seq, sender.sndUna) >= 0 && beyond < receiver.window) sender.set(CHALLENGED);
    delivery.flag('tcp.rst.ignored');
    return;
  }
  delivery.flag('tcp.rst.accepted');
  const before = sender.state;
  delivery.sends(SENDS_RST);
  if (sender.state !== before) sender.fallback = before;
  // Nobody is known to hear the RST of an end that gave up on a silent peer.
  if (!gaveUp) delivery.hears(receiver, HEARS_RST, false);
}

/**
 * A RST in its place that acknowledges what the capture has not seen, no more than was allowed: the capture missed that. What
 * does not fit, a forger may have invented.
 */
function tellsOfUnseen(delivery: Delivery): void {
  const { sender, receiver, segment } = delivery;
  const { seq, ack, flags } = segment;
  if ((flags & ACK) === 0 || !sender.has(BEGUN) || !receiver.has(BEGUN) || seq !== sender.sndNxt) return;
  if (receiver.state === SYN_SENT || seqDiff(ack, receiver.sndNxt) <= 0) return;
  if (seqDiff(ack, receiver.sndUna) > sender.window) return;
  missed(delivery, ack);
  receiver.sndUna = ack;
}

/** The sender had asked in vain as long as `silent` takes: its RST ends the asking (Linux: keep-alive, user timeout). */
function givesUp(sender: Endpoint, segment: Segment): boolean {
  return sender.unanswered >= SILENT_SENDS - 1 && segment.timeNs - sender.unansweredNs >= SILENT_NS;
}

function describe(delivery: Delivery): ResetNote {
  const { sender, receiver, segment } = delivery;
  const shape = shapeOf(delivery);
  // What can be compared with it: a RST may be anybody's.
  const others = sender.segments - sender.resets;
  const distance = others > 0 && !sender.has(TTL_VARIES) ? Math.abs(sender.ttl - segment.ttl) : 0;
  const bothOffer = sender.has(OFFERS_TIMESTAMPS) && receiver.has(OFFERS_TIMESTAMPS);
  return {
    packet: segment.packet,
    timeNs: segment.timeNs,
    shape,
    accepted: mustObey(delivery, shape),
    answers: receiver.segments > 0 ? { packet: receiver.lastPacket, timeNs: receiver.lastNs } : null,
    ownNxt: sender.sndNxt,
    peerNxt: receiver.sndNxt,
    lastHeard: { packet: sender.lastPacket, timeNs: sender.lastNs },
    // One hop against a single segment is too little.
    ttlDistance: others > 1 || distance > 1 ? distance : 0,
    ipIdOff: (segment.flags & ACK) !== 0 && ipIdOff(sender, segment.ipId),
    lacksTimestamps: (segment.flags & ACK) !== 0 && bothOffer && !segment.hasTimestamps && shape !== 'refused',
    asked: { packet: receiver.unansweredPacket, timeNs: receiver.unansweredNs, count: receiver.unanswered },
    owedAnswer: owesAnswer(delivery, sender.sndNxt),
    windowWasZero: sender.window === 0 && sender.zeroWindows > 0,
    beforeData: beforeData(delivery),
  };
}

/** No data was taken yet: none was sent, or the server that now resets had not got beyond its SYN-ACK. */
function beforeData({ sender, receiver, connection }: Delivery): boolean {
  if (connection.has(MID_STREAM) || sender.has(SENT_FIN) || receiver.has(SENT_FIN)) return false;
  if (sender.has(SENT_DATA) || hasHadDataTaken(receiver)) return false;
  return receiver.has(SENT_DATA) ? sender === connection.server : !hasHadDataTaken(sender);
}

function shapeOf({ sender, receiver, segment, connection }: Delivery): ResetShape {
  const { seq, ack, flags } = segment;
  if ((flags & ACK) === 0) {
    // SEG.SEQ repeats the SEG.ACK of the segment it answers: any number the other end can have acknowledged.
    const low = sender.has(BEGUN) ? sender.firstSeq : sender.sndUna;
    return seqDiff(seq, low) >= 0 && seqDiff(seq, sender.sndNxt) <= 0 ? 'no-socket' : 'odd';
  }
  const answersSyn = receiver.has(SENT_SYN) && !sender.has(SENT_SYN) && !connection.has(HANDSHAKE_DONE);
  // A SYN with data (TCP Fast Open) may be refused with or without its data.
  const coversSyn = seqDiff(ack, receiver.firstSeq) > 0 && seqDiff(ack, receiver.sndNxt) <= 0;
  // A stack without a connection has no number of its own (RFC 9293 section 3.10.7.1): with one, the answer to the SYN was missed.
  if (answersSyn && coversSyn) return seq === 0 ? 'refused' : 'odd';
  const seqFits = seqDiff(seq, sender.sndUna) >= 0 && seqDiff(seq, sender.sndNxt) <= 0;
  const ackFits = seqDiff(ack, receiver.sndUna) >= 0 && seqDiff(ack, receiver.sndNxt) <= 0;
  return (seqFits || !sender.has(BEGUN)) && ackFits ? 'live-socket' : 'odd';
}

function mustObey({ sender, receiver, segment }: Delivery, shape: ResetShape): boolean {
  const { seq, ack, flags } = segment;
  // SND.UNA < SEG.ACK =< SND.NXT: a SYN that carried data may be refused without it.
  const coversSyn = seqDiff(ack, receiver.sndUna) > 0 && seqDiff(ack, receiver.sndNxt) <= 0;
  if (receiver.state === SYN_SENT) return (flags & ACK) !== 0 && coversSyn;
  if (shape === 'refused') return true;
  if (!sender.has(BEGUN)) return true;
  const lowest = sender.has(SENT_FIN) ? seqDiff(seq, sender.sndUna) + 1 : seqDiff(seq, sender.sndUna);
  return lowest >= 0 && seqDiff(seq, sender.sndNxt) <= 0;
}

/** An end whose identifications never counted up convicts nobody. */
const ipIdOff = (sender: Endpoint, ipId: number): boolean =>
  ipId >= 0 && !sender.has(IP_ID_JUMPS) && breaksIpId(sender, ipId);

/** It was not in flight when the RST passed: it came too late for that, or acknowledges what was sent after the RST. */
function goesOn({ timeNs, flags, ack }: Segment, reset: ResetNote): boolean {
  return timeNs - reset.timeNs > IN_FLIGHT_NS || ((flags & ACK) !== 0 && seqDiff(ack, reset.ownNxt) > 0);
}

/**
 * Says nothing that its sender had not said before, and is not known to be sent since: it may be a copy of an old segment, from
 * another place of capture whose clock is late.
 */
function isOldNews({ sender, receiver, segment }: Delivery): boolean {
  const { seq, ack, flags, payloadLength, ipId } = segment;
  if (seqDiff(seqAdd(seq, payloadLength + (flags & (SYN | FIN) ? 1 : 0)), sender.sndNxt) > 0) return false;
  if (flags & ACK && seqDiff(ack, receiver.sndUna) > 0) return false;
  return !sender.has(HAS_IP_ID) || sender.has(IP_ID_JUMPS) || ipId === sender.ipId || breaksIpId(sender, ipId);
}

/** A segment of an end that a RST should have ended: what follows decides whose RST it was and who obeyed it. */
export function doubtReset(delivery: Delivery): void {
  const { sender, receiver, segment, connection } = delivery;
  const own = delivery.senderNotesIfAny?.reset;
  const others = delivery.receiverNotesIfAny?.reset;
  if (own?.accepted && segment.timeNs - own.timeNs > REORDER_NS && !isOldNews(delivery)) {
    delivery.senderNotes.talkedOn ??= delivery.moment;
    if (segment.payloadLength > 0) delivery.flag('tcp.data-after-rst');
    sender.revert();
    connection.reopen();
    if ((segment.flags & ACK) === 0 || seqDiff(segment.ack, own.peerNxt) <= 0) return;
    // It acknowledges what the other end sent after the RST: that one did not obey it either.
    own.accepted = false;
    delivery.senderNotes.ignoredReset ??= delivery.moment;
    delivery.takesBackReset(own.packet, true);
    if (receiver.state === CLOSED) receiver.revert();
  } else if (others?.accepted && !own && goesOn(segment, others)) {
    others.accepted = false;
    delivery.receiverNotes.ignoredReset ??= delivery.moment;
    delivery.takesBackReset(others.packet, false);
    sender.revert();
    connection.reopen();
  }
}
