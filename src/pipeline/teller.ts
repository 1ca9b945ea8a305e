// What a run says, and what it has said: connections are told of when something is known of them, told again when that
// changes, and counted when it is final.

import type { TimeBase } from '../source/frame-batch.js';
import { ANOMALIES, type AnomalyId } from '../tcp/anomalies.js';
import { type Connection, FINISHED, MID_STREAM, WANTED } from '../tcp/connection.js';
import type { AnomalyDetails, Delivery } from '../tcp/delivery.js';
import { type Endpoint, isUnanswered, RESENT_SYN, silenceRank } from '../tcp/endpoint.js';
import type { Notes } from '../tcp/notes.js';
import { PacketClock } from '../tcp/packet-time.js';
import { seqOnWire } from '../tcp/seq.js';
import type { Tracker } from '../tcp/tracker.js';
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
import { type Judgement, judge } from '../verdict/judgement.js';
import { endsOf, recordOf } from '../verdict/record.js';
import { detailsOf } from './anomaly-details.js';
import type { Bystander, Clerk } from './bystander.js';
import type { ConnectionFilter } from './connection-filter.js';
import type { HostWatch } from './host-watch.js';

const SECOND_NS = 1e9;
const NOBODY: ProcessAt = () => null;
const ANOMALY_TITLES = new Map<AnomalyId, string>(ANOMALIES.map((row) => [row.id, row.title]));

const silenceOf = (end: Endpoint): number => silenceRank(end.lastAskNs - end.unansweredNs);

export interface TellingOptions {
  readonly filter: ConnectionFilter | null;
  readonly anomalies: boolean;
  /** Tells verdicts before they are final. */
  readonly provisional: boolean;
  /** Packets still come: tells what happens as it happens. */
  readonly growing: boolean;
  /** Takes everything in place of `drain`. */
  readonly clerk: Clerk | null;
}

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

export class Teller {
  /** What was told since the last `drain`, to whomever. */
  untold = 0;
  /** Segments of connections none of whose packets was asked for. */
  unwantedSegments = 0;
  private events: TcpwatchEvent[] = [];
  /** What was said of connections that may yet be revised. */
  private readonly told = new Map<number, Saying>();
  /** Each thing that can be said, once: connections are many, and share it. */
  private readonly sayings = new Map<string, Saying>();
  private connections = 0;
  private readonly byScenario = new Map<string, number>();
  private readonly byEnding = new Map<string, number>();
  private packetClock: PacketClock | null = null;

  constructor(
    private readonly base: TimeBase,
    private readonly options: TellingOptions,
    private readonly bystanders: readonly Bystander[],
    private readonly tracker: Tracker,
    private readonly hosts: HostWatch,
  ) {}

  /** The events since the last call. */
  drain(): TcpwatchEvent[] {
    const { events } = this;
    this.untold = 0;
    if (events.length > 0) this.events = [];
    return events;
  }

  /** Known from the first frame with a time on; a pcapng of simple packets alone has none. */
  clock(): PacketClock {
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

  opened(connection: Connection): void {
    if (!this.options.growing) return;
    for (const bystander of this.bystanders) bystander.opened?.({ id: connection.id, ...endsOf(connection) });
    if (connection.has(MID_STREAM)) {
      const from = connection.client.segments > 0 ? 'client' : 'server';
      this.sayTransition('picked-up', connection, from, connection.openedNs);
    }
  }

  transition(transition: 'open' | 'fin', { connection, segment, sender }: Delivery): void {
    if (!this.options.growing) return;
    this.sayTransition(transition, connection, sender === connection.client ? 'client' : 'server', segment.timeNs);
  }

  private sayTransition(
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
  judgement(connection: Connection, notes: Notes | undefined): void {
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

  final(connection: Connection, notes: Notes | undefined): void {
    const said = this.told.get(connection.id);
    if (this.told.delete(connection.id)) this.hosts.settle(connection);
    if (this.isWanted(connection)) {
      const judgement = this.judge(connection, notes);
      this.count(judgement);
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

  tell(event: TcpwatchEvent): void {
    this.untold++;
    const { clerk } = this.options;
    if (clerk) clerk.told(event);
    else this.events.push(event);
  }

  anomaly(id: AnomalyId, { segment, connection, sender }: Delivery, details: AnomalyDetails): void {
    if (!this.options.anomalies || !this.isWanted(connection)) return;
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

  private count({ verdict, ending }: Judgement): void {
    const scenario = verdict?.row.id ?? 'none';
    this.connections++;
    this.byScenario.set(scenario, (this.byScenario.get(scenario) ?? 0) + 1);
    this.byEnding.set(ending, (this.byEnding.get(ending) ?? 0) + 1);
  }

  /** What the summary says of connections. */
  counted(): SummaryEvent['connections'] {
    return {
      total: this.connections,
      byScenario: Object.fromEntries(this.byScenario),
      byEnding: Object.fromEntries(this.byEnding),
    };
  }
}
