// `tcpwatch explain [ID]`: what is known of an id, or the list of all; as text or as JSON.

import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { explanationLines, listLines } from '../output/explanation.js';
import { explain, explainAll, shortNames } from '../verdict/explain.js';
import { complain, EXIT, raise } from './exit.js';
import { nearest } from './nearest.js';
import { spelling, wantsColour, widthFor } from './terminal.js';

export function explainCommand(id: string | undefined, { output }: { output: 'text' | 'json' }): void {
  const found = id === undefined ? explainAll() : explain(id);
  if (!found) {
    complain(unknown(id!));
    raise(EXIT.usage);
    return;
  }
  const { stdout, env } = process;
  const options = { width: widthFor(stdout, env), colour: wantsColour(stdout, env), captures: shippedCaptures() };
  if (output === 'json') stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    const lines = Array.isArray(found) ? listLines(found, options) : explanationLines(found, options);
    stdout.write(spelling(stdout, env)(`${lines.join('\n')}\n`));
  }
}

/** The folder of them in this package, as it is typed where one is. */
function shippedCaptures(): string {
  const here = join(dirname(createRequire(import.meta.url).resolve('tcpwatch/package.json')), 'fixtures/captures');
  const from = relative(process.cwd(), here);
  return from.startsWith('..') ? here : from;
}

/** Longer than any id: a line about an unknown one stays a line. */
const MOST_SHOWN = 40;

function unknown(id: string): string {
  const meant = nearest(id, [...new Set(explainAll().flatMap((one) => [one.id, ...shortNames(one)]))]);
  const hint = meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : '';
  return `nothing is called ${id.length > MOST_SHOWN ? `${id.slice(0, MOST_SHOWN)}...` : id}${hint} (tcpwatch explain lists all)`;
}
