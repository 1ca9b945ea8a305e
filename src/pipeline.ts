// The one file that knows all rooms: source -> decode -> track -> judge -> events. Also the library's API.
//
// Its parts: pipeline/analysis.ts (frames in, events out), passing.ts, anomaly-details.ts, host-watch.ts,
// connection-filter.ts, live.ts, processes.ts, notices.ts, recording.ts, openings.ts.

import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Device } from './libpcap/devices.js';
import { Analysis } from './pipeline/analysis.js';
import type { Bystander, Clerk } from './pipeline/bystander.js';
import { type ConnectionFilter, connectionFilter } from './pipeline/connection-filter.js';
import type { Live, LiveInput } from './pipeline/live.js';
import { noticeEvent, quietWatch } from './pipeline/notices.js';
import { Openings } from './pipeline/openings.js';
import { reportRecord, segmentRecord } from './pipeline/passing.js';
import { processAt, processBystander } from './pipeline/processes.js';
import { Recording, type RecordingOptions } from './pipeline/recording.js';
import { TimeBase } from './source/frame-batch.js';
import { inOrderOfTime } from './source/in-order-of-time.js';
import { type CaptureSource, openCapture } from './source/open-capture.js';
import type {
  CaptureEvent,
  InputProblem,
  NoticeEvent,
  ReportRecord,
  SegmentRecord,
  SummaryEvent,
  TcpwatchEvent,
} from './verdict/events.js';
import type { HostTimes } from './verdict/hosts/times.js';
import { linkTypeRow } from './wire/link/link-types.js';

export { FilterError } from './filter/parse-filter.js';
export type { Device } from './libpcap/devices.js';
export type { Clerk } from './pipeline/bystander.js';
export type { LiveInput } from './pipeline/live.js';
export { noticeEvent } from './pipeline/notices.js';
export type { FlaggedOptions } from './pipeline/recording.js';
export { isCaptureFile } from './source/capture-file.js';
export { BACKENDS, DEFAULT_BUFFER_KIB, DEFAULT_SNAPLEN } from './source/live/live-source.js';
export type * from './verdict/events.js';
export { HOST_TIMES, type HostTimes } from './verdict/hosts/times.js';

/** What an interface takes is not loaded to read a file. */
const listening = () => import('./pipeline/live.js');

/** What can be listened on, or why that cannot be told. */
export const listInterfaces = async (): Promise<Device[] | string> => (await listening()).listInterfaces();

export const DEFAULT_MAX_CONNECTIONS = 1_000_000;

export interface AnalyzeOptions extends RecordingOptions {
  /** Captures to read as one, in the order of their time, or in this one if there is a pipe; `-` is standard input. */
  readonly files?: readonly string[];
  /** Listens on an interface instead. */
  readonly interface?: LiveInput;
  /** pcap-filter text; only connections it takes are followed. Throws FilterError if it cannot be read. */
  readonly filter?: string;
  /** Most connections kept at a time. */
  readonly maxConnections?: number;
  /** Ends after so many packets. */
  readonly count?: number;
  /** Tell single anomalous segments too. */
  readonly anomalies?: boolean;
  /** Tell a connection also when it is first judged, and when that changes, before it is final (`final: false`). */
  readonly provisional?: boolean;
  /** Packets still come: tell what happens as it happens, provisional verdicts and transitions. Always so on an interface. */
  readonly growing?: boolean;
  /** How long things take at hosts, nanoseconds of packet time, where that is known better (`HOST_TIMES` has the rest). */
  readonly hostTimes?: Partial<HostTimes>;
  /**
   * Called for every segment of a connection that is followed, before the events that come of it; where the filter asks about
   * packets, also of connections that may turn out not to be asked for.
   */
  readonly passing?: (segment: SegmentRecord) => void;
  /** With `passing`: called for every ICMP error about such a segment. */
  readonly reporting?: (report: ReportRecord) => void;
  /**
   * Takes what is found in a saved capture in place of the events: connections judged but not put into words. Only what is
   * not found but said of the run (capture, summary, notices) is yielded. Nobody may look on (`write`, `flagged`), and
   * nothing may be provisional.
   */
  readonly clerk?: Clerk;
  /** Called after each read with the packets so far, and the octets read of the file at hand. */
  readonly progress?: (packets: number, octets: number, file: string) => void;
  /** Called when nothing more is captured or read; what is told from now on is the end of it. */
  readonly closing?: () => void;
  /** Read for `-` in place of the process's own standard input. */
  readonly stdin?: Readable;
  /** Stops reading; what an interface had captured by then is still taken in, and every connection gets its record. */
  readonly signal?: AbortSignal;
}

