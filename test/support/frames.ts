// Builds frames from the inside out, so that a test names the one or two fields it is about:
//
//   ethernet(ipv4(tcp({ flags: SYN, seq: 7 }), { ttl: 63 }), { vlans: [{ id: 5 }] })
//
// Every function gives the octets of its header followed by its payload. Checksums are left 0: nothing in wire/ reads them.
// Lengths are right unless a test overrides them. Addresses are text; documentation ranges are the defaults.

import { parseAddress } from '../../src/wire/address.js';
import { ACK } from '../../src/wire/segment.js';

export type Octets = Uint8Array;

/** IP protocol numbers and EtherTypes that tests name. */
export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17, IPV6_ROUTING: 43, IPV6_FRAGMENT: 44, ESP: 50, AH: 51, ICMPV6: 58 };
export const ETHER_TYPE = {
  IPV4: 0x0800,
  ARP: 0x0806,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  PPPOE: 0x8864,
  PROVIDER_BRIDGE: 0x88a8,
};

/** Numbers are octets. */
export function octets(...parts: readonly (number | Octets | readonly number[])[]): Octets {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}

/** Reads `'4500 003c'`; white space is free, and `#` starts a comment that runs to the end of the line. */
export function hex(text: string): Octets {
  const digits = text.replace(/#.*/g, '').replace(/\s+/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

/** The octets of an address: 4 or 16. */
export function address(text: string): number[] {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return [...parsed.words].slice(0, parsed.ipVersion === 4 ? 1 : 4).flatMap(u32);
}

export interface TcpFields {
  sourcePort: number;
  destinationPort: number;
  seq: number;
  ack: number;
  flags: number;
  window: number;
  /** Option octets; padded with zeros to whole words. */
  options: readonly number[];
  /** In words; by default what the options need. */
  dataOffset: number;
  /** Octets, or how many zeros. */
  payload: Octets | readonly number[] | number;
}

export function tcp(fields: Partial<TcpFields> = {}): Octets {
  const options = [...(fields.options ?? [])];
  while (options.length % 4 !== 0) options.push(0);
  const payload = fields.payload ?? 0;
  return octets(
    u16(fields.sourcePort ?? 40000),
    u16(fields.destinationPort ?? 443),
    u32(fields.seq ?? 1000),
    u32(fields.ack ?? 2000),
    (fields.dataOffset ?? 5 + options.length / 4) << 4,
    fields.flags ?? ACK,
    u16(fields.window ?? 502),
    u16(0),
    u16(0),
    options,
    typeof payload === 'number' ? new Uint8Array(payload) : payload,
  );
}

/** TCP options, as octets for {@link TcpFields.options}. */
export const option = {
  mss: (value: number): number[] => [2, 4, ...u16(value)],
  windowScale: (shift: number): number[] => [3, 3, shift],
  sackPermitted: (): number[] => [4, 2],
  /** Left and right edges in turn. */
  sack: (...edges: readonly number[]): number[] => [5, 2 + edges.length * 4, ...edges.flatMap(u32)],
  timestamps: (tsVal: number, tsEcr: number): number[] => [8, 10, ...u32(tsVal), ...u32(tsEcr)],
  nop: (): number[] => [1],
};

export interface Ipv4Fields {
  source: string;
  destination: string;
  protocol: number;
  ttl: number;
  id: number;
  version: number;
  options: readonly number[];
  /** In words; by default what the options need. */
  headerLength: number;
  totalLength: number;
  /** Fragment offset in octets. */
  fragmentOffset: number;
  moreFragments: boolean;
}

export function ipv4(payload: Octets, fields: Partial<Ipv4Fields> = {}): Octets {
  const options = fields.options ?? [];
  const words = 5 + options.length / 4;
  const flags = fields.moreFragments === true ? 0x2000 : 0;
  return octets(
    ((fields.version ?? 4) << 4) | (fields.headerLength ?? words),
    0,
    u16(fields.totalLength ?? words * 4 + payload.length),
    u16(fields.id ?? 7),
    u16(flags | ((fields.fragmentOffset ?? 0) / 8)),
    fields.ttl ?? 64,
    fields.protocol ?? PROTOCOL.TCP,
    u16(0),
    address(fields.source ?? '192.0.2.1'),
    address(fields.destination ?? '198.51.100.2'),
    options,
    payload,
  );
}

export interface Ipv6Fields {
  source: string;
  destination: string;
  /** Of the fixed header; what extension headers announce is up to them. */
  nextHeader: number;
  hopLimit: number;
  version: number;
  payloadLength: number;
}

export function ipv6(payload: Octets, fields: Partial<Ipv6Fields> = {}): Octets {
  return octets(
    (fields.version ?? 6) << 4,
    [0, 0, 0],
    u16(fields.payloadLength ?? payload.length),
    fields.nextHeader ?? PROTOCOL.TCP,
    fields.hopLimit ?? 64,
    address(fields.source ?? '2001:db8::1'),
    address(fields.destination ?? '2001:db8::2'),
    payload,
  );
}

/** Hop-by-hop, routing or destination options: `body` is padded so that the header is a multiple of 8 octets. */
export function extension(nextHeader: number, payload: Octets, body: readonly number[] = []): Octets {
  const padded = [...body];
  while ((padded.length + 2) % 8 !== 0) padded.push(0);
  return octets(nextHeader, (padded.length + 2) / 8 - 1, padded, payload);
}

export function fragmentHeader(nextHeader: number, payload: Octets, offset = 0, more = true): Octets {
  return octets(nextHeader, 0, u16(offset | (more ? 1 : 0)), u32(99), payload);
}

/** An ICMP or ICMPv6 error: type, code, four octets of rest (MTU), and the datagram it quotes. */
export function icmpError(type: number, code: number, quote: Octets, rest: readonly number[] = u32(0)): Octets {
  return octets(type, code, u16(0), rest, quote);
}

/** Neighbour solicitation (135) or advertisement (136). */
export function neighbour(type: number, target: string): Octets {
  return octets(type, 0, u16(0), u32(0), address(target));
}

export interface ArpFields {
  operation: number;
  sender: string;
  target: string;
  hardwareType: number;
  protocolType: number;
}

export function arp(fields: Partial<ArpFields> = {}): Octets {
  return octets(
    u16(fields.hardwareType ?? 1),
    u16(fields.protocolType ?? ETHER_TYPE.IPV4),
    6,
    4,
    u16(fields.operation ?? 1),
    [2, 0, 0, 0, 0, 1],
    address(fields.sender ?? '192.0.2.1'),
    [0, 0, 0, 0, 0, 0],
    address(fields.target ?? '192.0.2.2'),
  );
}

export interface VlanTag {
  id: number;
  priority?: number;
  /** EtherType that announces the tag. */
  type?: number;
}

export interface EthernetFields {
  /** Of the payload; by default what its first nibble says: IPv4 or IPv6. */
  type: number;
  /** Outermost first. */
  vlans: readonly VlanTag[];
}

export interface LinkAddresses {
  source: readonly number[];
  destination: readonly number[];
}

export function ethernet(payload: Octets, fields: Partial<EthernetFields & LinkAddresses> = {}): Octets {
  const { source = [2, 0, 0, 0, 0, 1], destination = [2, 0, 0, 0, 0, 2] } = fields;
  return octets(destination, source, typed(payload, fields));
}

/** Linux cooked capture v1. */
export function sll(payload: Octets, fields: Partial<EthernetFields> & { hardware?: number } = {}): Octets {
  return octets(u16(0), u16(fields.hardware ?? 1), u16(6), [2, 0, 0, 0, 0, 1, 0, 0], typed(payload, fields));
}

/** Linux cooked capture v2. */
export function sll2(payload: Octets, fields: Partial<EthernetFields> & { hardware?: number } = {}): Octets {
  const body = typed(payload, fields);
  const rest = [...u16(0), ...u32(2), ...u16(fields.hardware ?? 1), 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
  return octets(body.slice(0, 2), rest, body.slice(2));
}

/** VLAN tags, EtherType, payload: what Ethernet and cooked headers end with. */
function typed(payload: Octets, fields: Partial<EthernetFields>): Octets {
  const type = fields.type ?? (payload[0] >> 4 === 6 ? ETHER_TYPE.IPV6 : ETHER_TYPE.IPV4);
  const tags = (fields.vlans ?? []).map((tag) => [
    ...u16(tag.type ?? ETHER_TYPE.VLAN),
    ...u16(((tag.priority ?? 0) << 13) | tag.id),
  ]);
  return octets(...tags, u16(type), payload);
}

/** LLC and SNAP under an 802.3 length; give it to {@link ethernet} with `type: payload.length`. */
export function snap(payload: Octets, type = ETHER_TYPE.IPV4): Octets {
  return octets(0xaa, 0xaa, 0x03, [0, 0, 0], u16(type), payload);
}

/** Labels outermost first. */
export function mpls(payload: Octets, labels: readonly number[] = [16]): Octets {
  const entries = labels.map((label, index) => u32((label << 12) | (index === labels.length - 1 ? 0x100 : 0) | 64));
  return octets(...entries, payload);
}

export function pppoe(payload: Octets, protocol = 0x0021): Octets {
  return octets(0x11, 0, u16(1), u16(payload.length + 2), u16(protocol), payload);
}
