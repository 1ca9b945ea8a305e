// Who looks over a run's shoulder: what is kept beside the answer (recordings, processes, ladders), and the clerk who takes
// the answers themselves.

import type { FrameBatch } from '../source/frame-batch.js';
import type { AnomalyId } from '../tcp/anomalies.js';
import type { Connection } from '../tcp/connection.js';
import type { AnomalyDetails, Delivery } from '../tcp/delivery.js';
import type { Notes } from '../tcp/notes.js';
import type { PacketClock } from '../tcp/packet-time.js';
import type { ProcessAt } from '../verdict/case.js';
import type { ConnectionEvent, TcpwatchEvent } from '../verdict/events.js';
import type { Judgement } from '../verdict/judgement.js';
import type { endsOf } from '../verdict/record.js';

/** Takes what is judged for good, before it is put into words, and every other event, in their order. */
export interface Clerk {
  /** @param epochNs what packet times count from; `connection` is a window that moves on. */
  judged(connection: Connection, notes: Notes | undefined, judgement: Judgement, epochNs: bigint): void;
  told(event: TcpwatchEvent): void;
  /** There is room for more. */
  settled(): Promise<void>;
}

/** What a run has that looks over its shoulder. All of them rare but `kept`. */
export interface Bystander {
  /** A frame has been taken in; `id`: of its connection, 0: of none. Called for every frame. */
  kept?(id: number, packet: number, batch: FrameBatch, f: number): void;
  /** A segment of a connection that is followed has been taken in. Called for every one. */
  passed?(delivery: Delivery, odd: readonly Oddity[], clock: PacketClock): void;
  /** An ICMP error about such a segment has; the quoted end sends. */
  reported?(delivery: Delivery, odd: readonly Oddity[], clock: PacketClock): void;
  /** A connection that will be told of has opened. */
  opened?(connection: ConnectionEnds): void;
  /** It was judged, for now or for good. */
  judged?(record: ConnectionEvent): void;
  /** Nothing more will be said of it. */
  forgotten?(id: number): void;
  /** Who is at its ends. */
  processesOf?(id: number): ProcessAt;
}

/** Something out of the ordinary about the segment at hand. */
export interface Oddity {
  readonly id: AnomalyId;
  readonly details: AnomalyDetails;
}

export type ConnectionEnds = ReturnType<typeof endsOf> & { readonly id: number };
