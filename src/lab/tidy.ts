// What a run of the lab leaves behind: nothing. Not when it ends, not when it is interrupted; what a killed run left, the
// next one removes.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLab, isAlive, sweep } from './namespaces.js';

/** Does the work with a temporary folder of its own. An interruption ends the process; `interrupted`: begin nothing new. */
export async function tidily<T>(work: (scratch: string, interrupted: AbortSignal) => Promise<T>): Promise<T> {
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
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await work(scratch, interruption.signal);
  } finally {
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
