// The table of captures in fixtures/README.md, written from the answers beside them: a row a capture.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answers } from './answers.js';

const BEGIN = '<!-- captures: written by npm run fixtures -->';
const END = '<!-- /captures -->';

/** Rewrites the table between its two markers. */
export async function writeReadme(fixtures: string): Promise<void> {
  const files = await readdir(join(fixtures, 'captures'));
  const rows: string[] = [];
  for (const file of files.filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name)).sort()) {
    const name = file.replace(/\.pcap(ng)?(\.gz)?$/, '');
    const answers = JSON.parse(await readFile(join(fixtures, 'captures', `${name}.answers.json`), 'utf8')) as Answers;
    const { scenario, end, what, vantage, linkType, snaplen, filter } = answers;
    const truth = scenario === null ? 'nothing any packet shows' : `${scenario}${end === null ? '' : `, ${end}`}`;
    const format = [
      linkType,
      ...(snaplen < 262144 ? [`${snaplen} octets`] : []),
      ...(filter ? [`only \`${filter}\``] : []),
    ];
    rows.push(`| \`${file}\` | ${truth} | ${what} | ${vantage} | ${format.join(', ')} |`);
  }
  const table = [
    '| capture | truth, whose end | what was done | vantage | link type |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const path = join(fixtures, 'README.md');
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${path} lacks the markers of its table`);
  await writeFile(path, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
