// What a reporter of `tcpwatch verify` is: results in, text out. reporters.ts lists them.

import type { CaptureResult, ResultStatus } from '../../verify/result.js';
import type { OutputOptions } from '../output.js';
import { plural } from '../words.js';

export type ReporterOptions = Pick<OutputOptions, 'colour' | 'width'>;

export interface Reporter {
  /** @returns text to print now, whole lines or nothing. */
  result(result: CaptureResult): string;
  /** @returns what is left to print when all are told. */
  end(results: readonly CaptureResult[]): string;
}

/** What it counts as: is it well, and in which words. */
export const STATUSES = {
  holds: { severity: 'ok', one: 'holds', many: 'hold' },
  differs: { severity: 'error', one: 'differs', many: 'differ' },
  unreadable: { severity: 'error', one: 'cannot be read', many: 'cannot be read' },
  updated: { severity: 'notice', one: 'updated', many: 'updated' },
  written: { severity: 'notice', one: 'written', many: 'written' },
  'no-expectation': { severity: 'notice', one: 'has no expectation', many: 'have no expectation' },
} as const satisfies Record<ResultStatus, { severity: string; one: string; many: string }>;

export const countOf = (results: readonly CaptureResult[], status: ResultStatus): number =>
  results.filter((result) => result.status === status).length;

/** `3 captures: 2 hold, 1 differs`. */
export function summaryOf(results: readonly CaptureResult[]): string {
  const counts = (Object.keys(STATUSES) as ResultStatus[]).flatMap((status) => {
    const n = countOf(results, status);
    return n === 0 ? [] : [`${n} ${n === 1 ? STATUSES[status].one : STATUSES[status].many}`];
  });
  return `${plural(results.length, 'capture')}: ${counts.join(', ')}`;
}

/** Names of files are whatever somebody made them: nothing of them acts on a terminal or on a reader of the report. */
export const harmless = (text: string): string => text.replaceAll(/\p{C}/gu, '?');

/** What a result says, its own sentence first. */
export function linesOf({ capture, expectation, status, lines }: CaptureResult): string[] {
  if (status === 'no-expectation') return [`tcpwatch verify --update ${capture} writes ${expectation}`].map(harmless);
  return lines.map(harmless);
}
