// For people: a line for each connection that did not end well, then all of them in a table, worst first.

import Table from 'cli-table3';
import type { AnomalyEvent, ConnectionEvent, SummaryEvent } from '../verdict/events.js';
import { evidenceLines } from './evidence.js';
import type { Output, OutputOptions } from './output.js';
import {
  durationWords,
  endingWords,
  markOf,
  paint,
  paintSeverity,
  placeOf,
  retransmissionWords,
  summaryWords,
  verdictWords,
  worstFirst,
} from './words.js';

/** Columns in the order they are given up when the terminal is narrow, last first. */
const COLUMNS = ['#', 'client', 'server', 'lasted', 'ended by', 'how', 'verdict', 'sure', 'retrans'] as const;
type Column = (typeof COLUMNS)[number];
const EXPENDABLE: readonly Column[] = ['lasted', 'how', 'retrans', 'ended by'];
/** Rows of the table at most: beyond it the best are counted, not listed. */
const MAX_ROWS = 10_000;

export function tableOutput(options: OutputOptions): Output {
  const rows: ConnectionEvent[] = [];
  let left = 0;
  const told = new Set<number>();
  return {
    wantsProvisional: true,
    event(event) {
      if (event.type === 'anomaly') return `${anomalyLine(event)}\n`;
      if (event.type === 'connection') {
        if (event.final) {
          if (rows.length < MAX_ROWS) rows.push(event);
          else left++;
        }
        if (event.verdict.severity === 'ok' || !event.verdict.scenario || told.has(event.id)) return '';
        told.add(event.id);
        return `${connectionLine(event, options)}\n`;
      }
      return event.type === 'summary' ? closing(rows, left, event, options) : '';
    },
  };
}

function connectionLine(event: ConnectionEvent, { colour }: OutputOptions): string {
  const { verdict } = event;
  const time = event.lastPacketAt.slice(11, 23);
  const sentence = paintSeverity(
    `${markOf(event)} ${verdictWords(event)} · ${verdict.confidence}`,
    verdict.severity,
    colour,
  );
  return `${time}  #${event.id}  ${placeOf(event.client)} → ${placeOf(event.server)}  ${sentence}`;
}

const anomalyLine = ({ at, connection, packet, from, id, title }: AnomalyEvent): string =>
  `${at.slice(11, 23)}  #${connection}  packet ${packet} from the ${from}: ${title} (${id})`;

function closing(rows: ConnectionEvent[], left: number, summary: SummaryEvent, options: OutputOptions): string {
  rows.sort(worstFirst);
  const parts: string[] = [];
  if (rows.length > 0) parts.push(tableOf(rows, options));
  if (left > 0) parts.push(`${left} more connections not listed`);
  if (options.verbose) for (const row of rows) parts.push(evidenceLines(row, options).join('\n'));
  parts.push(paint(summaryWords(summary), 'dim', options.colour));
  return `${parts.join('\n\n')}\n`;
}

const cellsOf = (row: ConnectionEvent): Record<Column, string> => ({
  '#': String(row.id),
  client: placeOf(row.client),
  server: placeOf(row.server),
  lasted: durationWords(row.durationSeconds),
  'ended by': row.closedBy ?? '-',
  how: endingWords(row),
  verdict: verdictWords(row),
  sure: row.verdict.confidence ?? '-',
  retrans: retransmissionWords(row),
});

function tableOf(rows: readonly ConnectionEvent[], { colour, width }: OutputOptions): string {
  const cells = rows.map(cellsOf);
  const wide = (column: Column): number => Math.max(column.length, ...cells.map((row) => row[column].length)) + 2;
  let columns: Column[] = [...COLUMNS];
  const total = (): number => columns.reduce((sum, column) => sum + wide(column), 0);
  for (const column of EXPENDABLE) {
    if (total() <= width) break;
    columns = columns.filter((other) => other !== column);
  }
  const verdictWidth = Math.max(16, Math.min(wide('verdict'), width - total() + wide('verdict')));
  const table = new Table({
    head: columns.map((column) => paint(column, 'bold', colour)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colWidths: columns.map((column) => (column === 'verdict' ? verdictWidth : wide(column))),
    wordWrap: true,
  });
  for (const [r, row] of cells.entries()) {
    const { severity } = rows[r].verdict;
    table.push(
      columns.map((column) => (column === 'verdict' ? paintSeverity(row[column], severity, colour) : row[column])),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
