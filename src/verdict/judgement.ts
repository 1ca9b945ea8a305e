// What is decided about a connection: rows of the tables, moments and numbers. record.ts puts them into words, and may do so
// elsewhere: a judgement and the connection's numbers are all it takes.

import type { Connection } from '../tcp/connection.js';
import type { Endpoint } from '../tcp/endpoint.js';
import type { Neighbours } from '../tcp/neighbours.js';
import type { Notes } from '../tcp/notes.js';
import { openCase, type ProcessAt } from './case.js';
import { classify, type Verdict } from './classify.js';
import { type CloseForm, type Closer, closedBy, type EndingId, endingOf, formOf } from './endings.js';
import { errorsOf, type ProgramError } from './errors.js';
import type { ByEnd } from './events.js';
import type { HostCase } from './hosts/facts.js';

export interface Judgement {
  /** Packet time at which it was made, nanoseconds since the base. */
  readonly clockNs: number;
  readonly ending: EndingId;
  /** How an orderly close went; null: it was none. */
  readonly form: CloseForm | null;
  readonly closedBy: Closer | null;
  /** What each program saw or will see. */
  readonly errors: ByEnd<readonly ProgramError[]>;
  /** null: no scenario can be named honestly. */
  readonly verdict: Verdict | null;
}

/** What is known beside the connection itself. */
export interface Circumstances {
  /** Packet time of the judgement. */
  readonly clockNs: number;
  readonly neighbours: Neighbours;
  readonly processAt: ProcessAt;
  readonly hostAt: (end: Endpoint) => HostCase | null;
}

/** Judges a connection as it stands. */
export function judge(connection: Connection, notes: Notes | undefined, circumstances: Circumstances): Judgement {
  const { clockNs, neighbours, processAt, hostAt } = circumstances;
  const suspicions = openCase(connection, notes, clockNs, neighbours, processAt, hostAt);
  const form = formOf(suspicions);
  const closer = closedBy(suspicions, form);
  const ending = endingOf(suspicions).id;
  return {
    clockNs,
    ending,
    form: ending === 'closed' ? form : null,
    closedBy: closer,
    // A program's errors come from the loss of the *other* end.
    errors: { client: errorsOf(suspicions.server), server: errorsOf(suspicions.client) },
    verdict: classify(suspicions, closer),
  };
}
