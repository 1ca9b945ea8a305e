// One line for one thing worth knowing, the moment it is known: when, which connection, and a sentence last.

import type {
  AnomalyEvent,
  ByEnd,
  CaptureEvent,
  ConnectionEvent,
  NoticeEvent,
  PeerAddress,
  TransitionEvent,
} from '../verdict/events.js';
import { glue, hang, widthOf } from './layout.js';
import type { OutputOptions } from './output.js';
import { markOf, paint, paintSeverity } from './style.js';
import { clockTime, duration, durationWords } from './times.js';
import { claimWords, closerProcessWords, errorWords, placeWords, plural, processWords } from './words.js';

/** Which connection. @param arrow from whom to whom it went, seen from the client. */
const endsWords = (
  id: number,
  { client, server }: ByEnd<PeerAddress>,
  { nameOf }: OutputOptions,
  arrow = '→',
): string => `${glue(`#${id}  ${placeWords(client, nameOf)}`)} ${glue(`${arrow} ${placeWords(server, nameOf)}`)}`;

/** What is listened to, and how. */
export function listeningLines(
  { source, linkTypes, filter, live, timePrecision }: CaptureEvent,
  width: number,
): string[] {
  if (!live) return [];
  const clock =
    live.clock === 'kernel' ? `the kernel, ${timePrecision}` : 'this program as it gets them; drops cannot be counted';
  const parts = [
    `listening on ${source} (${linkTypes.join(', ')})`,
    filter === null ? 'all TCP' : `${filter}`,
    `also ICMP errors and ARP for these peers; times from ${clock}`,
  ];
  return hang('', parts.join('; '), width, 2);
}

export function noticeLines({ at, message }: NoticeEvent, { width }: OutputOptions): string[] {
  return hang(`${clockTime(at)}  `, message, width);
}

export function transitionLines(event: TransitionEvent, options: OutputOptions): string[] {
  const { at, connection, transition, from, states, rttSeconds } = event;
  const peer = from === 'client' ? 'server' : 'client';
  const words = {
    open: `open${rttSeconds === null ? '' : glue(` in ${duration(rttSeconds)}`)}`,
    'picked-up': 'picked up in its middle',
    fin: `${glue(`FIN of the ${from}:`)} ${glue(`${from} ${states[from]}, ${peer} ${states[peer]}`)}`,
  }[transition];
  const processes = transition === 'fin' ? null : processWords(event);
  const which = endsWords(connection, event, options, transition === 'fin' && from === 'server' ? '←' : '→');
  return sentence(
    `${clockTime(at)}  `,
    which,
    processes ? `${words} · ${processes}` : words,
    options.width,
    (text) => text,
  );
}

/** How long an end has been waiting for its peer, and what comes of it. */
export function silenceLines(event: ConnectionEvent, options: OutputOptions, again: boolean): string[] {
  const { width, colour } = options;
  const time = `${clockTime(event.lastPacketAt)}  `;
  const lines = (['client', 'server'] as const).flatMap((role) => {
    const waiting = event.unanswered[role];
    if (!waiting || event.ended !== null) return [];
    const errors = errorWords(event.verdict.errors[role]);
    const silent = `${durationWords(waiting.seconds)} without an answer to the ${role}, ${plural(waiting.segments, 'segment')} sent`;
    return [errors ? `${silent}; ${errors}` : silent];
  });
  if (again && lines.length > 0)
    return sentence(time, endsWords(event.id, event, options), `still silent: ${lines[0]}`, width, (text) => text);
  return lines.flatMap((line) => hang(' '.repeat(time.length), line, width)).map((line) => paint(line, 'dim', colour));
}

/** What was told of the connection is taken back: it goes on as if nothing had been. */
export function goesOnLines(event: ConnectionEvent, options: OutputOptions): string[] {
  return sentence(
    `${clockTime(event.lastPacketAt)}  `,
    endsWords(event.id, event, options),
    'now: answered again, and goes on',
    options.width,
    (text) => text,
  );
}

/** A verdict as it falls. @param revised it was told otherwise before. */
export function verdictLines(event: ConnectionEvent, options: OutputOptions, revised: boolean): string[] {
  const { verdict } = event;
  const claim = `${glue(`${markOf(verdict.severity)} ${revised ? 'now: ' : ''}`)}${claimWords(event)}`;
  const time = `${clockTime(event.ended ?? event.lastPacketAt)}  `;
  const ends = endsWords(event.id, event, options);
  const lines = sentence(time, ends, claim, options.width, (text) =>
    paintSeverity(text, verdict.severity, options.colour),
  );
  const decisive = verdict.evidence.at(-1);
  // The evidence block will say it with all the rest.
  if (!decisive || options.verbose) return lines;
  const why = hang(' '.repeat(time.length), `${glue(`packet ${decisive.packet}:`)} ${decisive.says}`, options.width);
  const silence = event.final ? [] : silenceLines(event, options, false);
  const process = closerProcessWords(event);
  const gone = process ? hang(' '.repeat(time.length), process, options.width) : [];
  return [...lines, ...[...why, ...gone].map((line) => paint(line, 'dim', options.colour)), ...silence];
}

export function anomalyLines(event: AnomalyEvent, { width }: OutputOptions): string[] {
  const { at, connection, packet, from, id, title } = event;
  const which = glue(`#${connection}  packet ${packet}  ${from}`);
  return sentence(`${clockTime(at)}  `, which, `${title}${anomalyDetail(event)} (${id})`, width, (text) => text);
}

/** What makes it one, where there is more to say than its name. */
function anomalyDetail({ id, details }: AnomalyEvent): string {
  const { count, afterSeconds, expectedSeconds, behind, proof, reason, about } = details;
  const words = [
    id === 'tcp.duplicate-ack' && count !== undefined && `the ${ordinal(count)}`,
    id === 'tcp.retransmission.timeout' && count !== undefined && `the ${ordinal(count)} in a row`,
    reason?.replaceAll('-', ' '),
    id.startsWith('tcp.retransmission.') && afterSeconds !== undefined && glue(`after ${duration(afterSeconds)}`),
    expectedSeconds !== undefined && glue(`RTO ${duration(expectedSeconds)}`),
    behind !== undefined && glue(`${behind} B behind`),
    about !== undefined && glue(`that of packet ${about}`),
    proof && `shown by ${PROOFS[proof]}`,
  ].filter(Boolean);
  return words.length > 0 ? `: ${words.join(', ')}` : '';
}

export const PROOFS: Readonly<Record<NonNullable<AnomalyEvent['details']['proof']>, string>> = {
  'already-acknowledged': 'an earlier acknowledgement',
  dsack: 'a DSACK',
  timestamp: 'the timestamp it echoes',
  'original-acknowledged': 'an acknowledgement of what was not sent again',
};

export function ordinal(n: number): string {
  const last = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10;
  return `${n}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
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
