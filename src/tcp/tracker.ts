// Hot path: lets every segment happen to its connection (roster.ts finds that), and knows when a connection is over.
//
// Only packets move the clock. The owner is told of rare things through a TrackerListener; nothing is allocated for a
// segment in which nothing happens.

import { ACK, FIN, RST, type Segment, SYN, URG } from '../wire/segment.js';
import { type Connection, FINISHED, HANDSHAKE_DONE, QUEUED, WANTED } from './connection.js';
import { control, identify, text } from './control.js';
import { isCopy } from './copies.js';
import { Delivery, type TrackerListener } from './delivery.js';
import { BEGUN, SENT_FIN, TTL_VARIES } from './endpoint.js';
import { noteIcmpError } from './icmp-note.js';
import { Neighbours } from './neighbours.js';
import { Roster, type RosterOptions } from './roster.js';
import { ESTABLISHED, isOver } from './state.js';
import { Waiting } from './waiting.js';

/** A finished connection is final after this long: the longest TIME-WAIT in use (Linux 60 s, others up to 120 s). */
const LINGER_NS = 120e9;
/** And at once if so many have ended since: as kernels do (Linux tcp_max_tw_buckets), for a flood of them must not fill memory. */
const MOST_LINGERING = 262_144;
/** After a FIN or the end, things have settled by then: who closes in turn has done so, and who dies is dead. */
const SETTLED_NS = 1e9;
/** What makes a segment one of the rarer half, together with a missing ACK. */
const CONTROL = SYN | FIN | RST | URG;

export interface TrackerOptions extends RosterOptions {
  /** A connection is looked at again a while after a FIN and after its end, and told as changed. */
  readonly looksAgain: boolean;
}

/** Whether a RST can be its alleged sender's: a device on the way has another TTL, and lends no life to anyone. */
const isOwnReset = ({ sender, segment }: Delivery): boolean =>
  !sender.has(BEGUN) || sender.has(TTL_VARIES) || sender.ttl === segment.ttl;

export class Tracker {
  /** Latest packet time seen, nanoseconds since the base. */
  clockNs = Number.NEGATIVE_INFINITY;
  readonly neighbours = new Neighbours();
  readonly roster: Roster;
  /** The segment taken in last, and where it was going; of a connection that is followed if `current` is not 0. */
  readonly delivery: Delivery;
  private currentId = 0;
  /** Finished connections; and those that closed, or were over, a moment ago. */
  private readonly lingering = new Waiting(LINGER_NS, MOST_LINGERING);
  private readonly settling = new Waiting(SETTLED_NS);

  /** @param segment the record that the caller decodes every frame into. */
  constructor(
    segment: Segment,
    private readonly options: TrackerOptions,
    private readonly listener: TrackerListener,
  ) {
    this.delivery = new Delivery(segment, listener);
    this.roster = new Roster(this.delivery, options, listener);
  }

  /** Id of the connection that the segment or ICMP error taken in last belongs to; 0: to none that is followed. */
  get current(): number {
    return this.currentId;
  }

  /** When the next connection has waited long enough to be looked at; -Infinity: too many wait; Infinity: none does. */
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
    const forced = dueNs === Number.NEGATIVE_INFINITY;
    if (!forced) this.clockNs = dueNs;
    if (lingering.nextNs === dueNs) this.endWait(forced);
    else this.lookAgain();
  }

  /** @param forced there is no room for so many that wait. */
  private endWait(forced: boolean): void {
    this.lingering.take();
    const { index, id } = this.lingering;
    const connection = this.roster.at(index, id);
    if (!connection) return;
    connection.clear(QUEUED);
    if (!connection.has(FINISHED)) return;
    if (!isOver(connection.low.state) || !isOver(connection.high.state)) connection.reopen();
    else if (!forced && connection.endedNs + LINGER_NS > this.clockNs) this.linger(connection);
    else this.roster.finalise(index);
  }

  private lookAgain(): void {
    this.settling.take();
    const { index, id } = this.settling;
    const connection = this.roster.at(index, id);
    if (connection) this.listener.changed(connection, this.delivery.notesOf(index));
  }

  /** Takes in the TCP segment that the shared Segment record holds. @param wanted it marks its connection as WANTED. */
  take(wanted = false): void {
    const { delivery } = this;
    const { segment, connection } = delivery;
    this.tick(segment.timeNs);
    this.currentId = 0;
    if (!this.roster.locate()) return;
    this.currentId = connection.id;
    const { sender, receiver } = delivery;
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
      // Captured before a router and behind it: which place a RST was captured at cannot be known.
      if (segment.ttl !== sender.ttl && (flags & RST) === 0) sender.set(TTL_VARIES);
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
    const { hosts } = this.roster;
    if (flags & RST) hosts.beforeReset = hosts.lastHeard(sender.host);
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
    const { hosts } = this.roster;
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
    const { delivery } = this;
    this.tick(delivery.segment.timeNs);
    this.currentId = 0;
    if (!this.roster.find()) return false;
    this.currentId = delivery.connection.id;
    if (noteIcmpError(delivery)) delivery.tell('changed');
    return true;
  }

  /** Takes in ARP or neighbour discovery. */
  takeNeighbour(): void {
    this.tick(this.delivery.segment.timeNs);
    this.neighbours.note(this.delivery.segment);
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
}
