// How each status of a frame arises, and what to do where it is more than nothing.

import type { DecodeStatusId } from '../../wire/status.js';

export interface StatusNote {
  /** How it arises. */
  readonly says: string;
  /** What to do; null: nothing. */
  readonly first: string | null;
}

const SNAPLEN = 'The snaplen of the capture: 128 octets hold all headers; tcpdump without -s keeps all.';
const FEW_OR_MANY =
  'How many: a few are broken or hostile packets, and harm nothing here; many, or all, mean that the link type of the file is not what the frames are.';

export const STATUS_NOTES: Readonly<Record<DecodeStatusId, StatusNote>> = {
  tcp: { says: 'Ethernet or another link, IPv4 or IPv6 and TCP were read to the end of their headers.', first: null },
  'icmp.error': {
    says: 'A router or a host reports what became of a segment: unreachable, prohibited, time exceeded, too big. It is evidence for the connection it quotes.',
    first: null,
  },
  neighbour: {
    says: 'ARP, or neighbour solicitation and advertisement of IPv6: who asks its link for whom, and who answers. A host that is not there answers none.',
    first: null,
  },
  other: { says: 'UDP, ICMP echo, routing, spanning tree and whatever else is on a network.', first: null },
  'ip.later-fragment': {
    says: 'IP cut a datagram in pieces, and only the first has the TCP header. Seldom: TCP makes segments that fit, unless a tunnel on the way has a smaller MTU and lets IP fragment.',
    first:
      'Its segments look shorter than they were, so holes are told where nothing is missing: the MTU of tunnels, and MSS clamping before them.',
  },
  'link.unsupported': {
    says: 'The file, or one interface of a pcapng, has a link type without a decoder: Wi-Fi with radio headers, USB, Bluetooth.',
    first: 'Capture on an interface with Ethernet, or on any: its frames are "Linux cooked".',
  },
  'link.truncated': {
    says: 'The frame ends within its Ethernet, VLAN, MPLS, PPP or cooked header: a damaged file, or a snaplen of a few octets.',
    first: SNAPLEN,
  },
  'link.invalid': {
    says: 'A loopback header names no address family that exists, or PPPoE has a version that does not.',
    first: FEW_OR_MANY,
  },
  'ip.truncated': {
    says: 'The snaplen, or a damaged frame, ends within the IP header or its options.',
    first: SNAPLEN,
  },
  'ip.bad-version': {
    says: 'The link says IPv4 or IPv6, and the first four bits of the packet say something else: damage, or a header between them that nobody announced.',
    first: FEW_OR_MANY,
  },
  'ip.bad-header-length': {
    says: 'IPv4 with IHL below 5, or longer than the packet: damaged, or made by hand.',
    first: FEW_OR_MANY,
  },
  'ip.bad-total-length': {
    says: 'A packet that says to be shorter than its own header (0 is taken as "to the end of the frame": segmentation offload leaves that). Damaged, or made by hand.',
    first: FEW_OR_MANY,
  },
  'ip.too-many-extensions': {
    says: 'So many IPv6 extension headers as nobody sends in earnest: a probe, or an attempt to get past a filter.',
    first: 'Who sends it: a firewall should drop such packets.',
  },
  'tcp.truncated': {
    says: 'The snaplen, or a first fragment of a few octets, ends within the TCP header.',
    first: SNAPLEN,
  },
  'tcp.bad-data-offset': {
    says: 'A data offset below 5 words, or beyond the packet: damaged, or a probe. A receiver drops it, so it is part of no connection here either.',
    first: FEW_OR_MANY,
  },
  'icmp.truncated': {
    says: 'The error, or the IP and TCP headers it quotes, is cut off. Routers quote at least 8 octets of TCP, which is enough; a small snaplen is not.',
    first: SNAPLEN,
  },
  'arp.truncated': {
    says: 'The frame ends within the 28 octets of ARP: damaged, or a snaplen of a few octets.',
    first: SNAPLEN,
  },
};
