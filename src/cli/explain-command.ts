// `tcpwatch explain [ID]`: the words of a row, folded to the terminal.

import { hang } from '../output/layout.js';
import { EXPLAINABLE, explain } from '../verdict/explain.js';
import { complain, EXIT, raise } from './exit.js';
import { widthFor } from './terminal.js';

export function explainCommand(id: string | undefined): void {
  const lines = id === undefined ? listOfIds() : explain(id);
  if (!lines) {
    complain(`nothing is called ${id}: tcpwatch explain lists what can be explained`);
    raise(EXIT.usage);
    return;
  }
  const width = widthFor(process.stdout, process.env);
  const folded = lines.flatMap((line) => {
    const [before] = /^ *(- )?/.exec(line)!;
    return hang(before, line.slice(before.length), width);
  });
  process.stdout.write(`${folded.join('\n')}\n`);
}

const listOfIds = (): string[] =>
  Object.entries(EXPLAINABLE).flatMap(([kind, ids]) => [`${kind}:`, ...ids.map((id) => `  ${id}`)]);
