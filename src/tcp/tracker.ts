// Hot path: finds the connection of every segment, lets the segment happen to it, and knows when a connection is over.
//
// Only packets move the clock. The owner is told of rare things through a TrackerListener; nothing is allocated for a
// segment in which nothing happens.

import { ACK, FIN, RST, type Segment, SYN, URG } from '../wire/segment.js';
import { Connection, EVICTED, FINISHED, HANDSHAKE_DONE, QUEUED, SUPERSEDED, WANTED } from './connection.js';
import { control, identify, text } from './control.js';
import { isCopy } from './copies.js';
import { Delivery, type TrackerListener } from './delivery.js';
import { BEGUN, CHALLENGED, SENT_FIN, TTL_VARIES } from './endpoint.js';
import { HostTable } from './hosts.js';
import { noteIcmpError } from './icmp-note.js';
import { Neighbours } from './neighbours.js';
import type { Notes } from './notes.js';
import { beginsAnew } from './reuse.js';
import { assignRoles } from './roles.js';
import { seqDiff } from './seq.js';
import { ESTABLISHED, isOver } from './state.js';
import { ConnectionStore, Tuple } from './store.js';
import { Tombstones } from './tombstones.js';
import { Waiting } from './waiting.js';

/** A finished connection is final after this long: the longest TIME-WAIT in use (Linux 60 s, others up to 120 s). */
const LINGER_NS = 120e9;
/** After a FIN or the end, things have settled by then: who closes in turn has done so, and who dies is dead. */
const SETTLED_NS = 1e9;
/** How many connections an eviction looks at to find one long quiet. */
const EVICTION_LOOK = 16;
/** Finished connections whose stray segments are still known. */
const MAX_GRAVES = 65_536;
const MAX_HOSTS = 65_536;
/** What makes a segment one of the rarer half, together with a missing ACK. */
const CONTROL = SYN | FIN | RST | URG;

export interface TrackerOptions {
  /** Most connections kept at a time; beyond it one that was long quiet is given up. */
  readonly maxConnections: number;
  /** 32 random bits for the hash. */
  readonly hashKey: number;
  /** Whether connections of this tuple are followed at all; decided once per connection. */
  readonly accepts: ((tuple: Tuple, ipVersion: number) => boolean) | null;
  /** Ports that mark the server of a connection picked up mid-stream. */
  readonly serverPorts: readonly number[];
  /** A connection is looked at again a while after a FIN and after its end, and told as changed. */
  readonly looksAgain: boolean;
}

/** Whether a RST can be its alleged sender's: a device on the way has another TTL, and lends no life to anyone. */
const isOwnReset = ({ sender, segment }: Delivery): boolean =>
  sender.segments <= 1 || sender.has(TTL_VARIES) || sender.ttl === segment.ttl;

export class Tracker {
  /** Latest packet time seen, nanoseconds since the base. */
  clockNs = Number.NEGATIVE_INFINITY;
  connections = 0;
  evicted = 0;
  /** Segments of connections already final; segments the filter turned away. */
  lateSegments = 0;
  filteredSegments = 0;
  readonly neighbours = new Neighbours();
  readonly hosts: HostTable;
  private readonly store: ConnectionStore;
  private readonly tombstones: Tombstones;
  /** The segment taken in last, and where it was going; of a connection that is followed if `current` is not 0. */
  readonly delivery: Delivery;
  private readonly tuple = new Tuple();
  private readonly other = new Connection();
  private currentId = 0;
  /** Finished connections; and those that closed, or were over, a moment ago. */
  private readonly lingering = new Waiting(LINGER_NS);
  private readonly settling = new Waiting(SETTLED_NS);
  private evictionHand = 0;

  /** @param segment the record that the caller decodes every frame into. */
  constructor(
    segment: Segment,
    private readonly options: TrackerOptions,
    private readonly listener: TrackerListener,
  ) {
    this.store = new ConnectionStore(options.hashKey);
    this.tombstones = new Tombstones(MAX_GRAVES);
    this.hosts = new HostTable(MAX_HOSTS, (host) => listener.hostForgotten(host));
    this.delivery = new Delivery(segment, listener);
  }

