// Remembers hosts: what happens to connections comes in, and records of host.ts come of it. Bounded in everything.
//
// Only rare things arrive here: a connection opens or ends, a RST, a silence, the next word of a host that was silent. What
// every segment says is in HostTable (tcp/hosts.ts): when its host was last heard.

import { type Connection, HANDSHAKE_DONE, MID_STREAM, networkOf } from '../../tcp/connection.js';
import type { Delivery } from '../../tcp/delivery.js';
import { type Endpoint, finOf, isUnanswered, SENT_FIN } from '../../tcp/endpoint.js';
import type { HostTable } from '../../tcp/hosts.js';
import { isLongAsked, type Neighbours } from '../../tcp/neighbours.js';
import type { Moment, Notes, ResetNote } from '../../tcp/notes.js';
import { RST, type Segment, SYN } from '../../wire/segment.js';
import { joinBurst } from './bursts.js';
import { type Host, newReturn, newSilence, type Return, type Silence, TTL_VARIES } from './host.js';
import { Registry } from './registry.js';
import type { HostTimes } from './times.js';

/** Connections that wait for one host while others hear it. */
const MAX_DEAF = 512;
const LOOK_GRID_NS = 100e6;
/** How often the link's questions for a host that may be gone are looked at. */
const LINK_LOOK_NS = 1e9;
const MAX_RETURNS = 8;

export class Hosts {
  private readonly registry: Registry;
  /** Hosts about which more can be said, and from when on: what comes together is said together. */
  private readonly due = new Map<Host, number>();
  /** When the first of them is due. */
  nextNs = Number.POSITIVE_INFINITY;

  /** @param linkSource the link-layer address that the segment at hand came from, as a number; NaN: none */
  constructor(
    private readonly table: HostTable,
    private readonly linkSource: () => number,
    private readonly times: HostTimes,
  ) {
    this.registry = new Registry(times);
  }

  /** Takes out the hosts that are due by then, and moves on. @param nowNs Infinity: all. */
  takeDue(nowNs: number): Host[] {
    const hosts: Host[] = [];
    this.nextNs = Number.POSITIVE_INFINITY;
    for (const [host, dueNs] of this.due) {
      if (dueNs <= nowNs) hosts.push(host);
      else if (dueNs < this.nextNs) this.nextNs = dueNs;
    }
    for (const host of hosts) this.due.delete(host);
    return hosts;
  }

  /** The link may be asked for a host in vain: it is looked at again by and by, whatever else happens. */
  lookAtLink(host: Host, nowNs: number): void {
    this.lookAt(host, nowNs + LINK_LOOK_NS);
  }

  /** More can be said of a host. */
  private look(host: Host, nowNs: number): void {
    host.hasNews = true;
    this.lookAt(host, nowNs + this.times.burstGapNs);
  }

  private lookAt(host: Host, timeNs: number): void {
    if (this.due.has(host)) return;
    // On a grid: however many hosts there are, they are gone through ten times a second at most.
    const dueNs = Math.ceil(timeNs / LOOK_GRID_NS) * LOOK_GRID_NS;
    this.due.set(host, dueNs);
    this.nextNs = Math.min(this.nextNs, dueNs);
  }

  /** Whether it may turn out to be gone: it is waited for, or closed its connections not long ago. */
  mayBeGone({ silence, bursts }: Host, nowNs: number): boolean {
    const since = silence?.since ?? bursts.at(-1)?.last;
    return since !== undefined && nowNs - since.timeNs <= this.times.shutdownNs;
  }

  /** Everything that is remembered. */
  all(): Iterable<Host> {
    return this.registry.all();
  }

  /** What is known of the host of an end; null: nothing. */
  of(end: Endpoint): Host | null {
    return this.registry.byNumber(end.host) ?? null;
  }

  byNumber(number: number): Host | undefined {
    return this.registry.byNumber(number);
  }

  /** When a host was last heard. */
  lastHeard({ number }: Host): Moment {
    return this.table.lastHeard(number);
  }

  forget(number: number): void {
    const host = this.registry.byNumber(number);
    if (host) this.due.delete(host);
    this.registry.forget(number);
  }

  /** ARP or neighbour discovery of a host: unasked for, or in answer, it says where the host is on its link (RFC 5227). */
  announces({ source, ipVersion, vlanKey, packet, timeNs }: Segment): void {
    const number = this.table.find(source, 0, networkOf(ipVersion, vlanKey));
    const host = this.registry.byNumber(number);
    if (!host?.linkIsConstant || Number.isNaN(host.link) || host.announced) return;
    const link = this.linkSource();
    if (Number.isNaN(link) || link === host.link) return;
    host.announced = { packet, timeNs };
    this.look(host, timeNs);
  }

