// Reads a file of /proc without holding up the event loop for long.
//
// Such a file comes in pages of 4 KiB whatever is asked for. Asynchronous reads would cost a turn of the event loop each,
// which on a busy loop is the slowest way of all; one synchronous read of a large table stops packets meanwhile. So: pages
// in a row for a moment, then whatever else is waiting.

import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

const SLICE_MS = 1;
const FIRST_SIZE = 1 << 16;

/** Empty if it cannot be read. */
export async function readSlowly(path: string): Promise<string> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    return await readAll(fd);
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
}

async function readAll(fd: number): Promise<string> {
  let octets = Buffer.allocUnsafe(FIRST_SIZE);
  let length = 0;
  for (;;) {
    const untilMs = performance.now() + SLICE_MS;
    do {
      if (length === octets.length) octets = Buffer.concat([octets], 2 * length);
      const count = readSync(fd, octets, length, octets.length - length, null);
      if (count === 0) return octets.toString('latin1', 0, length);
      length += count;
    } while (performance.now() < untilMs);
    await turn();
  }
}
