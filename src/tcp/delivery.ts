// Hot path: one segment on its way between the two ends of its connection. Reused for every segment.

import type { Segment } from '../wire/segment.js';
import { ANOMALY_INDEX, type AnomalyId } from './anomalies.js';
import { Connection, NOTED } from './connection.js';
import { BELIEF_NEEDS_ACK, type Endpoint } from './endpoint.js';
import { Holes } from './holes.js';
import { count, EndNotes, type Moment, type Notes } from './notes.js';
import { Recovery, type ResendReason, type SpuriousProof } from './recovery.js';
import { HEARS, HEARS_ACK_OF_FIN, IMPOSSIBLE, next, SENDS } from './state.js';

/** What the tracker tells its owner, as it happens. The connection is valid during the call only. */
export interface TrackerListener {
  /** A connection's first segment has been taken in. */
  opened(connection: Connection): void;
  /** Its handshake is complete. */
  established(delivery: Delivery): void;
  /** The sender of this segment has closed: its first FIN. */
  closing(delivery: Delivery): void;
  /** The connection is open now: its handshake is done, it was picked up open, or a RST that seemed to end it did not. */
  lives(delivery: Delivery): void;
  /** It was, until this FIN or RST. */
  dies(delivery: Delivery): void;
  /** A RST that the other end had to obey, or that came to an end that was done. */
  resets(delivery: Delivery): void;
  /** A host that is watched (HostTable) has spoken: the sender of this segment. */
  spokeAgain(delivery: Delivery): void;
  /** Something rare in one segment. */
  anomaly(id: AnomalyId, delivery: Delivery, details: AnomalyDetails): void;
  /** One end has asked in vain for as long as makes its peer count as silent; told once a silence. */
  silent(connection: Connection, notes: Notes | undefined): void;
  /** The end that counted as silent was heard again. */
  answered(connection: Connection, notes: Notes | undefined): void;
  /** Both ends are done, or one was reset; later packets may still change what that means. */
  ended(connection: Connection, notes: Notes | undefined): void;
  /** What can be said of it may have changed: a RST that did not end it, an ICMP error, or time has passed. */
  changed(connection: Connection, notes: Notes | undefined): void;
  /** This number will mean another host from now on. */
  hostForgotten(host: number): void;
  /** Nothing will be added to this connection any more; it is forgotten after the call. */
  final(connection: Connection, notes: Notes | undefined): void;
}

/** What there is to say of an anomaly beyond its name. */
export interface AnomalyDetails {
  /** The nth in a row (duplicate acknowledgements); how often the timer has run out in a row. */
  readonly count?: number;
  /** How long the timer had been running. */
  readonly afterNs?: number;
  /** How long it should have been by RFC 6298, from the round trips seen and how often it has doubled. */
  readonly expectedNs?: number;
  /** Octets of later sequence space that were seen before. */
  readonly behind?: number;
  readonly proof?: SpuriousProof;
  /** Frame of the earlier segment that the one at hand says it of. */
  readonly about?: number;
  /** Why a FIN was sent again. */
  readonly reason?: ResendReason;
}

const NO_DETAILS: AnomalyDetails = {};

export class Delivery {
  readonly connection = new Connection();
  sender: Endpoint = this.connection.low;
  receiver: Endpoint = this.connection.high;
  fromHigh = false;
  /** For how long neither end had sent anything before the segment at hand. */
  quietNs = 0;
  readonly holes = new Holes();
  /** The last hearing: of which frame, by which end of it. */
  private heardPacket = -1;
  private heardBy: Endpoint | null = null;
  /** Notes by connection index; most connections have none for most of their life. */
  private readonly notes = new Map<number, Notes>();

  constructor(
    /** The segment at hand. */
    readonly segment: Segment,
    private readonly listener: TrackerListener,
  ) {}

  /** Sets who sends; both ends are windows that move with the connection. */
  from(high: boolean): this {
    this.fromHigh = high;
    this.sender = high ? this.connection.high : this.connection.low;
    this.receiver = high ? this.connection.low : this.connection.high;
    return this;
  }

  /** Which list in `holes` is that of the high or the low end. */
  holesKeyOf(high: boolean): number {
    return this.connection.index * 2 + (high ? 1 : 0);
  }

  /** The segment at hand, as evidence. */
  get moment(): Moment {
    return { packet: this.segment.packet, timeNs: this.segment.timeNs };
  }

  get senderNotes(): EndNotes {
    const notes = this.makeNotes();
    return this.fromHigh ? notes.high : notes.low;
  }

