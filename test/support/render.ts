// What tcpwatch makes of the octets of a capture: its events, or what an output prints of them.

import { Readable } from 'node:stream';
import type { Output } from '../../src/output/output.js';
import { type AnalyzeOptions, analyze, type TcpwatchEvent } from '../../src/pipeline.js';

type Options = Omit<AnalyzeOptions, 'files' | 'stdin'>;

export async function eventsOf(capture: Uint8Array, options: Options = {}): Promise<TcpwatchEvent[]> {
  return eventsOfFiles(['-'], { ...options, stdin: Readable.from([capture]) });
}

export async function eventsOfFiles(files: string[], options: Omit<AnalyzeOptions, 'files'>): Promise<TcpwatchEvent[]> {
  const events: TcpwatchEvent[] = [];
  for await (const event of analyze({ files, ...options })) events.push(event);
  return events;
}

export const printed = (output: Output, events: readonly TcpwatchEvent[]): string =>
  events.map((event) => output.event(event)).join('');
