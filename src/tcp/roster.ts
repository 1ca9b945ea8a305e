// Hot path: the connections that there are: found by their tuple, opened at their first segment, given up for lack of room,
// and made final.

import { ACK, RST, type Segment, SYN } from '../wire/segment.js';
import { Connection, EVICTED, FINISHED, SUPERSEDED } from './connection.js';
import type { Delivery, TrackerListener } from './delivery.js';
import { CHALLENGED } from './endpoint.js';
import { HostTable } from './hosts.js';
import { beginsAnew } from './reuse.js';
import { assignRoles } from './roles.js';
import { seqDiff } from './seq.js';
import { ConnectionStore, Tuple } from './store.js';
import { Tombstones } from './tombstones.js';

/** How many connections an eviction looks at to find one long quiet. */
const EVICTION_LOOK = 16;
/** Finished connections whose stray segments are still known. */
const MAX_GRAVES = 65_536;
const MAX_HOSTS = 65_536;

export interface RosterOptions {
  /** Most connections kept at a time; beyond it one that was long quiet is given up. */
  readonly maxConnections: number;
  /** 32 random bits for the hash. */
  readonly hashKey: number;
  /** Whether connections of this tuple are followed at all; decided once per connection. */
  readonly accepts: ((tuple: Tuple, ipVersion: number) => boolean) | null;
  /** Ports that mark the server of a connection picked up mid-stream. */
  readonly serverPorts: readonly number[];
}

export class Roster {
  connections = 0;
  evicted = 0;
  /** Segments of connections already final; segments the filter turned away. */
  lateSegments = 0;
  filteredSegments = 0;
  readonly hosts: HostTable;
  private readonly store: ConnectionStore;
  private readonly tombstones: Tombstones;
  private readonly tuple = new Tuple();
  private readonly other = new Connection();
  private evictionHand = 0;

  /** @param delivery is moved to the connection of each segment */
  constructor(
    private readonly delivery: Delivery,
    private readonly options: RosterOptions,
    private readonly listener: TrackerListener,
  ) {
    this.store = new ConnectionStore(options.hashKey);
    this.tombstones = new Tombstones(MAX_GRAVES);
    this.hosts = new HostTable(MAX_HOSTS, (host) => listener.hostForgotten(host));
  }

  /** Moves the delivery to the connection of the segment at hand, opened if need be; false: it is of none that is followed. */
  locate(): boolean {
    const { store, tuple, delivery } = this;
    const { segment, connection } = delivery;
    store.tupleOf(segment, tuple);
    delivery.from(tuple.fromHigh);
    let index = store.find(tuple);
    const opens = (segment.flags & (SYN | ACK | RST)) === SYN;
    if (index < 0) {
      if (!opens && this.tombstones.owns(tuple, segment)) {
        this.lateSegments++;
        return false;
      }
      index = this.open(segment, -1);
    } else {
      if (connection.index !== index) store.move(connection, index);
      if (beginsAnew(segment, delivery.sender, delivery.receiver)) index = this.open(segment, index);
      else if (connection.older >= 0 && !opens) index = this.nearer(segment, index, connection.older);
    }
    if (index < 0) return false;
    if (connection.index !== index) store.move(connection, index);
    return true;
  }

  /** Moves the delivery to the connection that the segment at hand, quoted by an ICMP error, was of; false: there is none. */
  find(): boolean {
    const { store, tuple, delivery } = this;
    store.tupleOf(delivery.segment, tuple);
    const index = store.find(tuple);
    if (index < 0) return false;
    store.move(delivery.connection, index);
    delivery.from(tuple.fromHigh);
    return true;
  }

  /** The connection at this index, if it is still the one with this id; a window that is reused from call to call. */
  at(index: number, id: number): Connection | null {
    this.store.move(this.other, index);
    return this.other.id === id ? this.other : null;
  }

  /** Of two connections of one tuple, the one whose numbers the segment continues. */
  private nearer(segment: Segment, index: number, older: number): number {
    return this.distance(segment, older) < this.distance(segment, index) ? older : index;
  }

  private distance(segment: Segment, index: number): number {
    const { other, tuple } = this;
    this.store.move(other, index);
    const sender = tuple.fromHigh ? other.high : other.low;
    const receiver = tuple.fromHigh ? other.low : other.high;
    if (sender.segments > 0) return Math.abs(seqDiff(segment.seq, sender.sndNxt));
    return Math.abs(seqDiff(segment.ack, receiver.sndNxt));
  }

