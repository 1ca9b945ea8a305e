// OUTPUTS: the ways to say it. A row is a name for `--output` and a maker; a new one is a file and a row.

import { ndjsonOutput } from './ndjson.js';
import type { Output, OutputOptions } from './output.js';
import { textOutput } from './text.js';

export const OUTPUTS = {
  table: { title: 'lines as it happens, then a table, worst first', make: textOutput },
  ndjson: { title: 'one JSON object a line, described by events.schema.json', make: ndjsonOutput },
} as const satisfies Record<string, { title: string; make: (options: OutputOptions) => Output }>;

export type OutputName = keyof typeof OUTPUTS;
