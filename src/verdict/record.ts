// From a tracked connection to its public record: judged, put into words, with exact times.

import { ANOMALIES, type AnomalyId } from '../tcp/anomalies.js';
import type { Connection } from '../tcp/connection.js';
import { type Endpoint, isFinAcked, RESENT_SYN, SENT_FIN, SENT_SYN } from '../tcp/endpoint.js';
import { completenessOf, historyOf, zeekStateOf } from '../tcp/history.js';
import type { Neighbours } from '../tcp/neighbours.js';
import type { Notes } from '../tcp/notes.js';
import type { PacketClock } from '../tcp/packet-time.js';
import { timeoutNs } from '../tcp/round-trip.js';
import { seqDiff } from '../tcp/seq.js';
import { formatAddress } from '../wire/address.js';
import { vlanIds } from '../wire/vlan.js';
import { type Case, openCase, type ProcessAt, type Side } from './case.js';
import { classify, inWords, lookalikeWords, type Verdict } from './classify.js';
import { communityIdOf } from './community-id.js';
import { closedBy, endingOf, formOf } from './endings.js';
import { errorsOf } from './errors.js';
import type {
  AnomalyCount,
  ByEnd,
  ConnectionEvent,
  EndCounts,
  ErrorRecord,
  PeerAddress,
  RevisedRecord,
  RoundTripRecord,
  TimeoutsRecord,
  UnansweredRecord,
  VerdictRecord,
} from './events.js';
import { FACTS, type FactId, type FactRow } from './facts.js';
import type { HostCase } from './hosts/facts.js';
import { LOOKALIKES } from './lookalikes.js';

const SECOND_NS = 1e9;

export interface RecordContext {
  readonly clock: PacketClock;
  /** Packet time of the judgement. */
  readonly clockNs: number;
  readonly neighbours: Neighbours;
  readonly processAt: ProcessAt;
  readonly hostAt: (end: Endpoint) => HostCase | null;
}

/**
 * Judges a connection as it stands.
 * @param final nothing more will be added to it
 * @param revisedBy what its verdict changes of what was said before
 */
export function recordOf(
  connection: Connection,
  notes: Notes | undefined,
  context: RecordContext,
  final: boolean,
  revisedBy: (verdict: VerdictRecord) => RevisedRecord | null,
): ConnectionEvent {
  const { clock, clockNs } = context;
  const suspicions = openCase(connection, notes, clockNs, context.neighbours, context.processAt, context.hostAt);
  const { client, server } = connection;
  const time = (ns: number): string => clock.format(ns);
  const form = formOf(suspicions);
  const closer = closedBy(suspicions, form);
  const ending = endingOf(suspicions).id;
  const history = historyOf(connection);
  const ends = <T>(of: (end: Endpoint) => T): ByEnd<T> => ({ client: of(client), server: of(server) });
  const { survivor: clientSide, gone: serverSide } = suspicions.server;
  const sides = <T>(of: (side: Side) => T): ByEnd<T> => ({ client: of(clientSide), server: of(serverSide) });
  const verdict = verdictOf(classify(suspicions, closer), suspicions.server, suspicions.client, time);
  return {
    type: 'connection',
    id: connection.id,
    final,
    revision: connection.revision + 1,
    client: addressOf(connection, client),
    server: addressOf(connection, server),
    vlan: vlanIds(connection.vlanKey),
    roles: connection.roles,
    communityId: communityIdOf(connection),
    opened: time(connection.openedNs),
    ended: Number.isNaN(connection.endedNs) ? null : time(connection.endedNs),
    lastPacketAt: time(connection.lastNs),
    durationSeconds: Math.max(0, connection.lastNs - connection.openedNs) / SECOND_NS,
    firstPacket: connection.firstPacket,
    lastPacket: connection.lastPacket,
    states: ends((end) => end.stateNameAt(clockNs)),
    timeWait: client.waits ? (server.waits ? 'both' : 'client') : server.waits ? 'server' : null,
    ending,
    form: ending === 'closed' ? form : null,
    closedBy: closer,
    history,
    zeekState: zeekStateOf(history),
    completeness: completenessOf(history),
    counts: ends(countsOf),
    capturedTwice: connection.copies,
    unacknowledgedBytes: ends(unacknowledged),
    unanswered: ends(unanswered),
    rttSeconds: {
      client: seconds(connection.synAckNs, connection.handshakeNs, server.has(RESENT_SYN)),
      server: seconds(connection.openedNs, connection.synAckNs, client.has(RESENT_SYN)),
    },
    roundTrip: ends(roundTrip),
    timeouts: sides(timeouts),
    mostInFlight: ends((end) => end.mostInFlight),
    longestStallSeconds: ends((end) => end.stallNs / SECOND_NS),
    anomalies: sides(anomalies),
    processes: sides(({ program }) => program),
    verdict,
    revised: revisedBy(verdict),
  };
}

