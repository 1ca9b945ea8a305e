// What is remembered of an end beyond its numbers: the few moments that evidence is made of.
//
// Notes come into being when something happens (RST, ICMP, a resend nobody answers); a connection that goes well has none.

import type { Recovery } from './recovery.js';

/** A frame, as evidence. */
export interface Moment {
  readonly packet: number;
  /** Nanoseconds since the capture's base. */
  readonly timeNs: number;
}

/** What a RST looks like, and so where it can come from (resets.ts). */
export type ResetShape = 'refused' | 'no-socket' | 'live-socket' | 'odd';

/** A RST sent in the name of an end. */
export interface ResetNote extends Moment {
  readonly shape: ResetShape;
  /** Whether the other end had to believe it (RFC 9293 section 3.10.7.4 with RFC 5961 section 3.2). */
  accepted: boolean;
  /** Frame of the other end's last segment: what the RST answers, if it answers anything. */
  readonly answers: Moment | null;
  /** SND.NXT of the sender: an ACK of the other end beyond it shows that end alive after the RST. */
  readonly ownNxt: number;
  /** SND.NXT of the other end: an ACK beyond it shows that end alive after the RST. */
  readonly peerNxt: number;
  /** The sender's last segment before it. */
  readonly lastHeard: Moment;
  /** Hops by which its TTL differs from the sender's constant one; 0: fits, or nothing to compare with. */
  readonly ttlDistance: number;
  readonly ipIdOff: boolean;
  /** ACK set, timestamps negotiated, and none in it. */
  readonly lacksTimestamps: boolean;
  /** First of the segments that had waited for an answer before it, and how many there were. */
  readonly asked: Moment & { readonly count: number };
  /** The sender had acknowledged data of the other end and owed an answer. */
  readonly owedAnswer: boolean;
  /** The sender's last advertised window was 0. */
  readonly windowWasZero: boolean;
  /** SYN-SENT, SYN-RECEIVED: the connection was not open yet, or had not carried data. */
  readonly beforeData: boolean;
}

/** ICMP or ICMPv6 errors about segments this end sent. */
export interface IcmpNote extends Moment {
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** It quotes outstanding octets. Linux heeds no other: not one about a keep-alive, which is sent at SND.UNA-1. */
  readonly inWindow: boolean;
  /** Address of whoever sent it, in text. */
  readonly from: string;
  count: number;
  lastNs: number;
}

/**
 * What is remembered of one end. A field is the first such moment unless it says otherwise. A class, so that all of them have
 * one shape whatever happened first: judging reads them often.
 */
export class EndNotes {
  /** New data sent after the other end's FIN was acknowledged, with nothing waiting before it: its program wrote. */
  wroteAfterFin: (Moment & { readonly endSeq: number }) | undefined = undefined;
  /** That data was acknowledged: somebody still reads there. */
  wroteAfterFinAcked: Moment | undefined = undefined;
  /** The decisive RST in its name: the first accepted one, else the first. */
  reset: ResetNote | undefined = undefined;
  /** A stray RST of it after both FINs were acknowledged. */
  lateReset: Moment | undefined = undefined;
  /** A RST in its name that the other end did not obey. */
  ignoredReset: Moment | undefined = undefined;
  /** It went on as if it had never sent the RST that stands in its name. */
  talkedOn: Moment | undefined = undefined;
  /** It sent a RST because nobody answered it. */
  gaveUp: Moment | undefined = undefined;
  icmp: IcmpNote | undefined = undefined;
  /** The last octets of it that were acknowledged and that the capture never saw: how many, and up to where. */
  missed: (Moment & { readonly octets: number; readonly endSeq: number }) | undefined = undefined;
  /** A bare acknowledgement of it whose SEG.SEQ lies beyond all that it was seen to send: the capture missed the last of that. */
  ahead: (Moment & { readonly seq: number }) | undefined = undefined;
  /** SYN-ACK sent again after the client's final ACK had passed; last such frame, and how often. */
  synAckResentAfterAck: (Moment & { count: number }) | undefined = undefined;
  /** It went unanswered as if the other end were dead, and then was answered. */
  healed: Moment | undefined = undefined;
  /** How it recovers from loss, once something was lost. */
  recovery: Recovery | undefined = undefined;
  /** Anomalies of what it sent: row, segments and octets in turn. */
  tally: number[] | undefined = undefined;
}

/** Counts one more segment of the anomaly in this row, or one less. */
export function count(notes: EndNotes, row: number, octets: number, segments = 1): void {
  const tally = (notes.tally ??= []);
  let at = 0;
  while (at < tally.length && tally[at] !== row) at += 3;
  if (at === tally.length) tally.push(row, 0, 0);
  tally[at + 1] += segments;
  tally[at + 2] += octets;
}

/** Segments of the anomaly in this row. */
export function segmentsOf({ tally = [] }: EndNotes, row: number): number {
  for (let at = 0; at < tally.length; at += 3) if (tally[at] === row) return tally[at + 1];
  return 0;
}

/** Notes of a connection's two ends. */
export interface Notes {
  low: EndNotes;
  high: EndNotes;
}
