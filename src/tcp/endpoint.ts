// Hot path: one end of a connection, as a window onto numbers that live in typed arrays (see store.ts).
//
// An Endpoint owns nothing: the store moves it to a connection, and then it reads and writes like an ordinary record.
// Names are those of RFC 9293 section 3.3.1, seen from this end: SND.* is what it sends, and its peer's SND.UNA is the
// highest ACK it has sent.

import type { Moment } from './notes.js';
import { seqDiff } from './seq.js';
import { STATE_NAMES, type StateName, TIME_WAIT } from './state.js';

/** What has happened to an end once; bits of `flags`. */
export const SENT_SYN = 1 << 0;
export const SENT_FIN = 1 << 1;
export const SENT_DATA = 1 << 2;
/** It was the peer's turn, and it acknowledged the peer's data without sending any since: it owes an answer. */
export const OWES_ANSWER = 1 << 4;
export const OFFERS_TIMESTAMPS = 1 << 5;
/** Two of its segments differed in TTL; only a constant TTL can convict a stranger. */
export const TTL_VARIES = 1 << 6;
/** What it was last believed to have heard waits for its acknowledgement. */
export const BELIEF_NEEDS_ACK = 1 << 7;
/** It resent its SYN or SYN-ACK: the handshake gives no round-trip time (Karn). */
export const RESENT_SYN = 1 << 8;
/** `ipId` holds a value. */
export const HAS_IP_ID = 1 << 9;
/** Its IPv4 identifications do not count up: no stranger can be told by them. */
export const IP_ID_JUMPS = 1 << 10;
/** It has been told that nobody answers this end. */
export const TOLD_SILENT = 1 << 14;
/** The peer has acknowledged something: `sndUna` means something. */
export const ACKED_BY_PEER = 1 << 11;
/** It sent something other than a RST: its numbers mean something (a RST may be forged, or bear the peer's numbers). */
export const BEGUN = 1 << 12;

/** Something was sent again while its round trip is being measured. */
export const TIMING_DOUBTED = 1 << 15;
/** It asked for an answer without having anything to say; the next bare ACK of its peer is that answer. */
export const PROBED = 1 << 16;
/** What it sent did not fit the connection: the next bare ACK of its peer is a challenge. */
export const CHALLENGED = 1 << 17;

export const OFFERS_SACK = 1 << 18;
/** Its probe of a zero window was an octet that the peer may have taken. */
export const PROBED_WINDOW = 1 << 19;
/** Its SYN carried data (TCP Fast Open). */
export const SENT_SYN_DATA = 1 << 20;

/** Its FIN also acknowledged the other end's. */
export const FIN_ACKS_FIN = 1 << 21;
/** It had acknowledged data and not answered it when it sent its FIN. */
export const FIN_OWES_ANSWER = 1 << 22;
/** The other end had sent data that it had not acknowledged when it sent its FIN. */
export const FIN_MEETS_DATA = 1 << 23;

/** Fields of an end in the Int32Array and the Float64Array of its slab. */
export const ENDPOINT_INTS = 31;
export const ENDPOINT_DOUBLES = 17;

/** An end that heard must acknowledge within 0.5 s (RFC 9293 section 3.8.6.3); a second of silence means it did not. */
export const BELIEF_LASTS_NS = 1e9;

const NO_STATE = -1;

// biome-ignore format: a field a line
export class Endpoint {
  ints: Int32Array = new Int32Array(ENDPOINT_INTS);
  doubles: Float64Array = new Float64Array(ENDPOINT_DOUBLES);
  /** Where this end's fields start in `ints` and `doubles`. */
  i = 0;
  d = 0;