  /** Id of the connection that the segment or ICMP error taken in last belongs to; 0: to none that is followed. */
  get current(): number {
    return this.currentId;
  }

  /** When the next connection has waited long enough to be looked at; Infinity: none waits. */
  get dueNs(): number {
    return Math.min(this.lingering.nextNs, this.settling.nextNs);
  }

  /** Moves the packet clock, never backwards, and looks at whatever has waited long enough by then. */
  tick(timeNs: number): void {
    if (timeNs <= this.clockNs) return;
    while (this.dueNs <= timeNs) this.passDue();
    this.clockNs = timeNs;
  }

  /** Looks at the next that is due, with the clock at its own deadline: how often the clock is moved changes nothing. */
  passDue(): void {
    const { dueNs, lingering } = this;
    this.clockNs = dueNs;
    if (lingering.nextNs === dueNs) this.endWait();
    else this.lookAgain();
  }

  private endWait(): void {
    const { store, other } = this;
    this.lingering.take();
    const { index, id } = this.lingering;
    store.move(other, index);
    if (other.id !== id) return;
    other.clear(QUEUED);
    if (!other.has(FINISHED)) return;
    if (!isOver(other.low.state) || !isOver(other.high.state)) other.reopen();
    else if (other.endedNs + LINGER_NS > this.clockNs) this.linger(other);
    else this.finalise(index);
  }

  private lookAgain(): void {
    const { other } = this;
    this.settling.take();
    const { index, id } = this.settling;
    this.store.move(other, index);
    if (other.id === id) this.listener.changed(other, this.delivery.notesOf(index));
  }

  /** Takes in the TCP segment that the shared Segment record holds. @param wanted it marks its connection as WANTED. */
  take(wanted = false): void {
    const { delivery, store, tuple } = this;
    const { segment, connection } = delivery;
    this.tick(segment.timeNs);
    store.tupleOf(segment, tuple);
    const { sender, receiver } = delivery.from(tuple.fromHigh);
    if (this.locate(segment) < 0) {
      this.currentId = 0;
      return;
    }
    this.currentId = connection.id;
    if (wanted) connection.set(WANTED);
    const { flags } = segment;
    const silenceNs = segment.timeNs - connection.lastNs;
    delivery.quietNs = silenceNs;
    if (silenceNs > sender.stallNs && sender.outstanding > 0) sender.stallNs = silenceNs;
    if (silenceNs > receiver.stallNs && receiver.outstanding > 0) receiver.stallNs = silenceNs;
    connection.lastNs = segment.timeNs;
    connection.lastPacket = segment.packet;
    if (isCopy(sender, receiver, segment, connection.copies)) {
      connection.copies++;
      delivery.flag('tcp.captured-twice');
      return;
    }
    sender.segments++;
    const first = !sender.has(BEGUN);
    const calm =
      (flags & (CONTROL | ACK)) === ACK && sender.state === ESTABLISHED && receiver.state === ESTABLISHED && !first;
    const wasAlive = calm || connection.isAlive;
    const wasOpen = connection.has(HANDSHAKE_DONE);
    const hadClosed = sender.has(SENT_FIN);
    if (calm) text(delivery);
    else control(delivery, first);
    identify(delivery, first);
    sender.lastNs = segment.timeNs;
    sender.lastPacket = segment.packet;
    if (connection.firstPacket === segment.packet) this.listener.opened(connection);
    if (flags & RST) this.hosts.beforeReset = this.hosts.lastHeard(sender.host);
    if ((flags & RST) === 0 || isOwnReset(delivery)) this.hear(delivery);
    if (calm) return;
    const opensAlive = connection.firstPacket === segment.packet && wasAlive;
    const isAlive = connection.isAlive;
    if (opensAlive || (!wasAlive && isAlive)) this.listener.lives(delivery);
    if (flags & RST) this.listener.resets(delivery);
    if (wasAlive && !isAlive) this.listener.dies(delivery);
    if (!wasOpen && connection.has(HANDSHAKE_DONE)) this.listener.established(delivery);
    if (!hadClosed && sender.has(SENT_FIN)) {
      this.listener.closing(delivery);
      if (this.options.looksAgain) this.settling.add(connection, this.clockNs);
    }
    if (isOver(sender.state) && isOver(receiver.state) && !connection.has(FINISHED)) this.finish(connection);
    else if (flags & RST) delivery.tell('changed');
  }

