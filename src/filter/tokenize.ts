// Filter text -> tokens. Knows spelling only: `&&` is `and`, `!` is `not`, and punctuation needs no blanks around it.
// What a word means is the parser's business.

import { FilterError, type Place, SUPPORTED } from './filter-error.js';

export type TokenKind = 'word' | 'and' | 'or' | 'not' | '(' | ')' | '/' | 'end';

export interface Token extends Place {
  readonly kind: TokenKind;
}

const KIND_BY_SPELLING: ReadonlyMap<string, TokenKind> = new Map([
  ['and', 'and'],
  ['&&', 'and'],
  ['or', 'or'],
  ['||', 'or'],
  ['not', 'not'],
  ['!', 'not'],
  ['(', '('],
  [')', ')'],
  ['/', '/'],
]);

// The last branch takes what only arithmetic on packet bytes is written with: `tcp[13] & 2 != 0`.
const TOKEN = /(&&|\|\||[!()/])|([^\s!()/&|[\]<>=+*]+)|(\S)/g;

/** The tokens of a filter, closed by one of kind `end`. A word keeps its backslash (`\tcp`), which makes it an ID. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: text, 3: stray, index: position } of filter.matchAll(TOKEN)) {
    if (stray !== undefined) {
      const problem = `is beyond what is decided per connection; ${SUPPORTED}`;
      throw new FilterError(problem, filter, unbrokenAround(filter, position));
    }
    tokens.push({ kind: KIND_BY_SPELLING.get(text) ?? 'word', text, position });
  }
  tokens.push({ kind: 'end', text: '', position: filter.length });
  return tokens;
}

/** What the user sees as the word: everything up to the blanks on either side. */
function unbrokenAround(filter: string, position: number): Place {
  const before = filter.slice(0, position).split(/\s/).at(-1) ?? '';
  const [after] = filter.slice(position).split(/\s/, 1);
  return { text: before + after, position: position - before.length };
}
