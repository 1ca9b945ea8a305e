// How one end recovers from loss, as far as a watcher can tell: why it sent something again.
//
// Read RFC 5681, 6298, 6582, 6675, 8985, 1191 (section 6.4) and Linux net/ipv4/tcp_input.c (tcp_fastretrans_alert,
// tcp_process_loss) and tcp_output.c (tcp_xmit_retransmit_queue, tcp_send_loss_probe). A sender is in order, in recovery, or
// after a timeout until everything that was outstanding when that began is acknowledged. What sets it off shows: an
// acknowledgement, at once; or a timer, after a wait. An end that nothing went wrong with has no Recovery.

import { Intervals } from './intervals.js';
import { seqAdd, seqDiff } from './seq.js';

const IN_ORDER = 0;
const IN_RECOVERY = 1;
const AFTER_TIMEOUT = 2;

/** No timer of a stack is shorter: Linux waits two jiffies at least before a probe, and 200 ms before a retransmission. */
const SHORTEST_PROBE_NS = 7e6;
const SHORTEST_TIMEOUT_NS = 190e6;
/** The probe timer is never later than the retransmission timer (RFC 8985 section 7.2), which at first is three round trips. */
const LATEST_PROBE = 1.3;
/** A stack may have measured the round trips somewhat shorter than the capture does. */
const PUNCTUALITY = 0.9;
/** A receiver may delay an acknowledgement so long; a probe of a single segment allows for it. */
const DELAYED_ACK_NS = 200e6;
/** What was sent again is remembered over so many octets: no DSACK of a receiver reaches farther back. */
const REMEMBERED = 1 << 30;
/** A timer cannot run out sooner (Linux: HZ of 1000 at most). */
const JIFFY_NS = 1e6;

export type ResendReason = 'timeout' | 'after-timeout' | 'fast' | 'sack' | 'tail-loss-probe' | 'too-big' | 'early';
export type SpuriousProof = 'already-acknowledged' | 'dsack' | 'timestamp' | 'original-acknowledged';

/** What the segment at hand and its sender's numbers say about a resend. */
export interface Resend {
  readonly from: number;
  readonly to: number;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly timeNs: number;
  /** Since anything was last heard from the receiver, and since the timer was last set (a send, or an ACK of new data). */
  readonly sinceHeardNs: number;
  readonly sinceTimerNs: number;
  /** From the capture to the sender and back: how late an answer of the sender passes. */
  readonly answersAfterNs: number;
  /** Smoothed round trip from the capture to the receiver and back; 0: none measured. */
  readonly roundTripNs: number;
  /** RTO by RFC 6298 from those, before any backoff. */
  readonly timeoutNs: number;
  readonly usesSack: boolean;
  readonly tsVal: number;
  readonly hasTimestamps: boolean;
}

export class Recovery {
  /** How long the timer had been running whenever it ran out; meaningless before the first. */
  timeouts = 0;
  shortestTimeoutNs = Number.POSITIVE_INFINITY;
  longestTimeoutNs = 0;
  /** Consecutive ones since SND.UNA last moved. */
  private duplicateAcks = 0;
  /** Segments that must have arrived out of order, one a duplicate acknowledgement: what a sender without SACK goes by. */
  private arrived = 0;
  /** Timeouts in a row: how often the timer has doubled, plus one. */
  step = 0;
  private phase = IN_ORDER;
  /** Everything below must be acknowledged before the sender is in order again. */
  private recoverySeq = 0;
  /** What the first timeout in a row sent again began here, and whether it had been acknowledged by then. */
  private lostFrom = 0;
  private begunInVain = false;
  /** When the head was last sent again, and where it began: from then on its timer runs, whatever else is sent meanwhile. */
  private resentFrom = 0;
  private resentNs = Number.POSITIVE_INFINITY;
  private probed = false;
  private undone = false;
  /** Octets that the last proof was about. */
  provenOctets = 0;
  private usesSack = false;
  private readonly sacked = new Intervals();
  /** Sent again and not yet acknowledged; and of that, what was sent again since the last timeout. */
  private readonly resent = new Intervals();
  private readonly resentSinceTimeout = new Intervals();
  /** The last acknowledgement took in something that had been sent again: what was sent before that is late (RACK). */
  private resentArrived = false;
  /** Sent again at any time, for what a DSACK says later. */
  private readonly everResent = new Intervals();
  /** A router said that segments up to here were too big for it, and when it did. */
  private tooBigBelow = 0;
  private tooBigNs = Number.NEGATIVE_INFINITY;
  /** The first resend of this episode that no acknowledgement has decided on yet. */
  private doubted: { readonly from: number; readonly to: number; readonly tsVal: number } | null = null;

