// Where everything goes on a ladder of a certain width: a head, two lifelines, and words beside them where there is room, else
// below the row. What is drawn is never broken; words are, between words.

import { hang, widthOf } from '../layout.js';
import { arrowRoom, BROKEN, LIFELINE, rails, STATE_WIDTH } from './wire-row.js';

/** Columns that words need beside a row to be better there than below it. */
const LEAST_BESIDE = 32;
const GAP = 2;
/** Of all lines of a note but the first: behind its mark. */
const INDENT = 2;

export class Sheet {
  /** Columns between the lifelines. */
  readonly arrow: number;
  /** Where words begin that stand beside their row; null: they stand below it. */
  private readonly beside: number | null;

  /** @param width of all of it; Infinity: as much as it takes */
  constructor(
    private readonly headWidth: number,
    private readonly width: number,
  ) {
    this.arrow = arrowRoom(width - headWidth);
    const column = headWidth + this.arrow + 2 * STATE_WIDTH + 3 + GAP;
    this.beside = width - column >= LEAST_BESIDE ? column : null;
  }

  /** Columns behind the head. */
  get room(): number {
    return this.width - this.headWidth;
  }

  /**
   * @param drawn what stands behind the head
   * @param painted how the notes look
   */
  row(
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
    const start = this.headWidth + STATE_WIDTH + 2;
    const lines = hang('', text, this.width - start, INDENT);
    const closes = lines.length === 1 && widthOf(lines[0]) <= this.arrow - 2;
    const close = closes ? ' '.repeat(this.arrow - 1 - widthOf(lines[0])) + lifeline : '';
    return lines.map((line, n) => `${(n === 0 ? head : '').padEnd(start - 2)}${lifeline} ${line}${close}`);
  }

  private between(text: string, lifeline: string): string {
    const [words] = hang('', text, Number.POSITIVE_INFINITY);
    const left = ' '.repeat(Math.floor((this.arrow - widthOf(words)) / 2));
    return rails('', (left + words).padEnd(this.arrow), '', lifeline);
  }

  private with(row: string, words: string): string {
    return words === '' ? row : row.padEnd(this.beside ?? 0) + words;
  }
}