  /** A connection is open now. */
  lives(delivery: Delivery): void {
    const { connection, moment } = delivery;
    for (const end of [connection.client, connection.server]) {
      const host = this.registry.hostOf(connection, end);
      const service = host && this.registry.serviceOf(host, connection, end);
      if (!service) continue;
      host.alive++;
      host.connections++;
      this.comesWith(host, end, moment);
      service.alive++;
      service.opened++;
      // Picked up in its middle, or taken back to life, it says nothing of who accepts.
      if (end !== connection.server || connection.handshakeNs !== moment.timeNs) continue;
      service.accepted = moment;
      const back = host.returns.at(-1);
      if (back?.silence && connection.openedNs > back.at.timeNs - this.times.handshakeNs) back.accepts ??= moment;
      if (back || service.refused || host.bursts.length > 0) this.look(host, moment.timeNs);
    }
    this.comesFrom(this.of(delivery.sender));
  }

  /** The TTL that an end began with is its host's, as long as it is always the same. */
  private comesWith(host: Host, end: Endpoint, moment: Moment): void {
    if (end.segments === 0) return;
    const back = host.returns.at(-1);
    if (end.ttl === back?.otherTtl) back.moved ??= moment;
    else if (Number.isNaN(host.ttl)) host.ttl = end.ttl;
    else if (end.ttl !== host.ttl) host.ttl = TTL_VARIES;
  }

  /** Where the segment at hand came from is where its host is, as far as the link shows. */
  private comesFrom(host: Host | null): void {
    if (!host) return;
    const link = this.linkSource();
    if (Number.isNaN(host.link)) host.link = link;
    // Once something has taken over, another address is what is to be expected.
    else if (link !== host.link && host.returns.length === 0) host.linkIsConstant = false;
  }

  /** A connection that was open has ended: by its sender's FIN or RST, or for the last time looked at. */
  dies(delivery: Delivery): void {
    const { connection, sender, segment, senderNotesIfAny: notes } = delivery;
    this.leaves(connection);
    const host = this.of(sender);
    if (notes?.reset?.shape !== 'no-socket') this.comesFrom(host);
    const service = host && this.registry.serviceOf(host, connection, sender);
    // Who gives up on a silent peer, or has forgotten the connection, does not close.
    if (!service || notes?.gaveUp || (segment.flags & RST && notes?.reset?.shape !== 'live-socket')) return;
    const isReset = (segment.flags & RST) !== 0;
    if (joinBurst(host, service, delivery.moment, isReset, delivery.quietNs)) this.look(host, segment.timeNs);
  }

  /** Nothing more will be said of a connection that was open to the last. */
  leaves(connection: Connection): void {
    this.leavesAt(connection, connection.client);
    this.leavesAt(connection, connection.server);
  }

  private leavesAt(connection: Connection, end: Endpoint): void {
    const host = this.of(end);
    const service = host && this.registry.serviceOf(host, connection, end);
    if (!service) return;
    host.alive = Math.max(0, host.alive - 1);
    service.alive = Math.max(0, service.alive - 1);
  }

  /** A RST: of a host that refuses, or that has forgotten. */
  resets(delivery: Delivery): void {
    const { connection, sender, receiver, moment, senderNotesIfAny: notes } = delivery;
    const reset = notes?.reset;
    if (!reset?.accepted || reset.packet !== moment.packet) return;
    const host = this.registry.hostOf(connection, sender);
    if (!host) return;
    if (reset.shape === 'refused') {
      const service = this.registry.serviceOf(host, connection, sender);
      const back = host.returns.at(-1);
      // A TTL that is not the host's says that somebody else refuses in its name.
      if (hasAnotherTtl(delivery.segment, host)) return;
      if (service) service.refused = { ...moment, fits: delivery.segment.ttl === host.ttl };
      if (back?.silence) back.refuses ??= moment;
      if (back || (service && service.opened > 0)) this.look(host, moment.timeNs);
    } else if (reset.shape === 'no-socket') {
      const before = host.returns.at(-1);
      // Once it has closed, or before anything came of the connection, nothing was forgotten.
      const closed = sender.has(SENT_FIN) || notes?.missed?.endSeq === sender.sndNxt;
      const mayHaveLeft = sender === connection.client && receiver.has(SENT_FIN);
      const silence = this.silenceBefore(host, reset, connection.isAlive);
      const forgotten = closed && silence && this.shouldRemember(delivery);
      if (!before?.silence && !forgotten && (closed || mayHaveLeft || reset.beforeData)) return;
      // What was forgotten out of the blue was forgotten at once: hours later it is another matter.
      const same =
        before && !before.remembers && (before.silence || moment.timeNs - before.at.timeNs <= this.times.returnNs);
      const back = same ? before : this.returns(host, moment, silence);
      if (connection.openedNs > back.at.timeNs) return;
      back.forgot ??= moment;
      back.forgotten++;
      if (reset.asked.count > 0 && reset.asked.timeNs < back.at.timeNs) back.waited++;
      if (back.silence) back.silence.connections = Math.max(back.silence.connections, back.waited);
      const link = this.linkSource();
      if (host.linkIsConstant && !Number.isNaN(host.link + link) && link !== host.link) back.moved ??= moment;
      if (hasAnotherTtl(delivery.segment, host)) back.otherTtl = delivery.segment.ttl;
      this.look(host, moment.timeNs);
    }
  }

