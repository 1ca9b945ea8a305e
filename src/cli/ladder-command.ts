// `tcpwatch ladder FILE [filter]`: a connection, or a few, drawn segment by segment.

import { Folding } from '../output/ladder/folding.js';
import { inAscii, ladderLines } from '../output/ladder/ladder.js';
import { claimWords, plural, worstFirst } from '../output/words.js';
import { analyzeInBatches, type ConnectionEvent, FilterError } from '../pipeline.js';
import { placeOf } from '../verdict/record.js';
import { complain, EXIT, raise } from './exit.js';
import { complainOf, reportProblems } from './problems.js';
import { octetsOf, Progress } from './progress.js';
import { speaksUnicode, wantsColour, widthFor } from './terminal.js';

export interface LadderCommandOptions {
  readonly connection?: number;
}

/** More than these are a choice to make. */
const MOST_DRAWN = 3;
/** Segments are kept of the first few connections alone, unless one is asked for. */
const MOST_COLLECTED = 64;
const MOST_LISTED = 40;

export async function ladderCommand(
  file: string,
  words: readonly string[],
  { connection: wanted }: LadderCommandOptions,
): Promise<void> {
  const foldings = new Map<number, Folding>();
  const events: ConnectionEvent[] = [];
  const progress = new Progress(process.stderr, octetsOf([file]));
  const asked = {
    files: [file],
    progress: progress.tell.bind(progress),
    filter: words.join(' '),
    passing: (segment: Parameters<Folding['add']>[0]): void => {
      const id = segment.connection;
      if (wanted !== undefined && id !== wanted) return;
      const folding = foldings.get(id) ?? (foldings.size < MOST_COLLECTED ? new Folding() : null);
      if (!folding) return;
      foldings.set(id, folding);
      folding.add(segment);
    },
  };
  try {
    for await (const batch of analyzeInBatches(asked)) {
      progress.clear();
      for (const event of batch) {
        if (event.type === 'connection' && (wanted === undefined || event.id === wanted)) events.push(event);
        if (event.type === 'summary') reportProblems(event);
      }
    }
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    complainOf(error, undefined);
    raise(EXIT.usage);
    return;
  }
  draw(events.sort(worstFirst), foldings, wanted);
}

function draw(events: readonly ConnectionEvent[], foldings: Map<number, Folding>, wanted: number | undefined): void {
  if (events.length === 0) {
    complain(
      wanted === undefined ? 'no connection to draw' : `there is no connection ${wanted}: tcpwatch -r lists them`,
    );
    raise(EXIT.usage);
    return;
  }
  if (events.length > MOST_DRAWN || !events.every(({ id }) => foldings.has(id))) {
    choose(events);
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

function choose(events: readonly ConnectionEvent[]): void {
  const lines = events.slice(0, MOST_LISTED).map((event) => {
    const { id, client, server } = event;
    return `  ${id}  ${placeOf(client)} > ${placeOf(server)}  ${claimWords(event).replaceAll('\u00a0', ' ')}`;
  });
  const more = events.length > MOST_LISTED ? [`  and ${plural(events.length - MOST_LISTED, 'more connection')}`] : [];
  complain(`${events.length} connections: choose one with --connection, or some with a filter`, ...lines, ...more);
  raise(EXIT.usage);
}
