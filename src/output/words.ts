// The words every text output shares: the same word for the same thing everywhere.

import type { Role } from '../verdict/case.js';
import { ENDINGS } from '../verdict/endings.js';
import type {
  ByEnd,
  ConnectionEvent,
  ErrorRecord,
  PeerAddress,
  ProcessRecord,
  TimeoutsRecord,
  VerdictRecord,
} from '../verdict/events.js';
import { placeOf } from '../verdict/record.js';
import type { Severity } from '../verdict/scenarios.js';
import { glue } from './layout.js';
import type { NameOf } from './output.js';
import { clockTime, duration } from './times.js';

/** Worst first; what cannot be told stands before what is well. */
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2, ok: 3 };

/** Orders connections by severity, then as they opened. */
export const worstFirst = (a: ConnectionEvent, b: ConnectionEvent): number =>
  RANK[a.verdict.severity] - RANK[b.verdict.severity] || a.id - b.id;

const ENDING_TITLES = new Map<string, string>(ENDINGS.map((row) => [row.id, row.title]));
const endingTitle = ({ ending }: ConnectionEvent): string => ENDING_TITLES.get(ending) ?? ending;

/** The claim; where there is none, what is on the wire. */
export const verdictWords = (event: ConnectionEvent): string =>
  event.verdict.scenario ? event.verdict.title : `${event.verdict.title}: ${endingTitle(event)}`;

/** The claim with its confidence: a guess is worded as one. */
export const claimWords = (event: ConnectionEvent): string => {
  const { confidence } = event.verdict;
  return confidence ? verdictWords(event) + glue(` · ${confidence}`) : verdictWords(event);
};

const FORMS = {
  'four-segment': '4 segm.',
  'three-segment': '3 segm.',
  simultaneous: 'simultaneous',
  'half-close': 'half-close',
} as const satisfies Record<NonNullable<ConnectionEvent['form']>, string>;

export const endingWords = (event: ConnectionEvent): string =>
  event.form ? `${endingTitle(event)} (${FORMS[event.form]})` : endingTitle(event);

export function retransmissionWords({ counts }: ConnectionEvent): string {
  const { client, server } = counts;
  const directions = [
    client.retransmissions > 0 ? `${client.retransmissions} c→s` : '',
    server.retransmissions > 0 ? `${server.retransmissions} s→c` : '',
  ];
  return directions.filter(Boolean).join(' ') || '0';
}

/** What was sent again or out of order in one direction, by class, and how the path looked to it; null: nothing of the kind. */
export function lossWords(
  { anomalies, roundTrip, timeouts, mostInFlight, longestStallSeconds }: ConnectionEvent,
  end: Role,
): string | null {
  const counts = Object.entries(anomalies[end]);
  const resent = counts.filter(([id]) => id.startsWith('tcp.retransmission.') && id !== SPURIOUS);
  const others = counts.filter(([id]) => TOLD_BESIDES.has(id));
  if (resent.length + others.length === 0) return null;
  const total = resent.reduce((sum, [, { segments }]) => sum + segments, 0);
  const list = (entries: typeof counts): string[] =>
    entries.map(([id, { segments }]) => glue(`${segments} ${id.split('.').at(-1)}`));
  const parts = total > 0 ? [`${glue(`${total} sent again:`)} ${list(resent).join(', ')}`] : [];
  parts.push(...list(others));
  const timers = timeouts[end];
  if (timers) parts.push(glue(`timer ran out after ${spanWords(timers)}`));
  const path = roundTrip[end];
  if (path) parts.push(glue(`round trip ${duration(path.smoothed)}`), glue(`RTO ${duration(path.timeout)}`));
  if (mostInFlight[end] > 0) parts.push(glue(`at most ${octets(mostInFlight[end])} in flight`));
  if (longestStallSeconds[end] >= 1) parts.push(glue(`stalled ${duration(longestStallSeconds[end])}`));
  return parts.join('; ');
}

function spanWords({ shortest, longest }: TimeoutsRecord): string {
  const [from, to] = [duration(shortest), duration(longest)];
  return from === to ? from : `${from} to ${to}`;
}

const SPURIOUS = 'tcp.retransmission.spurious';
const TOLD_BESIDES = new Set<string>([
  'tcp.zero-window',
  'tcp.window-probe',
  SPURIOUS,
  'tcp.loss-probe',
  'tcp.out-of-order',
  'tcp.hole-filled',
  'tcp.capture-hole',
]);

const octets = (n: number): string =>
  n < 10_000 ? `${n} B` : n < 10_000_000 ? `${Math.round(n / 1000)} kB` : `${Math.round(n / 1e6)} MB`;

/** What one end's calls gave or will give; null if nothing is known. */
export function errorWords(errors: readonly ErrorRecord[]): string | null {
  const words = errors.map(({ call, error, when, dueAt }) => {
    // It waits in the socket for whichever call comes first; nobody can see which that was.
    if (error === 'ECONNRESET' && call === 'read') return 'read(), or a write() before it, gave ECONNRESET';
    if (when === 'now') return `${call}() gave ${error}`;
    if (when === 'next') return `the next ${call}() will give ${error}`;
    return `${call}() will give ${error}${dueAt ? ` about ${clockTime(dueAt).slice(0, 8)} by default, unless the program gives up first` : ''}`;
  });
  return words.join(', ') || null;
}

/** What else would look the same: it, in one line. @param ofMotive the same claim for another reason, or another claim. */
export const lookalikeWords = ({ lookalikes }: VerdictRecord, ofMotive: boolean): string =>
  lookalikes
    .filter((lookalike) => lookalike.ofMotive === ofMotive)
    .map(({ title }) => title)
    .join('; ');

/** What would tell, a test each, said once. */
export const testWords = ({ lookalikes }: VerdictRecord): string[] => [
  ...new Set(lookalikes.map(({ toTellApart }) => toTellApart)),
];

/** Who is at the ends, as far as that is known: `curl[71] → echo-server[42]`. */
export function processWords({ processes }: { readonly processes: ByEnd<ProcessRecord | null> }): string | null {
  const { client, server } = processes;
  const name = ({ command, pid }: ProcessRecord): string => `${command}[${pid}]`;
  if (client && server) return glue(`${name(client)} → ${name(server)}`);
  if (server) return glue(`server ${name(server)}`);
  return client ? glue(`client ${name(client)}`) : null;
}

/** What is known of the process at the end that closed: it settles what packets cannot. */
export function closerProcessWords({ processes, verdict, closedBy }: ConnectionEvent): string | null {
  const end = verdict.end ?? (closedBy === 'both' ? null : closedBy);
  const program = end && processes[end];
  if (!program) return null;
  return `the process of the ${end}, ${program.command}[${program.pid}], ${program.exited ? 'is gone' : 'still runs'}`;
}

/** Where an end is: address and port, or name and port. */
export function placeWords(peer: PeerAddress, nameOf: NameOf | undefined): string {
  const name = nameOf?.(peer.address);
  return name ? `${name}:${peer.port}` : placeOf(peer);
}

export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** `1,204`. */
export const grouped = (number: number): string => number.toLocaleString('en-US');
