// An expectation made new from what came out: what it speaks of stays what it speaks of, with the values of now.

import type { ConnectionEvent, HostEvent, SummaryEvent } from '../verdict/events.js';
import { type Expected, isRecord } from './differences.js';
import { alignBy, CONNECTIONS, type ConnectionExpectation, type Expectation, HOSTS, type Kind } from './expectation.js';
import type { Outcome } from './outcome.js';

/** @param before null: there was none, and what most care for is expected: which server, and how it ended. */
export function refreshed(before: Expectation | null, outcome: Outcome): Expectation {
  if (!before) {
    const { connections, hosts } = outcome;
    return { connections: connections.map(whatMatters), ...(hosts.length > 0 ? { hosts: hosts.map(ofHost) } : {}) };
  }
  const { connections, hosts, summary } = before;
  return {
    ...before,
    ...(connections
      ? { connections: follow(connections, outcome.connections, CONNECTIONS, refreshedConnection, whatMatters) }
      : {}),
    ...(hosts ? { hosts: follow(hosts, outcome.hosts, HOSTS, sameParts<Expected<HostEvent>>, ofHost) } : {}),
    ...(summary ? { summary: sameParts<Expected<SummaryEvent>>(summary, outcome.summary) } : {}),
  };
}

const whatMatters = ({
  server,
  ending,
  verdict: { scenario, end, confidence },
}: ConnectionEvent): ConnectionExpectation => ({
  server,
  ending,
  verdict: { scenario, end, confidence },
});

const ofHost = ({ address, event, conclusion }: HostEvent): Expected<HostEvent> => ({
  address,
  event,
  conclusion: conclusion && { confidence: conclusion.confidence },
});

/** Entries that are no longer there go, and new ones come. */
function follow<E, R>(
  before: readonly E[],
  records: readonly R[],
  kind: Kind<E, R>,
  refresh: (entry: E, record: R) => E,
  fresh: (record: R) => E,
): E[] {
  return alignBy(kind, before, records).flatMap(([entry, record]) =>
    record === null ? [] : [entry === null ? fresh(record) : refresh(entry, record)],
  );
}

/** What really happened does not change with what is said of it. */
function refreshedConnection(
  { truth, ...parts }: ConnectionExpectation,
  record: ConnectionEvent,
): ConnectionExpectation {
  return { ...(truth ? { truth } : {}), ...sameParts<Expected<ConnectionEvent>>(parts, record) };
}

/** The parts of `actual` that `expected` names. */
function sameParts<T>(expected: T, actual: unknown): T {
  if (Array.isArray(expected) && Array.isArray(actual))
    return actual.map((entry, n) => (n < expected.length ? sameParts(expected[n], entry) : entry)) as T;
  if (!isRecord(expected) || !isRecord(actual)) return actual as T;
  const named = Object.keys(expected).filter((key) => Object.hasOwn(actual, key));
  return Object.fromEntries(named.map((key) => [key, sameParts(expected[key], actual[key])])) as T;
}