  private hear(delivery: Delivery): void {
    const { hosts } = this;
    const { sender, segment } = delivery;
    const { host } = sender;
    hosts.heardNs[host] = segment.timeNs;
    hosts.heardPacket[host] = segment.packet;
    if (hosts.watched[host] !== 0) this.listener.spokeAgain(delivery);
  }

  /**
   * Takes in an ICMP error whose quoted segment the shared Segment record holds.
   * @returns false if it is about no connection that is followed.
   */
  takeIcmpError(): boolean {
    const { delivery, store, tuple } = this;
    const { segment, connection } = delivery;
    this.tick(segment.timeNs);
    store.tupleOf(segment, tuple);
    const index = store.find(tuple);
    this.currentId = 0;
    if (index < 0) return false;
    store.move(connection, index);
    this.currentId = connection.id;
    delivery.from(tuple.fromHigh);
    if (noteIcmpError(delivery)) delivery.tell('changed');
    return true;
  }

  /** Takes in ARP or neighbour discovery. */
  takeNeighbour(): void {
    this.tick(this.delivery.segment.timeNs);
    this.neighbours.note(this.delivery.segment);
  }

  /** The capture is over: every connection that is left becomes final, in the order of their ids, one a step. */
  *close(): Generator<void> {
    const { store, other } = this;
    const places = store.top;
    // Id and index as one number, of which a million are sorted without an object each.
    const left = new Float64Array(store.count);
    let count = 0;
    this.each(({ id, index }) => {
      left[count++] = id * places + index;
    });
    for (const key of left.subarray(0, count).sort()) {
      const index = key % places;
      store.move(other, index);
      if (other.id * places + index === key) this.finalise(index);
      yield;
    }
  }

  /** Shows the connection with this id, if it is still at this index. */
  visit(index: number, id: number, show: (connection: Connection, notes: Notes | undefined) => void): void {
    this.store.move(this.other, index);
    if (this.other.id === id) show(this.other, this.delivery.notesOf(index));
  }

  /** Shows every connection that is not final yet; the window is reused from call to call. */
  each(show: (connection: Connection) => void): void {
    const connection = new Connection();
    for (let index = 0; index < this.store.top; index++) {
      this.store.move(connection, index);
      if (connection.id > 0) show(connection);
    }
  }

  /** Moves the delivery to the connection this segment belongs to, opened if need be; -1: to none that is followed. */
  private locate(segment: Segment): number {
    const { store, tuple } = this;
    const { connection } = this.delivery;
    let index = store.find(tuple);
    const opens = (segment.flags & (SYN | ACK | RST)) === SYN;
    if (index < 0) {
      if (!opens && this.tombstones.owns(tuple, segment)) {
        this.lateSegments++;
        return -1;
      }
      index = this.open(segment, -1);
    } else {
      if (connection.index !== index) store.move(connection, index);
      const { low, high } = connection;
      if (beginsAnew(segment, tuple.fromHigh ? high : low, tuple.fromHigh ? low : high))
        index = this.open(segment, index);
      else if (connection.older >= 0 && !opens) index = this.nearer(segment, index, connection.older);
    }
    if (index >= 0 && connection.index !== index) store.move(connection, index);
    return index;
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

  private finish(connection: Connection): void {
    connection.set(FINISHED);
    connection.endedNs = connection.lastNs;
    // Once in the queue however often it comes back to life: a hostile capture cannot make the queue grow.
    if (!connection.has(QUEUED)) this.linger(connection);
    if (this.options.looksAgain) this.settling.add(connection, this.clockNs);
    this.delivery.tell('ended');
  }

  /** To be looked at when its time is up; it may have gone on and been over once more by then, and waits again. */
  private linger(connection: Connection): void {
    connection.set(QUEUED);
    this.lingering.add(connection, this.clockNs);
  }

  private finalise(index: number): void {
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
