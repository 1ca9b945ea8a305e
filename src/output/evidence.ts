// One connection as evidence in a report: the packets that decided, what the programs saw, what else it could be.

import type { ConnectionEvent } from '../verdict/events.js';
import type { OutputOptions } from './output.js';
import { errorWords, paint, paintSeverity, placeOf, verdictWords } from './words.js';

export function evidenceLines(event: ConnectionEvent, { colour }: OutputOptions): string[] {
  const { verdict, states } = event;
  const document = verdict.document === null ? '' : ` (document ${verdict.document})`;
  const sure = verdict.confidence ? `, ${verdict.confidence}` : '';
  const claim = paintSeverity(`${verdictWords(event)}${document}${sure}`, verdict.severity, colour);
  const lines = [`#${event.id}  ${placeOf(event.client)} → ${placeOf(event.server)}  ${claim}`];
  const opened = Date.parse(event.opened);
  for (const { packet, at, says } of verdict.evidence) {
    const seconds = (Date.parse(at) - opened) / 1000 + fraction(at) - fraction(event.opened);
    lines.push(`  ${String(packet).padStart(6)}  ${`+${seconds.toFixed(4)} s`.padEnd(12)} ${says}`);
  }
  lines.push(`    states: client ${states.client ?? 'not seen'}, server ${states.server ?? 'not seen'}`);
  for (const words of errorWords(verdict.errors)) lines.push(`    ${words}`);
  for (const { title, toTellApart } of verdict.lookalikes) {
    lines.push(paint(`    could also be: ${title}. Would tell: ${toTellApart}`, 'dim', colour));
  }
  const explain = verdict.scenario ? `   explain: tcpwatch explain ${verdict.scenario}` : '';
  lines.push(paint(`    zeek: ${event.zeekState} ${event.history}${explain}`, 'dim', colour));
  return lines;
}

/** What Date.parse leaves out of a time: the part below a millisecond, in seconds. */
const fraction = (time: string): number => Number(`0.000${time.slice(23, 29)}`);
