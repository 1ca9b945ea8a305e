// The words every text output shares: the same word for the same thing everywhere, and colour by severity.

import { styleText } from 'node:util';
import { ENDINGS } from '../verdict/endings.js';
import type { ByEnd, ConnectionEvent, ErrorRecord, PeerAddress, SummaryEvent } from '../verdict/events.js';
import type { Severity } from '../verdict/scenarios.js';

type Style = Parameters<typeof styleText>[0];

/** Worst first; what cannot be told stands before what is well. */
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2, ok: 3 };
const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', notice: 'reset', ok: 'green' };
const MARKS: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', notice: '·', ok: '✔' };

/** Orders connections by severity, then as they opened. */
export const worstFirst = (a: ConnectionEvent, b: ConnectionEvent): number =>
  RANK[a.verdict.severity] - RANK[b.verdict.severity] || a.id - b.id;

export const paint = (text: string, style: Style, colour: boolean): string =>
  colour ? styleText(style, text, { validateStream: false }) : text;

export const paintSeverity = (text: string, severity: Severity, colour: boolean): string =>
  paint(text, STYLES[severity], colour);

export const markOf = ({ verdict }: ConnectionEvent): string => MARKS[verdict.severity];

export const placeOf = ({ address, port }: PeerAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** What happened, in the row's title; a guess is worded as one by the confidence beside it. */
export function verdictWords({ verdict, ending }: ConnectionEvent): string {
  if (verdict.scenario) return verdict.title;
  return ending === 'open' ? 'still open' : 'no verdict';
}

export function endingWords({ ending, form }: ConnectionEvent): string {
  const title = ENDINGS.find((row) => row.id === ending)?.title ?? ending;
  return form
    ? `${title} (${form === 'simultaneous' || form === 'half-close' ? form : `${form.split('-')[0]} segm.`})`
    : title;
}

/** A duration with a unit, three figures or so. */
export function durationWords(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function retransmissionWords({ counts }: ConnectionEvent): string {
  const directions: [string, number][] = [
    ['c→s', counts.client.retransmissions],
    ['s→c', counts.server.retransmissions],
  ];
  return (
    directions
      .filter(([, n]) => n > 0)
      .map(([way, n]) => `${n} ${way}`)
      .join(' ') || '0'
  );
}

/** What one end's calls gave, as a sentence; empty if nothing is known. */
export function errorWords(errors: ByEnd<readonly ErrorRecord[]>): string[] {
  const when = { now: 'gave', next: 'will give', due: 'will give' };
  return (['client', 'server'] as const).flatMap((end) => {
    if (errors[end].length === 0) return [];
    const calls = errors[end].map(
      (e) => `${e.call}() ${when[e.when]} ${e.error}${e.dueAt ? ` about ${e.dueAt.slice(0, 19)}Z` : ''}`,
    );
    return [`the ${end}'s program: ${calls.join('; ')}`];
  });
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** The last line: what was read, and everything that could not be. */
export function summaryWords(summary: SummaryEvent): string {
  const parts = [plural(summary.connections.total, 'connection'), plural(summary.packets, 'packet')];
  const undecodable = Object.entries(summary.undecodable);
  if (undecodable.length > 0) parts.push(`undecodable: ${undecodable.map(([id, n]) => `${n} ${id}`).join(', ')}`);
  if (summary.laterFragments > 0) parts.push(plural(summary.laterFragments, 'later IP fragment'));
  if (summary.lateSegments > 0) parts.push(`${plural(summary.lateSegments, 'segment')} of connections already closed`);
  if (summary.filteredSegments > 0) parts.push(`${plural(summary.filteredSegments, 'segment')} left out by the filter`);
  if (summary.evictions > 0) parts.push(`${plural(summary.evictions, 'connection')} given up for lack of room`);
  if (summary.timeRanBackwards) parts.push('time ran backwards');
  return parts.join(' · ');
}
