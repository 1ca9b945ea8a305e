// `tcpwatch ladder FILE [filter]`: a connection, or a few, drawn segment by segment.

import { Folding } from '../output/ladder/folding.js';
import { ladderLines } from '../output/ladder/ladder.js';
import { unglue } from '../output/layout.js';
import type { NameOf } from '../output/output.js';
import { claimWords, placeWords, plural, worstFirst } from '../output/words.js';
import {
  type AnalyzeOptions,
  analyzeInBatches,
  type ConnectionEvent,
  FilterError,
  type ReportRecord,
  type SegmentRecord,
  type SummaryEvent,
} from '../pipeline.js';
import { complain, EXIT, raise } from './exit.js';
import { Names } from './names.js';
import { complainOf, reportProblems } from './problems.js';
import { octetsOf, Progress } from './progress.js';
import { complainOfStop, onStop } from './stop.js';
import { spelling, wantsColour, widthFor } from './terminal.js';
import { isFile } from './watch-options.js';

export interface LadderCommandOptions {
  readonly connection?: number;
  readonly resolve?: true;
}

/** More than these are a choice to make. */
const MOST_DRAWN = 3;
/** A pipe is read but once: segments are kept of its first few connections, unless one is asked for. */
const MOST_COLLECTED = 64;
const MOST_LISTED = 40;

export async function ladderCommand(
  file: string,
  words: readonly string[],
  { connection: wanted, resolve }: LadderCommandOptions,
): Promise<void> {
  const stopping = new AbortController();
  const disarm = onStop(() => stopping.abort());
  const asked = {
    files: [file],
    filter: words.join(' '),
    signal: stopping.signal,
  };
  const names = resolve ? new Names() : null;
  const isWanted = (id: number): boolean => wanted === undefined || id === wanted;
  try {
    const first = new Collector(isWanted, isFile(file) ? 0 : MOST_COLLECTED, new Set());
    await first.read(asked);
    const { events } = first;
    let { foldings } = first;
    if (isFile(file) && events.length > 0 && events.length <= MOST_DRAWN) {
      // Only now is it known what decided: it is read once more for the segments.
      const decisive = new Set(events.flatMap(({ verdict }) => verdict.evidence.map(({ packet }) => packet)));
      const ids = new Set(events.map(({ id }) => id));
      const second = new Collector((id) => ids.has(id), MOST_DRAWN, decisive);
      await second.read(asked);
      foldings = second.foldings;
    }
    for (const summary of first.summaries) reportProblems(summary);
    if (stopping.signal.aborted && foldings.size === 0) {
      complain('stopped before there was anything to draw');
      return;
    }
    if (stopping.signal.aborted) complainOfStop();
    if (names) {
      for (const event of events) names.expect(event);
      await names.settled();
    }
    draw(events, first.count, foldings, { wanted, nameOf: names?.nameOf });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    complainOf(error, undefined);
    raise(EXIT.usage);
  } finally {
    names?.close();
    disarm();
  }
}

/** One reading: the worst connections, and the segments of a few. */
class Collector {
  readonly foldings = new Map<number, Folding>();
  readonly summaries: SummaryEvent[] = [];
  events: ConnectionEvent[] = [];
  count = 0;

  constructor(
    private readonly isWanted: (id: number) => boolean,
    private readonly mostFoldings: number,
    private readonly decisive: ReadonlySet<number>,
  ) {}

  async read(asked: AnalyzeOptions): Promise<void> {
    const passing = (segment: SegmentRecord): void => this.foldingOf(segment.connection)?.add(segment);
    const reporting = (report: ReportRecord): void => this.foldingOf(report.connection)?.addReport(report);
    const progress = new Progress(process.stderr, octetsOf(asked.files ?? []));
    const told = { ...asked, progress: progress.tell.bind(progress) };
    for await (const batch of analyzeInBatches(this.mostFoldings > 0 ? { ...told, passing, reporting } : told)) {
      for (const event of batch) {
        if (event.type === 'summary') this.summaries.push(event);
        if (event.type === 'connection' && this.isWanted(event.id)) this.take(event);
      }
    }
    progress.clear();
    this.events.sort(worstFirst).splice(MOST_LISTED);
  }

  private take(event: ConnectionEvent): void {
    this.count++;
    this.events.push(event);
    if (this.events.length > 2 * MOST_LISTED) this.events.sort(worstFirst).splice(MOST_LISTED);
  }

  private foldingOf(id: number): Folding | null {
    const { foldings } = this;
    if (!this.isWanted(id)) return null;
    const folding = foldings.get(id) ?? (foldings.size < this.mostFoldings ? new Folding(this.decisive) : null);
    if (folding) foldings.set(id, folding);
    return folding;
  }
}

function draw(
  events: readonly ConnectionEvent[],
  count: number,
  foldings: Map<number, Folding>,
  { wanted, nameOf }: { readonly wanted: number | undefined; readonly nameOf: NameOf | undefined },
): void {
  if (events.length === 0) {
    // What could not be read has been said.
    if (Number(process.exitCode ?? 0) >= EXIT.input) return;
    complain(
      wanted === undefined
        ? 'no connection to draw: none is there, or none matches the filter'
        : `there is no connection ${wanted}: tcpwatch -r, with the same filter, lists them`,
    );
    raise(EXIT.usage);
    return;
  }
  if (events.length > MOST_DRAWN || !events.every(({ id }) => foldings.has(id))) {
    choose(events, count, nameOf);
    return;
  }
  const { stdout, env } = process;
  const options = { width: widthFor(stdout, env), colour: wantsColour(stdout, env), nameOf };
  const text = events
    .map((event) => ladderLines(event, foldings.get(event.id)!, options))
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
  stdout.write(spelling(stdout, env)(text));
}

function choose(events: readonly ConnectionEvent[], count: number, nameOf: NameOf | undefined): void {
  const digits = Math.max(...events.map(({ id }) => String(id).length));
  const spelt = spelling(process.stderr, process.env);
  const lines = events.map((event) => {
    const { id, client, server } = event;
    const ends = `${String(id).padStart(digits)}  ${placeWords(client, nameOf)} → ${placeWords(server, nameOf)}`;
    return spelt(`  ${ends}  ${unglue(claimWords(event))}`);
  });
  const more = count > events.length ? [`  and ${plural(count - events.length, 'more connection')}`] : [];
  complain(
    `${plural(count, 'connection')}; up to ${MOST_DRAWN} are drawn at once: choose one with -c N, or some with a filter`,
    ...lines,
    ...more,
  );
  raise(EXIT.usage);
}
