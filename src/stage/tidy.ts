// What a run leaves behind: nothing. Not when it ends, not when it is interrupted or exits in the middle; what a killed run
// left, the next one removes.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLab, isAlive, sweep, sweepAtExit } from './namespaces.js';

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does the work with a temporary folder of its own. An interruption ends the process; `interrupted`: begin nothing new.
 *
 * @param exitCode of a process that was interrupted
 */
export async function tidily<T>(
  work: (scratch: string, interrupted: AbortSignal) => Promise<T>,
  exitCode = 130,
): Promise<T> {
  await sweep(false);
  await sweepScratch();
  const scratch = await mkdtemp(join(tmpdir(), `tcpwatch-${process.pid}-`));
  const interruption = new AbortController();
  const interrupted = async (): Promise<void> => {
    interruption.abort();
    closeLab();
    // Twice: a namespace may have been in the making.
    await sweep(true);
    await sweep(true);
    await rm(scratch, { recursive: true, force: true });
    process.exit(exitCode);
  };
  for (const signal of INTERRUPTIONS) process.once(signal, interrupted);
  process.once('exit', sweepAtExit);
  try {
    return await work(scratch, interruption.signal);
  } catch (error) {
    // Whatever fails while everything is taken down is no failure of the work: wait for the end of the process.
    if (interruption.signal.aborted) await new Promise(() => {});
    throw error;
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupted);
    await sweep(true);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Removes what killed runs left in the temporary folder. */
async function sweepScratch(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = /^tcpwatch-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}
