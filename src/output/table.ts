// All connections, one a row, worst first; as wide as it has to be and as narrow as the terminal.
//
// Where one line a row does not fit, what belongs together shares a column, two lines a row: nothing is cut, and only on a
// very narrow terminal are columns left to -v.

import Table from 'cli-table3';
import type { ConnectionEvent } from '../verdict/events.js';
import { widthOf } from './layout.js';
import type { NameOf, OutputOptions } from './output.js';
import { paint, paintSeverity } from './style.js';
import { duration } from './times.js';
import { endingWords, placeWords, retransmissionWords, verdictWords } from './words.js';

/** The layouts, widest first. A column's name is its heading; a line break in it puts two cells above each other. */
const LAYOUTS = [
  ['#', 'client', 'server', 'lasted', 'ended by', 'how', 'verdict', 'sure', 'retrans'],
  ['#', 'client\nserver', 'lasted\nended by', 'how\nretrans', 'verdict\nsure'],
  ['#', 'client\nserver', 'how\nretrans', 'verdict\nsure'],
  ['#', 'client\nserver', 'verdict\nsure'],
] as const;
type Column = (typeof LAYOUTS)[number][number];

const GAP = 2;
/** A layout is taken if its verdicts need not be folded below this; the last, whatever is left. */
const GOOD_VERDICT = 24;
const LEAST_VERDICT = 11;

function cellsOf(row: ConnectionEvent, nameOf: NameOf | undefined): (column: Column) => string {
  const [client, server] = [row.client, row.server].map((peer) => placeWords(peer, nameOf));
  const cells: Readonly<Record<string, string>> = {
    '#': String(row.id),
    client,
    server,
    lasted: duration(row.durationSeconds),
    'ended by': row.closedBy ?? '-',
    how: endingWords(row),
    verdict: verdictWords(row),
    sure: row.verdict.confidence ?? '-',
    retrans: retransmissionWords(row),
    // Under the client a bare address would be a riddle, and so would a bare count.
    'client\nserver': `${client}\n→ ${server}`,
    'how\nretrans': `${endingWords(row)}\nretrans ${retransmissionWords(row)}`,
  };
  return (column) =>
    cells[column] ??
    column
      .split('\n')
      .map((part) => cells[part])
      .join('\n');
}

const holdsVerdict = (column: Column): boolean => column.startsWith('verdict');

/** @param rows in the order to print; at least one. */
export function tableLines(rows: readonly ConnectionEvent[], { colour, width, nameOf }: OutputOptions): string[] {
  const cells = rows.map((row) => cellsOf(row, nameOf));
  const widest = (text: string): number => Math.max(...text.split('\n').map(widthOf));
  const wanted = (column: Column): number =>
    cells.reduce((most, cell) => Math.max(most, widest(cell(column))), widest(column));
  const { columns, verdictWidth } = choose(wanted, width);
  const table = new Table({
    head: columns.map((column) => bold(column, colour)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colWidths: columns.map((column) => (holdsVerdict(column) ? verdictWidth : wanted(column)) + GAP),
    colAligns: columns.map((column) => (column === '#' || column.startsWith('lasted') ? 'right' : 'left')),
    wordWrap: true,
  });
  for (const [r, cell] of cells.entries()) {
    const { severity } = rows[r].verdict;
    table.push(
      columns.map((column) => (holdsVerdict(column) ? paintSeverity(cell(column), severity, colour) : cell(column))),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Each line by itself, so that no style runs over into the next column. */
const bold = (heading: string, colour: boolean): string =>
  heading
    .split('\n')
    .map((line) => paint(line, 'bold', colour))
    .join('\n');

function choose(
  wanted: (column: Column) => number,
  width: number,
): { columns: readonly Column[]; verdictWidth: number } {
  const room = (columns: readonly Column[]): number =>
    columns.reduce((left, column) => left - (holdsVerdict(column) ? 0 : wanted(column) + GAP), width);
  const needs = (columns: readonly Column[]): number => Math.min(wanted(columns.find(holdsVerdict)!), GOOD_VERDICT);
  const layouts: readonly (readonly Column[])[] = LAYOUTS;
  const columns = layouts.find((layout) => room(layout) >= needs(layout)) ?? layouts[layouts.length - 1];
  const verdict = wanted(columns.find(holdsVerdict)!);
  return { columns, verdictWidth: Math.min(verdict, Math.max(LEAST_VERDICT, room(columns))) };
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
