// Ours and its peers on the same file, in turn, several times; a block of the table for each capture.

import Table from 'cli-table3';
import { grouped } from '../output/words.js';
import type { Capture } from './captures.js';
import { type Cost, MIB, measure, medianCost } from './measure.js';
import type { Tool } from './tools.js';

export interface Row {
  readonly tool: string;
  readonly does: string;
  /** Medians of all runs; null: it was not run to its end, and `why` says why. */
  readonly cost: Cost | null;
  readonly why: string | null;
  readonly runs: readonly Cost[];
}

export interface Block {
  readonly capture: Omit<Capture, 'path'>;
  /** Ours first. */
  readonly rows: readonly Row[];
}

/** @param tools ours first @param say told what is going on */
export async function compare(
  { path, ...capture }: Capture,
  tools: readonly Tool[],
  { runs, limit }: { readonly runs: number; readonly limit: number },
  say: (words: string) => void,
): Promise<Block> {
  const whyNot = new Map<Tool, string>();
  for (const tool of tools) {
    if (tool.version === null) whyNot.set(tool, 'not installed');
    else if (capture.truth.packets > tool.mostPackets)
      whyNot.set(tool, `too slow for more than ${grouped(tool.mostPackets)} packets: see a smaller capture`);
  }
  const costs = new Map<Tool, Cost[]>(tools.map((tool) => [tool, []]));
  for (let run = 1; run <= runs; run++) {
    for (const tool of tools) {
      if (whyNot.has(tool)) continue;
      say(`${capture.name}: ${tool.name}, run ${run} of ${runs}`);
      const cost = await measure(tool.command(path), tool.isOurs ? Number.POSITIVE_INFINITY : limit);
      if (typeof cost === 'string') whyNot.set(tool, cost);
      else costs.get(tool)!.push(cost);
    }
  }
  const rows = tools.map((tool) => {
    const all = costs.get(tool)!;
    const why = whyNot.get(tool) ?? null;
    return { tool: tool.name, does: tool.does, cost: why === null ? medianCost(all) : null, why, runs: all };
  });
  return { capture, rows };
}

export const HEADINGS = ['', 'Mpackets/s', 'wall s', '÷ ours', 'CPU s', '÷ ours', 'peak MiB'] as const;

/** The cells of a row, as they are printed and written to docs. */
export function cellsOf({ tool, cost, why }: Row, { capture, rows }: Block): string[] {
  if (!cost) return [tool, why ?? ''];
  const own = rows[0]?.cost;
  const ratio = (number: number, to: number | undefined): string => (to ? (number / to).toFixed(2) : '-');
  return [
    tool,
    (capture.truth.packets / 1e6 / cost.wallSeconds).toFixed(2),
    cost.wallSeconds.toFixed(2),
    ratio(cost.wallSeconds, own?.wallSeconds),
    cost.cpuSeconds.toFixed(2),
    ratio(cost.cpuSeconds, own?.cpuSeconds),
    cost.memory === null ? '-' : Math.round(cost.memory / MIB).toString(),
  ];
}

export function headlineOf({ capture }: Block): string {
  const { name, title, truth, octets } = capture;
  return `${name}: ${grouped(truth.packets)} packets, ${grouped(Math.round(octets / 1e6))} MB; ${title}`;
}

export function blockText(block: Block): string {
  const table = new Table({
    head: [...HEADINGS],
    colAligns: ['left', ...HEADINGS.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const row of block.rows) {
    const [tool, ...cells] = cellsOf(row, block);
    if (row.cost) table.push([tool, ...cells]);
    else table.push([tool, { colSpan: HEADINGS.length - 1, content: cells[0] }]);
  }
  return `${headlineOf(block)}\n${table}\n`;
}