  /** Takes in a resend. @returns why it was sent. */
  resends(it: Resend): ResendReason {
    const inVain = seqDiff(it.to, it.sndUna) <= 0;
    // Everything was acknowledged meanwhile, by an ACK that came before this end had a Recovery, or was in vain too.
    if (this.phase !== IN_ORDER && !inVain && seqDiff(it.sndUna, this.recoverySeq) >= 0) {
      this.phase = IN_ORDER;
      this.step = 0;
      this.probed = false;
    }
    // A timeout that seemed to be taken back was not: its sender goes on where it was.
    if (this.undone && this.isInOrder && seqDiff(it.from, this.recoverySeq) < 0 && it.sinceTimerNs < JIFFY_NS)
      this.phase = AFTER_TIMEOUT;
    this.undone = false;
    const reason = this.reasonOf(it);
    this.usesSack = it.usesSack;
    if (reason === 'timeout') {
      this.timeouts++;
      this.shortestTimeoutNs = Math.min(this.shortestTimeoutNs, this.waitedNs(it));
      this.longestTimeoutNs = Math.max(this.longestTimeoutNs, this.waitedNs(it));
      // What went before was no probe but the first of these: the timer had doubled.
      if (this.step === 0 && this.probed && this.waitedNs(it) >= 1.8 * it.timeoutNs) this.step++;
      this.step++;
      this.arrived = 0;
      this.resentSinceTimeout.clear();
      if (this.phase !== AFTER_TIMEOUT) {
        this.lostFrom = it.from;
        this.begunInVain = inVain;
      }
      this.phase = AFTER_TIMEOUT;
      this.recoverySeq = it.sndNxt;
    } else if (reason === 'tail-loss-probe') this.probed = true;
    else if (this.phase !== IN_RECOVERY && (reason === 'fast' || reason === 'sack')) {
      this.phase = IN_RECOVERY;
      this.recoverySeq = it.sndNxt;
    }
    if (seqDiff(it.from, it.sndUna) <= 0) {
      this.resentFrom = it.from;
      this.resentNs = it.timeNs;
    }
    this.resent.add(it.from, it.to);
    this.resentSinceTimeout.add(it.from, it.to);
    if (inVain) return reason;
    if (it.hasTimestamps) this.doubted ??= { from: it.from, to: it.to, tsVal: it.tsVal };
    this.everResent.add(it.from, it.to);
    return reason;
  }

  /** How long the timer had been running by the time of this resend. */
  waitedNs({ from, timeNs, sinceTimerNs }: Resend): number {
    return from === this.resentFrom ? Math.max(sinceTimerNs, timeNs - this.resentNs) : sinceTimerNs;
  }

  private reasonOf(it: Resend): ResendReason {
    const { from, to, sndUna, sndNxt, sinceHeardNs, sinceTimerNs, answersAfterNs, roundTripNs, timeoutNs } = it;
    const isHead = seqDiff(from, sndUna) <= 0;
    const isTail = seqDiff(to, sndNxt) >= 0;
    const missing = this.arrived > 0 || !this.sacked.isEmpty;
    // What an acknowledgement asks for comes as soon as it can, or after a quarter of a round trip (RACK's reordering timer).
    const promptNs = answersAfterNs * 1.25 + roundTripNs * 0.5 + SHORTEST_PROBE_NS;
    const isTooBig = seqDiff(to, this.tooBigBelow) <= 0 && it.timeNs - this.tooBigNs <= promptNs;
    if (isTooBig && this.resent.covered(from, to) === 0) return 'too-big';
    const atOnce = sinceHeardNs <= answersAfterNs * 1.25 + SHORTEST_PROBE_NS;
    // The timer has run as long as it had to, and nothing has just come that could have asked for it.
    const overdue = isHead && !atOnce && this.waitedNs(it) >= PUNCTUALITY * timeoutNs * 2 ** this.step;
    const asked = sinceHeardNs <= promptNs && !overdue;
    // Once another timer has run out the timer is set by when the head was sent, which is longer ago (tcp_rearm_rto).
    const unasked = sinceHeardNs > promptNs + roundTripNs;
    const timedOut =
      overdue ||
      (isHead &&
        !asked &&
        ((unasked && sinceTimerNs >= 0.5 * timeoutNs) || sinceTimerNs >= Math.max(SHORTEST_TIMEOUT_NS, roundTripNs)));

    if (this.phase === AFTER_TIMEOUT) {
      if (this.resentSinceTimeout.covered(from, to) === 0) return overdue ? 'timeout' : 'after-timeout';
      // Lost once more: SACK tells, and the sender goes over to recovery (FLAG_LOST_RETRANS); else the timer.
      if (asked) return it.usesSack ? 'sack' : 'after-timeout';
      return isHead ? 'timeout' : 'after-timeout';
    }
    const late = this.resentArrived && it.usesSack && asked;
    if (missing || late || this.phase === IN_RECOVERY) {
      if (timedOut) return 'timeout';
      return it.usesSack || !this.sacked.isEmpty ? 'sack' : 'fast';
    }
    const twoTripsNs = 2 * (roundTripNs + answersAfterNs);
    const mayProbe = it.usesSack && isTail && !this.probed && sinceTimerNs >= JIFFY_NS;
    const latestNs = Math.min((twoTripsNs + DELAYED_ACK_NS) * 1.25, LATEST_PROBE * (timeoutNs + 3 * answersAfterNs));
    const inTime = sinceTimerNs >= 0.5 * twoTripsNs && sinceTimerNs <= latestNs;
    if (mayProbe && (inTime || !isHead)) return 'tail-loss-probe';
    if (asked && sinceTimerNs < SHORTEST_PROBE_NS) return 'early';
    return isHead ? 'timeout' : 'early';
  }

