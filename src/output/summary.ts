// The last line: how many connections, how they ended, and everything that could not be read or followed.

import type { CaptureEvent, SummaryEvent } from '../verdict/events.js';
import { NO_BREAK } from './layout.js';
import { plural } from './words.js';

/**
 * @param verdicts how many connections by the words of their verdict, worst first
 * @param capture what was read or listened on; null: nothing could be opened
 */
export function summaryWords(
  summary: SummaryEvent,
  verdicts: readonly (readonly [words: string, n: number])[],
  capture: CaptureEvent | null,
): string {
  const live = capture?.live ?? null;
  const { packets, connections } = summary;
  const parts = connections.total > 0 ? [plural(connections.total, 'connection')] : [];
  for (const [words, n] of verdicts) parts.push(`${n} ${words}`);
  if (connections.total === 0) {
    if (packets === 0 && summary.problems.length > 0) return '';
    if (packets === 0) return live ? `no packets${dropWords(summary, live)}` : 'no packets in this capture';
    parts.push(summary.filteredSegments > 0 ? 'no connection matches the filter' : 'no TCP connections');
  }
  parts.push(plural(packets, 'packet') + dropWords(summary, live));
  return [...parts, ...losses(summary, Array.isArray(capture?.source))].map(withNumber).join(`${NO_BREAK}· `);
}

/** Nothing for a saved capture: whoever made it knows. */
function dropWords(
  { droppedByKernel, droppedByInterface, droppedByUs }: SummaryEvent,
  live: CaptureEvent['live'],
): string {
  if (!live) return '';
  if (droppedByKernel === null) return ', drops unknown';
  const driver = droppedByInterface ? `, ${droppedByInterface} by the interface` : '';
  return `, ${droppedByKernel} dropped by kernel${driver}, ${droppedByUs} by us`;
}

/** A number stays on the line of what it counts. */
const withNumber = (part: string): string => part.replace(/(\d) /g, `$1${NO_BREAK}`);

function losses(summary: SummaryEvent, several: boolean): string[] {
  const parts: string[] = [];
  for (const [id, n] of Object.entries(summary.undecodable)) parts.push(`${n} undecodable (${id})`);
  if (summary.laterFragments > 0) parts.push(plural(summary.laterFragments, 'later IP fragment'));
  if (summary.lateSegments > 0) parts.push(`${plural(summary.lateSegments, 'segment')} of connections already told`);
  if (summary.filteredSegments > 0) parts.push(`${plural(summary.filteredSegments, 'segment')} left out by the filter`);
  if (summary.evictions > 0) parts.push(`${plural(summary.evictions, 'connection')} given up for lack of room`);
  if (summary.flagged) {
    const { files, notWritten, removed } = summary.flagged;
    parts.push(`${plural(files, 'connection')} written`);
    if (notWritten > 0) parts.push(`${plural(notWritten, 'flagged connection')} not written`);
    if (removed > 0) parts.push(`${plural(removed, 'older file')} removed for room`);
  }
  if (summary.timeRanBackwards)
    parts.push(
      `time ran backwards: ${several ? 'captures overlap (mergecap makes them one)' : 'packets are out of order, or a clock was set'}`,
    );
  if (summary.problems.length > 0) parts.push('input incomplete');
  return parts;
}
