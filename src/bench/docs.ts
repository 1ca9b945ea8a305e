// What was measured, as pages of docs/: tables, plots, and what they were measured on.

import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { grouped } from '../output/words.js';
import { type Block, cellsOf, HEADINGS, headlineOf } from './compare.js';
import { GROWTH_HEADINGS, type Growth, growthCells } from './growth.js';
import { GIB, MIB } from './measure.js';
import { barChart, lineChart } from './svg.js';
import type { Tool } from './tools.js';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

/** A line on the machine and the day. */
function circumstances(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / GIB)} GiB`;
  const today = new Date().toISOString().slice(0, 10);
  return `Run on ${today}: ${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory}, ${type()} ${release()}, Node ${process.version}.`;
}

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const tableHead = (cells: readonly string[]): string[] => [
  tableRow(cells),
  `|${cells.map((_, n) => (n === 0 ? '---' : '---:')).join('|')}|`,
];

function blockLines(block: Block): string[] {
  const rows = block.rows.map((row) => {
    const cells = cellsOf(row, block);
    return tableRow([...cells, ...HEADINGS.slice(cells.length).map(() => '')]);
  });
  return [`### ${block.capture.name}`, '', `${headlineOf(block)}.`, '', ...tableHead(HEADINGS), ...rows, ''];
}

/** Writes benchmark.md and benchmark.svg. */
export function writeComparison(blocks: readonly Block[], tools: readonly Tool[], runs: number): void {
  const page = [
    '# What it costs',
    '',
    `${circumstances()} Medians of ${runs} runs; all tools in turn on the same file, which was in the page cache, their output`,
    'thrown away. Before anything was timed, the counts of tcpwatch (packets, connections, ways of ending, segments sent again)',
    'equalled what the maker of the capture had written. `npm run bench` does it again; the captures come from a seed.',
    '',
    '![CPU time of a packet, by capture and tool](benchmark.svg)',
    '',
    'No two of these do the same work:',
    '',
    '| | what it makes of a capture | version |',
    '|---|---|---|',
    ...tools.map(({ name, does, version }) => tableRow([name, does, version ?? 'not installed'])),
    '',
    '"÷ ours" is how many times ours it takes: below 1 it is cheaper. A capture that a tool is too slow for it gets smaller,',
    'and ours beside it. argus sleeps about a second before it ends: look at its CPU time.',
    '',
    ...blocks.flatMap(blockLines),
  ];
  writeFileSync(`${DOCS}/benchmark.md`, `${page.join('\n').trimEnd()}\n`);
  writeFileSync(
    `${DOCS}/benchmark.svg`,
    barChart('CPU time of a packet, nanoseconds; shorter is better', blocks.map(bars)),
  );
}

const bars = (block: Block) => ({
  title: headlineOf(block),
  bars: block.rows.map(({ tool, cost, why }) => {
    const ns = cost && (cost.cpuSeconds * 1e9) / block.capture.truth.packets;
    return { name: tool, value: ns, words: ns === null ? (why ?? '') : grouped(Math.round(ns)) };
  }),
});

/** Writes benchmark-growth.md and a plot for each of what grows. */
export function writeGrowth(growths: readonly Growth[], runs: number): void {
  const page = [
    '# How the cost grows',
    '',
    `${circumstances()} tcpwatch alone, ${runs === 1 ? 'one run each' : `medians of ${runs} runs`}; \`npm run bench -- --growth\` does it again.`,
    'The start of the program is in it, a few tenths of a second: with few packets it is most of what one costs.',
    '',
    ...growths.flatMap(({ name, title, points }) => [
      `## ${title}`,
      '',
      `![${title}](benchmark-growth-${name}.svg)`,
      '',
      ...tableHead(GROWTH_HEADINGS),
      ...points.map((point) => tableRow(growthCells(point))),
      '',
    ]),
  ];
  writeFileSync(`${DOCS}/benchmark-growth.md`, `${page.join('\n').trimEnd()}\n`);
  for (const { name, title, points } of growths) {
    const panels = [
      { title: 'CPU nanoseconds a packet', points: points.map((point) => ({ name: point.name, value: point.cpuNs })) },
      {
        title: 'peak MiB',
        points: points.map((point) => ({ name: point.name, value: (point.memory ?? 0) / MIB })),
      },
    ];
    writeFileSync(`${DOCS}/benchmark-growth-${name}.svg`, lineChart(title, panels));
  }
}
