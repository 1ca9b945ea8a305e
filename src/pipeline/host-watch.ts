// Hosts while a run goes on: tells what comes to be known of them, and has verdicts judged again that this may change.

import type { Connection } from '../tcp/connection.js';
import type { Endpoint } from '../tcp/endpoint.js';
import type { Notes } from '../tcp/notes.js';
import type { PacketClock } from '../tcp/packet-time.js';
import type { Tracker } from '../tcp/tracker.js';
import type { ConnectionEvent, HostEvent } from '../verdict/events.js';
import type { HostCase } from '../verdict/hosts/facts.js';
import { Hosts } from '../verdict/hosts/memory.js';
import { HostReports } from '../verdict/hosts/report.js';
import type { HostTimes } from '../verdict/hosts/times.js';

/** Of one host; each is judged again whenever something is learnt of it. */
const MAX_DOUBTFUL = 512;

export interface HostListener {
  clock(): PacketClock;
  tell(events: readonly HostEvent[]): void;
  /** What was said of this connection may be otherwise now. */
  judge(connection: Connection, notes: Notes | undefined): void;
}

export class HostWatch {
  /** Where what happens to connections goes in. */
  readonly hosts: Hosts;
  private readonly reports: HostReports;
  /** Connections, id and index, that were told of and may be judged otherwise; by the host that is suspected. */
  private readonly doubtful = new Map<number, Map<number, number>>();

  /** @param linkSource link-layer address that the segment at hand came from, as a number; NaN: none */
  constructor(
    private readonly tracker: Tracker,
    linkSource: () => number,
    times: HostTimes,
    private readonly listener: HostListener,
  ) {
    this.hosts = new Hosts(tracker.roster.hosts, linkSource, times);
    this.reports = new HostReports(this.hosts);
  }

  /** When there is something to tell; Infinity: nothing waits. */
  get nextNs(): number {
    return this.hosts.looks.nextNs;
  }

  /** The host of an end, to be judged. */
  readonly caseOf = (end: Endpoint): HostCase | null => {
    const host = this.hosts.of(end);
    return host && { host, lastHeard: this.hosts.lastHeard(host) };
  };

  /** Tells what has come to be known by then. */
  tell(nowNs: number): void {
    const { hosts, listener, tracker } = this;
    const { neighbours } = tracker;
    for (const host of hosts.looks.take(nowNs)) {
      hosts.asksLink(host, neighbours);
      // The link is asked while nothing else happens.
      if (!neighbours.allAnswered && hosts.mayBeGone(host, nowNs)) hosts.looks.atLink(host, nowNs);
      if (!host.hasNews) continue;
      host.hasNews = false;
      listener.tell(this.reports.newsOf(host, listener.clock(), false));
      for (const [id, index] of this.doubtful.get(host.number) ?? []) {
        const connection = tracker.roster.at(index, id);
        if (connection) listener.judge(connection, tracker.delivery.notesOf(index));
      }
    }
  }

  /** Remembers a verdict that what is learnt of the host may change. */
  doubt({ id, index, client, server }: Connection, { verdict }: ConnectionEvent): void {
    const gone = verdict.end === 'client' ? client : server;
    const doubtful = this.doubtful.get(gone.host) ?? new Map<number, number>();
    if (verdict.severity === 'ok') doubtful.delete(id);
    else if (doubtful.size < MAX_DOUBTFUL) doubtful.set(id, index);
    this.doubtful.set(gone.host, doubtful);
  }

  /** Nothing more will be said of this connection. */
  settle({ id, client, server }: Connection): void {
    for (const { host } of [client, server]) this.doubtful.get(host)?.delete(id);
  }

  /** This number will mean another host. */
  forget(number: number): void {
    const host = this.hosts.byNumber(number);
    if (host) this.listener.tell(this.reports.newsOf(host, this.listener.clock(), true));
    this.hosts.forget(number);
    this.doubtful.delete(number);
  }

  /** Nothing more comes: whatever the links were asked in vain is known now. */
  close(): void {
    for (const host of this.hosts.all()) this.hosts.asksLink(host, this.tracker.neighbours);
    this.tell(Number.POSITIVE_INFINITY);
  }

  /** The last word on every host. */
  conclude(): void {
    for (const host of this.hosts.all()) this.listener.tell(this.reports.newsOf(host, this.listener.clock(), true));
  }
}
