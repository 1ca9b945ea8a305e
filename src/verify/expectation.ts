// What is expected of a capture (`NAME.expect.json` beside it): the part of its records that matters, or what really happened.
//
//   { "filter": "port 9998", "connections": [{ "verdict": { "scenario": "normal-close" } }], "summary": { "packets": 12 } }
//
// Described by expect.schema.json. Of a record only the keys given are compared; the connections listed must be all there are,
// in the order in which they opened (`filter` chooses), and so the hosts.

import type { ConnectionEvent, HostEvent, SummaryEvent } from '../verdict/events.js';
import { placeOf } from '../verdict/record.js';
import { align, type Pair } from './align.js';
import { differences, type Expected, isRecord } from './differences.js';
import { holdsTruth, type Truth } from './holds-truth.js';
import type { Outcome } from './outcome.js';

export type ConnectionExpectation = Expected<ConnectionEvent> & {
  /** What really happened: the verdict must be that, or say that it could be. */
  readonly truth?: Pick<Truth, 'scenario'> & {
    readonly end?: Truth['end'];
    /** The packets need not show anything of it: no verdict is honest too. */
    readonly orSilence?: boolean;
  };
};

export interface Expectation {
  readonly $schema?: string;
  /** pcap-filter text: only these connections are looked at. */
  readonly filter?: string;
  readonly connections?: readonly ConnectionExpectation[];
  readonly hosts?: readonly Expected<HostEvent>[];
  readonly summary?: Expected<SummaryEvent>;
}

/** A text that is no expectation; the message says why. */
export class ExpectationError extends Error {}

const isText = (value: unknown): value is string => typeof value === 'string';
const isListOfObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isRecord);
const TRUTH_KEYS = ['scenario', 'end', 'orSilence'];
const tellsTruth = ({ truth }: Readonly<Record<string, unknown>>): boolean =>
  truth === undefined ||
  (isRecord(truth) && 'scenario' in truth && Object.keys(truth).every((key) => TRUTH_KEYS.includes(key)));
const areConnections = (value: unknown): boolean =>
  Array.isArray(value) && value.every((entry) => isRecord(entry) && tellsTruth(entry));

/** Every key, what it must be, and how that is said. A misspelt key would expect nothing and always hold. */
const KEYS: Readonly<Record<keyof Expectation, readonly [is: (value: unknown) => boolean, says: string]>> = {
  $schema: [isText, 'a string'],
  filter: [isText, 'a string'],
  connections: [areConnections, `a list of objects, with the truth as an object of ${TRUTH_KEYS.join(', ')}`],
  hosts: [isListOfObjects, 'a list of objects'],
  summary: [isRecord, 'an object'],
};

/** @throws ExpectationError */
export function parseExpectation(text: string): Expectation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ExpectationError(`not JSON: ${(error as Error).message}`);
  }
  if (!isRecord(value)) throw new ExpectationError('not a JSON object');
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(KEYS, key))
      throw new ExpectationError(`${JSON.stringify(key)} is not one of ${Object.keys(KEYS).join(', ')}`);
    const [is, says] = KEYS[key as keyof Expectation];
    if (!is(given)) throw new ExpectationError(`${key} must be ${says}`);
  }
  if (!('connections' in value) && !('hosts' in value) && !('summary' in value))
    throw new ExpectationError('nothing is expected: give connections, hosts or summary');
  return value;
}

/** One line a difference, in words; none if the expectation holds. */
export function compare({ connections, hosts, summary }: Expectation, outcome: Outcome): string[] {
  return [
    ...(connections ? compareLists(connections, outcome.connections, CONNECTIONS) : []),
    ...(hosts ? compareLists(hosts, outcome.hosts, HOSTS) : []),
    ...(summary ? differences('summary', summary, outcome.summary) : []),
  ];
}

/** How the entries of a list are compared and called. */
export interface Kind<E, R> {
  readonly word: string;
  readonly compare: (expected: E, record: R) => string[];
  /** What it is and what came of it. */
  readonly says: (record: R) => string;
}

export const CONNECTIONS: Kind<ConnectionExpectation, ConnectionEvent> = {
  word: 'connection',
  compare: ({ truth, ...expected }, record) => [
    ...differences(nameOf(record), expected, record),
    ...(truth ? truthDifferences(truth, record) : []),
  ],
  says: (record) => `${nameOf(record)}, ${record.verdict.scenario ?? record.ending},`,
};

export const HOSTS: Kind<Expected<HostEvent>, HostEvent> = {
  word: 'host',
  compare: (expected, host) => differences(`host ${host.address}`, expected, host),
  says: ({ address, event }) => `host ${address}, ${event},`,
};

function compareLists<E, R>(expected: readonly E[], records: readonly R[], kind: Kind<E, R>): string[] {
  return alignBy(kind, expected, records).flatMap(([entry, record]) => {
    if (record === null) return [`a ${kind.word} is missing: ${shortened(JSON.stringify(entry))}`];
    if (entry === null) return [`${kind.says(record)} was not expected`];
    return kind.compare(entry, record);
  });
}

/** Which entry is about which record. */
export const alignBy = <E, R>({ compare }: Kind<E, R>, entries: readonly E[], records: readonly R[]): Pair<E, R>[] =>
  align(entries, records, (entry, record) => compare(entry, record).length === 0);

const nameOf = ({ id, client, server }: ConnectionEvent): string =>
  `connection #${id} ${placeOf(client)} → ${placeOf(server)}`;

function truthDifferences(truth: NonNullable<ConnectionExpectation['truth']>, record: ConnectionEvent): string[] {
  const { scenario, end = null, orSilence = false } = truth;
  if (holdsTruth(record, { scenario, end }, orSilence)) return [];
  const { verdict } = record;
  const happened = [scenario ?? 'nothing to speak of', end && `of the ${end}`].filter(Boolean).join(' ');
  const said = [verdict.scenario ?? 'no verdict', verdict.end && `of the ${verdict.end}`, verdict.confidence];
  return [`${nameOf(record)}: truth: ${happened} happened, ${said.filter(Boolean).join(' ')} was said`];
}

const MOST_CHARACTERS = 200;
const shortened = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
