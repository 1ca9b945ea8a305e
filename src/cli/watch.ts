// `tcpwatch -r FILE [filter]`: reads captures and prints what comes of them.

import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { OUTPUTS, type OutputName } from '../output/outputs.js';
import { analyzeInBatches, FilterError, type SummaryEvent } from '../pipeline.js';
import { complain, EXIT, raise } from './exit.js';
import { wantsColour, widthFor } from './terminal.js';

export interface WatchOptions {
  readonly read?: readonly string[];
  readonly output: OutputName;
  readonly verbose?: true;
  readonly anomalies?: true;
  readonly maxConnections: number;
}

/** @param words the filter, as the shell split it. */
export async function watch(words: readonly string[], options: WatchOptions): Promise<void> {
  const { read: files = [], verbose = false, anomalies = false, maxConnections } = options;
  if (files.length === 0) {
    const file = words.find(isFile);
    complain(
      file === undefined
        ? 'nothing to read: give a capture with -r FILE, or a pipe with -r - (tcpwatch --help shows how)'
        : `to read ${file}, type: tcpwatch -r ${file}`,
    );
    raise(EXIT.usage);
    return;
  }
  const { stdout, env } = process;
  const output = OUTPUTS[options.output].make({
    colour: wantsColour(stdout, env),
    width: widthFor(stdout, env),
    verbose,
  });
  const stopping = new AbortController();
  const disarm = onStop(() => stopping.abort());
  try {
    const batches = analyzeInBatches({
      files,
      filter: words.join(' '),
      maxConnections,
      anomalies,
      provisional: output.wantsProvisional || files.some(mayGrow),
      signal: stopping.signal,
    });
    for await (const events of batches) {
      const text = events.map((event) => output.event(event)).join('');
      if (text && !stdout.write(text)) await once(stdout, 'drain');
      const last = events.at(-1);
      if (last?.type === 'summary') reportProblems(last);
    }
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    complainOf(error, words.find(isFile));
    raise(EXIT.usage);
  } finally {
    disarm();
  }
}

/** Calls `stop` at the first Ctrl-C or SIGTERM; the second one meets no handler and ends the process at once. */
function onStop(stop: () => void): () => void {
  const disarm = (): void => {
    process.off('SIGINT', first).off('SIGTERM', first);
  };
  const first = (): void => {
    disarm();
    stop();
  };
  process.on('SIGINT', first).on('SIGTERM', first);
  return disarm;
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Whether packets may arrive while we read: there, verdicts are told before they are final. */
const mayGrow = (path: string): boolean => path === '-' || (existsSync(path) && statSync(path).isFIFO());

/** @param file a word of the filter that is a file: most likely meant to be read. */
function complainOf({ message, filter, position }: FilterError, file: string | undefined): void {
  const visible = filter.replaceAll(/\p{C}/gu, '?');
  complain(`filter: ${message}`, `  ${visible}`, `  ${' '.repeat(position)}^`);
  if (file !== undefined) complain(`${file} is a file: to read it too, type -r ${file}`);
}

function reportProblems({ problems }: SummaryEvent): void {
  for (const { source, message, kind, offset } of problems) {
    const place = kind === 'unreadable' ? '' : ` (at byte ${offset})`;
    complain(`${source === '-' ? 'standard input' : source}: ${message}${place}`);
    raise(EXIT.input);
  }
}
