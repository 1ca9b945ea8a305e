// `npm run bench`: what tcpwatch costs, beside other tools that read captures; `--quick` and `--growth` look at ours alone.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { grouped } from '../output/words.js';
import { type Capture, obtain, type Recipe, recipes } from './captures.js';
import { find, mismatches } from './check.js';
import { type Block, blockText, compare } from './compare.js';
import { writeComparison, writeGrowth } from './docs.js';
import { grow, growthText } from './growth.js';
import { quick } from './quick.js';
import { onOneCore, ours, peers, type Tool } from './tools.js';

interface Options {
  readonly dir: string;
  readonly runs: number;
  readonly limit: number;
  readonly scale: number;
  readonly only?: readonly string[];
  readonly node: readonly string[];
  readonly peers: boolean;
  readonly json?: string;
  readonly quick?: true;
  readonly growth?: true;
  readonly docs?: true;
}

const say = (words: string): void => {
  process.stderr.write(`${words}\n`);
};
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('Give a number above 0.');
  return number;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const tools = ({ node, peers: wanted }: Options): readonly Tool[] => [
  ours(process.execPath),
  ...[onOneCore(ours(process.execPath))].filter((tool) => tool !== null),
  ...node.map((binary) => ours(binary, true)),
  ...(wanted ? peers() : []),
];

/** The capture, once ours has found in it what was written; null: it has not, and what is wrong was printed. */
async function rightly(recipe: Recipe, dir: string): Promise<Capture | null> {
  const capture = obtain(recipe, dir);
  const { name, path, truth, madeInSeconds } = capture;
  if (madeInSeconds !== null) say(`${name}: ${grouped(truth.packets)} packets made in ${madeInSeconds.toFixed(1)} s`);
  const wrong = mismatches(truth, await find(ours(process.execPath).command(path), truth.resent !== null));
  for (const words of wrong) print(`${name}: ${words}`);
  if (wrong.length > 0) return null;
  say(`${name}: all counts are what was written`);
  return capture;
}

/** How cost grows, printed and written where it is wanted; false: counts were wrong. */
async function growing(options: Options): Promise<boolean> {
  const { dir, scale, runs } = options;
  const capture = (recipe: Recipe): Promise<Capture | null> => rightly(recipe, dir);
  const growths = await grow(ours(process.execPath), { scale, runs, capture });
  if (!growths) return false;
  for (const growth of growths) print(growthText(growth));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(growths, null, 2)}\n`);
  if (options.docs) writeGrowth(growths, runs);
  return true;
}

async function quickly({ dir, scale }: Options): Promise<boolean> {
  const capture = await rightly(recipes(scale).find(({ name }) => name === 'mixed-1m')!, dir);
  if (capture) print(await quick(capture, process.execPath, ours(process.execPath)));
  return capture !== null;
}

/** Whether all counts are what they must be; else nothing is worth measuring. */
async function compareAll(options: Options): Promise<boolean> {
  const { dir, only, runs, limit, scale } = options;
  const chosen = recipes(scale).filter(({ name }) => !only || only.includes(name));
  const measured = tools(options);
  const blocks: Block[] = [];
  let right = true;
  for (const recipe of chosen) {
    const capture = await rightly(recipe, dir);
    if (!capture) {
      right = false;
      continue;
    }
    const block = await compare(capture, measured, { runs, limit }, say);
    blocks.push(block);
    print(blockText(block));
  }
  const versions = measured.map(({ name, does, version }) => ({ name, does, version }));
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ versions, blocks }, null, 2)}\n`);
  if (options.docs && right) writeComparison(blocks, measured, runs);
  return right;
}

async function main(): Promise<void> {
  const names = recipes().map(({ name }) => name);
  const program = new Command('bench')
    .description('Measures tcpwatch and every installed peer on captures made from a seed, after checking its counts.')
    .option('--dir <folder>', 'where captures are kept', join(tmpdir(), 'tcpwatch-bench'))
    .option('--only <capture>', `of ${names.join(', ')}; repeat for more`, collect)
    .option('--scale <factor>', 'smaller captures: 0.1 has a tenth of the packets', positive, 1)
    .option('--runs <n>', 'of each tool on each capture; the median counts', positive, 3)
    .option('--limit <seconds>', 'for one run of a peer', positive, 300)
    .option('--node <binary>', 'measure ours under another Node too; repeat for more', collect, [])
    .option('--no-peers', 'ours alone')
    .option('--quick', 'ours alone, stage by stage, in less than a minute')
    .option('--growth', 'ours alone, with more packets, connections, loss')
    .option('--docs', 'write docs/benchmark.md and its plot, or those of --growth')
    .option('--json <file>', 'everything that was measured');
  const options = program.parse().opts<Options>();
  const unknown = options.only?.find((name) => !names.includes(name));
  if (unknown !== undefined) program.error(`--only ${unknown}: not one of ${names.join(', ')}`);
  const run = options.quick ? quickly : options.growth ? growing : compareAll;
  if (!(await run(options))) process.exitCode = 1;
}

await main();
