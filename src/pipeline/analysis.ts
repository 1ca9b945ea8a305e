// One run: decodes and tracks frames, and collects the events that come of them.
//
// The same frames give the same final records however they were batched: everything that depends on time depends on packet
// time, and is decided at the packet, or the tick of the capture's clock, that moves it.

import { randomBytes } from 'node:crypto';
import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import { ANOMALIES, type AnomalyId } from '../tcp/anomalies.js';
import { type Connection, FINISHED, MID_STREAM, WANTED } from '../tcp/connection.js';
import type { AnomalyDetails, Delivery } from '../tcp/delivery.js';
import { type Endpoint, isUnanswered, RESENT_SYN, silenceRank } from '../tcp/endpoint.js';
import type { Notes } from '../tcp/notes.js';
import { PacketClock } from '../tcp/packet-time.js';
import { seqOnWire } from '../tcp/seq.js';
import type { Tuple } from '../tcp/store.js';
import { Tracker } from '../tcp/tracker.js';
import type { ProcessAt } from '../verdict/case.js';
import type {
  ConnectionEvent,
  RevisedRecord,
  SummaryEvent,
  TcpwatchEvent,
  TransitionEvent,
  VerdictRecord,
} from '../verdict/events.js';
import type { FactId } from '../verdict/facts.js';
import { HOST_TIMES, type HostTimes } from '../verdict/hosts/times.js';
import { type Judgement, judge } from '../verdict/judgement.js';
import { endsOf, recordOf } from '../verdict/record.js';
import { decode } from '../wire/decode.js';
import { Segment } from '../wire/segment.js';
import { DECODE_STATUSES, Status } from '../wire/status.js';
import { detailsOf } from './anomaly-details.js';
import type { ConnectionFilter } from './connection-filter.js';
import { HostWatch } from './host-watch.js';

/** Records told together, so that a million of them that are due at once are never in memory at once. */
const MOST_TOGETHER = 256;
const SECOND_NS = 1e9;
const NOBODY: ProcessAt = () => null;

export interface AnalysisOptions {
  readonly filter: ConnectionFilter | null;
  readonly maxConnections: number;
  readonly anomalies: boolean;
  /** Tells verdicts before they are final. */
  readonly provisional: boolean;
  /** Packets still come: tells what happens as it happens. */
  readonly growing: boolean;
  readonly hostTimes: Partial<HostTimes>;
  /** Takes everything in place of `drain`. */
  readonly clerk: Clerk | null;
}

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

const ANOMALY_TITLES = new Map<AnomalyId, string>(ANOMALIES.map((row) => [row.id, row.title]));

const silenceOf = (end: Endpoint): number => silenceRank(end.lastAskNs - end.unansweredNs);

/** What was said of a connection. */
interface Saying extends Pick<VerdictRecord, 'scenario' | 'end' | 'confidence'> {
  /** All of it that makes a difference. */
  readonly words: string;
  readonly facts: readonly FactId[];
}

