// From a judged connection to its public record: put into words, with exact times.

import { ANOMALIES, type AnomalyId } from '../tcp/anomalies.js';
import type { Connection } from '../tcp/connection.js';
import { type Endpoint, isFinAcked, RESENT_SYN, SENT_FIN, SENT_SYN } from '../tcp/endpoint.js';
import { completenessOf, historyOf, zeekStateOf } from '../tcp/history.js';
import type { PacketClock } from '../tcp/packet-time.js';
import type { Recovery } from '../tcp/recovery.js';
import { timeoutNs } from '../tcp/round-trip.js';
import { seqDiff } from '../tcp/seq.js';
import { formatAddress } from '../wire/address.js';
import { vlanIds } from '../wire/vlan.js';
import type { ProcessAt, Role } from './case.js';
import { type Evidence, inWords, lookalikeWords } from './classify.js';
import { communityIdOf } from './community-id.js';
import type { ProgramError } from './errors.js';
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
import { FACTS, type FactRow } from './facts.js';
import type { Judgement } from './judgement.js';
import { LOOKALIKES } from './lookalikes.js';

const SECOND_NS = 1e9;

/** What the record tells of an end beyond its numbers; EndNotes has it. */
export interface Tallies {
  /** Anomalies of what it sent: row, segments and octets in turn. */
  readonly tally: readonly number[] | undefined;
  readonly recovery: Pick<Recovery, 'timeouts' | 'shortestTimeoutNs' | 'longestTimeoutNs'> | undefined;
}

export interface Wording {
  readonly clock: PacketClock;
  readonly processAt: ProcessAt;
  /** Nothing more will be added to the connection. */
  readonly final: boolean;
  /** What its verdict changes of what was said before. */
  readonly revisedBy: (verdict: VerdictRecord) => RevisedRecord | null;
}

/** The record of a connection that has been judged as it stands. */
export function recordOf(
  connection: Connection,
  notes: { readonly low: Tallies; readonly high: Tallies } | undefined,
  judgement: Judgement,
  { clock, processAt, final, revisedBy }: Wording,
): ConnectionEvent {
  const { client, server } = connection;
  const time = (ns: number): string => clock.format(ns);
  const history = historyOf(connection);
  const ends = <T>(of: (end: Endpoint) => T): ByEnd<T> => ({ client: of(client), server: of(server) });
  const tallied = <T>(of: (tallies: Tallies | undefined) => T): ByEnd<T> =>
    ends((end) => of(end === connection.low ? notes?.low : notes?.high));
  const verdict = verdictOf(connection, judgement, time);
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
    states: ends((end) => end.stateNameAt(judgement.clockNs)),
    timeWait: client.waits ? (server.waits ? 'both' : 'client') : server.waits ? 'server' : null,
    ending: judgement.ending,
    form: judgement.form,
    closedBy: judgement.closedBy,
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
    timeouts: tallied(timeouts),
    mostInFlight: ends((end) => end.mostInFlight),
    longestStallSeconds: ends((end) => end.stallNs / SECOND_NS),
    anomalies: tallied(anomalies),
    processes: { client: processAt('client'), server: processAt('server') },
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

function saysOf({ fact, detail }: Evidence, gone: Role): string {
  const row: FactRow = FACTS[fact];
  const clause = inWords(row.says, gone);
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

function timeouts(tallies: Tallies | undefined): TimeoutsRecord | null {
  const recovery = tallies?.recovery;
  if (!recovery || recovery.timeouts === 0) return null;
  const { timeouts: count, shortestTimeoutNs, longestTimeoutNs } = recovery;
  return { count, shortest: shortestTimeoutNs / SECOND_NS, longest: longestTimeoutNs / SECOND_NS };
}

function anomalies(tallies: Tallies | undefined): Partial<Record<AnomalyId, AnomalyCount>> {
  const tally = tallies?.tally ?? [];
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

function errorsOf(errors: readonly ProgramError[], time: (ns: number) => string): ErrorRecord[] {
  return errors.map(({ call, error, when, dueNs }) => ({
    call,
    error,
    when,
    ...(dueNs === undefined ? {} : { dueAt: time(dueNs) }),
  }));
}

function verdictOf(
  connection: Connection,
  { verdict, errors }: Judgement,
  time: (ns: number) => string,
): VerdictRecord {
  const byEnd = { client: errorsOf(errors.client, time), server: errorsOf(errors.server, time) };
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
  const { row, gone } = verdict;
  const place = placeOf(addressOf(connection, connection[gone]));
  return {
    scenario: row.id,
    end: row.symmetric ? null : gone,
    document: row.document,
    title: inWords(row.title, gone),
    severity: row.severity,
    confidence: verdict.confidence,
    errors: byEnd,
    evidence: verdict.evidence.map((one) => ({
      fact: one.fact,
      packet: one.moment.packet,
      at: time(one.moment.timeNs),
      says: saysOf(one, gone),
    })),
    lookalikes: verdict.lookalikes.map(({ id, ofMotive = false }) => ({
      id,
      ofMotive,
      scenario: LOOKALIKES[id].scenario,
      ...lookalikeWords(id, gone, place),
    })),
  };
}
