// Remembers hosts: what happens to connections comes in, and records of host.ts come of it. Bounded in everything.
//
// Only rare things arrive here: a connection opens or ends, a RST, a silence, the next word of a host that was silent. What
// every segment says is in HostTable (tcp/hosts.ts): when its host was last heard.

import { type Connection, HANDSHAKE_DONE, MID_STREAM, networkOf } from '../../tcp/connection.js';
import type { Delivery } from '../../tcp/delivery.js';
import { type Endpoint, isUnanswered } from '../../tcp/endpoint.js';
import type { HostTable } from '../../tcp/hosts.js';
import { isLongAsked, type Neighbours } from '../../tcp/neighbours.js';
import type { Moment, Notes } from '../../tcp/notes.js';
import { RST, type Segment } from '../../wire/segment.js';
import { joinBurst } from './bursts.js';
import { type Host, newSilence, type Silence, TTL_VARIES } from './host.js';
import { Looks } from './looks.js';
import { Registry } from './registry.js';
import { hasAnotherTtl, Returns } from './returns.js';
import type { HostTimes } from './times.js';

/** Connections that wait for one host while others hear it. */
const MAX_DEAF = 512;

export class Hosts {
  readonly looks: Looks;
  private readonly registry: Registry;
  private readonly returns: Returns;

  /** @param linkSource the link-layer address that the segment at hand came from, as a number; NaN: none */
  constructor(
    private readonly table: HostTable,
    private readonly linkSource: () => number,
    private readonly times: HostTimes,
  ) {
    this.registry = new Registry(times);
    this.looks = new Looks(times);
    this.returns = new Returns(table, this.looks, linkSource, times);
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
    if (host) this.looks.forget(host);
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
    this.looks.learnt(host, timeNs);
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
      if (back || service.refused || host.bursts.length > 0) this.looks.learnt(host, moment.timeNs);
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

  /** Something odd about a segment: the same one again, maybe, seen at another place, from another link and a hop further. */
  seesOddity({ sender, segment }: Delivery): void {
    // A RST may be anybody's.
    const host = segment.flags & RST ? null : this.of(sender);
    if (!host || host.returns.length > 0) return;
    if (hasAnotherTtl(segment, host)) host.ttl = TTL_VARIES;
    if (!Number.isNaN(host.link)) this.comesFrom(host);
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
    if (joinBurst(host, service, delivery.moment, isReset, delivery.quietNs)) this.looks.learnt(host, segment.timeNs);
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
    const { connection, sender, moment, senderNotesIfAny: notes } = delivery;
    const reset = notes?.reset;
    if (!reset?.accepted || reset.packet !== moment.packet) return;
    const host = this.registry.hostOf(connection, sender);
    if (!host) return;
    if (reset.shape === 'refused') {
      const service = this.registry.serviceOf(host, connection, sender);
      const back = host.returns.at(-1);
      // A TTL that is not the host's says that somebody else refuses in its name.
      if (hasAnotherTtl(delivery.segment, host)) return;
      if (service) service.refused = { ...moment, fits: delivery.segment.ttl === host.ttl, alive: service.alive };
      if (back?.silence) back.refuses ??= moment;
      if (back || (service && service.opened > 0)) this.looks.learnt(host, moment.timeNs);
    } else if (reset.shape === 'no-socket') this.returns.disowns(host, reset, delivery);
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
      this.looks.learnt(host, waiting.lastAskNs);
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
        this.looks.learnt(host, waiting.lastAskNs);
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
      this.looks.learnt(this.of(gone)!, timeNs);
    }
  }

  /** A host that was silent is heard again: whatever it says shows whether it is the same as before. */
  spokeAgain(delivery: Delivery): void {
    const host = this.of(delivery.sender);
    if (!host) return;
    if (Number.isNaN(host.link)) this.comesFrom(host);
    this.returns.isHeard(host, delivery);
  }
}