  /** [from, to) was sent again, as it must have been before the capture: here it is seen for the first time. */
  fills(from: number, to: number): void {
    this.resent.add(from, to);
    this.resentSinceTimeout.add(from, to);
  }

  /** Nothing is known to be missing and no timer has run out: the state in which a stack may probe for loss. */
  get isInOrder(): boolean {
    return this.phase === IN_ORDER && this.arrived === 0 && this.sacked.isEmpty;
  }

  /** A router said that a segment is too big for the path: what is in flight below goes out again at once, in smaller ones. */
  shrinks(below: number, timeNs: number): void {
    this.tooBigBelow = below;
    this.tooBigNs = timeNs;
  }

  /** New data went out as a probe: one is enough until something is acknowledged. */
  probes(): void {
    this.probed = true;
  }

  get hasProbed(): boolean {
    return this.probed;
  }

  /** A duplicate acknowledgement came. @returns how many that makes in a row. */
  repeats(): number {
    this.arrived++;
    return ++this.duplicateAcks;
  }

  /**
   * The receiver acknowledged [from, to).
   * @param segments about so many
   * @returns the proof, if it shows that something was sent again in vain.
   */
  acknowledges(
    from: number,
    to: number,
    segments: number,
    tsEcr: number,
    hasTimestamps: boolean,
  ): SpuriousProof | null {
    const proof = this.proofOf(from, to, tsEcr, hasTimestamps);
    // Proven once.
    if (proof) this.everResent.remove(proof === 'original-acknowledged' ? this.lostFrom : from, to);
    this.everResent.dropBelow(seqAdd(to, -REMEMBERED));
    this.duplicateAcks = 0;
    this.resentArrived = this.resent.covered(from, to) > 0;
    // One filled the hole; the others had arrived before.
    this.arrived = Math.max(0, this.arrived - Math.max(0, segments - 1));
    this.step = 0;
    this.probed = false;
    this.sacked.dropBelow(to);
    this.resent.dropBelow(to);
    this.resentSinceTimeout.dropBelow(to);
    if (this.doubted && seqDiff(to, this.doubted.to) >= 0) this.doubted = null;
    // A timeout that was none is taken back at once; a recovery goes on to its end.
    if (this.phase === IN_ORDER) return proof;
    if (seqDiff(to, this.recoverySeq) >= 0 || (proof !== null && this.phase === AFTER_TIMEOUT)) {
      this.undone = proof === 'timestamp' && seqDiff(to, this.recoverySeq) < 0;
      this.phase = IN_ORDER;
      this.doubted = null;
    }
    return proof;
  }

  /** Everything is acknowledged: nothing can be missing. */
  settles(): void {
    this.arrived = 0;
  }

  private proofOf(from: number, to: number, tsEcr: number, hasTimestamps: boolean): SpuriousProof | null {
    const { doubted } = this;
    if (doubted && hasTimestamps && seqDiff(to, doubted.to) >= 0 && seqDiff(tsEcr, doubted.tsVal) < 0) {
      this.provenOctets = seqDiff(doubted.to, doubted.from);
      return 'timestamp';
    }
    // Without SACK nobody knows what of the rest had arrived before.
    if (this.phase !== AFTER_TIMEOUT || !this.usesSack || this.begunInVain) return null;
    // Octets that were neither sent again nor known to have arrived: the originals did.
    const stop = seqDiff(to, this.recoverySeq) > 0 ? this.recoverySeq : to;
    const octets = seqDiff(stop, from);
    if (octets <= 0) return null;
    this.provenOctets = this.resent.covered(from, stop);
    const known = this.resent.covered(from, stop) + this.sacked.covered(from, stop);
    return known < octets && this.sacked.covered(from, stop) === 0 ? 'original-acknowledged' : null;
  }

  /**
   * Takes in one block of a selective acknowledgement.
   * @returns true if it reports a duplicate (RFC 2883) of something that was sent again
   */
  sacks(from: number, to: number, sndUna: number, isDuplicate: boolean): boolean {
    if (isDuplicate) return this.everResent.remove(from, to) > 0;
    if (seqDiff(from, sndUna) >= 0) this.sacked.add(from, to);
    return false;
  }
}
