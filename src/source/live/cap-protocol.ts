// What parent, supervisor and worker of the `cap` backend tell each other: the job is a line of JSON on standard input,
// whose end is the request to end; reports are lines of JSON on descriptor 3. Frames go another way, as a savefile on
// standard output.

import { readSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

const JOB_FD = 0;
const REPORTS_FD = 3;
const NEWLINE = 0x0a;
/** Longer than any report; a worker that says more has gone mad. */
const MAX_REPORT_LENGTH = 4096;

export interface CapJob {
  /** Path of the addon's main module. */
  readonly cap: string;
  readonly interface: string;
  readonly captureFilters: readonly string[];
  readonly ringOctets: number;
  readonly snaplen: number;
  /** Whom the worker becomes once the interface is open; null: it stays who it is. */
  readonly dropTo: { readonly uid: number; readonly gid: number } | null;
  /** What the savefile's header said, when there is one already; null: there is none yet. */
  readonly linkType: number | null;
}

/** In place of a code of libpcap: the addon cannot be loaded. */
export const CAP_NOT_LOADED = -1000;

export type CapReport =
  | { readonly event: 'opened'; readonly linkType: number }
  /** `code`: of the PCAP_ERROR_ family, where it is one. */
  | { readonly event: 'failed'; readonly code: number; readonly message: string }
  | { readonly event: 'interface-down' | 'interface-up'; readonly atMs: number }
  | { readonly event: 'removed' };

/** No argument of a program may be as long as a filter. */
export const jobLine = (job: CapJob): string => `${JSON.stringify(job)}\n`;

/** Waits for the job; before anything else reads standard input. @returns null: nobody wants anything any more. */
export function readJob(): CapJob | null {
  const piece = Buffer.alloc(4096);
  let octets: Buffer = Buffer.alloc(0);
  while (octets.at(-1) !== NEWLINE) {
    const length = readSync(JOB_FD, piece);
    if (length === 0) return null;
    octets = Buffer.concat([octets, piece.subarray(0, length)]);
  }
  return JSON.parse(octets.toString());
}

/** Is written when it returns: what the event loop would do later may never be done. */
export function report(what: CapReport): void {
  try {
    writeSync(REPORTS_FD, `${JSON.stringify(what)}\n`);
  } catch {
    // Nobody listens any more: standard input has ended too, and that ends us.
  }
}

/** Calls `heard` for each report, in order, as it comes. */
export function hearReports(from: Readable, heard: (what: CapReport) => void): void {
  let text = '';
  from.setEncoding('utf8').on('error', () => {});
  from.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      heard(JSON.parse(line));
    }
    if (text.length > MAX_REPORT_LENGTH) from.destroy();
  });
}
