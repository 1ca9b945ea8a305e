// Captures that are read as one, in the order of their time: rotated pieces come as a shell lists them, web.pcap10 before
// web.pcap2, and read so each connection that goes on from one to the next would be torn apart.

import { statSync } from 'node:fs';
import { TimeBase } from './frame-batch.js';
import { openCapture } from './open-capture.js';

/** @returns the same paths; where one of them is no file that can be looked into first, in the order given. */
export async function inOrderOfTime(paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length < 2 || !paths.every(isFile)) return paths;
  const begun: { readonly path: string; readonly ns: bigint }[] = [];
  // Of a capture without packets, or that cannot be read, nothing is known: it stays behind the one before it.
  for (const path of paths) begun.push({ path, ns: (await firstNs(path)) ?? begun.at(-1)?.ns ?? 0n });
  return begun.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)).map(({ path }) => path);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;

async function firstNs(path: string): Promise<bigint | null> {
  const base = new TimeBase();
  for await (const _ of openCapture(path, base).batches()) break;
  return base.epochNs;
}
