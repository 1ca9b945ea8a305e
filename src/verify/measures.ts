// MEASURES: what of a connection, or of the whole run, can have a limit. A row is a name and how it is read from the record;
// every anomaly of the table (`tcpwatch explain`) is one too.

import { ANOMALIES } from '../tcp/anomalies.js';
import type { AnomalyCount, ByEnd, ConnectionEvent, SummaryEvent } from '../verdict/events.js';

/** `segments` can also be a share of all segments of the connection. */
export type MeasureKind = 'segments' | 'seconds' | 'count';

interface Row {
  readonly kind: MeasureKind;
  readonly meaning: string;
}

export interface ConnectionMeasure extends Row {
  /** null: it cannot be told of this connection. */
  readonly of: (record: ConnectionEvent) => number | null;
}

export interface RunMeasure extends Row {
  readonly of: (summary: SummaryEvent) => number;
}

const most = ({ client, server }: ByEnd<number>): number => Math.max(client, server);

export const CONNECTION_MEASURES = {
  retransmissions: {
    kind: 'segments',
    meaning: 'segments that either end sent again',
    of: ({ counts: { client, server } }) => client.retransmissions + server.retransmissions,
  },
  rtt: {
    kind: 'seconds',
    meaning: 'shortest round trip between the ends',
    // Halves, as seen from where the capture was made. The shortest: an acknowledgement that is held back is no slow path.
    of: ({ roundTrip: { client, server } }) => (client || server ? (client?.min ?? 0) + (server?.min ?? 0) : null),
  },
  stall: {
    kind: 'seconds',
    meaning: 'longest silence of both ends while data of one was outstanding',
    of: ({ longestStallSeconds }) => most(longestStallSeconds),
  },
  duration: {
    kind: 'seconds',
    meaning: 'from the first packet to the last',
    of: ({ durationSeconds }) => durationSeconds,
  },
} as const satisfies Record<string, ConnectionMeasure>;

export const RUN_MEASURES = {
  connections: {
    kind: 'count',
    meaning: 'connections seen',
    of: ({ connections }) => connections.total,
  },
  dropped: {
    kind: 'count',
    meaning: 'packets that the capture lost',
    of: ({ droppedByKernel, droppedByInterface, droppedByUs }) =>
      (droppedByKernel ?? 0) + (droppedByInterface ?? 0) + droppedByUs,
  },
} as const satisfies Record<string, RunMeasure>;

/** The measure with this name; null if there is none. */
export function connectionMeasure(name: string): ConnectionMeasure | null {
  if (Object.hasOwn(CONNECTION_MEASURES, name)) return CONNECTION_MEASURES[name as keyof typeof CONNECTION_MEASURES];
  if (!ANOMALIES.some(({ id }) => id === name)) return null;
  const segments = (counts: Readonly<Record<string, AnomalyCount>>): number => counts[name]?.segments ?? 0;
  return {
    kind: 'segments',
    meaning: 'segments of this class, of either end',
    of: ({ anomalies: { client, server } }) => segments(client) + segments(server),
  };
}

export function runMeasure(name: string): RunMeasure | null {
  return Object.hasOwn(RUN_MEASURES, name) ? RUN_MEASURES[name as keyof typeof RUN_MEASURES] : null;
}
