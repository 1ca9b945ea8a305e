// Hosts: what was seen of one as it happens, a line each; and at the end what became of it, as a timeline that reads like an
// incident report.

import type { HostEvent } from '../verdict/events.js';
import { glue, hang } from './layout.js';
import type { OutputOptions } from './output.js';
import { markOf, paint, paintSeverity } from './style.js';
import { clockTime, duration, secondsBetween } from './times.js';

const INDENT = '    ';

type Concluded = HostEvent & { readonly conclusion: NonNullable<HostEvent['conclusion']> };

export const isConcluded = (event: HostEvent): event is Concluded => event.conclusion !== null;

/** Something was seen of a host, or there is something to conclude. @param revised it was concluded otherwise before. */
export function hostLines(event: HostEvent, { width, colour, nameOf }: OutputOptions): string[] {
  const { at, address, says, conclusion } = event;
  const first = `${clockTime(at)}  ${glue(`host ${nameOf?.(address) ?? address}`)}  `;
  if (!conclusion) return hang(first, says + spanWords(event), width, clockTime(at).length + 2);
  const { severity, revision } = conclusion;
  const words = `${glue(`${markOf(severity)} ${revision > 1 ? 'now: ' : ''}`)}${claimWords(event as Concluded)}`;
  const lines = hang(first, words, width, clockTime(at).length + 2);
  return lines.map((line) => paintSeverity(line, severity, colour));
}

/** What became of a host, and how one knows. */
export function hostReport(event: Concluded, { width, colour, nameOf }: OutputOptions): string[] {
  const { severity, timeline, lookalikes } = event.conclusion;
  const heading = `${glue(`host ${nameOf?.(event.address) ?? event.address}`)}  ${glue(`${markOf(severity)} `)}${claimWords(event)}`;
  const lines = hang('', heading, width, INDENT.length).map((line) => paintSeverity(line, severity, colour));
  for (const moment of timeline) {
    const first = `${INDENT}${clockTime(moment.at)}  `;
    lines.push(...hang(first, `${moment.says}${spanWords(moment)} ${glue(`(packet ${moment.packet})`)}`, width));
  }
  const others = lookalikes.flatMap(({ title, toTellApart }) => [
    ...hang(`${INDENT}could also be  `, title, width),
    ...hang(`${INDENT}would tell     `, toTellApart, width),
  ]);
  return [...lines, ...others.map((line) => paint(line, 'dim', colour))];
}

const claimWords = ({ says, conclusion }: Concluded): string => says + glue(` · ${conclusion.confidence}`);

function spanWords({ at, until }: { readonly at: string; readonly until: string | null }): string {
  return until === null ? '' : ` ${glue(`within ${duration(secondsBetween(at, until))}`)}`;
}