  get receiverNotes(): EndNotes {
    const notes = this.makeNotes();
    return this.fromHigh ? notes.low : notes.high;
  }

  /** Notes of the sender if it has any; never makes them. */
  get senderNotesIfAny(): EndNotes | undefined {
    const notes = this.notesIfAny;
    return notes && (this.fromHigh ? notes.high : notes.low);
  }

  get receiverNotesIfAny(): EndNotes | undefined {
    const notes = this.notesIfAny;
    return notes && (this.fromHigh ? notes.low : notes.high);
  }

  notesOf(index: number): Notes | undefined {
    return this.notes.get(index);
  }

  /** Forgets everything kept beside the record of connection `index`. */
  forget(index: number): void {
    this.notes.delete(index);
    this.holes.forget(index * 2);
    this.holes.forget(index * 2 + 1);
  }

  tell(what: 'silent' | 'answered' | 'ended' | 'changed'): void {
    this.listener[what](this.connection, this.notes.get(this.connection.index));
  }

  /** Says something about the segment at hand. @param octets of sequence space that it is about. */
  flag(id: AnomalyId, octets = this.segment.payloadLength, details: AnomalyDetails = NO_DETAILS): void {
    count(this.senderNotes, ANOMALY_INDEX[id], octets);
    this.listener.anomaly(id, this, details);
  }

  /** The segment at hand proves that the receiver of it had sent something again in vain. */
  flagSpurious(proof: SpuriousProof, octets: number): void {
    const id = 'tcp.retransmission.spurious';
    count(this.receiverNotes, ANOMALY_INDEX[id], octets);
    this.listener.anomaly(id, this, { proof });
  }

  /** The segment at hand shows that a RST that seemed to be obeyed was not. @param own it was the sender's */
  takesBackReset(packet: number, own: boolean): void {
    const notes = own ? this.senderNotes : this.receiverNotes;
    count(notes, ANOMALY_INDEX['tcp.rst.accepted'], 0, -1);
    count(notes, ANOMALY_INDEX['tcp.rst.ignored'], 0);
    this.listener.anomaly('tcp.rst.ignored', this, { about: packet });
  }

  /** The segment at hand itself was sent in vain. */
  flagOwnSpurious(proof: SpuriousProof, octets: number): void {
    this.flag('tcp.retransmission.spurious', octets, { proof });
  }

  /** The recovery of the segment's sender, or of its receiver; made if need be. */
  get senderRecovery(): Recovery {
    const notes = this.senderNotes;
    return (notes.recovery ??= new Recovery());
  }

  get receiverRecovery(): Recovery {
    const notes = this.receiverNotes;
    return (notes.recovery ??= new Recovery());
  }

  /** The sender has sent `event`: its state follows at once. */
  sends(event: number): void {
    const { sender } = this;
    const cell = next(SENDS, event, sender.state);
    if (cell === IMPOSSIBLE) this.flag('tcp.impossible');
    if (cell < 0) return;
    sender.confirm();
    sender.state = cell;
  }

  /** `end` should hear `event`: its state follows on belief. @param needsAck its acknowledgement will confirm it. */
  hears(end: Endpoint, event: number, needsAck: boolean): void {
    const cell = next(HEARS, event, end.state);
    if (cell < 0 || cell === end.state) return;
    if (event === HEARS_ACK_OF_FIN && end.has(BELIEF_NEEDS_ACK)) {
      // FINs that crossed: an ACK of its own does not say that it heard the other's. That stays in doubt.
      end.fallback = next(HEARS, event, end.fallback);
      end.state = cell;
      return;
    }
    // One segment can bring two hearings (ACK of FIN, then FIN): if it was lost, both were.
    const { packet, timeNs } = this.segment;
    if (end.fallback < 0 || this.heardPacket !== packet || this.heardBy !== end) end.fallback = end.state;
    this.heardPacket = packet;
    this.heardBy = end;
    end.heardNs = timeNs;
    if (needsAck) end.set(BELIEF_NEEDS_ACK);
    else end.clear(BELIEF_NEEDS_ACK);
    end.state = cell;
  }

  private get notesIfAny(): Notes | undefined {
    return this.connection.has(NOTED) ? this.notes.get(this.connection.index) : undefined;
  }

  private makeNotes(): Notes {
    const known = this.notesIfAny;
    if (known) return known;
    const notes = { low: new EndNotes(), high: new EndNotes() };
    this.notes.set(this.connection.index, notes);
    this.connection.set(NOTED);
    return notes;
  }
}
