// One run: decodes and tracks frames, and collects the events that come of them.
//
// The same frames give the same final records however they were batched: everything that depends on time depends on packet
// time, and is decided at the packet, or the tick of the capture's clock, that moves it.

import { randomBytes } from 'node:crypto';
import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import type { TrackerListener } from '../tcp/delivery.js';
import type { Tuple } from '../tcp/store.js';
import { Tracker } from '../tcp/tracker.js';
import type { SummaryEvent, TcpwatchEvent } from '../verdict/events.js';
import { HOST_TIMES, type HostTimes } from '../verdict/hosts/times.js';
import { decode } from '../wire/decode.js';
import { Segment } from '../wire/segment.js';
import { DECODE_STATUSES, Status } from '../wire/status.js';
import type { Bystander, Oddity } from './bystander.js';
import { HostWatch } from './host-watch.js';
import { Teller, type TellingOptions } from './teller.js';

/** Records told together, so that a million of them that are due at once are never in memory at once. */
const MOST_TOGETHER = 256;

export interface AnalysisOptions extends TellingOptions {
  readonly maxConnections: number;
  readonly hostTimes: Partial<HostTimes>;
}

type Counted = Pick<
  SummaryEvent,
  | 'packets'
  | 'segments'
  | 'connections'
  | 'undecodable'
  | 'laterFragments'
  | 'lateSegments'
  | 'filteredSegments'
  | 'evictions'
  | 'timeRanBackwards'
>;

export class Analysis {
  packets = 0;
  private readonly segment = new Segment();
  private readonly tracker: Tracker;
  private readonly hosts: HostWatch;
  private readonly teller: Teller;
  /** Whether a bystander sees every segment. */
  private readonly followed: boolean;
  /** Nothing more comes: what ends now ends for this reason alone. */
  private closing = false;
  private readonly statusCounts = new Float64Array(DECODE_STATUSES.length);
  private wantedPackets = 0;
  private lastNs = Number.NEGATIVE_INFINITY;
  private timeRanBackwards = false;
  /** Frames of the batch at hand that have been taken in. */
  private taken = 0;
  /** What is out of the ordinary about the segment at hand, for bystanders who see each. */
  private odd: Oddity[] = [];
  /** Octets of the batch at hand. */
  private view: DataView | null = null;

  constructor(
    base: TimeBase,
    private readonly options: AnalysisOptions,
    private readonly bystanders: readonly Bystander[],
  ) {
    const { filter, growing } = options;
    this.followed = bystanders.some((bystander) => bystander.passed);
    const trackerOptions = {
      maxConnections: options.maxConnections,
      hashKey: randomBytes(4).readInt32LE(),
      accepts: filter?.ends
        ? ({ low, high, ports }: Tuple, ipVersion: number): boolean =>
            filter.ends!.matches(ipVersion, low, ports >>> 16, high, ports & 0xffff)
        : null,
      serverPorts: filter?.ends?.ports ?? [],
      looksAgain: growing,
    };
    this.tracker = new Tracker(this.segment, trackerOptions, this.listener());
    const times = { ...HOST_TIMES, ...options.hostTimes };
    this.hosts = new HostWatch(this.tracker, () => this.linkSource(), times, {
      clock: () => this.teller.clock(),
      tell: (events) => {
        for (const event of events) this.teller.tell(event);
      },
      judge: (connection, notes) => this.teller.judgement(connection, notes),
    });
    this.teller = new Teller(base, options, bystanders, this.tracker, this.hosts);
  }

  /** What happens to connections happens to their hosts first, and then is told. */
  private listener(): TrackerListener {
    const judged: TrackerListener['changed'] = (connection, notes) => this.teller.judgement(connection, notes);
    return {
      opened: (connection) => this.teller.opened(connection),
      established: (delivery) => this.teller.transition('open', delivery),
      closing: (delivery) => this.teller.transition('fin', delivery),
      anomaly: (id, delivery, details) => {
        this.hosts.hosts.seesOddity(delivery);
        this.teller.anomaly(id, delivery, details);
        if (this.followed) this.odd.push({ id, details });
      },
      lives: (delivery) => this.hosts.hosts.lives(delivery),
      dies: (delivery) => this.hosts.hosts.dies(delivery),
      resets: (delivery) => this.hosts.hosts.resets(delivery),
      spokeAgain: (delivery) => this.hosts.hosts.spokeAgain(delivery),
      hostForgotten: (host) => this.hosts.forget(host),
      silent: (connection, notes) => {
        this.hosts.hosts.silent(connection, notes);
        judged(connection, notes);
      },
      answered: (connection, notes) => {
        this.hosts.hosts.answered(connection);
        judged(connection, notes);
      },
      ended: judged,
      changed: (connection, notes) => {
        this.hosts.hosts.unreachable(connection, notes);
        this.hosts.hosts.asksOn(connection);
        judged(connection, notes);
      },
      final: (connection, notes) => {
        if (!this.closing && connection.isAlive) this.hosts.hosts.leaves(connection);
        this.teller.final(connection, notes);
      },
    };
  }

