// Work, not time: what analysing allocates, for a slow machine must not fail and a regression must. A packet of a connection
// in full flow allocates next to nothing; a connection, from its SYN to its line of NDJSON, some kilobytes.

import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Capture, mixed, obtain, recipes } from '../../src/bench/captures.js';
import { ndjsonOutput } from '../../src/output/ndjson.js';
import { analyzeInBatches } from '../../src/pipeline.js';

/** Measured in 2026-11: 21 octets a packet, 19 thousand a connection, its NDJSON included. */
const MOST_A_PACKET = 40;
const MOST_A_CONNECTION = 26_000;
const SAMPLING_INTERVAL = 4096;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcpwatch-work-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Node {
  readonly selfSize: number;
  readonly children: readonly Node[];
}

const sizeOf = ({ selfSize, children }: Node): number =>
  selfSize + children.reduce((sum, node) => sum + sizeOf(node), 0);

async function run({ path }: Capture): Promise<void> {
  const output = ndjsonOutput();
  for await (const events of analyzeInBatches({ files: [path] })) for (const event of events) output.event(event);
}

/** Octets allocated, garbage included; sampled by V8. */
async function allocatedBy(capture: Capture): Promise<number> {
  // Compiled code allocates less than what has yet to be compiled.
  await run(capture);
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await run(capture);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return sizeOf(profile.head);
}

it('a packet in full flow', async () => {
  const capture = obtain(recipes(0.05).find(({ name }) => name === 'fat-flow')!, folder);
  const octets = (await allocatedBy(capture)) / capture.truth.packets;
  expect(octets).toBeLessThan(MOST_A_PACKET);
});

it('a connection, from its SYN to its line', async () => {
  const capture = obtain(mixed('work', 2000), folder);
  const octets = (await allocatedBy(capture)) / capture.truth.connections;
  expect(octets).toBeLessThan(MOST_A_CONNECTION);
});
