// The one file that knows all rooms: source -> decode -> track -> judge -> events. Also the library's API.
//
// `analyze` gives the same final records however the frames were batched: everything that depends on time depends on
// packet time, and is decided at the packet that moves it.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate as otherWork } from 'node:timers/promises';
import { type Filter, parseFilter } from './filter/parse-filter.js';
import { type FrameBatch, TimeBase } from './source/frame-batch.js';
import { type CaptureSource, openCapture } from './source/open-capture.js';
import { ANOMALIES, type AnomalyId } from './tcp/anomalies.js';
import type { Connection } from './tcp/connection.js';
import type { Delivery } from './tcp/delivery.js';
import type { Notes } from './tcp/notes.js';
import { PacketClock } from './tcp/packet-time.js';
import { seqOnWire } from './tcp/seq.js';
import type { Tuple } from './tcp/store.js';
import { Tracker } from './tcp/tracker.js';
import type { CaptureEvent, ConnectionEvent, InputProblem, SummaryEvent, TcpwatchEvent } from './verdict/events.js';
import { recordOf } from './verdict/record.js';
import { decode } from './wire/decode.js';
import { linkTypeRow } from './wire/link/link-types.js';
import { Segment } from './wire/segment.js';
import { DECODE_STATUSES, Status } from './wire/status.js';

export { FilterError } from './filter/parse-filter.js';
export type * from './verdict/events.js';

export const DEFAULT_MAX_CONNECTIONS = 1_000_000;
/** Records told together when a capture ends, so that a million of them are never in memory at once. */
const CLOSING_BATCH = 256;

export interface AnalyzeOptions {
  /** Captures to read as one, in this order; `-` is standard input. */
  readonly files: readonly string[];
  /** pcap-filter text; only connections it takes are followed. Throws FilterError if it cannot be read. */
  readonly filter?: string;
  /** Most connections kept at a time. */
  readonly maxConnections?: number;
  /** Tell single anomalous segments too. */
  readonly anomalies?: boolean;
  /** Tell a connection also when it is first judged, before later packets could change that (`final: false`). */
  readonly provisional?: boolean;
  /** Read for `-` in place of the process's own standard input. */
  readonly stdin?: Readable;
  /** Stops reading; every connection still gets its record. */
  readonly signal?: AbortSignal;
}

/** Reads captures and yields what is to be said, in the order of events.ts: capture, connections, summary. */
export async function* analyze(options: AnalyzeOptions): AsyncGenerator<TcpwatchEvent> {
  for await (const events of analyzeInBatches(options)) yield* events;
}

