// `npm run bench -- --growth`: how the cost of a packet and the memory grow, with one thing growing at a time.

import Table from 'cli-table3';
import { type Capture, count, discard, liveAtOnce, lossy, mixed, type Recipe } from './captures.js';
import { measure, medianCost } from './measure.js';
import type { Tool } from './tools.js';

const MIB = 1024 * 1024;

interface Axis {
  readonly name: string;
  readonly title: string;
  readonly points: readonly {
    /** Where the plot has it; without one, by its packets. */
    readonly name?: string;
    readonly recipe: Recipe;
  }[];
}

export interface Growth {
  readonly name: string;
  readonly title: string;
  readonly points: readonly {
    readonly name: string;
    readonly packets: number;
    readonly connections: number;
    readonly cpuNs: number;
    /** Octets; null: not known on this system. */
    readonly memory: number | null;
  }[];
}

/** @param scale as of `recipes` */
function axes(scale: number): readonly Axis[] {
  const scaled = (number: number): number => Math.max(20, Math.round(number * scale));
  const packets = scaled(4_000_000);
  return [
    {
      name: 'packets',
      title: 'More packets, in more connections, as many at a time',
      points: [2400, 24_000, 240_000].map(scaled).map((connections) => ({
        recipe: mixed(`growth-packets-${connections}`, connections, scaled(600)),
      })),
    },
    {
      name: 'connections',
      title: `More connections open at a time, in ${count(packets)} packets`,
      points: [1000, 10_000, 100_000, 1_000_000].map(scaled).map((connections) => ({
        name: count(connections),
        recipe: liveAtOnce(`growth-connections-${connections}`, connections, packets),
      })),
    },
    {
      name: 'loss',
      title: 'More loss',
      points: [0, 0.01, 0.05, 0.1, 0.2].map((loss) => ({
        name: `${loss * 100} %`,
        recipe: lossy(`growth-loss-${loss * 100}`, scaled(400), scaled(1_000_000), loss),
      })),
    },
  ];
}

const briefly = (number: number): string =>
  number < 1e6 ? `${Math.round(number / 1e3)} k` : `${Math.round(number / 1e6)} M`;

export interface GrowthOptions {
  readonly scale: number;
  readonly runs: number;
  /** Makes and checks a capture; null: its counts are wrong. */
  readonly capture: (recipe: Recipe) => Promise<Capture | null>;
}

/** What has grown, or null if counts are wrong. Throws if a run does not end well. Its captures are removed once measured. */
export async function grow(tool: Tool, { scale, runs, capture }: GrowthOptions): Promise<Growth[] | null> {
  const growths: Growth[] = [];
  for (const { name, title, points } of axes(scale)) {
    const measured = [];
    for (const point of points) {
      const made = await capture(point.recipe);
      if (!made) return null;
      const costs = [];
      for (let run = 0; run < runs; run++) {
        const cost = await measure(tool.command(made.path));
        if (typeof cost === 'string') throw new Error(`${made.name}: ${cost}`);
        costs.push(cost);
      }
      discard(made);
      const { cpuSeconds, memory } = medianCost(costs);
      const { packets, connections } = made.truth;
      const name = point.name ?? briefly(packets);
      measured.push({ name, packets, connections, cpuNs: (cpuSeconds * 1e9) / packets, memory });
    }
    growths.push({ name, title, points: measured });
  }
  return growths;
}

export function growthText({ title, points }: Growth): string {
  const table = new Table({
    head: ['', 'packets', 'connections', 'CPU ns a packet', 'peak MiB'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, packets, connections, cpuNs, memory } of points)
    table.push([
      name,
      count(packets),
      count(connections),
      cpuNs.toFixed(0),
      memory === null ? '-' : (memory / MIB).toFixed(0),
    ]);
  return `${title}\n${table}\n`;
}