  /** A new connection; `older` is the index of a known one of the same tuple, or -1. */
  private open(segment: Segment, older: number): number {
    const { store, tuple, other, options } = this;
    if (options.accepts && !options.accepts(tuple, segment.ipVersion)) {
      this.filteredSegments++;
      return -1;
    }
    if (older >= 0) {
      store.move(other, older);
      other.set(SUPERSEDED);
      if (!other.has(FINISHED)) {
        this.delivery.flag('tcp.syn-on-live');
        (tuple.fromHigh ? other.high : other.low).set(CHALLENGED);
      }
      const oldest = other.older;
      if (oldest >= 0) this.finalise(oldest);
    }
    if (store.count >= options.maxConnections) this.evict(older);
    const index = store.add(tuple);
    store.move(other, index);
    other.id = ++this.connections;
    other.older = older;
    other.firstPacket = segment.packet;
    other.openedNs = segment.timeNs;
    other.synAckNs = other.handshakeNs = other.endedNs = Number.NaN;
    for (const end of [other.low, other.high]) {
      end.fallback = end.windowScaleShift = end.mss = -1;
      end.timedNs = Number.NaN;
    }
    assignRoles(segment, tuple.fromHigh, options.serverPorts, other);
    other.low.host = this.hosts.enter(tuple.low, 0, tuple.network);
    other.high.host = this.hosts.enter(tuple.high, 0, tuple.network);
    return index;
  }

  /** The capture is over: every connection that is left becomes final, in the order of their ids, one a step. */
  *close(): Generator<void> {
    const { store } = this;
    const places = store.top;
    // Id and index as one number, of which a million are sorted without an object each.
    const left = new Float64Array(store.count);
    let count = 0;
    this.each(({ id, index }) => {
      left[count++] = id * places + index;
    });
    for (const key of left.subarray(0, count).sort()) {
      const index = key % places;
      if (this.at(index, (key - index) / places)) this.finalise(index);
      yield;
    }
  }

  /** Shows every connection that is not final yet; the window is reused from call to call. */
  each(show: (connection: Connection) => void): void {
    const connection = new Connection();
    for (let index = 0; index < this.store.top; index++) {
      this.store.move(connection, index);
      if (connection.id > 0) show(connection);
    }
  }

  /** Nothing more will be added to the connection at `index`: tells it, and forgets it. */
  finalise(index: number): void {
    const { store, other, delivery } = this;
    store.move(other, index);
    const { older } = other;
    this.listener.final(other, delivery.notesOf(index));
    this.hosts.leave(other.low.host);
    this.hosts.leave(other.high.host);
    // An evicted connection may well live on: its next segment picks it up again.
    if (!other.has(EVICTED)) this.tombstones.bury(other);
    delivery.forget(index);
    other.id = 0;
    if (other.has(SUPERSEDED)) this.unlink(index);
    store.remove(index);
    if (older >= 0) this.finalise(older);
  }

  /** The newer connection of the same tuple, if there is one, forgets the one at `index`. */
  private unlink(index: number): void {
    const { store, other } = this;
    const tuple = new Tuple();
    store.tupleAt(index, tuple);
    const newest = store.find(tuple);
    if (newest < 0 || newest === index) return;
    store.move(other, newest);
    if (other.older === index) other.older = -1;
  }

  /**
   * Makes room: of a few connections the one quiet for longest is given up, and told as it stands. One that both ends have
   * spoken on, and that goes on, only if there is no other: a flood of SYNs shall push out itself.
   */
  private evict(spare: number): void {
    const { store, other } = this;
    let quietest = -1;
    let quietNs = Number.POSITIVE_INFINITY;
    let quietestGoesOn = true;
    for (let looked = 0, steps = 0; looked < EVICTION_LOOK && steps < store.top; steps++) {
      const index = this.evictionHand++ % store.top;
      store.move(other, index);
      if (other.id === 0 || index === spare) continue;
      looked++;
      const goesOn = other.low.segments > 0 && other.high.segments > 0 && !other.has(FINISHED);
      if (goesOn !== quietestGoesOn ? quietestGoesOn : other.lastNs < quietNs) {
        quietestGoesOn = goesOn;
        quietNs = other.lastNs;
        quietest = index;
      }
    }
    if (quietest < 0) return;
    store.move(other, quietest);
    // Of two of one tuple the earlier goes: giving up the later one would end both.
    if (other.older >= 0) store.move(other, (quietest = other.older));
    other.set(EVICTED);
    this.evicted++;
    this.finalise(quietest);
  }
}
