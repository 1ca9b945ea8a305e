// One line for one thing worth knowing, the moment it is known: when, which connection, and a sentence last.

import type { AnomalyEvent, ConnectionEvent } from '../verdict/events.js';
import { placeOf } from '../verdict/record.js';
import { glue, hang, widthOf } from './layout.js';
import type { OutputOptions } from './output.js';
import { markOf, paint, paintSeverity } from './style.js';
import { clockTime } from './times.js';
import { claimWords } from './words.js';

/** A verdict as it falls. @param revised it was told otherwise before. */
export function verdictLines(event: ConnectionEvent, options: OutputOptions, revised: boolean): string[] {
  const { verdict } = event;
  const claim = `${glue(`${markOf(verdict.severity)} ${revised ? 'now: ' : ''}`)}${claimWords(event)}`;
  const time = `${clockTime(event.ended ?? event.lastPacketAt)}  `;
  const ends = `${glue(`#${event.id}  ${placeOf(event.client)}`)} ${glue(`→ ${placeOf(event.server)}`)}`;
  const lines = sentence(time, ends, claim, options.width, (text) =>
    paintSeverity(text, verdict.severity, options.colour),
  );
  const decisive = verdict.evidence.at(-1);
  // The evidence block will say it with all the rest.
  if (!decisive || options.verbose) return lines;
  const why = hang(' '.repeat(time.length), `${glue(`packet ${decisive.packet}:`)} ${decisive.says}`, options.width);
  return [...lines, ...why.map((line) => paint(line, 'dim', options.colour))];
}

export function anomalyLines(event: AnomalyEvent, { width }: OutputOptions): string[] {
  const { at, connection, packet, from, id, title } = event;
  const which = glue(`#${connection}  packet ${packet}  ${from}`);
  return sentence(`${clockTime(at)}  `, which, `${title} (${id})`, width, (text) => text);
}

/** `first` and `which`, then `words` behind them if they fit, else below. */
function sentence(
  first: string,
  which: string,
  words: string,
  width: number,
  painted: (text: string) => string,
): string[] {
  const head = hang(first, which, width);
  const last = head.at(-1)!;
  if (widthOf(last) + 2 + widthOf(words) <= width) {
    return [...head.slice(0, -1), `${last}  ${painted(hang('', words, Number.POSITIVE_INFINITY)[0])}`];
  }
  const indent = ' '.repeat(first.length);
  return [...head, ...hang('', words, width - indent.length).map((line) => indent + painted(line))];
}