  /** What a RST says of the time before it: somebody had asked again and again, and the host was not heard at all. */
  private silenceBefore(host: Host, { asked }: ResetNote, wasOpen: boolean): Silence | null {
    const lastHeard = this.table.beforeReset;
    if (asked.count < 2 || lastHeard.timeNs >= asked.timeNs) return null;
    const { packet, timeNs } = asked;
    const open = wasOpen ? 1 : 0;
    return { ...newSilence({ packet, timeNs }, lastHeard), open, alive: host.alive + open };
  }

  /**
   * A kernel keeps a socket that has sent FIN until the other end does, and answers its keep-alives meanwhile: one that has not
   * been closed for long, with nothing lost in it, is not forgotten by the kernel that closed it.
   */
  private shouldRemember({ sender, receiver, moment, senderNotesIfAny: notes }: Delivery): boolean {
    const fin = finOf(sender);
    const reset = notes?.reset;
    if (!fin || !reset || fin.dataInFlight || receiver.has(SENT_FIN) || receiver.outstanding > 0) return false;
    const { crossingNs, finWaitNs } = this.times;
    return moment.timeNs - fin.timeNs < finWaitNs && moment.timeNs - reset.asked.timeNs >= crossingNs;
  }

  /** An end has asked in vain for as long as makes its peer count as silent. */
  silent(connection: Connection, notes: Notes | undefined): void {
    const { low, high } = connection;
    const isNew = !connection.has(HANDSHAKE_DONE | MID_STREAM);
    for (const [waiting, gone, missed] of [
      [low, high, notes?.high.missed],
      [high, low, notes?.low.missed],
    ] as const) {
      if (!isUnanswered(waiting)) continue;
      // Who asks for a host that never spoke in earnest may be answering a forged SYN.
      if (isNew && waiting === connection.server) continue;
      // Where only one direction is captured, or its answers were missed, silence says nothing.
      const unseen = !isNew && (gone.segments === 0 || (missed !== undefined && missed.timeNs > gone.lastNs));
      const host = unseen ? null : this.registry.hostOf(connection, gone);
      if (!host) continue;
      if (isNew) host.connections++;
      const since = { packet: waiting.unansweredPacket, timeNs: waiting.unansweredNs };
      if (this.lastHeard(host).timeNs > since.timeNs + this.times.crossingNs)
        this.isDeaf(host, connection, waiting, since);
      else {
        const silence = host.silence ?? this.fallsSilent(host, since);
        if (isNew) silence.newcomers++;
        else silence.connections++;
        if (connection.isAlive) silence.open++;
        silence.alive = host.alive;
      }
      this.look(host, waiting.lastAskNs);
    }
  }

  /** One more connection waits in vain for a host that others hear. */
  private isDeaf(host: Host, connection: Connection, waiting: Endpoint, since: Moment): void {
    host.deaf ??= { ...since, waiting: new Set(), hosts: new Set(), ports: new Set() };
    const { deaf } = host;
    if (deaf.waiting.size >= MAX_DEAF) return;
    deaf.waiting.add(connection.id);
    deaf.ports.add(connection.portOf(connection.server));
    const asker = this.registry.hostOf(connection, waiting);
    if (asker) deaf.hosts.add(asker);
  }

  private fallsSilent(host: Host, since: Moment): Silence {
    host.silence = newSilence(since, this.lastHeard(host));
    this.table.watched[host.number] = 1;
    return host.silence;
  }