/** Reads captures and yields what is to be said, in the order of events.ts: capture, connections, summary. */
export async function* analyze(options: AnalyzeOptions): AsyncGenerator<TcpwatchEvent> {
  for await (const events of analyzeInBatches(options)) yield* events;
}

/** As `analyze`, the events of one read together: one `await` a batch instead of one an event. */
export async function* analyzeInBatches(options: AnalyzeOptions): AsyncGenerator<readonly TcpwatchEvent[]> {
  if (!options.files && !options.interface)
    throw new TypeError("analyze needs files, as { files: ['a.pcap'] }, or { interface: { interface: 'lo' } }");
  const filter = connectionFilter(options.filter ?? '');
  const base = new TimeBase();
  const problems: InputProblem[] = [];
  let live: Live | null = null;
  let sources: readonly CaptureSource[];
  if (options.interface) {
    const { openLive } = await listening();
    const opened = await openLive(options.interface, filter, base);
    if ('source' in opened) live = opened;
    else problems.push({ source: options.interface.interface, ...opened });
    sources = live ? [live.source] : [];
  } else {
    const stdin = options.stdin ? { stdin: options.stdin } : {};
    const files = await inOrderOfTime(options.files ?? []);
    sources = files.map((file) => openCapture(file, base, stdin));
  }
  yield* run(options, { filter, base, problems, live, sources });
}

interface Inputs {
  readonly filter: ConnectionFilter | null;
  readonly base: TimeBase;
  readonly problems: InputProblem[];
  readonly live: Live | null;
  readonly sources: readonly CaptureSource[];
}

