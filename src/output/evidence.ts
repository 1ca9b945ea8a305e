// One connection as evidence in a report: how it went, the packets that decided, where that leaves both ends, and what
// else it could be. A label and its text on each line, aligned.

import type { Role } from '../verdict/case.js';
import type { ConnectionEvent } from '../verdict/events.js';
import { displayFilter } from './display-filter.js';
import { glue, hang, widthOf } from './layout.js';
import type { OutputOptions } from './output.js';
import { paint, paintSeverity } from './style.js';
import { dateAndTime, durationWords, offset } from './times.js';
import {
  claimWords,
  closerProcessWords,
  endingWords,
  errorWords,
  lookalikeWords,
  lossWords,
  placeWords,
  retransmissionWords,
  testWords,
} from './words.js';

type Entry = readonly [label: string, text: string];

const INDENT = '    ';
const GAP = '  ';
/** Room for labels, so that several connections align; more only for packet numbers beyond a million. */
const LABELS = 'could also be'.length;

/** @param shared other connections of the capture have the same ends */
export function evidenceLines(event: ConnectionEvent, options: OutputOptions, shared = false): string[] {
  const { colour, width } = options;
  const entries = entriesOf(event, shared);
  const labels = Math.max(LABELS, ...entries.map(([label]) => widthOf(label)));
  const lines = heading(event, options);
  for (const [label, text] of entries) {
    const start = INDENT.length + labels + GAP.length;
    const [first, ...more] = hang(' '.repeat(start), text, width, start + hangingOf(text));
    lines.push(`${INDENT}${paint(label.padEnd(labels), 'dim', colour)}${GAP}${first.slice(start)}`, ...more);
  }
  return lines;
}

function heading(event: ConnectionEvent, { colour, width, nameOf }: OutputOptions): string[] {
  const ends = `${glue(`#${event.id}  ${placeWords(event.client, nameOf)}`)} ${glue(`→ ${placeWords(event.server, nameOf)}`)}`;
  const { document, severity } = event.verdict;
  const claim = document === null ? claimWords(event) : `${claimWords(event)} ${glue(`· document ${document}`)}`;
  return [
    ...hang('', ends, width, INDENT.length).map((line) => paint(line, 'bold', colour)),
    ...hang(INDENT, claim, width).map((line) => paintSeverity(line, severity, colour)),
  ];
}

function entriesOf(event: ConnectionEvent, shared: boolean): Entry[] {
  const { verdict } = event;
  const other = lookalikeWords(verdict, false);
  const cause = lookalikeWords(verdict, true);
  const tests = testWords(verdict);
  const process = closerProcessWords(event);
  return [
    ['opened', openedWords(event)],
    ['how', howWords(event)],
    ...verdict.evidence.map(
      ({ packet, at, says }): Entry => [`packet ${packet}`, `${glue(offset(event.opened, at))}${GAP}${says}`],
    ),
    ['client', endWords(event, 'client')],
    ['server', endWords(event, 'server')],
    ...(process ? [['process', process] as const] : []),
    ...(['client', 'server'] as const).flatMap((end): Entry[] => {
      const words = lossWords(event, end);
      return words ? [[`${end} sent`, words]] : [];
    }),
    ...(other ? [['could also be', other] as const] : []),
    ...(cause ? [['cause may be', cause] as const] : []),
    ...tests.map((test, n): Entry => [n === 0 ? 'would tell' : '', tests.length > 1 ? `- ${test}` : test]),
    ['wireshark', displayFilter(event, shared)],
    ['zeek', `${event.zeekState} ${event.history}`],
    ['explain', glue(`tcpwatch explain ${verdict.scenario ?? event.ending}`)],
  ];
}

/** How much farther in the second line of a text starts: below its words, not below its number or dash. */
const hangingOf = (text: string): number => /^([+-]\d[^ ]* {2}|- )/.exec(text)?.[0].length ?? 0;

const GUESSED: readonly string[] = ['filter-port', 'service-port', 'first-seen'];

function openedWords({ opened, roles, vlan }: ConnectionEvent): string {
  const words = [glue(dateAndTime(opened))];
  if (vlan.length > 0) words.push(glue(`VLAN ${vlan.join('.')}`));
  if (GUESSED.includes(roles)) words.push(`who is the client is guessed (${roles})`);
  return words.join('; ');
}

function howWords(event: ConnectionEvent): string {
  const by = event.closedBy ? `; ended by ${event.closedBy}` : '';
  return `${endingWords(event)}${by}; lasted ${durationWords(event.durationSeconds)}; ${glue(`retrans ${retransmissionWords(event)}`)}`;
}

export function endWords({ states, verdict }: ConnectionEvent, end: Role): string {
  const state = states[end] ?? 'not seen';
  const errors = errorWords(verdict.errors[end]);
  return errors ? `${state}; ${errors}` : state;
}
