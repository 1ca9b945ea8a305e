// The keywords of pcap-filter(7): those a filter here is made of, and those that ask about single packets or other
// protocols, which a filter on TCP connections cannot answer. Keywords are lower case, as in tcpdump.

import type { Direction } from './expression.js';

export type Protocol = 'tcp' | 'ip' | 'ip6';
export type IdType = 'host' | 'net' | 'port' | 'portrange';

export const IP_VERSION_BY_PROTOCOL: ReadonlyMap<string, number> = new Map([
  ['ip', 4],
  ['ip6', 6],
]);

const PROTOCOLS: ReadonlySet<string> = new Set<Protocol>(['tcp', 'ip', 'ip6']);
const ID_TYPES: ReadonlySet<string> = new Set<IdType>(['host', 'net', 'port', 'portrange']);
const DIRECTIONS: ReadonlySet<string> = new Set<Direction>(['src', 'dst']);

export function isProtocol(word: string): word is Protocol {
  return PROTOCOLS.has(word);
}

export function isIdType(word: string): word is IdType {
  return ID_TYPES.has(word);
}

export function isDirection(word: string): word is 'src' | 'dst' {
  return DIRECTIONS.has(word);
}

export function isQualifier(word: string): boolean {
  return isDirection(word) || isIdType(word);
}

const BEYOND: ReadonlySet<string> = new Set(
  `aarp action addr1 addr2 addr3 addr4 ah arp atalk bcc broadcast byte carp clnp connectmsg csnp decnet dir esis esp ether
  fddi fisu gateway geneve greater hdpc hfisu hlssu hmsu hopc hsio hsls icmp icmp6 ifindex ifname igmp igrp iih ilmic
  inbound ipx isis iso l1 l2 lane lat len less link llc lsp lssu metac metaconnect mopdl moprc mpls msu multicast netbeui
  oam oamf4 oamf4ec oamf4sc on opc outbound pim ppp pppoed pppoes proto protochain psnp ra radio rarp reason rnr rset
  ruleset rulenum sc sca sctp sio slip sls snp srnr stp subrulenum subtype ta tr type udp vci vlan vpi vrrp vxlan
  wlan`.split(/\s+/),
);

/** A word of pcap-filter(7) that no filter on connections can be made of. */
export function isBeyond(word: string): boolean {
  return BEYOND.has(word);
}

/** A protocol that a capture filter must let in, and whose packets a filter on connections takes in by itself. */
export const comesAlong = (word: string): boolean => ['icmp', 'icmp6', 'arp'].includes(word);

/** A word that is no ID unless a backslash escapes it. */
export function isKeyword(word: string): boolean {
  return isProtocol(word) || isQualifier(word) || word === 'mask' || isBeyond(word);
}