async function* run(options: AnalyzeOptions, inputs: Inputs): AsyncGenerator<readonly TcpwatchEvent[]> {
  const { filter, base, problems, live, sources } = inputs;
  const processes = live?.processes ?? null;
  // Where nothing could be opened, nothing was opened to write either.
  const recording = new Recording(base, sources.length > 0 ? options : {}, {
    application: `tcpwatch ${VERSION}`,
    interfaceName: sources[0]?.name ?? '',
    snaplen: live?.source.info().snaplen ?? 0,
    filter: filter?.text ?? null,
  });
  const growing = live !== null || (options.growing ?? false);
  const passing = options.passing && passingBystander(options.passing, options.reporting);
  const analysis = new Analysis(
    base,
    {
      filter,
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      anomalies: options.anomalies ?? false,
      provisional: growing || (options.provisional ?? false),
      growing,
      hostTimes: options.hostTimes ?? {},
      clerk: options.clerk ?? null,
    },
    [...(processes ? [processBystander(processes)] : []), recording.bystander, ...(passing ? [passing] : [])],
  );
  const openings = processes && openingsOf(processes);
  const drain = (nowNs = analysis.clockNs ?? 0): readonly TcpwatchEvent[] =>
    openings ? openings.pass(analysis.drain(), nowNs) : analysis.drain();

  const stop = (): void => {
    for (const source of sources) source.close();
  };
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted) stop();
  const quiet = live && quietWatch();
  let left = options.count ?? Number.POSITIVE_INFINITY;
  let stopped: SummaryEvent['stopped'];
  let announced = live !== null || sources.length === 0;
  try {
    if (announced) yield [captureEvent(inputs, options)];
    for (const source of sources) {
      if (options.signal?.aborted && !live) {
        stopped = 'signal';
        break;
      }
      for await (const batch of source.batches()) {
        if (!announced) yield [captureEvent(inputs, options)];
        announced = true;
        if (batch.count > left) batch.count = left;
        left -= batch.count;
        while (!analysis.take(batch)) {
          yield drain();
          await options.clerk?.settled();
        }
        await recording.take(batch);
        if (!live) await recording.settle();
        await options.clerk?.settled();
        options.progress?.(analysis.packets, source.octetsRead ?? 0, source.name);
        const notices = live?.source.takeNotices().map(({ id, atMs }) => noticeEvent(id, atMs)) ?? [];
        const events = [...drain(), ...notices, ...(quiet?.(analysis.hasSeenWanted) ?? []), ...failures(recording)];
        if (events.length > 0) yield events;
        if (left === 0) break;
        // A file is read without waiting: signals, timers and a reader that went away get their turn here.
        await otherWork();
      }
      // What is closed in the middle ends as if it had come to its end.
      if (options.signal?.aborted) stopped = 'signal';
      if (left === 0) stopped = 'count';
      const { problem } = source;
      if (problem) problems.push({ source: source.name, ...problem });
      if (left === 0) break;
    }
    if (!announced) yield [captureEvent(inputs, options)];
    options.closing?.();
    for (const events of analysis.close()) {
      yield openings ? openings.pass(events, Number.POSITIVE_INFINITY) : events;
      await recording.settle();
      await options.clerk?.settled();
    }
    const dropped = live?.source.dropped() ?? null;
    await recording.end(analysis.clockNs, dropped?.kernel ?? null);
    yield [
      ...failures(recording),
      {
        type: 'summary',
        linkTypes: linkTypesOf(sources),
        ...analysis.counted(),
        droppedByKernel: dropped?.kernel ?? null,
        droppedByInterface: dropped?.interface ?? null,
        // What comes faster than it can be taken in waits in the kernel's buffer, which counts.
        droppedByUs: 0,
        flagged: recording.flaggedRecord,
        truncatedInput: problems.length > 0,
        // An interface has no end to stop before.
        ...(stopped && !live ? { stopped } : {}),
        problems,
      },
    ];
  } finally {
    options.signal?.removeEventListener('abort', stop);
    processes?.close();
  }
}

const passingBystander = (
  tell: NonNullable<AnalyzeOptions['passing']>,
  report: AnalyzeOptions['reporting'],
): Bystander => ({
  passed: (delivery, odd, clock) => tell(segmentRecord(delivery, odd, clock)),
  reported: (delivery, odd, clock) => report?.(reportRecord(delivery, odd, clock)),
});

/** What could not be written, told once. */
function failures(recording: Recording): NoticeEvent[] {
  const problem = recording.takeProblem();
  return problem === null ? [] : [noticeEvent('write-failed', Date.now(), `: ${problem}`)];
}

function openingsOf(processes: NonNullable<Live['processes']>): Openings {
  return new Openings(
    (id) => processes.pending(id),
    (event) => {
      const at = processAt(processes, event.connection);
      return { ...event, processes: { client: at('client'), server: at('server') } };
    },
  );
}

function captureEvent({ sources, filter, live }: Inputs, options: AnalyzeOptions): CaptureEvent {
  const infos = sources.map((source) => source.info());
  const names = options.interface ? [options.interface.interface] : sources.map((source) => source.name);
  const snaplen = Math.max(0, ...infos.map((info) => info.snaplen));
  return {
    type: 'capture',
    source: names.length === 1 ? names[0] : names,
    linkTypes: linkTypesOf(sources),
    filter: filter?.text ?? null,
    snaplen: snaplen > 0 ? snaplen : null,
    timePrecision: infos[0]?.precision ?? null,
    tool: { name: 'tcpwatch', version: VERSION },
    live: live && { backend: live.source.backend, clock: live.source.clock },
  };
}

function linkTypesOf(sources: readonly CaptureSource[]): string[] {
  const numbers = new Set(sources.flatMap((source) => source.info().linkTypes));
  return [...numbers].map((number) => linkTypeRow(number)?.name ?? String(number));
}

/** This package's version. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
