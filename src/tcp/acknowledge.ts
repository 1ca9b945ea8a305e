// Hot path: what an acknowledgement does to the end whose octets it acknowledges: SND.UNA, its window, its round trip, and
// whether it has to send something again.
//
// Read RFC 9293 section 3.10.7.4 (fifth, ACK field), RFC 5681 section 2 (duplicate), RFC 2018 and 2883 (SACK, DSACK).

import { FIN, SYN } from '../wire/segment.js';
import type { Delivery } from './delivery.js';
import {
  ACKED_BY_PEER,
  BEGUN,
  CHALLENGED,
  type Endpoint,
  OWES_ANSWER,
  PROBED,
  PROBED_WINDOW,
  SENT_DATA,
  SENT_FIN,
  SENT_SYN,
} from './endpoint.js';
import { stopTiming } from './round-trip.js';
import { seqDiff } from './seq.js';
import { SYN_SENT } from './state.js';

/** An acknowledgement this far beyond anything sent is an error or an attack, not a hole in the capture. */
const MAX_UNSEEN = 1 << 30;

const DEFAULT_MSS = 536;

/** Takes in SEG.ACK, SEG.WND and SACK. Call for segments with ACK set, RSTs apart. */
export function acknowledge(delivery: Delivery, probes: boolean): void {
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
      else if (unseen === 1 && receiver.has(PROBED_WINDOW)) {
        receiver.sndNxt = ack;
        receiver.bytes++;
      } else missed(delivery, ack);
    }
    advances(delivery, ack);
  } else if (!probes && advance === 0 && segment.payloadLength === 0 && (segment.flags & (SYN | FIN)) === 0)
    repeats(delivery, window);
  receiver.set(ACKED_BY_PEER);
  if (segment.sackBlockCount > 0) selectively(delivery);
  if (window === 0 && (segment.flags & SYN) === 0) {
    sender.zeroWindows++;
    delivery.flag('tcp.zero-window');
  }
  if (segment.payloadLength > 0) receiver.clear(PROBED);
  if (advance >= 0 || !receiver.has(BEGUN)) sender.window = window;
}

function advances(delivery: Delivery, ack: number): void {
  const { sender, receiver, segment } = delivery;
  stopTiming(receiver, segment);
  const recovery = delivery.receiverNotesIfAny?.recovery;
  if (recovery) {
    const segments = Math.round(seqDiff(ack, receiver.sndUna) / segmentLength(sender));
    const proof = recovery.acknowledges(receiver.sndUna, ack, segments, segment.tsEcr, segment.hasTimestamps);
    if (proof) delivery.flagSpurious(proof, recovery.provenOctets);
  }
  receiver.clear(PROBED | PROBED_WINDOW | CHALLENGED);
  receiver.sndUna = ack;
  receiver.timerNs = segment.timeNs;
  if (receiver.outstanding <= 0) recovery?.settles();
  if (segment.payloadLength === 0 && receiver.has(SENT_DATA)) sender.set(OWES_ANSWER);
}

/** Octets of a full segment to this end, as it asked for; RFC 9293 section 3.7.1 has the default. */
export const segmentLength = (receiver: Endpoint): number => (receiver.mss > 0 ? receiver.mss : DEFAULT_MSS);

/** A bare acknowledgement of what was acknowledged already: a duplicate, unless something else explains it. */
function repeats(delivery: Delivery, window: number): void {
  const { sender, receiver } = delivery;
  if (receiver.has(PROBED)) {
    receiver.clear(PROBED);
    if (sender.window > 0) delivery.flag('tcp.keep-alive-ack');
    else delivery.flag(window > 0 ? 'tcp.window-update' : 'tcp.window-probe-ack');
  } else if (receiver.has(CHALLENGED)) {
    receiver.clear(CHALLENGED);
    delivery.flag('tcp.challenge-ack');
  } else if (window > sender.window) delivery.flag('tcp.window-update');
  else if (receiver.outstanding > 0) {
    // A window that shrinks makes it none by RFC 5681; a sender counts it all the same.
    const count = delivery.receiverRecovery.repeats();
    if (window < sender.window) return;
    sender.duplicateAcks++;
    delivery.flag('tcp.duplicate-ack', 0, { count });
  }
}

/** SACK blocks; the first may report a duplicate instead: it lies below the acknowledgement or within the second. */
function selectively(delivery: Delivery): void {
  const { receiver, segment } = delivery;
  const { sackEdges, sackBlockCount, ack } = segment;
  // What can be forged must not grow: nothing beyond what was sent is selected.
  for (let block = 0; block < sackBlockCount; block++) {
    const [from, to] = [sackEdges[2 * block], sackEdges[2 * block + 1]];
    if (seqDiff(to, from) <= 0 || seqDiff(to, receiver.sndNxt) > 0) continue;
    const within = sackBlockCount > 1 && seqDiff(from, sackEdges[2]) >= 0 && seqDiff(to, sackEdges[3]) <= 0;
    const duplicate = block === 0 && (seqDiff(to, ack) <= 0 || within);
    if (duplicate) delivery.flag('tcp.dsack', seqDiff(to, from));
    if (delivery.receiverRecovery.sacks(from, to, receiver.sndUna, duplicate))
      delivery.flagSpurious('dsack', seqDiff(to, from));
  }
}

/** Picked up mid-stream at a keep-alive, which is sent at SND.NXT-1: the octet it leaves out is no hole. */
const hasOnlyProbed = (end: Endpoint): boolean =>
  end.sndNxt === end.firstSeq && !end.has(SENT_SYN | SENT_DATA | SENT_FIN);

/**
 * Whether it is the sender's turn: it has acknowledged data and said nothing since, as far as the capture goes.
 * @param seq its sequence number by then; what the capture missed right before may have been the answer
 */
export function owesAnswer({ sender, receiver, senderNotesIfAny }: Delivery, seq: number): boolean {
  if (!sender.has(OWES_ANSWER)) return false;
  const missed = senderNotesIfAny?.missed;
  return missed?.endSeq !== seq || missed.timeNs < receiver.lastAskNs;
}

/** The peer acknowledges what the capture has not seen: it has a hole, or sees one direction only. */
export function missed(delivery: Delivery, ack: number): void {
  const { receiver, segment } = delivery;
  const key = delivery.holesKeyOf(!delivery.fromHigh);
  receiver.holes = delivery.holes.open(key, receiver.sndNxt, ack, segment.timeNs, Number.NaN);
  delivery.receiverNotes.missed = { ...delivery.moment, octets: seqDiff(ack, receiver.sndNxt), endSeq: ack };
  receiver.sndNxt = ack;
  // Whether it was the answer that was missed cannot be known.
  receiver.clear(OWES_ANSWER);
  delivery.flag('tcp.capture-hole');
}
