// What became of one frame: a small integer for the hot path, a dotted id for people.
//
// A frame that cannot be decoded is data, not an exception: it is counted by its id and shown in the summary.
// The ids are public (NDJSON, metrics, docs): add rows, never rename them.

/** Row: the public id, and whether the frame counts as undecodable in the summary. */
interface StatusRow {
  readonly id: string;
  readonly undecodable: boolean;
  readonly title: string;
}

/** Every outcome of decoding; a row's position is its `DecodeStatus`. */
export const DECODE_STATUSES = [
  { id: 'tcp', undecodable: false, title: 'TCP segment' },
  { id: 'icmp.error', undecodable: false, title: 'ICMP or ICMPv6 error quoting a TCP segment' },
  { id: 'neighbour', undecodable: false, title: 'ARP or neighbour discovery' },
  { id: 'other', undecodable: false, title: 'well-formed, and nothing tcpwatch follows' },
  { id: 'ip.later-fragment', undecodable: false, title: 'later fragment of an IP datagram: carries no TCP header' },
  { id: 'link.unsupported', undecodable: true, title: 'link type tcpwatch does not read' },
  { id: 'link.truncated', undecodable: true, title: 'cut off inside the link-layer header' },
  { id: 'link.invalid', undecodable: true, title: 'link-layer header contradicts itself' },
  { id: 'ip.truncated', undecodable: true, title: 'cut off inside the IP header' },
  { id: 'ip.bad-version', undecodable: true, title: 'IP version is not the one announced' },
  { id: 'ip.bad-header-length', undecodable: true, title: 'IP header length below the minimum or beyond the datagram' },
  { id: 'ip.bad-total-length', undecodable: true, title: 'IP total length smaller than its own header' },
  { id: 'ip.too-many-extensions', undecodable: true, title: 'IPv6 extension header chain beyond any honest length' },
  { id: 'tcp.truncated', undecodable: true, title: 'cut off inside the TCP header' },
  { id: 'tcp.bad-data-offset', undecodable: true, title: 'TCP data offset below 5 words or beyond the datagram' },
  { id: 'icmp.truncated', undecodable: true, title: 'cut off inside an ICMP error or the header it quotes' },
  { id: 'arp.truncated', undecodable: true, title: 'cut off inside an ARP packet' },
] as const satisfies readonly StatusRow[];

export type DecodeStatusId = (typeof DECODE_STATUSES)[number]['id'];

/** Index into {@link DECODE_STATUSES}. */
export type DecodeStatus = number;

const indexOf = (id: DecodeStatusId): DecodeStatus => DECODE_STATUSES.findIndex((row) => row.id === id);

/** The same outcomes by name, for code that answers or asks for one. */
export const Status = {
  TCP: indexOf('tcp'),
  ICMP_ERROR: indexOf('icmp.error'),
  NEIGHBOUR: indexOf('neighbour'),
  OTHER: indexOf('other'),
  IP_LATER_FRAGMENT: indexOf('ip.later-fragment'),
  LINK_UNSUPPORTED: indexOf('link.unsupported'),
  LINK_TRUNCATED: indexOf('link.truncated'),
  LINK_INVALID: indexOf('link.invalid'),
  IP_TRUNCATED: indexOf('ip.truncated'),
  IP_BAD_VERSION: indexOf('ip.bad-version'),
  IP_BAD_HEADER_LENGTH: indexOf('ip.bad-header-length'),
  IP_BAD_TOTAL_LENGTH: indexOf('ip.bad-total-length'),
  IP_TOO_MANY_EXTENSIONS: indexOf('ip.too-many-extensions'),
  TCP_TRUNCATED: indexOf('tcp.truncated'),
  TCP_BAD_DATA_OFFSET: indexOf('tcp.bad-data-offset'),
  ICMP_TRUNCATED: indexOf('icmp.truncated'),
  ARP_TRUNCATED: indexOf('arp.truncated'),
} as const;
