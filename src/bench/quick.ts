// `npm run bench -- --quick`: what each stage adds to the cost of a packet, and what the whole program costs; for every day.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { grouped } from '../output/words.js';
import type { Capture } from './captures.js';
import { measureRuns } from './measure.js';
import { STAGES } from './stages.js';
import type { Tool } from './tools.js';

const STAGE_MAIN = fileURLToPath(new URL('./stage-main.js', import.meta.url));
const ROUNDS = 4;
const RUNS = 3;

/** What has come of a stage: nanoseconds of wall and of CPU time a packet, of it and all before it. */
export interface StageCost {
  readonly stage: string;
  readonly wallNs: number;
  readonly cpuNs: number;
}

/** @param node the binary that runs them */
export function measureStages({ path, truth }: Capture, node: string): StageCost[] {
  const aPacket = (seconds: number): number => (seconds * 1e9) / truth.packets;
  return STAGES.map(({ name }) => {
    const printed = execFileSync(node, [STAGE_MAIN, name, path, String(ROUNDS)], { encoding: 'utf8' });
    const { wallSeconds, cpuSeconds } = JSON.parse(printed);
    return { stage: name, wallNs: aPacket(wallSeconds), cpuNs: aPacket(cpuSeconds) };
  });
}

/** The stages and the whole program, which starts cold, as a table. Throws if the program does not end well. */
export async function quick(capture: Capture, node: string, tool: Tool): Promise<string> {
  const table = new Table({
    head: ['stage', 'what it does', 'adds, CPU ns', 'so far, CPU ns', 'wall ns'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  let before = 0;
  for (const [n, { stage, cpuNs, wallNs }] of measureStages(capture, node).entries()) {
    table.push([stage, STAGES[n]!.does, ...[cpuNs - before, cpuNs, wallNs].map((ns) => ns.toFixed(0))]);
    before = cpuNs;
  }
  const { cpuSeconds, wallSeconds } = await measureRuns(tool.command(capture.path), RUNS);
  const aPacket = (seconds: number): string => ((seconds * 1e9) / capture.truth.packets).toFixed(0);
  table.push(['program', 'all of it, from its start', '', aPacket(cpuSeconds), aPacket(wallSeconds)]);
  return `a packet of ${capture.name}, ${grouped(capture.truth.packets)} of them; the least of ${ROUNDS} rounds, Node ${process.version}\n${table}`;
}
