// The table of captures in a README of fixtures/, written from the answers beside them: a row a capture.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureAnswers } from './answers.js';

const TABLE = /(<!-- captures: written by npm run \w+ -->\n\n).*?(\n\n<!-- \/captures -->)/s;

/** Rewrites the table between its two markers. */
export async function writeTable(readme: string, captures: string): Promise<void> {
  const files = await readdir(captures);
  const rows: string[] = [];
  for (const file of files.filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name)).sort()) {
    const name = file.replace(/\.pcap(ng)?(\.gz)?$/, '');
    const answers = JSON.parse(await readFile(join(captures, `${name}.answers.json`), 'utf8')) as CaptureAnswers;
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
  const text = await readFile(readme, 'utf8');
  if (!TABLE.test(text)) throw new Error(`${readme} lacks the markers of its table`);
  await writeFile(
    readme,
    text.replace(TABLE, (_, begin: string, end: string) => `${begin}${table}${end}`),
  );
}