  /** An end that had asked in vain has been answered. */
  answered({ id, low, high, lastNs, lastPacket }: Connection): void {
    for (const end of [low, high]) {
      const host = this.of(end);
      if (host?.deaf?.waiting.delete(id) && host.deaf.waiting.size === 0) host.deaf = null;
      const back = host?.returns.at(-1);
      if (back?.silence) back.answered ??= { packet: lastPacket, timeNs: lastNs };
    }
  }

  /** An end still asks in vain. A host that was silent and has come back is asked twice before it counts as deaf to that end. */
  asksOn(connection: Connection): void {
    const { low, high } = connection;
    for (const [waiting, gone] of [
      [low, high],
      [high, low],
    ] as const) {
      const host = isUnanswered(waiting) ? this.of(gone) : null;
      const back = host?.returns.at(-1);
      if (!host || host.silence || !back || back.at.timeNs > waiting.lastAskNs) continue;
      if (back.askedAgain.has(connection.id)) {
        this.isDeaf(host, connection, waiting, { packet: waiting.unansweredPacket, timeNs: waiting.unansweredNs });
        this.look(host, waiting.lastAskNs);
      } else if (back.askedAgain.size < MAX_DEAF) back.askedAgain.add(connection.id);
    }
  }

  /**
   * Looks at who is asked for on the link: a host that does not answer there is silent, though little or nothing is sent to it.
   * A host that has closed all, or is waited for, is looked at.
   */
  asksLink(host: Host, neighbours: Neighbours): void {
    const { silence, words, ipVersion, vlanKey } = host;
    if (neighbours.allAnswered || silence?.neighbour) return;
    const lastHeard = this.lastHeard(host);
    const asked = neighbours.unanswered(
      { words: Int32Array.from(words), at: 0, ipVersion, vlanKey },
      lastHeard.timeNs,
      null,
    );
    if (!asked || !isLongAsked(asked)) return;
    const { packet, timeNs } = asked;
    (silence ?? this.fallsSilent(host, { packet, timeNs })).neighbour = { packet, timeNs };
    host.hasNews = true;
  }

  /** Something changed about a connection: a router may have reported a host out of reach that somebody waits for. */
  unreachable({ low, high }: Connection, notes: Notes | undefined): void {
    if (!notes) return;
    for (const [gone, icmp] of [
      [high, notes.low.icmp],
      [low, notes.high.icmp],
    ] as const) {
      const silence = icmp && this.of(gone)?.silence;
      if (!silence || silence.unreachable || icmp.lastNs < silence.since.timeNs) continue;
      const { packet, timeNs, from } = icmp;
      silence.unreachable = { packet, timeNs, from };
      this.look(this.of(gone)!, timeNs);
    }
  }

  /** A host that was silent is heard again: whatever it says shows whether it is the same as before. */
  spokeAgain(delivery: Delivery): void {
    const { connection, sender, segment, moment } = delivery;
    const host = this.of(sender);
    if (!host) return;
    if (Number.isNaN(host.link)) this.comesFrom(host);
    const { silence } = host;
    host.silence = null;
    const back = silence ? this.comesBack(host, moment, silence) : host.returns.at(-1);
    const over = !back || back.remembers || moment.timeNs - back.at.timeNs > this.times.returnNs;
    if (over) this.table.watched[host.number] = 0;
    if (!back || over || segment.flags & (SYN | RST)) {
      if (silence) this.look(host, moment.timeNs);
      return;
    }
    const openNs = connection.has(MID_STREAM) ? connection.openedNs : connection.handshakeNs;
    if (!(openNs < (back.silence?.since ?? back.at).timeNs)) return;
    back.remembers = moment;
    this.table.watched[host.number] = 0;
    this.look(host, moment.timeNs);
  }

  /** It may have been spoken for while it was silent, by a RST with another TTL. */
  private comesBack(host: Host, at: Moment, silence: Silence): Return {
    const before = host.returns.at(-1);
    if (!before || before.at.timeNs < silence.since.timeNs || Number.isNaN(before.otherTtl))
      return this.returns(host, at, silence);
    return before;
  }

  private returns(host: Host, at: Moment, silence: Silence | null): Return {
    const back = newReturn(at, silence);
    host.returns.push(back);
    if (host.returns.length > MAX_RETURNS) host.returns.shift();
    this.table.watched[host.number] = 1;
    return back;
  }
}

/** Whether a segment is not of this host by its TTL, as far as that is known. */
const hasAnotherTtl = ({ ttl }: Segment, host: Host): boolean => host.ttl > TTL_VARIES && ttl !== host.ttl;
