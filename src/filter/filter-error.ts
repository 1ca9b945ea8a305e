// What is wrong with a filter, and where. The CLI prints the message and may draw a caret under `position`, as tcpdump's
// users expect of a compiler.

/** What a refusal ends with, so that nobody has to look up what would have worked. */
export const SUPPORTED = 'supported: host, net, port, portrange, src/dst, tcp, ip, ip6, and/or/not, parentheses';

const LONGEST_WORD_SHOWN = 40;

/** A stretch of the filter text: enough to point at. */
export interface Place {
  readonly text: string;
  /** Offset of its first character in the filter text, from 0. */
  readonly position: number;
}

export class FilterError extends Error {
  override readonly name = 'FilterError';
  /** The whole filter text. */
  readonly filter: string;
  /** The offending word as written; empty where the text ended too early. */
  readonly word: string;
  /** Where a caret belongs: offset of the offending word in `filter`, from 0; `filter.length` at the end of the text. */
  readonly position: number;

  /** `problem` reads on after the offending word: `is not a port number`. */
  constructor(problem: string, filter: string, place: Place) {
    super(`${place.text === '' ? 'the end of the filter' : `"${shown(place.text)}"`} ${problem}`);
    this.filter = filter;
    this.word = place.text;
    this.position = place.position;
  }
}

function shown(word: string): string {
  const printable = word.replaceAll(/\p{C}/gu, '?');
  return printable.length > LONGEST_WORD_SHOWN ? `${printable.slice(0, LONGEST_WORD_SHOWN)}...` : printable;
}
