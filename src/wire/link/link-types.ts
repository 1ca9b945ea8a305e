// The link types tcpwatch reads: a new one is a decoder in this folder and a row here.
//
// Numbers and names: https://www.tcpdump.org/linktypes.html. Names are those of `tcpdump -L`, without LINKTYPE_ or DLT_.

import { decodeIp } from '../ip.js';
import { decodeIpv4 } from '../ipv4.js';
import { decodeIpv6 } from '../ipv6.js';
import { decodePppoeSession } from '../pppoe.js';
import type { Segment } from '../segment.js';
import type { DecodeStatus } from '../status.js';
import { decodeCiscoHdlc } from './cisco-hdlc.js';
import { decodeEthernet } from './ethernet.js';
import { decodeLoop, decodeNull } from './loopback.js';
import { decodePpp, decodePppSerial } from './ppp.js';
import { decodeSll } from './sll.js';
import { decodeSll2 } from './sll2.js';

/** Reads one frame's link-layer header and all within; decode.ts says what `at`, `end` and `wireEnd` are. */
export type LinkDecoder = (
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
) => DecodeStatus;

export interface LinkTypeRow {
  /** LINKTYPE_ values. */
  readonly numbers: readonly number[];
  readonly name: string;
  readonly title: string;
  readonly decode: LinkDecoder;
}

export const LINK_TYPES = [
  { numbers: [1], name: 'EN10MB', title: 'Ethernet', decode: decodeEthernet },
  { numbers: [113], name: 'LINUX_SLL', title: 'Linux cooked v1', decode: decodeSll },
  { numbers: [276], name: 'LINUX_SLL2', title: 'Linux cooked v2', decode: decodeSll2 },
  { numbers: [0], name: 'NULL', title: 'BSD loopback', decode: decodeNull },
  { numbers: [108], name: 'LOOP', title: 'OpenBSD loopback', decode: decodeLoop },
  // 101 is the number for files; 12 and 14 are what BSDs wrote before files had numbers of their own.
  { numbers: [101, 12, 14], name: 'RAW', title: 'Raw IP', decode: decodeIp },
  { numbers: [228], name: 'IPV4', title: 'Raw IPv4', decode: decodeIpv4 },
  { numbers: [229], name: 'IPV6', title: 'Raw IPv6', decode: decodeIpv6 },
  { numbers: [9], name: 'PPP', title: 'PPP', decode: decodePpp },
  { numbers: [50], name: 'PPP_SERIAL', title: 'PPP over serial', decode: decodePppSerial },
  { numbers: [51], name: 'PPP_ETHER', title: 'PPPoE', decode: decodePppoeSession },
  { numbers: [104], name: 'C_HDLC', title: 'Cisco HDLC', decode: decodeCiscoHdlc },
] as const satisfies readonly LinkTypeRow[];

/** The decoder of each link type by its number; null where there is none. */
export const LINK_DECODERS: readonly (LinkDecoder | null)[] = indexByNumber(LINK_TYPES);

function indexByNumber(rows: readonly LinkTypeRow[]): (LinkDecoder | null)[] {
  const numbers = rows.flatMap((row) => row.numbers);
  const decoders = new Array<LinkDecoder | null>(Math.max(...numbers) + 1).fill(null);
  for (const row of rows) for (const number of row.numbers) decoders[number] = row.decode;
  return decoders;
}

/** The row of a LINKTYPE_ value, for messages; undefined if tcpwatch does not read it. */
export function linkTypeRow(linkType: number): LinkTypeRow | undefined {
  const rows: readonly LinkTypeRow[] = LINK_TYPES;
  return rows.find((row) => row.numbers.includes(linkType));
}