  /** RFC 9293 state, as an index into STATE_NAMES. */
  get state() { return this.ints[this.i]; }                   set state(v) { this.ints[this.i] = v; }
  /** The state to go back to if the last hearing turns out not to have happened; -1: nothing in doubt. */
  get fallback() { return this.ints[this.i + 1]; }            set fallback(v) { this.ints[this.i + 1] = v; }
  get flags() { return this.ints[this.i + 2]; }               set flags(v) { this.ints[this.i + 2] = v; }
  /** Lowest sequence number the capture saw it send, RSTs apart: its ISN, unless picked up mid-stream. */
  get firstSeq() { return this.ints[this.i + 3]; }            set firstSeq(v) { this.ints[this.i + 3] = v; }
  /** SND.NXT: one beyond the highest sequence number it sent. */
  get sndNxt() { return this.ints[this.i + 4]; }              set sndNxt(v) { this.ints[this.i + 4] = v; }
  /** SND.UNA: the highest acknowledgement the peer sent. */
  get sndUna() { return this.ints[this.i + 5]; }              set sndUna(v) { this.ints[this.i + 5] = v; }
  /** Sequence number of its FIN, if SENT_FIN. */
  get finSeq() { return this.ints[this.i + 6]; }              set finSeq(v) { this.ints[this.i + 6] = v; }
  /** Its last advertised receive window in octets, scaled. */
  get window() { return this.ints[this.i + 7]; }              set window(v) { this.ints[this.i + 7] = v; }
  /** Window scale shift it offered; -1: none. */
  get windowScaleShift() { return this.ints[this.i + 8]; }    set windowScaleShift(v) { this.ints[this.i + 8] = v; }
  /** Maximum segment size it offered in octets; -1: none seen. */
  get mss() { return this.ints[this.i + 9]; }                 set mss(v) { this.ints[this.i + 9] = v; }
  /** TTL or hop limit of its first segment. */
  get ttl() { return this.ints[this.i + 10]; }                set ttl(v) { this.ints[this.i + 10] = v; }
  /** Last IPv4 identification other than 0, if HAS_IP_ID. */
  get ipId() { return this.ints[this.i + 11]; }               set ipId(v) { this.ints[this.i + 11] = v; }
  get segments() { return this.ints[this.i + 12]; }           set segments(v) { this.ints[this.i + 12] = v; }
  get retransmissions() { return this.ints[this.i + 13]; }    set retransmissions(v) { this.ints[this.i + 13] = v; }
  get duplicateAcks() { return this.ints[this.i + 14]; }      set duplicateAcks(v) { this.ints[this.i + 14] = v; }
  get outOfOrder() { return this.ints[this.i + 15]; }         set outOfOrder(v) { this.ints[this.i + 15] = v; }
  get keepAlives() { return this.ints[this.i + 16]; }         set keepAlives(v) { this.ints[this.i + 16] = v; }
  get zeroWindows() { return this.ints[this.i + 17]; }        set zeroWindows(v) { this.ints[this.i + 17] = v; }
  get resets() { return this.ints[this.i + 18]; }             set resets(v) { this.ints[this.i + 18] = v; }
  /** Segments that ask for an answer (SYN, FIN, data, probes) sent since the peer was last heard. */
  get unanswered() { return this.ints[this.i + 19]; }         set unanswered(v) { this.ints[this.i + 19] = v; }
  /** Start of the four last fingerprints (see copies.ts). */
  get fingerprintsAt() { return this.i + 20; }
  /** How many holes Holes keeps for it: sequence space below SND.NXT that the capture never saw. */
  get holes() { return this.ints[this.i + 24]; }              set holes(v) { this.ints[this.i + 24] = v; }
  /** Segments that filled a hole too late to be merely out of order. */
  get filledHoles() { return this.ints[this.i + 25]; }        set filledHoles(v) { this.ints[this.i + 25] = v; }

