// A large saved capture as NDJSON: this thread reads and judges, another puts it into words and writes.

import { availableParallelism } from 'node:os';
import { type AnalyzeOptions, analyzeInBatches } from '../pipeline.js';
import { Scribe } from '../scribe/scribe.js';
import { reportUnwritable } from './exit.js';
import { reportProblems } from './problems.js';
import { octetsOf, Progress } from './progress.js';
import { complainOfStop } from './stop.js';

/** A thread starts in some 30 ms; below this a capture is read in about that. */
const LEAST_OCTETS = 16 * 1024 * 1024;

/** Whether a second thread is worth it, and nobody else needs what it would make. */
export const wantsScribe = ({ files = [], interface: device, growing, flagged }: AnalyzeOptions): boolean =>
  device === undefined &&
  !growing &&
  !flagged &&
  !process.stdout.isTTY &&
  availableParallelism() > 1 &&
  octetsOf(files) >= LEAST_OCTETS;

export async function scribeAll(asked: AnalyzeOptions, fd: number, signal: AbortSignal): Promise<void> {
  const progress = new Progress(process.stderr, octetsOf(asked.files ?? []));
  const scribe = new Scribe(fd, (error) => {
    reportUnwritable(error);
    process.exit();
  });
  for await (const events of analyzeInBatches({ ...asked, clerk: scribe, progress: progress.tell.bind(progress) })) {
    for (const event of events) {
      scribe.told(event);
      if (event.type !== 'summary') continue;
      progress.clear();
      reportProblems(event);
    }
  }
  await scribe.end();
  if (signal.aborted) complainOfStop();
}
