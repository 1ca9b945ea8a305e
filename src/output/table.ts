// All connections, one a row, worst first; as wide as it has to be and as narrow as the terminal.
//
// What does not fit is given up in a fixed order, and said by -v; then client and server share a column. Nothing is cut.

import Table from 'cli-table3';
import type { ConnectionEvent } from '../verdict/events.js';
import { widthOf } from './layout.js';
import type { OutputOptions } from './output.js';
import { paint, paintSeverity } from './style.js';
import { duration } from './times.js';
import { endingWords, placeOf, retransmissionWords, verdictWords } from './words.js';

const ALL = ['#', 'client', 'server', 'lasted', 'ended by', 'how', 'verdict', 'sure', 'retrans'] as const;
const STACKED = ['#', 'connection', 'verdict', 'sure'] as const;
type Column = (typeof ALL)[number] | (typeof STACKED)[number];

/** Given up when the terminal is narrow, first to last. */
const EXPENDABLE: readonly Column[] = ['lasted', 'how', 'retrans', 'ended by'];
const GAP = 2;
/** The verdict may be folded down to this before something else has to give way; and to this when nothing is left. */
const GOOD_VERDICT = 26;
const LEAST_VERDICT = 11;

const cellsOf = (row: ConnectionEvent): Record<Column, string> => ({
  '#': String(row.id),
  client: placeOf(row.client),
  server: placeOf(row.server),
  connection: `${placeOf(row.client)}\n→ ${placeOf(row.server)}`,
  lasted: duration(row.durationSeconds),
  'ended by': row.closedBy ?? '-',
  how: endingWords(row),
  verdict: verdictWords(row),
  sure: row.verdict.confidence ?? '-',
  retrans: retransmissionWords(row),
});

/** @param rows in the order to print; at least one. */
export function tableLines(rows: readonly ConnectionEvent[], { colour, width }: OutputOptions): string[] {
  const cells = rows.map(cellsOf);
  const wanted = (column: Column): number =>
    cells.reduce((most, row) => Math.max(most, ...row[column].split('\n').map(widthOf)), column.length);
  const { columns, verdictWidth } = choose(wanted, width);
  const table = new Table({
    head: columns.map((column) => paint(column, 'bold', colour)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colWidths: columns.map((column) => (column === 'verdict' ? verdictWidth : wanted(column)) + GAP),
    colAligns: columns.map((column) => (column === '#' || column === 'lasted' ? 'right' : 'left')),
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
    .map((line) => line.trimEnd());
}

function choose(
  wanted: (column: Column) => number,
  width: number,
): { columns: readonly Column[]; verdictWidth: number } {
  const wide = wanted('verdict');
  const others = (columns: readonly Column[]): number =>
    columns.reduce((sum, column) => sum + (column === 'verdict' ? 0 : wanted(column)), (columns.length - 1) * GAP);
  let columns: readonly Column[] = ALL;
  let next = 0;
  while (next < EXPENDABLE.length && others(columns) + wide > width) {
    const given = EXPENDABLE[next++];
    columns = columns.filter((column) => column !== given);
  }
  if (others(columns) + Math.min(wide, GOOD_VERDICT) > width) columns = STACKED;
  const verdictWidth = Math.min(wide, Math.max(LEAST_VERDICT, width - others(columns)));
  return { columns, verdictWidth };
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