  /**
   * Hot path: every frame of a batch, then its clock.
   * @returns false: so much is to be told that it should be told first; then take the same batch again.
   */
  take(batch: FrameBatch): boolean {
    const { segment, tracker, statusCounts, bystanders } = this;
    const { bytes, view, offset, capturedLength, wireLength, linkType, timeNs, count } = batch;
    this.view = view;
    const packetFilter = this.options.filter?.packets ?? null;
    const watched = bystanders.some((bystander) => bystander.kept);
    for (let f = this.taken; f < count; f++) {
      const now = timeNs[f];
      if (now >= this.hosts.nextNs) this.hosts.tell(now);
      if (now >= tracker.dueNs && !this.passDue(now)) {
        this.taken = f;
        return false;
      }
      segment.packet = ++this.packets;
      segment.timeNs = now;
      if (now < this.lastNs) this.timeRanBackwards = true;
      this.lastNs = now;
      const status = decode(segment, linkType[f], bytes, view, offset[f], capturedLength[f], wireLength[f]);
      statusCounts[status]++;
      if (status === Status.TCP) {
        const wanted = packetFilter?.matches(linkType[f], bytes, offset[f], capturedLength[f], wireLength[f]) ?? false;
        if (wanted) this.wantedPackets++;
        tracker.take(wanted);
        if (this.followed) this.showPassed('passed');
      } else if (status === Status.ICMP_ERROR) {
        tracker.takeIcmpError();
        if (this.followed) this.showPassed('reported');
      } else if (status === Status.NEIGHBOUR) {
        tracker.takeNeighbour();
        this.hosts.hosts.announces(segment);
      } else tracker.tick(now);
      if (watched) this.show(status, batch, f);
    }
    this.taken = count;
    if (!Number.isNaN(batch.clockNs)) {
      if (!this.passDue(batch.clockNs)) return false;
      tracker.tick(batch.clockNs);
      if (batch.clockNs >= this.hosts.nextNs) this.hosts.tell(batch.clockNs);
    }
    this.taken = 0;
    return true;
  }

  /** Connections whose time is up by then; false: not all of them yet. */
  private passDue(nowNs: number): boolean {
    const { tracker } = this;
    while (tracker.dueNs <= nowNs) {
      if (this.teller.untold >= MOST_TOGETHER) return false;
      tracker.passDue();
    }
    return true;
  }

  /** Link-layer address that the segment at hand came from, as a number; NaN: none. */
  private linkSource(): number {
    const { linkSourceAt } = this.segment;
    if (linkSourceAt < 0 || !this.view) return Number.NaN;
    return this.view.getUint16(linkSourceAt) * 2 ** 32 + this.view.getUint32(linkSourceAt + 2);
  }

  private showPassed(as: 'passed' | 'reported'): void {
    const { odd } = this;
    const { delivery, current } = this.tracker;
    if (odd.length > 0) this.odd = [];
    if (current === 0) return;
    for (const bystander of this.bystanders) bystander[as]?.(delivery, odd, this.teller.clock());
  }

  private show(status: number, batch: FrameBatch, f: number): void {
    if (status !== Status.TCP && status !== Status.ICMP_ERROR && status !== Status.NEIGHBOUR) return;
    const id = status === Status.NEIGHBOUR ? 0 : this.tracker.current;
    if (id === 0 && status !== Status.NEIGHBOUR) return;
    for (const bystander of this.bystanders) bystander.kept?.(id, this.packets, batch, f);
  }

  /** The events since the last call. */
  drain(): TcpwatchEvent[] {
    return this.teller.drain();
  }

  /** Nothing more comes: the records of all that is left. */
  *close(): Generator<readonly TcpwatchEvent[]> {
    this.closing = true;
    this.hosts.close();
    for (const _ of this.tracker.roster.close()) if (this.teller.untold >= MOST_TOGETHER) yield this.teller.drain();
    this.hosts.conclude();
    yield this.teller.drain();
  }

  /** Whether anything has come that the user asked for. */
  get hasSeenWanted(): boolean {
    return this.options.filter?.packets ? this.wantedPackets > 0 : this.tracker.roster.connections > 0;
  }

  /** Latest time of the capture, nanoseconds since the base; null: there was none. */
  get clockNs(): number | null {
    const { clockNs } = this.tracker;
    return Number.isFinite(clockNs) ? clockNs : null;
  }

  /** What the summary says of packets and connections. */
  counted(): Counted {
    const { teller, statusCounts } = this;
    const { lateSegments, filteredSegments, evicted } = this.tracker.roster;
    const undecodable: Record<string, number> = {};
    for (const [status, row] of DECODE_STATUSES.entries()) {
      if (row.undecodable && statusCounts[status] > 0) undecodable[row.id] = statusCounts[status];
    }
    return {
      packets: this.packets,
      segments: statusCounts[Status.TCP],
      connections: teller.counted(),
      undecodable,
      laterFragments: statusCounts[Status.IP_LATER_FRAGMENT],
      lateSegments,
      filteredSegments: filteredSegments + teller.unwantedSegments,
      evictions: evicted,
      timeRanBackwards: this.timeRanBackwards,
    };
  }
}