  /** What the round trip that is being measured ends with: an acknowledgement up to here; and the TSval it was sent with. */
  get timedSeq() { return this.ints[this.i + 26]; }           set timedSeq(v) { this.ints[this.i + 26] = v; }
  get timedTsVal() { return this.ints[this.i + 27]; }         set timedTsVal(v) { this.ints[this.i + 27] = v; }
  /** Most octets of it that were outstanding at a time. */
  get mostInFlight() { return this.ints[this.i + 28]; }       set mostInFlight(v) { this.ints[this.i + 28] = v; }
  get roundTrips() { return this.ints[this.i + 29]; }         set roundTrips(v) { this.ints[this.i + 29] = v; }
  /** Number of its host in the HostTable. */
  get host() { return this.ints[this.i + 30]; }               set host(v) { this.ints[this.i + 30] = v; }

  /** Payload octets, each sequence number counted once. */
  get bytes() { return this.doubles[this.d]; }                set bytes(v) { this.doubles[this.d] = v; }
  /** When it last sent anything. */
  get lastNs() { return this.doubles[this.d + 1]; }           set lastNs(v) { this.doubles[this.d + 1] = v; }
  /** When, and in which frame, the first of the `unanswered` segments was sent; and when the last was. */
  get unansweredNs() { return this.doubles[this.d + 2]; }     set unansweredNs(v) { this.doubles[this.d + 2] = v; }
  get unansweredPacket() { return this.doubles[this.d + 3]; } set unansweredPacket(v) { this.doubles[this.d + 3] = v; }
  get lastAskNs() { return this.doubles[this.d + 4]; }        set lastAskNs(v) { this.doubles[this.d + 4] = v; }
  /** When it is believed to have heard what `fallback` would take back. */
  get heardNs() { return this.doubles[this.d + 5]; }          set heardNs(v) { this.doubles[this.d + 5] = v; }
  /** Frame of its last segment. */
  get lastPacket() { return this.doubles[this.d + 6]; }       set lastPacket(v) { this.doubles[this.d + 6] = v; }

  /** When the octet before `timedSeq` was sent; NaN: nothing is being measured. */
  get timedNs() { return this.doubles[this.d + 7]; }          set timedNs(v) { this.doubles[this.d + 7] = v; }
  /** SRTT and RTTVAR of RFC 6298, from the capture to the peer and back; meaningless before the first of `roundTrips`. */
  get srttNs() { return this.doubles[this.d + 8]; }           set srttNs(v) { this.doubles[this.d + 8] = v; }
  get rttVarNs() { return this.doubles[this.d + 9]; }         set rttVarNs(v) { this.doubles[this.d + 9] = v; }
  get minRttNs() { return this.doubles[this.d + 10]; }        set minRttNs(v) { this.doubles[this.d + 10] = v; }
  /** When its retransmission timer was last set: something to wait for was sent, acknowledged, or sent again (RFC 6298). */
  get timerNs() { return this.doubles[this.d + 11]; }         set timerNs(v) { this.doubles[this.d + 11] = v; }
  /** The longest silence of both ends while octets of it were outstanding. */
  get stallNs() { return this.doubles[this.d + 12]; }         set stallNs(v) { this.doubles[this.d + 12] = v; }

  /** When, and in which frame, it first sent its FIN, if SENT_FIN; and the peer first acknowledged that, frame 0: not yet. */
  get finNs() { return this.doubles[this.d + 13]; }           set finNs(v) { this.doubles[this.d + 13] = v; }
  get finPacket() { return this.doubles[this.d + 14]; }       set finPacket(v) { this.doubles[this.d + 14] = v; }
  get finAckedNs() { return this.doubles[this.d + 15]; }      set finAckedNs(v) { this.doubles[this.d + 15] = v; }
  get finAckedPacket() { return this.doubles[this.d + 16]; }  set finAckedPacket(v) { this.doubles[this.d + 16] = v; }

  has(flag: number): boolean { return (this.flags & flag) !== 0; }
  set(flag: number): void { this.flags |= flag; }
  clear(flag: number): void { this.flags &= ~flag; }

