// Text that fits: lines are broken between words, with a hanging indent, and nothing is ever cut.
//
// A no-break space keeps what belongs together on one line (`13.2 s`, `→ 192.0.2.1:443`) and is printed as a space.

export const NO_BREAK = '\u00a0';

/** Joins words that belong on one line. */
export const glue = (text: string): string => text.replaceAll(' ', NO_BREAK);

/** Text on one line, however long. */
export const unglue = (text: string): string => text.replaceAll(NO_BREAK, ' ');

/** Columns of a line. Everything tcpwatch prints by itself is one column a character; see the test of that name. */
export const widthOf = (line: string): number => [...line].length;

/**
 * Breaks `text` behind `first`, which stands on the first line, so that every line fits; the others are indented as far.
 *
 * @param width Infinity: one line
 * @param indent of all lines but the first
 */
export function hang(first: string, text: string, width: number, indent = widthOf(first)): string[] {
  if (width === Number.POSITIVE_INFINITY) return [unglue(first + text).trimEnd()];
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const [, space, word] of text.matchAll(/( *)([^ ]+)/g)) {
    const longer = empty ? line + word : line + space + word;
    if (!empty && widthOf(longer) > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = longer;
    empty = false;
  }
  return [...lines, line].map((one) => unglue(one).trimEnd());
}
