// OUTPUTS: the ways to say it. A row is a name for `--output` and a maker; a new one is a file and a row.

import type { TcpwatchEvent } from '../verdict/events.js';
import { ndjsonOutput } from './ndjson.js';
import { textOutput } from './text.js';

export interface OutputOptions {
  /** Colours and weights are wanted and understood. */
  readonly colour: boolean;
  /** Columns of the terminal; Infinity where there is none to fit. */
  readonly width: number;
  /** Evidence, what the programs saw, and what else it could be. */
  readonly verbose: boolean;
}

/** Turns events into text, one by one; what has to wait for the end comes with the summary. */
export interface Output {
  /** @returns text to print now, whole lines or nothing. */
  event(event: TcpwatchEvent): string;
  /** Wants to hear of a connection before its verdict is final. */
  readonly wantsProvisional: boolean;
}

export const OUTPUTS = {
  table: { title: 'lines as it happens, then a table, worst first', make: textOutput },
  ndjson: { title: 'one JSON object a line, described by events.schema.json', make: ndjsonOutput },
} as const satisfies Record<string, { title: string; make: (options: OutputOptions) => Output }>;

export type OutputName = keyof typeof OUTPUTS;
