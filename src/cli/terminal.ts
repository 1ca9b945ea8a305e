// What standard output is: how wide, whether it wants colour, and which signs it has.

import type { WriteStream } from 'node:tty';
import { inAscii } from '../output/ascii.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Stdout = Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** Of a terminal that does not say. */
export const USUAL_WIDTH = 80;

/** Columns to fit into: of the terminal, else COLUMNS; into a pipe or file lines are as long as they are, for grep. */
export function widthFor({ isTTY, columns }: Stdout, { COLUMNS }: Environment): number {
  if (isTTY && columns) return columns;
  const asked = Number(COLUMNS);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return isTTY ? USUAL_WIDTH : Number.POSITIVE_INFINITY;
}

/** Only on a terminal; FORCE_COLOR wants it anyway (`| less -R`), NO_COLOR never (no-color.org); the first one set wins. */
export function wantsColour({ isTTY }: Stdout, { FORCE_COLOR, NO_COLOR, TERM }: Environment): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR) return false;
  return isTTY === true && TERM !== 'dumb';
}

/** Their terminals have a small font, or say nothing of themselves. */
const ASCII_TERMINALS: readonly (string | undefined)[] = ['linux', 'dumb'];

/**
 * A locale that is set and does not say UTF-8 shows no arrows; the first of these that is set counts (POSIX). What goes into a
 * pipe is the locale's alone.
 */
export function speaksUnicode({ isTTY }: Stdout, { LC_ALL, LC_CTYPE, LANG, TERM }: Environment): boolean {
  if (isTTY && ASCII_TERMINALS.includes(TERM)) return false;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return !locale || /utf-?8/i.test(locale);
}

/** Text of ours as this stream can show it. */
export const spelling = (stream: Stdout, env: Environment): ((text: string) => string) =>
  speaksUnicode(stream, env) ? (text) => text : inAscii;
