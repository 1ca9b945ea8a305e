// One connection as a case to be judged, with a suspicion: which end is gone, and which survived it.
//
// Facts are told by role (gone / survivor), so that a dying client needs no second row. Reads the tracker's records;
// changes nothing; knows packet time only.

import { type Connection, HANDSHAKE_DONE, HIGH_SPOKE_FIRST, MID_STREAM, SPOKE } from '../tcp/connection.js';
import { type Endpoint, type Fin, finAckedOf, finOf, OWES_ANSWER } from '../tcp/endpoint.js';
import type { Neighbours, Unanswered } from '../tcp/neighbours.js';
import { EndNotes, type Moment, type Notes, type ResetNote } from '../tcp/notes.js';
import type { ProcessRecord } from './events.js';
import type { HostCase } from './hosts/facts.js';

export type Role = 'client' | 'server';

/** One end of the connection under its role. */
export interface Side {
  readonly role: Role;
  readonly end: Endpoint;
  readonly notes: EndNotes;
  /** Its FIN, and the first acknowledgement of that; null: none. */
  readonly fin: Fin | null;
  readonly finAcked: Moment | null;
  /** The program at this end; null: not known. */
  readonly program: ProcessRecord | null;
}

/** Who is at an end of the connection that is being judged, where that can be known. */
export type ProcessAt = (role: Role) => ProcessRecord | null;

export interface Case {
  readonly connection: Connection;
  readonly gone: Side;
  readonly survivor: Side;
  /** Packet time of the judgement, nanoseconds since the base. */
  readonly clockNs: number;
  readonly neighbours: Neighbours;
  /** What is known of the host of the gone end; null: nothing. */
  readonly host: HostCase | null;
}

/** The same connection under both suspicions. */
export interface Suspicions {
  readonly server: Case;
  readonly client: Case;
}

const NO_NOTES = new EndNotes();

export function openCase(
  connection: Connection,
  notes: Notes | undefined,
  clockNs: number,
  neighbours: Neighbours,
  processAt: ProcessAt = () => null,
  hostAt: (end: Endpoint) => HostCase | null = () => null,
): Suspicions {
  const side = (role: Role, end: Endpoint): Side => ({
    role,
    end,
    notes: (end === connection.low ? notes?.low : notes?.high) ?? NO_NOTES,
    fin: finOf(end),
    finAcked: finAckedOf(end),
    program: processAt(role),
  });
  const client = side('client', connection.client);
  const server = side('server', connection.server);
  return {
    server: { connection, clockNs, neighbours, gone: server, survivor: client, host: hostAt(server.end) },
    client: { connection, clockNs, neighbours, gone: client, survivor: server, host: hostAt(client.end) },
  };
}

/** Whether the connection ever carried, or could carry, data. */
export function wasOpen({ connection }: Case): boolean {
  if (connection.has(MID_STREAM) || connection.has(HANDSHAKE_DONE)) return true;
  const heard = ({ segments, resets }: Endpoint): boolean => segments > resets;
  return connection.has(SPOKE) && heard(connection.client) && heard(connection.server);
}

/** Whether this side spoke first; the other one is the end that owes answers. */
export function spokeFirst({ connection }: Case, side: Side): boolean {
  return connection.has(SPOKE) && connection.has(HIGH_SPOKE_FIRST) === (side.end === connection.high);
}

/** Whether it was this side's turn to answer when the capture last saw it. */
export function owesAnswer(theCase: Case, side: Side): boolean {
  return side.end.has(OWES_ANSWER) && !spokeFirst(theCase, side);
}

/** The RST in the name of this side that ended the connection; null if none did. */
export function decisiveReset(side: Side): ResetNote | null {
  const { reset } = side.notes;
  return reset?.accepted ? reset : null;
}

/** Neighbour questions about the gone end that nobody answered since it was last heard. @param by who must have asked. */
export function neighbourSilence(theCase: Case, by: 'anyone' | 'survivor' | 'others'): Unanswered | null {
  const { connection, gone, survivor, neighbours } = theCase;
  if (neighbours.allAnswered) return null;
  const { ints, ipVersion, vlanKey } = connection;
  const since = gone.end.segments > 0 ? gone.end.lastNs : connection.openedNs;
  const target = { words: ints, at: connection.addressAt(gone.end), ipVersion, vlanKey };
  const asker = { words: ints, at: connection.addressAt(survivor.end) };
  return neighbours.unanswered(target, since, by === 'anyone' ? null : { ...asker, except: by === 'others' });
}