/** As `analyze`, the events of one read together: one `await` a batch instead of one an event. */
export async function* analyzeInBatches(options: AnalyzeOptions): AsyncGenerator<readonly TcpwatchEvent[]> {
  const filter = options.filter ? parseFilter(options.filter) : null;
  const base = new TimeBase();
  const analysis = new Analysis(base, filter, options);
  const sources = options.files.map((file) => openCapture(file, base, options.stdin ? { stdin: options.stdin } : {}));
  const stop = (): void => {
    for (const source of sources) source.close();
  };
  options.signal?.addEventListener('abort', stop);
  try {
    let announced = false;
    const problems: InputProblem[] = [];
    for (const source of sources) {
      if (options.signal?.aborted) break;
      for await (const batch of source.batches()) {
        if (!announced) yield [captureEvent(sources, filter)];
        announced = true;
        analysis.take(batch);
        const events = analysis.drain();
        if (events.length > 0) yield events;
        // A file is read without waiting: signals, timers and a reader that went away get their turn here.
        await otherWork();
      }
      const { problem } = source;
      if (problem) problems.push({ source: source.name, ...problem });
    }
    if (!announced) yield [captureEvent(sources, filter)];
    yield* analysis.close(problems, linkTypesOf(sources));
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function captureEvent(sources: readonly CaptureSource[], filter: Filter | null): CaptureEvent {
  const infos = sources.map((source) => source.info());
  const names = sources.map((source) => source.name);
  const snaplen = Math.max(0, ...infos.map((info) => info.snaplen));
  return {
    type: 'capture',
    source: names.length === 1 ? names[0] : names,
    linkTypes: linkTypesOf(sources),
    filter: filter?.text ?? null,
    snaplen: snaplen > 0 ? snaplen : null,
    timePrecision: infos[0]?.precision ?? null,
    tool: { name: 'tcpwatch', version: VERSION },
  };
}

function linkTypesOf(sources: readonly CaptureSource[]): string[] {
  const numbers = new Set(sources.flatMap((source) => source.info().linkTypes));
  return [...numbers].map((number) => linkTypeRow(number)?.name ?? String(number));
}

/** This package's version. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const ANOMALY_TITLES = new Map<AnomalyId, string>(ANOMALIES.map((row) => [row.id, row.title]));

/** One run: decodes and tracks frames, and collects the events that come of them. */
class Analysis {
  private readonly segment = new Segment();
  private readonly tracker: Tracker;
  private readonly statusCounts = new Float64Array(DECODE_STATUSES.length);
  private readonly byScenario = new Map<string, number>();
  private readonly byEnding = new Map<string, number>();
  private packets = 0;
  private lastNs = Number.NEGATIVE_INFINITY;
  private timeRanBackwards = false;
  private events: TcpwatchEvent[] = [];
  private packetClock: PacketClock | null = null;

  constructor(
    private readonly base: TimeBase,
    filter: Filter | null,
    private readonly options: AnalyzeOptions,
  ) {
    const accepts = filter
      ? ({ low, high, ports }: Tuple, ipVersion: number): boolean =>
          filter.matches(ipVersion, low, ports >>> 16, high, ports & 0xffff)
      : null;
    const trackerOptions = {
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      hashKey: randomBytes(4).readInt32LE(),
      accepts,
      serverPorts: filter?.ports ?? [],
    };
    this.tracker = new Tracker(this.segment, trackerOptions, {
      opened: () => {},
      anomaly: (id, delivery) => {
        if (this.options.anomalies) this.tellAnomaly(id, delivery);
      },
      silent: (connection, notes) => this.tellProvisional(connection, notes),
      ended: (connection, notes) => this.tellProvisional(connection, notes),
      final: (connection, notes) => this.tellFinal(connection, notes),
    });
  }

  /** Hot path: every frame of a batch. */
  take(batch: FrameBatch): void {
    const { segment, tracker, statusCounts } = this;
    const { bytes, view, offset, capturedLength, wireLength, linkType, timeNs, count } = batch;
    for (let f = 0; f < count; f++) {
      const now = timeNs[f];
      segment.packet = ++this.packets;
      segment.timeNs = now;
      if (now < this.lastNs) this.timeRanBackwards = true;
      this.lastNs = now;
      const status = decode(segment, linkType[f], bytes, view, offset[f], capturedLength[f], wireLength[f]);
      statusCounts[status]++;
      if (status === Status.TCP) tracker.take();
      else if (status === Status.ICMP_ERROR) tracker.takeIcmpError();
      else if (status === Status.NEIGHBOUR) tracker.takeNeighbour();
      else tracker.tick(now);
    }
  }

  /** The events since the last call. */
  drain(): TcpwatchEvent[] {
    const { events } = this;
    if (events.length > 0) this.events = [];
    return events;
  }

  /** Nothing more comes: the records of all that is left, and the summary. */
  *close(problems: readonly InputProblem[], linkTypes: readonly string[]): Generator<readonly TcpwatchEvent[]> {
    for (const _ of this.tracker.close()) if (this.events.length >= CLOSING_BATCH) yield this.drain();
    yield [...this.drain(), this.summary(problems, linkTypes)];
  }

  /** Known from the first frame with a time on; a pcapng of simple packets alone has none. */
  private clock(): PacketClock {
    this.packetClock ??= new PacketClock(this.base.epochNs ?? 0n);
    return this.packetClock;
  }

  private judge(connection: Connection, notes: Notes | undefined, final: boolean): ConnectionEvent {
    connection.revision++;
    const { clockNs, neighbours } = this.tracker;
    return recordOf(connection, notes, { clock: this.clock(), clockNs, neighbours }, final);
  }

  private tellProvisional(connection: Connection, notes: Notes | undefined): void {
    if (this.options.provisional) this.events.push(this.judge(connection, notes, false));
  }

  private tellFinal(connection: Connection, notes: Notes | undefined): void {
    const record = this.judge(connection, notes, true);
    const scenario = record.verdict.scenario ?? 'none';
    this.byScenario.set(scenario, (this.byScenario.get(scenario) ?? 0) + 1);
    this.byEnding.set(record.ending, (this.byEnding.get(record.ending) ?? 0) + 1);
    this.events.push(record);
  }

  private tellAnomaly(id: AnomalyId, { segment, connection, sender }: Delivery): void {
    this.events.push({
      type: 'anomaly',
      connection: connection.id,
      packet: segment.packet,
      at: this.clock().format(segment.timeNs),
      from: sender === connection.client ? 'client' : 'server',
      id,
      title: ANOMALY_TITLES.get(id) ?? id,
      details: { seq: seqOnWire(segment.seq), ack: seqOnWire(segment.ack), length: segment.payloadLength },
    });
  }

  private summary(problems: readonly InputProblem[], linkTypes: readonly string[]): SummaryEvent {
    const { tracker, statusCounts } = this;
    const undecodable: Record<string, number> = {};
    for (const [status, row] of DECODE_STATUSES.entries()) {
      if (row.undecodable && statusCounts[status] > 0) undecodable[row.id] = statusCounts[status];
    }
    return {
      type: 'summary',
      linkTypes,
      packets: this.packets,
      segments: statusCounts[Status.TCP],
      connections: {
        total: tracker.connections,
        byScenario: Object.fromEntries(this.byScenario),
        byEnding: Object.fromEntries(this.byEnding),
      },
      undecodable,
      laterFragments: statusCounts[Status.IP_LATER_FRAGMENT],
      lateSegments: tracker.lateSegments,
      filteredSegments: tracker.filteredSegments,
      droppedByKernel: null,
      droppedByUs: 0,
      evictions: tracker.evicted,
      truncatedInput: problems.length > 0,
      problems,
      timeRanBackwards: this.timeRanBackwards,
    };
  }
}