  /** Octets (SYN and FIN count as one) sent and not yet acknowledged. */
  get outstanding() { return seqDiff(this.sndNxt, this.sndUna); }

  /** Forgets a doubt: what was heard is certain now. */
  confirm(): void { this.fallback = NO_STATE; this.clear(BELIEF_NEEDS_ACK); }

  /** Takes the last hearing back: it did not happen. */
  revert(): void {
    if (this.fallback !== NO_STATE) this.state = this.fallback;
    this.confirm();
  }

  /** The state at packet time `nowNs`: a hearing that should long have been acknowledged is not believed. */
  stateAt(nowNs: number): number {
    const doubted = this.has(BELIEF_NEEDS_ACK) && nowNs - this.heardNs > BELIEF_LASTS_NS;
    return doubted && this.fallback !== NO_STATE ? this.fallback : this.state;
  }

  /** As stateAt, in words; null where nothing is known of this end. */
  stateNameAt(nowNs: number): StateName | null {
    const state = this.stateAt(nowNs);
    return state === 0 ? null : STATE_NAMES[state];
  }

  /** Whether this end holds (or, its time being up, held) TIME-WAIT. */
  get waits() { return this.state === TIME_WAIT; }
}

/** Whether the peer has acknowledged data of this end, seen or not: more than its SYN. */
export const hasHadDataTaken = (end: Endpoint): boolean =>
  end.has(ACKED_BY_PEER) && seqDiff(end.sndUna, end.firstSeq) > (end.has(SENT_SYN) ? 1 : 0);

/** Its FIN was sent and acknowledged. */
export const isFinAcked = (end: Endpoint): boolean => end.has(SENT_FIN) && seqDiff(end.sndUna, end.finSeq) > 0;

/** First copy of a FIN. */
export interface Fin extends Moment {
  /** It also acknowledged the other end's FIN. */
  readonly acknowledgesFin: boolean;
  /** The sender had acknowledged data and not answered it. */
  readonly owedAnswer: boolean;
  /** The other end had sent data that the sender had not acknowledged when it closed. */
  readonly dataInFlight: boolean;
}

/** The FIN of an end; null: it has sent none. */
export const finOf = (end: Endpoint): Fin | null =>
  end.has(SENT_FIN)
    ? {
        packet: end.finPacket,
        timeNs: end.finNs,
        acknowledgesFin: end.has(FIN_ACKS_FIN),
        owedAnswer: end.has(FIN_OWES_ANSWER),
        dataInFlight: end.has(FIN_MEETS_DATA),
      }
    : null;

/** The first acknowledgement of its FIN; null: there was none. */
export const finAckedOf = (end: Endpoint): Moment | null =>
  end.finAckedPacket === 0 ? null : { packet: end.finAckedPacket, timeNs: end.finAckedNs };

/** Unanswered this often, over this long: as good as dead (verdicts: `silent`). */
export const SILENT_SENDS = 3;
export const SILENT_NS = 3e9;

/**
 * It has asked so often and so long, with no segment of its peer since, that the peer counts as silent: asked again, that is.
 * Who sends new data all the time is answered, and the capture sees one side only.
 */
export const isUnanswered = (end: Endpoint): boolean =>
  end.unanswered >= SILENT_SENDS &&
  end.lastAskNs - end.unansweredNs >= SILENT_NS &&
  (end.timerNs > end.unansweredNs || end.has(PROBED));

/** How often a silence has doubled since it was long enough to be one: each time it is worth a word again. */
export const silenceRank = (ns: number): number => Math.floor(Math.log2(ns / SILENT_NS));

/** IPv4 identifications further apart than this do not come from one counter. */
const IP_ID_STRIDE = 256;

/** Whether `ipId` does not go on where this end's identifications left off; false where that is not known. */
export const breaksIpId = (end: Endpoint, ipId: number): boolean =>
  end.has(HAS_IP_ID) && ((ipId - end.ipId) & 0xffff) > IP_ID_STRIDE;
