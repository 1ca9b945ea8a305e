// Where everything goes on a ladder of a certain width: a head, two lifelines, and words beside them where there is room, else
// below the row. What is drawn is never broken; words are, between words.

import type { Role } from '../../verdict/case.js';
import type { ByEnd } from '../../verdict/events.js';
import { glue, hang, widthOf } from '../layout.js';
import { arrow, arrowRoom, BROKEN, bareRails, LEAST_ROW, LIFELINE, rails, STATE_WIDTH } from './wire-row.js';

/** Everything fits into as many columns; for fewer it is drawn in as many. */
export const LEAST_WIDTH = 40;
/** Columns that words need beside a row to be better there than below it. */
const LEAST_BESIDE = 32;
/** Columns that words need below a row. */
const LEAST_BELOW = 20;
const GAP = 2;
/** Of all lines of a note but the first: behind its mark. */
const INDENT = 2;

/** What has columns of its own, most first. States without are said in words below their row. */
const LAYOUTS = [
  { time: true, states: true },
  { time: true, states: false },
  { time: false, states: false },
] as const;

export class Sheet {
  /** Columns between the lifelines. */
  readonly arrow: number;
  private readonly layout: (typeof LAYOUTS)[number];
  private readonly headWidth: number;
  /** Columns before the client's lifeline. */
  private readonly left: number;
  /** Where words begin that stand beside their row; null: they stand below it. */
  private readonly beside: number | null;

  /** @param width of all of it; Infinity: as much as it takes */
  constructor(
    private readonly packetWidth: number,
    private readonly timeWidth: number,
    private readonly width: number,
  ) {
    const headOf = ({ time }: { time: boolean }): number => packetWidth + GAP + (time ? timeWidth + GAP : 0);
    const needs = (layout: (typeof LAYOUTS)[number]): number =>
      headOf(layout) + (layout.states ? LEAST_ROW : LEAST_BELOW + GAP);
    this.layout = LAYOUTS.find((layout) => needs(layout) <= width) ?? LAYOUTS[LAYOUTS.length - 1];
    const { states } = this.layout;
    this.headWidth = headOf(this.layout);
    this.left = this.headWidth + (states ? STATE_WIDTH : 0);
    this.arrow = arrowRoom(width - this.left - (states ? STATE_WIDTH + 3 : 2));
    const column = this.left + this.arrow + STATE_WIDTH + 3 + GAP;
    this.beside = states && width - column >= LEAST_BESIDE ? column : null;
  }

  /** What stands before the lifelines of a row. */
  head(packet: number, time: string): string {
    const number = `${String(packet).padStart(this.packetWidth)}  `;
    return this.layout.time ? `${number}${time.padStart(this.timeWidth)}  ` : number;
  }

  /** Who is where. */
  heading(): string[] {
    const names = ['client', 'server'] as const;
    if (this.layout.states) return this.row('', rails(names[0], ' '.repeat(this.arrow), names[1], LIFELINE), []);
    const between = ` ${names[0]}${names[1].padStart(this.arrow - 2 - names[0].length)} `;
    return this.row('', bareRails(between, LIFELINE), []);
  }

  /**
   * @param states that an end is in from now on; empty: as before
   * @param notes words about it, in the order of their weight
   * @param painted how the notes look
   */
  segment(
    head: string,
    from: Role,
    label: string,
    states: ByEnd<string>,
    notes: readonly string[],
    painted?: (text: string) => string,
  ): string[] {
    const drawn = arrow(from, label, this.arrow);
    if (this.layout.states) return this.row(head, rails(states.client, drawn, states.server, LIFELINE), notes, painted);
    const said = (['client', 'server'] as const).flatMap((end) => (states[end] ? [glue(`${end} ${states[end]}`)] : []));
    const rows = [...(said.length > 0 ? [said.join(', ')] : []), ...notes];
    return this.row(head, bareRails(drawn, LIFELINE), rows, painted);
  }

  private row(
    head: string,
    drawn: string,
    notes: readonly string[],
    painted: (text: string) => string = (text) => text,
  ): string[] {
    const row = head.padEnd(this.headWidth) + drawn;
    if (this.beside === null) return [row, ...notes.flatMap((note) => this.across('', note, LIFELINE)).map(painted)];
    // Where there is no end of room, a line holds all that belongs to a segment: for grep.
    const paragraphs = this.width === Number.POSITIVE_INFINITY ? [notes.join('  ')] : notes;
    const [first = '', ...more] = paragraphs.flatMap((note) => hang('', note, this.width - this.beside!, INDENT));
    const bare = ' '.repeat(this.headWidth) + this.between('', LIFELINE);
    return [this.with(row, painted(first)), ...more.map((line) => this.with(bare, painted(line)))];
  }

  /** A row without an arrow: notes in its place, or beside it if there is room. */
  aside(head: string, notes: readonly string[]): string[] {
    if (this.beside !== null) return this.row(head, this.between('', LIFELINE), notes);
    return notes.flatMap((note, n) => this.across(n === 0 ? head : '', note, LIFELINE));
  }

  /** Words for what is left out, between the lifelines if they fit. */
  broken(text: string): string[] {
    if (widthOf(text) > this.arrow - 2) return this.across('', text, BROKEN);
    return [' '.repeat(this.headWidth) + this.between(text, BROKEN)];
  }

  /** Over the lifeline of the server, if they are long. */
  private across(head: string, text: string, lifeline: string): string[] {
    const start = this.left + 2;
    const lines = wrapped(text, this.width - start, INDENT);
    const closes = lines.length === 1 && widthOf(lines[0]) <= this.arrow - 2;
    const close = closes ? ' '.repeat(this.arrow - 1 - widthOf(lines[0])) + lifeline : '';
    return lines.map((line, n) => `${(n === 0 ? head : '').padEnd(this.left)}${lifeline} ${line}${close}`);
  }

  private between(text: string, lifeline: string): string {
    const [words] = hang('', text, Number.POSITIVE_INFINITY);
    const left = ' '.repeat(Math.floor((this.arrow - widthOf(words)) / 2));
    const between = (left + words).padEnd(this.arrow);
    return this.layout.states ? rails('', between, '', lifeline) : bareRails(between, lifeline);
  }

  private with(row: string, words: string): string {
    return words === '' ? row : row.padEnd(this.beside ?? 0) + words;
  }
}

/** Lines that fit in any case: an IPv6 address written in full is longer than a narrow terminal is wide. */
export const wrapped = (text: string, width: number, indent: number): string[] =>
  hang('', text, width, indent).flatMap((line) => (widthOf(line) > width ? pieces(line, width, indent) : [line]));

function pieces(line: string, width: number, indent: number): string[] {
  const lines = [line.slice(0, width)];
  for (let at = width; at < line.length; at += width - indent)
    lines.push(' '.repeat(indent) + line.slice(at, at + width - indent));
  return lines;
}
