// `tcpwatch ladder FILE [filter]`: a connection, or a few, drawn segment by segment.

import { Folding } from '../output/ladder/folding.js';
import { inAscii, ladderLines } from '../output/ladder/ladder.js';
import { claimWords, plural, worstFirst } from '../output/words.js';
import {
  analyzeInBatches,
  type ConnectionEvent,
  FilterError,
  type ReportRecord,
  type SegmentRecord,
} from '../pipeline.js';
import { placeOf } from '../verdict/record.js';
import { complain, EXIT, raise } from './exit.js';
import { complainOf, reportProblems } from './problems.js';
import { octetsOf, Progress } from './progress.js';
import { onStop } from './stopping.js';
import { speaksUnicode, wantsColour, widthFor } from './terminal.js';

export interface LadderCommandOptions {
  readonly connection?: number;
}

/** More than these are a choice to make. */
const MOST_DRAWN = 3;
/** Segments are kept of so many connections, unless one is asked for: which of them will be drawn is known at the end. */
const MOST_COLLECTED = 256;
const MOST_LISTED = 40;

export async function ladderCommand(
  file: string,
  words: readonly string[],
  { connection: wanted }: LadderCommandOptions,
): Promise<void> {
  const foldings = new Map<number, Folding>();
  const worst = new Worst(MOST_LISTED);
  const stopping = new AbortController();
  const disarm = onStop(() => stopping.abort());
  const progress = new Progress(process.stderr, octetsOf([file]));
  const asked = {
    files: [file],
    progress: progress.tell.bind(progress),
    filter: words.join(' '),
    passing: (segment: SegmentRecord): void => foldingOf(segment.connection)?.add(segment),
    reporting: (report: ReportRecord): void => foldingOf(report.connection)?.addReport(report),
    signal: stopping.signal,
  };
  const foldingOf = (id: number): Folding | null => {
    if (wanted === undefined ? worst.count > MOST_DRAWN : id !== wanted) return null;
    const folding = foldings.get(id) ?? (foldings.size < MOST_COLLECTED ? new Folding() : null);
    if (folding) foldings.set(id, folding);
    return folding;
  };
  try {
    for await (const batch of analyzeInBatches(asked)) {
      progress.clear();
      for (const event of batch) {
        if (event.type === 'connection' && (wanted === undefined || event.id === wanted)) worst.add(event);
        if (event.type === 'summary') reportProblems(event);
      }
    }
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    complainOf(error, undefined);
    raise(EXIT.usage);
    return;
  } finally {
    disarm();
  }
  draw(worst, foldings, wanted);
}

/** The worst of many connections, and how many there were. */
class Worst {
  count = 0;
  private events: ConnectionEvent[] = [];

  constructor(private readonly most: number) {}

  add(event: ConnectionEvent): void {
    this.count++;
    this.events.push(event);
    if (this.events.length >= 2 * this.most) this.events = this.all();
  }

  all(): ConnectionEvent[] {
    return this.events.sort(worstFirst).slice(0, this.most);
  }
}

function draw(worst: Worst, foldings: Map<number, Folding>, wanted: number | undefined): void {
  const events = worst.all();
  if (events.length === 0) {
    complain(
      wanted === undefined ? 'no connection to draw' : `there is no connection ${wanted}: tcpwatch -r lists them`,
    );
    raise(EXIT.usage);
    return;
  }
  if (worst.count > MOST_DRAWN || !events.every(({ id }) => foldings.has(id))) {
    choose(events, worst.count);
    return;
  }
  const { stdout, env } = process;
  const options = { width: widthFor(stdout, env), colour: wantsColour(stdout, env) };
  const unicode = speaksUnicode(env);
  const text = events
    .map((event) => ladderLines(event, foldings.get(event.id)!, options))
    .map((lines) => lines.map((line) => `${unicode ? line : inAscii(line)}\n`).join(''))
    .join('\n');
  stdout.write(text);
}

function choose(events: readonly ConnectionEvent[], count: number): void {
  const lines = events.map((event) => {
    const { id, client, server } = event;
    return `  ${id}  ${placeOf(client)} > ${placeOf(server)}  ${claimWords(event).replaceAll('\u00a0', ' ')}`;
  });
  const more = count > events.length ? [`  and ${plural(count - events.length, 'more connection')}`] : [];
  complain(`${plural(count, 'connection')}: choose one with --connection, or some with a filter`, ...lines, ...more);
  raise(EXIT.usage);
}
