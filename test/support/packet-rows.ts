// Conversations as captures: a row says when, who, what flags and how much; numbers and acknowledgements follow by themselves.
//
//   captureOf(conversation([[0, 'client', 'S'], [0.001, 'server', 'SA'], ...]))

import { ACK, FIN, PSH, RST, SYN } from '../../src/wire/segment.js';
import { type PcapRecord, pcapFile } from './captures.js';
import { ethernet, ipv4, ipv6, tcp } from './frames.js';

type Who = 'client' | 'server';

/**
 * Seconds, sender, flags (S F P R A) and octets of payload. `R` alone answers for no socket, `RA` comes from a live one.
 * A star behind the flags: the sender's last segment, RSTs apart, once more.
 */
export type Row = readonly [seconds: number, who: Who, flags: string, length?: number];

export interface Ends {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** Outermost first. */
  readonly vlans?: readonly number[];
  /** Added to the seconds of every row. */
  readonly from?: number;
}

const FLAGS: Readonly<Record<string, number>> = { S: SYN, F: FIN, P: PSH, R: RST, A: ACK };
/** 2026-11-22T12:00:00Z */
export const NOON = 1_795_348_800;

export function conversation(rows: readonly Row[], ends: Ends = {}): PcapRecord[] {
  const {
    client = '192.0.2.1',
    server = '198.51.100.2',
    clientPort = 40000,
    serverPort = 443,
    vlans = [],
    from = 0,
  } = ends;
  const isn = { client: 1000, server: 5000 };
  const next = { ...isn };
  const last = { ...isn };
  const tags = vlans.map((id) => ({ id }));
  return rows.map(([seconds, who, letters, length = 0]) => {
    const peer: Who = who === 'client' ? 'server' : 'client';
    const again = letters.endsWith('*');
    const flags = [...letters.replace('*', '')].reduce((bits, letter) => bits | FLAGS[letter], 0);
    if (!again && !(flags & RST)) last[who] = next[who];
    const acknowledges = (flags & ACK) !== 0;
    const bare = letters === 'R';
    const segment = tcp({
      sourcePort: who === 'client' ? clientPort : serverPort,
      destinationPort: who === 'client' ? serverPort : clientPort,
      // Who refuses has no numbers of its own.
      seq: letters === 'RA' && next[who] === isn[who] ? 0 : again ? last[who] : next[who],
      ack: acknowledges ? next[peer] : 0,
      flags,
      window: bare ? 0 : 502,
      payload: length,
    });
    if (!again) next[who] += length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0);
    const addresses =
      who === 'client' ? { source: client, destination: server } : { source: server, destination: client };
    const datagram = client.includes(':')
      ? ipv6(segment, addresses)
      : ipv4(segment, { ...addresses, id: bare ? 0 : 7 });
    const us = Math.round((seconds + from) * 1e6);
    return { seconds: NOON + Math.floor(us / 1e6), fraction: us % 1e6, data: ethernet(datagram, { vlans: tags }) };
  });
}

/** The frames of all conversations, by time. */
export function captureOf(...conversations: readonly (readonly PcapRecord[])[]): Uint8Array {
  const at = ({ seconds = 0, fraction = 0 }: PcapRecord): number => seconds + fraction / 1e6;
  return pcapFile({ records: conversations.flat().sort((a, b) => at(a) - at(b)) });
}

const OPENING: readonly Row[] = [
  [0, 'client', 'S'],
  [0.001, 'server', 'SA'],
  [0.002, 'client', 'A'],
  [0.003, 'client', 'PA', 18],
  [0.004, 'server', 'A'],
  [0.005, 'server', 'PA', 30],
  [0.006, 'client', 'A'],
];

/** Orderly, three segments, by the client. */
export const CLOSED: readonly Row[] = [
  ...OPENING,
  [0.1, 'client', 'FA'],
  [0.1001, 'server', 'FA'],
  [0.1002, 'client', 'A'],
];

/** The server's process dies; the client writes once more and meets no socket. */
export const KILLED: readonly Row[] = [
  ...OPENING,
  [0.1, 'server', 'FA'],
  [0.14, 'client', 'A'],
  [3.201118, 'client', 'PA', 19],
  [3.2012, 'server', 'R'],
];

/** An orderly close, and one RST more. */
export const LATE_RESET: readonly Row[] = [...CLOSED, [0.2, 'server', 'R']];

/** Nobody listens. */
export const REFUSED: readonly Row[] = [
  [0, 'client', 'S'],
  [0.0001, 'server', 'RA'],
];

/** The capture ends while both ends are well. */
export const OPEN: readonly Row[] = OPENING;