function revisedOf(verdict: VerdictRecord, said: Saying | undefined): RevisedRecord | null {
  if (!said) return null;
  const { scenario, end, confidence, facts } = said;
  const same = scenario === verdict.scenario && end === verdict.end && confidence === verdict.confidence;
  if (same) return null;
  return { scenario, end, confidence, by: verdict.evidence.findLast(({ fact }) => !facts.includes(fact)) ?? null };
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
  /** Whether a bystander sees every segment. */
  private readonly followed: boolean;
  /** Nothing more comes: what ends now ends for this reason alone. */
  private closing = false;
  private readonly statusCounts = new Float64Array(DECODE_STATUSES.length);
  private readonly byScenario = new Map<string, number>();
  private readonly byEnding = new Map<string, number>();
  /** What was said of connections that may yet be revised. */
  private readonly told = new Map<number, Saying>();
  /** Each thing that can be said, once: connections are many, and share it. */
  private readonly sayings = new Map<string, Saying>();
  private connections = 0;
  private wantedPackets = 0;
  /** Segments of connections none of whose packets was asked for. */
  private unwantedSegments = 0;
  private lastNs = Number.NEGATIVE_INFINITY;
  private timeRanBackwards = false;
  private events: TcpwatchEvent[] = [];
  /** What was told since the last `drain`, to whomever; and frames of the batch at hand that have been taken in. */
  private untold = 0;
  private taken = 0;
  private packetClock: PacketClock | null = null;
  /** What is out of the ordinary about the segment at hand, for bystanders who see each. */
  private odd: Oddity[] = [];
  /** Octets of the batch at hand. */
  private view: DataView | null = null;

  constructor(
    private readonly base: TimeBase,
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
    const tellJudgement = (connection: Connection, notes: Notes | undefined): void =>
      this.tellJudgement(connection, notes);
    this.tracker = new Tracker(this.segment, trackerOptions, {
      opened: (connection) => this.tellOpened(connection),
      established: (delivery) => this.tellTransition('open', delivery),
      closing: (delivery) => this.tellTransition('fin', delivery),
      anomaly: (id, delivery, details) => {
        if (this.options.anomalies) this.tellAnomaly(id, delivery, details);
        if (this.followed) this.odd.push({ id, details });
      },
      lives: (delivery) => this.hosts.hosts.lives(delivery),
      dies: (delivery) => this.hosts.hosts.dies(delivery),
      resets: (delivery) => this.hosts.hosts.resets(delivery),
      spokeAgain: (delivery) => this.hosts.hosts.spokeAgain(delivery),
      hostForgotten: (host) => this.hosts.forget(host),
      silent: (connection, notes) => {
        this.hosts.hosts.silent(connection, notes);
        this.tellJudgement(connection, notes);
      },
      answered: (connection, notes) => {
        this.hosts.hosts.answered(connection);
        this.tellJudgement(connection, notes);
      },
      ended: tellJudgement,
      changed: (connection, notes) => {
        this.hosts.hosts.unreachable(connection, notes);
        this.hosts.hosts.asksOn(connection);
        this.tellJudgement(connection, notes);
      },
      final: (connection, notes) => this.tellFinal(connection, notes),
    });
    const times = { ...HOST_TIMES, ...options.hostTimes };
    this.hosts = new HostWatch(this.tracker, () => this.linkSource(), times, {
      clock: () => this.clock(),
      tell: (events) => {
        for (const event of events) this.tell(event);
      },
      judge: tellJudgement,
    });
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
      if (this.untold >= MOST_TOGETHER) return false;
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
    for (const bystander of this.bystanders) bystander[as]?.(delivery, odd, this.clock());
  }

  private show(status: number, batch: FrameBatch, f: number): void {
    if (status !== Status.TCP && status !== Status.ICMP_ERROR && status !== Status.NEIGHBOUR) return;
    const id = status === Status.NEIGHBOUR ? 0 : this.tracker.current;
    if (id === 0 && status !== Status.NEIGHBOUR) return;
    for (const bystander of this.bystanders) bystander.kept?.(id, this.packets, batch, f);
  }

  /** The events since the last call. */
  drain(): TcpwatchEvent[] {
    const { events } = this;
    this.untold = 0;
    if (events.length > 0) this.events = [];
    return events;
  }

  /** Nothing more comes: the records of all that is left. */
  *close(): Generator<readonly TcpwatchEvent[]> {
    this.closing = true;
    this.hosts.close();
    for (const _ of this.tracker.close()) if (this.untold >= MOST_TOGETHER) yield this.drain();
    this.hosts.conclude();
    yield this.drain();
  }

  /** Whether anything has come that the user asked for. */
  get hasSeenWanted(): boolean {
    return this.options.filter?.packets ? this.wantedPackets > 0 : this.tracker.connections > 0;
  }

  /** Latest time of the capture, nanoseconds since the base; null: there was none. */
  get clockNs(): number | null {
    const { clockNs } = this.tracker;
    return Number.isFinite(clockNs) ? clockNs : null;
  }

  /** Known from the first frame with a time on; a pcapng of simple packets alone has none. */
  private clock(): PacketClock {
    this.packetClock ??= new PacketClock(this.base.epochNs ?? 0n);
    return this.packetClock;
  }

  /** Whether a packet of it was what the user asked for, where only packets can tell. */
  private isWanted(connection: Connection): boolean {
    return !this.options.filter?.packets || connection.has(WANTED);
  }

  private judge(connection: Connection, notes: Notes | undefined): Judgement {
    const { clockNs, neighbours } = this.tracker;
    const processAt = this.processesOf(connection.id);
    return judge(connection, notes, { clockNs, neighbours, processAt, hostAt: this.hosts.caseOf });
  }

  /** @param said what was told of it last */
  private recordOf(
    connection: Connection,
    notes: Notes | undefined,
    judgement: Judgement,
    said: Saying | undefined,
    final: boolean,
  ): ConnectionEvent {
    return recordOf(connection, notes, judgement, {
      clock: this.clock(),
      processAt: this.processesOf(connection.id),
      final,
      revisedBy: (verdict) => revisedOf(verdict, said),
    });
  }

  private processesOf(id: number): ProcessAt {
    for (const bystander of this.bystanders) if (bystander.processesOf) return bystander.processesOf(id);
    return NOBODY;
  }

  private tellOpened(connection: Connection): void {
    if (!this.options.growing) return;
    for (const bystander of this.bystanders) bystander.opened?.({ id: connection.id, ...endsOf(connection) });
    if (connection.has(MID_STREAM)) {
      const from = connection.client.segments > 0 ? 'client' : 'server';
      this.tellTransitionOf('picked-up', connection, from, connection.openedNs);
    }
  }

  private tellTransition(transition: 'open' | 'fin', { connection, segment, sender }: Delivery): void {
    if (!this.options.growing) return;
    this.tellTransitionOf(transition, connection, sender === connection.client ? 'client' : 'server', segment.timeNs);
  }

  private tellTransitionOf(
    transition: TransitionEvent['transition'],
    connection: Connection,
    from: 'client' | 'server',
    timeNs: number,
  ): void {
    if (!this.isWanted(connection)) return;
    const { client, server, openedNs, handshakeNs, id } = connection;
    const resent = client.has(RESENT_SYN) || server.has(RESENT_SYN);
    const roundTripNs = handshakeNs - openedNs;
    this.tell({
      type: 'transition',
      transition,
      connection: id,
      packet: connection.lastPacket,
      at: this.clock().format(timeNs),
      from,
      ...endsOf(connection),
      states: { client: client.stateNameAt(timeNs), server: server.stateNameAt(timeNs) },
      rttSeconds: resent || Number.isNaN(roundTripNs) || roundTripNs < 0 ? null : roundTripNs / SECOND_NS,
      // Where they can be known, openings.ts names them when it lets the event pass.
      processes: { client: null, server: null },
    });
  }

  /** Tells what can be said now, if that is anything, and something else than was said before. */
  private tellJudgement(connection: Connection, notes: Notes | undefined): void {
    if (!this.options.provisional || !this.isWanted(connection)) return;
    const said = this.told.get(connection.id);
    const judgement = this.judge(connection, notes);
    const record = this.recordOf(connection, notes, judgement, said, false);
    const { scenario } = record.verdict;
    if (said === undefined && scenario === null && !connection.has(FINISHED)) return;
    const now = this.sayingOf(record, connection);
    if (said && now.words === said.words) return;
    this.told.set(connection.id, now);
    this.hosts.doubt(connection, record);
    this.push(record, connection);
  }

  private sayingOf({ verdict, ending }: ConnectionEvent, { client, server }: Connection): Saying {
    const { scenario, end, confidence } = verdict;
    const silence = [client, server].map((one) => isUnanswered(one) && silenceOf(one));
    const words = `${scenario} ${end} ${confidence} ${ending} ${silence}`;
    const facts = verdict.evidence.map(({ fact }) => fact);
    const key = `${words} ${facts}`;
    const known = this.sayings.get(key) ?? { words, scenario, end, confidence, facts };
    this.sayings.set(key, known);
    return known;
  }

  private tellFinal(connection: Connection, notes: Notes | undefined): void {
    const said = this.told.get(connection.id);
    if (this.told.delete(connection.id)) this.hosts.settle(connection);
    if (!this.closing && connection.isAlive) this.hosts.hosts.leaves(connection);
    if (this.isWanted(connection)) {
      const judgement = this.judge(connection, notes);
      const scenario = judgement.verdict?.row.id ?? 'none';
      this.connections++;
      this.byScenario.set(scenario, (this.byScenario.get(scenario) ?? 0) + 1);
      this.byEnding.set(judgement.ending, (this.byEnding.get(judgement.ending) ?? 0) + 1);
      const { clerk } = this.options;
      if (clerk) {
        this.untold++;
        clerk.judged(connection, notes, judgement, this.base.epochNs ?? 0n);
      } else this.push(this.recordOf(connection, notes, judgement, said, true), connection);
    } else this.unwantedSegments += connection.low.segments + connection.high.segments;
    for (const bystander of this.bystanders) bystander.forgotten?.(connection.id);
  }

  private push(record: ConnectionEvent, connection: Connection): void {
    connection.revision = record.revision;
    for (const bystander of this.bystanders) bystander.judged?.(record);
    this.tell(record);
  }

  private tell(event: TcpwatchEvent): void {
    this.untold++;
    const { clerk } = this.options;
    if (clerk) clerk.told(event);
    else this.events.push(event);
  }

  private tellAnomaly(id: AnomalyId, { segment, connection, sender }: Delivery, details: AnomalyDetails): void {
    if (!this.isWanted(connection)) return;
    this.tell({
      type: 'anomaly',
      connection: connection.id,
      packet: segment.packet,
      at: this.clock().format(segment.timeNs),
      from: sender === connection.client ? 'client' : 'server',
      id,
      title: ANOMALY_TITLES.get(id) ?? id,
      details: {
        seq: seqOnWire(segment.seq),
        ack: seqOnWire(segment.ack),
        length: segment.payloadLength,
        ...detailsOf(details),
      },
    });
  }

  /** What the summary says of packets and connections. */
  counted(): Counted {
    const { tracker, statusCounts } = this;
    const undecodable: Record<string, number> = {};
    for (const [status, row] of DECODE_STATUSES.entries()) {
      if (row.undecodable && statusCounts[status] > 0) undecodable[row.id] = statusCounts[status];
    }
    return {
      packets: this.packets,
      segments: statusCounts[Status.TCP],
      connections: {
        total: this.connections,
        byScenario: Object.fromEntries(this.byScenario),
        byEnding: Object.fromEntries(this.byEnding),
      },
      undecodable,
      laterFragments: statusCounts[Status.IP_LATER_FRAGMENT],
      lateSegments: tracker.lateSegments,
      filteredSegments: tracker.filteredSegments + this.unwantedSegments,
      evictions: tracker.evicted,
      timeRanBackwards: this.timeRanBackwards,
    };
  }
}