/** Address and port as one word, IPv6 in brackets (RFC 3986). */
export const placeOf = ({ address, port }: PeerAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** Both ends as the record has them. */
export const endsOf = (connection: Connection): ByEnd<PeerAddress> => ({
  client: addressOf(connection, connection.client),
  server: addressOf(connection, connection.server),
});

/** What it waits for an answer to; a single segment that was just sent is nothing to speak of. */
function unanswered(end: Endpoint): UnansweredRecord | null {
  if (end.unanswered < 2) return null;
  const seconds = Math.max(0, end.lastAskNs - end.unansweredNs) / SECOND_NS;
  return { segments: end.unanswered, seconds, packet: end.unansweredPacket };
}

function addressOf(connection: Connection, end: Endpoint): PeerAddress {
  const address = formatAddress(connection.ints, connection.ipVersion, connection.addressAt(end));
  return { address, port: connection.portOf(end) };
}

function countsOf(end: Endpoint): EndCounts {
  const { segments, bytes, retransmissions, duplicateAcks, outOfOrder, filledHoles, keepAlives, zeroWindows, resets } =
    end;
  return { segments, bytes, retransmissions, duplicateAcks, outOfOrder, filledHoles, keepAlives, zeroWindows, resets };
}

function saysOf(id: FactId, theCase: Case): string {
  const row: FactRow = FACTS[id];
  const clause = inWords(row.says, theCase.gone.role);
  const detail = row.detail?.(theCase);
  return detail ? `${clause} (${detail})` : clause;
}

function roundTrip(end: Endpoint): RoundTripRecord | null {
  if (end.roundTrips === 0) return null;
  return {
    samples: end.roundTrips,
    min: end.minRttNs / SECOND_NS,
    smoothed: end.srttNs / SECOND_NS,
    variation: end.rttVarNs / SECOND_NS,
    timeout: timeoutNs(end) / SECOND_NS,
  };
}

function timeouts({ notes: { recovery } }: Side): TimeoutsRecord | null {
  if (!recovery || recovery.timeouts === 0) return null;
  const { timeouts: count, shortestTimeoutNs, longestTimeoutNs } = recovery;
  return { count, shortest: shortestTimeoutNs / SECOND_NS, longest: longestTimeoutNs / SECOND_NS };
}

function anomalies({ notes: { tally = [] } }: Side): Partial<Record<AnomalyId, AnomalyCount>> {
  const counts: Partial<Record<AnomalyId, AnomalyCount>> = {};
  for (let at = 0; at < tally.length; at += 3) {
    // What was taken back may leave none.
    if (tally[at + 1] > 0) counts[ANOMALIES[tally[at]].id] = { segments: tally[at + 1], bytes: tally[at + 2] };
  }
  return counts;
}

/** Payload octets outstanding: SYN and FIN take sequence space but are none. */
function unacknowledged(end: Endpoint): number {
  let octets = end.outstanding;
  if (end.has(SENT_FIN) && !isFinAcked(end)) octets--;
  if (end.has(SENT_SYN) && seqDiff(end.sndUna, end.firstSeq) <= 0) octets--;
  return Math.max(0, octets);
}

/** A handshake half as round-trip time; null if a segment of it was resent (Karn) or not seen. */
function seconds(fromNs: number, toNs: number, ambiguous: boolean): number | null {
  const ns = toNs - fromNs;
  return ambiguous || Number.isNaN(ns) || ns < 0 ? null : ns / SECOND_NS;
}

function verdictOf(verdict: Verdict | null, server: Case, client: Case, time: (ns: number) => string): VerdictRecord {
  const errors = (theCase: Case): ErrorRecord[] =>
    errorsOf(theCase).map(({ call, error, when, dueNs }) => ({
      call,
      error,
      when,
      ...(dueNs === undefined ? {} : { dueAt: time(dueNs) }),
    }));
  // A program's errors come from the loss of the *other* end.
  const byEnd = { client: errors(server), server: errors(client) };
  if (!verdict) {
    return {
      scenario: null,
      end: null,
      document: null,
      title: 'no verdict',
      severity: 'notice',
      confidence: null,
      errors: byEnd,
      evidence: [],
      lookalikes: [],
    };
  }
  const { row, theCase } = verdict;
  const gone = theCase.gone.role;
  const place = placeOf(addressOf(theCase.connection, theCase.gone.end));
  return {
    scenario: row.id,
    end: verdict.end,
    document: row.document,
    title: inWords(row.title, gone),
    severity: row.severity,
    confidence: verdict.confidence,
    errors: byEnd,
    evidence: verdict.evidence.map(({ fact, moment }) => ({
      fact,
      packet: moment.packet,
      at: time(moment.timeNs),
      says: saysOf(fact, theCase),
    })),
    lookalikes: verdict.lookalikes.map(({ id, ofMotive = false }) => ({
      id,
      ofMotive,
      scenario: LOOKALIKES[id].scenario,
      ...lookalikeWords(id, gone, place),
    })),
  };
}
