// For people: a line for each connection that did not end well as it falls, then all of them in a table, worst first,
// with -v the evidence of each, what became of hosts that had several, and one line of summary.

import type { CaptureEvent, ConnectionEvent, HostEvent, SummaryEvent, TcpwatchEvent } from '../verdict/events.js';
import { endsWord } from './display-filter.js';
import { evidenceLines } from './evidence.js';
import { hostLines, hostReport, isConcluded } from './hosts.js';
import { glue, hang } from './layout.js';
import {
  anomalyLines,
  goesOnLines,
  listeningLines,
  noticeLines,
  silenceLines,
  transitionLines,
  verdictLines,
} from './lines.js';
import type { Output, OutputOptions } from './output.js';
import { shellWord } from './shell-word.js';
import { paint } from './style.js';
import { summaryWords } from './summary.js';
import { tableLines } from './table.js';
import { plural, worstFirst } from './words.js';

/** Connections listed at most: the worst; a longer list is for programs to read (ndjson). */
const MAX_ROWS = 1000;

const asText = (lines: readonly string[]): string => (lines.length > 0 ? `${lines.join('\n')}\n` : '');

/** Connections that a filter leaves out are not counted: with another filter, another one has the number. */
function ladderHint({ source, filter, live }: CaptureEvent): string {
  if (filter === null || live || typeof source !== 'string' || source === '-') return '';
  const command = `tcpwatch ladder ${shellWord(source)} -c N ${shellWord(filter)}`;
  return `to draw one, with its # for N: ${glue(command.replaceAll(/\p{C}/gu, '?'))}`;
}

export function textOutput(options: OutputOptions): Output {
  const rows: ConnectionEvent[] = [];
  let left = 0;
  let quiet = true;
  /** What was said of connections that may yet be revised. */
  const told = new Map<number, { claim: number; ending: string }>();
  /** Each claim once: connections are many, and keep its number. */
  const claims: string[] = [];
  const claimOf = (words: string): number => {
    const known = claims.indexOf(words);
    return known >= 0 ? known : claims.push(words) - 1;
  };
  let capture: CaptureEvent | null = null;
  const hosts: Parameters<typeof hostReport>[0][] = [];
  const tally = new Map<string, { n: number; example: ConnectionEvent }>();

  function keep(event: ConnectionEvent): void {
    rows.push(event);
    if (rows.length >= 2 * MAX_ROWS) shorten();
    const counted = tally.get(event.verdict.title);
    if (counted) counted.n++;
    else tally.set(event.verdict.title, { n: 1, example: event });
  }

  function shorten(): void {
    rows.sort(worstFirst);
    left += Math.max(0, rows.length - MAX_ROWS);
    rows.length = Math.min(rows.length, MAX_ROWS);
  }

  /** Tells of a connection if it went wrong, or if one watches, and again if it turns out to be otherwise. */
  function tell(event: ConnectionEvent): string {
    const { scenario, end, confidence, severity } = event.verdict;
    const said = told.get(event.id);
    const now = { claim: claimOf(`${scenario} ${end} ${confidence}`), ending: event.ending };
    if (event.final) told.delete(event.id);
    else told.set(event.id, now);
    if (said === undefined) {
      if (!options.growing && (severity === 'ok' || !scenario)) return '';
      // What was still open when one stopped watching stands in the table.
      if (event.final && !scenario) return '';
    } else if (said.claim === now.claim) {
      if (event.final || !options.growing) return '';
      if (said.ending === now.ending) return asText(silenceLines(event, options, true));
    }
    if (said && !event.final && !scenario && event.ending === 'open') return asText(goesOnLines(event, options));
    const lines = verdictLines(event, options, said !== undefined && said.claim !== now.claim);
    if (!options.growing || !options.verbose) return asText(lines);
    const ends = endsWord(event);
    const shared = left > 0 || rows.some((other) => other.id !== event.id && endsWord(other) === ends);
    return asText([...lines, ...evidenceLines(event, options, shared), '']);
  }

  /** Who watches hears all as it happens; the rest is for the end, if it is worth it. */
  function host(event: HostEvent): string {
    if (!isConcluded(event) || !event.conclusion.final) return options.growing ? asText(hostLines(event, options)) : '';
    if (hosts.length < MAX_ROWS) hosts.push(event);
    return '';
  }

  function evidence(): string[][] {
    const sharers = new Map<string, number>();
    for (const row of rows) sharers.set(endsWord(row), (sharers.get(endsWord(row)) ?? 0) + 1);
    // Those that are not listed may have any ends.
    return rows.map((row) => evidenceLines(row, options, left > 0 || sharers.get(endsWord(row)) !== 1));
  }

  function close(summary: SummaryEvent): string {
    shorten();
    const verdicts = [...tally.values()].sort((a, b) => worstFirst(a.example, b.example));
    const counts = verdicts.map(({ n, example }) => [example.verdict.title, n] as const);
    const parts = rows.length > 0 ? [tableLines(rows, options)] : [];
    if (left > 0) parts.push([`${plural(left, 'more connection')} not listed (--output ndjson has all)`]);
    // Who watches has been told as it fell.
    if (options.verbose && (!options.growing || options.quiet)) parts.push(...evidence());
    for (const host of hosts) parts.push(hostReport(host, options));
    const words = summaryWords(summary, counts, capture);
    const hint = rows.length > 0 && capture ? ladderHint(capture) : '';
    const last = [words, hint].flatMap((text) => (text ? hang('', text, options.width, 2) : []));
    if (last.length > 0) parts.push(last.map((line) => paint(line, 'dim', options.colour)));
    return (quiet ? '' : '\n') + parts.map(asText).join('\n');
  }

  const unlessQuiet = (text: string): string => (options.quiet ? '' : text);

  /** Lines as it happens; what comes at the end is set off from them. */
  function lines(event: TcpwatchEvent): string {
    switch (event.type) {
      case 'capture':
        capture = event;
        return asText(listeningLines(event, options.width));
      case 'anomaly':
        return asText(anomalyLines(event, options));
      case 'notice':
        return asText(noticeLines(event, options));
      case 'host':
        return unlessQuiet(host(event));
      case 'transition':
        return unlessQuiet(asText(transitionLines(event, options)));
      case 'connection':
        if (event.final) keep(event);
        return unlessQuiet(tell(event));
      default:
        return '';
    }
  }

  return {
    wantsProvisional: true,
    event(event) {
      if (event.type === 'summary') return close(event);
      const text = lines(event);
      if (text) quiet = false;
      return text;
    },
  };
}
