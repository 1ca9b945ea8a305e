// ENDINGS: what is on the wire at the end of a connection: a fact, no inference. The first row that holds is the ending.

import { SENT_FIN } from '../tcp/endpoint.js';
import { type Case, decisiveReset, type Side, type Suspicions, wasOpen } from './case.js';
import { FACTS, type FactId } from './facts.js';

interface EndingRow {
  readonly id: string;
  /** As the table prints it. */
  readonly title: string;
  readonly meaning: string;
  /** Whether it holds with this end as the one that is gone; asked for either. */
  readonly holds: (theCase: Case) => boolean;
}

const sees = (theCase: Case, id: FactId): boolean => FACTS[id].find(theCase) !== null;

const finAndAck = ({ fin, finAcked }: Side): boolean => fin !== null && finAcked !== null;

/** RST of the gone end after its own FIN. */
const resetAfterFin = ({ gone }: Case): boolean => {
  const reset = decisiveReset(gone);
  return reset !== null && !gone.notes.gaveUp && gone.fin !== null && gone.fin.timeNs <= reset.timeNs;
};

const silent = (c: Case): boolean => sees(c, 'survivor-unanswered');

export const ENDINGS = [
  {
    id: 'refused',
    title: 'refused',
    meaning: 'RST to the SYN',
    holds: (c) => sees(c, 'syn-refused'),
  },
  {
    id: 'connect-unreachable',
    title: 'unreachable',
    meaning: 'ICMP, ARP or neighbour failure for the SYN',
    holds: (c) => sees(c, 'syn-unreachable') || sees(c, 'syn-neighbour-silent'),
  },
  {
    id: 'handshake-reset',
    title: 'reset in handshake',
    meaning: 'RST after the SYN-ACK or right after the final ACK, before data',
    holds: (c) => sees(c, 'reset-before-data'),
  },
  {
    id: 'connect-silent',
    title: 'no answer',
    meaning: 'SYN or SYN-ACK sent again, and nothing came back',
    holds: (c) => (!wasOpen(c) && c.survivor.end.unanswered >= 2) || sees(c, 'syn-ack-resent-after-ack'),
  },
  {
    id: 'reset-after-close',
    title: 'closed, late RST',
    meaning: 'both FINs acknowledged, then a stray RST: the close was orderly',
    holds: (c) => finAndAck(c.gone) && finAndAck(c.survivor) && c.gone.notes.lateReset !== undefined,
  },
  {
    id: 'closed',
    title: 'closed',
    meaning: 'both FINs sent and acknowledged',
    holds: (c) => finAndAck(c.gone) && finAndAck(c.survivor),
  },
  {
    id: 'reset-after-fin',
    title: 'reset after FIN',
    meaning: 'FIN, then data or FIN of the other end answered by RST',
    holds: resetAfterFin,
  },
  {
    id: 'fin-unacknowledged',
    title: 'last FIN unanswered',
    meaning: 'both FINs sent, the last never acknowledged: not a clean close',
    holds: (c) =>
      c.gone.end.has(SENT_FIN) && c.survivor.end.has(SENT_FIN) && !decisiveReset(c.gone) && !decisiveReset(c.survivor),
  },
  {
    id: 'unreachable',
    title: 'unreachable',
    meaning: 'segments unanswered, and ICMP, ARP or neighbour discovery says why',
    holds: (c) =>
      sees(c, 'neighbour-silent-to-survivor') ||
      (silent(c) && (sees(c, 'unreachable-by-icmp') || sees(c, 'filtered-by-icmp') || sees(c, 'neighbour-silent'))),
  },
  {
    id: 'silent',
    title: 'silent',
    meaning: 'segments of one end stay unanswered: three sends or more over three seconds or more',
    holds: silent,
  },
  {
    id: 'reset',
    title: 'reset',
    meaning: 'RST without a FIN from that end',
    holds: (c) => decisiveReset(c.gone) !== null,
  },
  {
    id: 'half-closed',
    title: 'half closed',
    meaning: 'one FIN, acknowledged; the other end still open',
    holds: (c) => finAndAck(c.gone) && !c.survivor.end.has(SENT_FIN),
  },
  {
    id: 'open',
    title: 'open',
    meaning:
      'not closed, not reset and not unanswered by the end of the capture; an idle connection whose host died looks the same',
    holds: () => true,
  },
] as const satisfies readonly EndingRow[];

export type EndingId = (typeof ENDINGS)[number]['id'];

/** The ending of a connection. */
export function endingOf({ server, client }: Suspicions): (typeof ENDINGS)[number] {
  return ENDINGS.find((row) => row.holds(server) || row.holds(client))!;
}

export type Closer = 'client' | 'server' | 'both';

export type CloseForm = 'four-segment' | 'three-segment' | 'simultaneous' | 'half-close';

/** How an orderly close went; null if it was none. */
export function formOf({ server, client }: Suspicions): CloseForm | null {
  const [a, b] = [client.gone, server.gone];
  if (!a.fin || !b.fin || !a.finAcked || !b.finAcked) return null;
  if (!a.fin.acknowledgesFin && !b.fin.acknowledgesFin) return 'simultaneous';
  if (a.notes.wroteAfterFin || b.notes.wroteAfterFin) return 'half-close';
  const second = b.fin.acknowledgesFin ? b.fin : a.fin;
  const firstAcked = b.fin.acknowledgesFin ? a.finAcked : b.finAcked;
  return firstAcked.packet === second.packet ? 'three-segment' : 'four-segment';
}

/** Who ended it: the end whose FIN or RST came first. */
export function closedBy({ server, client }: Suspicions, form: CloseForm | null): Closer | null {
  if (form === 'simultaneous') return 'both';
  const when = ({ notes, fin }: Side): number => {
    const reset = notes.reset?.accepted && !notes.gaveUp ? notes.reset.timeNs : Number.POSITIVE_INFINITY;
    return Math.min(fin?.timeNs ?? Number.POSITIVE_INFINITY, reset);
  };
  const [c, s] = [when(client.gone), when(server.gone)];
  if (c === Number.POSITIVE_INFINITY && s === Number.POSITIVE_INFINITY) return null;
  return c < s ? 'client' : 'server';
}
