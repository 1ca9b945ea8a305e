// `npm run bench -- --growth`: how the cost of a packet and the memory grow, with one thing growing at a time.

import Table from 'cli-table3';
import { grouped } from '../output/words.js';
import { type Capture, discard, liveAtOnce, lossy, mixed, type Recipe } from './captures.js';
import { MIB, measureRuns } from './measure.js';
import type { Tool } from './tools.js';

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
  readonly points: readonly GrowthPoint[];
}

interface GrowthPoint {
  readonly name: string;
  readonly packets: number;
  readonly connections: number;
  readonly cpuNs: number;
  /** Octets; null: not known on this system. */
  readonly memory: number | null;
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
      title: `More connections open at a time, in ${grouped(packets)} packets`,
      points: [1000, 10_000, 100_000, 1_000_000].map(scaled).map((connections) => ({
        name: grouped(connections),
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
      const { cpuSeconds, memory } = await measureRuns(tool.command(made.path), runs);
      discard(made);
      const { packets, connections } = made.truth;
      const name = point.name ?? briefly(packets);
      measured.push({ name, packets, connections, cpuNs: (cpuSeconds * 1e9) / packets, memory });
    }
    growths.push({ name, title, points: measured });
  }
  return growths;
}

export const GROWTH_HEADINGS = ['', 'packets', 'connections', 'CPU ns a packet', 'peak MiB'] as const;

/** The cells of a row, as they are printed and written to docs. */
export const growthCells = ({ name, packets, connections, cpuNs, memory }: GrowthPoint): string[] => [
  name,
  grouped(packets),
  grouped(connections),
  cpuNs.toFixed(0),
  memory === null ? '-' : (memory / MIB).toFixed(0),
];

export function growthText({ title, points }: Growth): string {
  const table = new Table({
    head: [...GROWTH_HEADINGS],
    colAligns: ['left', ...GROWTH_HEADINGS.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const point of points) table.push(growthCells(point));
  return `${title}\n${table}\n`;
}
