// Frames as they were on a wire, octet by octet. The datagrams were captured between two Linux 6.18 network namespaces.
// Link layers that those could not speak, the IPv6 chain and the short ICMP quote were written by hand after the RFCs; what
// is expected of every frame here is what tshark 4 and tcpdump 4.99 read in it.

import { expect, test } from 'vitest';
import { ACK, RST, SYN } from '../../src/wire/segment.js';
import { hex, octets } from '../support/frames.js';
import { type DecodedFrame, decodeOne, LINK } from './decode-one.js';

/** 192.0.2.1:41746 > 192.0.2.2:80 SYN, seq 2671523230, window 64240, mss 1460, SACK, TSval 1482480145, wscale 10. */
const SYN_DATAGRAM = hex(`
  4500 003c ae33 4000 4006 0885 c000 0201 c000 0202
  a312 0050 9f3c 359e 0000 0000 a002 faf0 8432 0000
  0204 05b4 0402 080a 585c da11 0000 0000 0103 030a`);

function expectSyn(decoded: DecodedFrame): void {
  expect(decoded).toMatchObject({
    status: 'tcp',
    source: '192.0.2.1',
    destination: '192.0.2.2',
    segment: {
      ipVersion: 4,
      ttl: 64,
      ipId: 0xae33,
      sourcePort: 41746,
      destinationPort: 80,
      seq: 2671523230 | 0,
      ack: 0,
      flags: SYN,
      window: 64240,
      payloadLength: 0,
      optionsLength: 20,
      mss: 1460,
      windowScaleShift: 10,
      sackPermitted: true,
      hasTimestamps: true,
      tsVal: 1482480145,
      tsEcr: 0,
    },
  });
}

const FRAMES = [
  { name: 'Ethernet', linkType: LINK.ETHERNET, header: '020000000002 020000000001 0800', vlans: [] },
  {
    name: 'VLAN 5, priority 3',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 8100 6005 0800',
    vlans: [5],
  },
  {
    name: 'QinQ: 802.1ad 100 around 802.1Q 7',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 88a8 0064 8100 0007 0800',
    vlans: [100, 7],
  },
  {
    name: 'MPLS, labels 16 and 1000',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 8847 00010040 003e8140',
    vlans: [],
  },
  {
    name: 'PPPoE session 1',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 8864 11 00 0001 003e 0021',
    vlans: [],
  },
  {
    name: 'PPPoE in VLAN 7 under provider tag 35 (0x9100)',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 9100 0023 8100 0007 8864 11 00 0001 003e 0021',
    vlans: [35, 7],
  },
  {
    name: '802.3 with LLC and SNAP',
    linkType: LINK.ETHERNET,
    header: '020000000002 020000000001 0044 aaaa03 000000 0800',
    vlans: [],
  },
  { name: 'Linux cooked v1', linkType: LINK.SLL, header: '0000 0001 0006 0200000000010000 0800', vlans: [] },
  {
    name: 'Linux cooked v1, VLAN 5',
    linkType: LINK.SLL,
    header: '0000 0001 0006 0200000000010000 8100 0005 0800',
    vlans: [5],
  },
  { name: 'Linux cooked v2', linkType: LINK.SLL2, header: '0800 0000 00000002 0001 00 06 0200000000010000', vlans: [] },
  {
    name: 'Linux cooked v2, VLAN 5',
    linkType: LINK.SLL2,
    header: '8100 0000 00000002 0001 00 06 0200000000010000 0005 0800',
    vlans: [5],
  },
  { name: 'NULL from a little-endian machine', linkType: LINK.NULL, header: '02000000', vlans: [] },
  { name: 'NULL from a big-endian machine', linkType: LINK.NULL, header: '00000002', vlans: [] },
  { name: 'LOOP', linkType: LINK.LOOP, header: '00000002', vlans: [] },
  { name: 'raw IP', linkType: LINK.RAW, header: '', vlans: [] },
  { name: 'raw IP as BSD/OS numbered it', linkType: 12, header: '', vlans: [] },
  { name: 'raw IP as OpenBSD numbered it', linkType: 14, header: '', vlans: [] },
  { name: 'raw IPv4', linkType: LINK.IPV4, header: '', vlans: [] },
  { name: 'PPP, framed', linkType: LINK.PPP, header: 'ff03 0021', vlans: [] },
  { name: 'PPP, bare', linkType: LINK.PPP, header: '0021', vlans: [] },
  { name: 'PPP, compressed protocol', linkType: LINK.PPP, header: '21', vlans: [] },
  { name: 'PPP over serial', linkType: LINK.PPP_SERIAL, header: 'ff03 0021', vlans: [] },
  { name: 'Cisco HDLC on a PPP serial line', linkType: LINK.PPP_SERIAL, header: '0f00 0800', vlans: [] },
  { name: 'Cisco HDLC', linkType: LINK.C_HDLC, header: '0f00 0800', vlans: [] },
  { name: 'PPPoE without Ethernet', linkType: LINK.PPP_ETHER, header: '11 00 0001 003e 0021', vlans: [] },
];

test.each(FRAMES)('$name', ({ linkType, header, vlans }) => {
  const decoded = decodeOne(octets(hex(header), SYN_DATAGRAM), linkType);
  expectSyn(decoded);
  expect(decoded.vlans).toEqual(vlans);
});

test('an Ethernet/IPv4 reset, the answer to a closed port, padded to 60 octets', () => {
  const frame = hex(`
    0200 0000 0001 0200 0000 0002 0800
    4500 0028 0000 4000 4006 b6cc c000 0202 c000 0201
    0051 d0fc 0000 0000 868b b3ec 5014 0000 2007 0000
    0000 0000 0000`);
  expect(decodeOne(frame)).toMatchObject({
    status: 'tcp',
    source: '192.0.2.2',
    segment: { flags: RST | ACK, seq: 0, ack: 0x868bb3ec | 0, window: 0, payloadLength: 0, optionsLength: 0, mss: -1 },
  });
});

test('an Ethernet/IPv6 SYN', () => {
  const frame = hex(`
    0200 0000 0002 0200 0000 0001 86dd
    600a 1c3b 0028 0640 2001 0db8 0000 0000 0000 0000 0000 0001 2001 0db8 0000 0000 0000 0000 0000 0002
    af44 0051 3a60 e339 0000 0000 a002 fd20 5ba3 0000 0204 05a0 0402 080a 18a2 073e 0000 0000 0103 030a`);
  expect(decodeOne(frame)).toMatchObject({
    status: 'tcp',
    source: '2001:db8::1',
    destination: '2001:db8::2',
    segment: { ipVersion: 6, ttl: 64, ipId: -1, seq: 979428153, flags: SYN, window: 64800, mss: 1440 },
  });
});

test('IPv6 with hop-by-hop, routing, destination options and a first fragment before TCP', () => {
  const frame = hex(`
    6000 0000 0052 0040 2001 0db8 0000 0000 0000 0000 0000 0001 2001 0db8 0000 0000 0000 0000 0000 0002
    2b00 0104 0000 0000                     # hop-by-hop: PadN
    3c02 0400 0000 0000 2001 0db8 0000 0000 0000 0000 0000 0003
    2c00 0104 0000 0000                     # destination options: PadN
    0600 0001 0000 0063                     # fragment: offset 0, more to come
    0051 af44 0000 0007 3a60 e33a 8018 0010 5b8f 0000 0101 080a 0000 0001 0000 0002 6869 # TCP, 2 octets of data
  `);
  expect(decodeOne(frame, LINK.RAW)).toMatchObject({
    status: 'tcp',
    destination: '2001:db8::2',
    segment: {
      sourcePort: 81,
      destinationPort: 44868,
      seq: 7,
      flags: 0x18,
      tsVal: 1,
      tsEcr: 2,
      payloadLength: 2,
    },
  });
});

test('ICMP net unreachable, cut by the router to 8 octets of TCP', () => {
  const frame = hex(`
    0200 0000 0001 0200 0000 0002 0800
    45c0 0038 4ee3 0000 4001 a71e c000 0202 c000 0201
    0300 0000 0000 0000
    4500 003c 532c 4000 3f06 fc58 c000 0201 c633 6402 acee 0051 3b3b b29a`);
  expect(decodeOne(frame)).toMatchObject({
    status: 'icmp.error',
    source: '192.0.2.1',
    destination: '198.51.100.2',
    segment: {
      ipVersion: 4,
      ttl: 64,
      icmpType: 3,
      icmpCode: 0,
      icmpFrom: Int32Array.of(0xc0000202, 0, 0, 0),
      sourcePort: 44270,
      destinationPort: 81,
      seq: 993768090,
      ack: 0,
      flags: 0,
      window: 0,
    },
  });
});

test('the same from Linux, which quotes the whole header', () => {
  const frame = hex(`
    0200 0000 0001 0200 0000 0002 0800
    45c0 0058 4ee3 0000 4001 a6fe c000 0202 c000 0201
    0300 319b 0000 0000
    4500 003c 532c 4000 4006 fb58 c000 0201 c633 6402
    acee 0051 3b3b b29a 0000 0000 a002 faf0 ec65 0000 0204 05b4 0402 080a a6eb ea38 0000 0000 0103 030a`);
  expect(decodeOne(frame)).toMatchObject({
    status: 'icmp.error',
    segment: { sourcePort: 44270, seq: 993768090, flags: SYN, window: 64240, mss: -1 },
  });
});

test('an ARP request and its reply', () => {
  const request = hex(`
    ffff ffff ffff 0200 0000 0001 0806
    0001 0800 0604 0001 0200 0000 0001 c000 0201 0000 0000 0000 c000 0202`);
  const reply = hex(`
    0200 0000 0001 0200 0000 0002 0806
    0001 0800 0604 0002 0200 0000 0002 c000 0202 0200 0000 0001 c000 0201`);
  expect(decodeOne(request)).toMatchObject({
    status: 'neighbour',
    source: '192.0.2.1',
    destination: '192.0.2.2',
    segment: { ipVersion: 4, neighbourAsks: true },
  });
  expect(decodeOne(reply)).toMatchObject({
    status: 'neighbour',
    source: '192.0.2.2',
    destination: '192.0.2.1',
    segment: { ipVersion: 4, neighbourAsks: false },
  });
});

test('a neighbour solicitation and its advertisement', () => {
  const solicitation = hex(`
    3333 ff00 0002 0200 0000 0001 86dd
    6000 0000 0020 3aff 2001 0db8 0000 0000 0000 0000 0000 0001 ff02 0000 0000 0000 0000 0001 ff00 0002
    8700 1c27 0000 0000 2001 0db8 0000 0000 0000 0000 0000 0002 0101 0200 0000 0001`);
  const advertisement = hex(`
    0200 0000 0001 0200 0000 0002 86dd
    6000 0000 0020 3aff 2001 0db8 0000 0000 0000 0000 0000 0002 2001 0db8 0000 0000 0000 0000 0000 0001
    8800 8a71 6000 0000 2001 0db8 0000 0000 0000 0000 0000 0002 0201 0200 0000 0002`);
  expect(decodeOne(solicitation)).toMatchObject({
    status: 'neighbour',
    source: '2001:db8::1',
    destination: '2001:db8::2',
    segment: { ipVersion: 6, neighbourAsks: true },
  });
  expect(decodeOne(advertisement)).toMatchObject({
    status: 'neighbour',
    source: '2001:db8::2',
    destination: '2001:db8::1',
    segment: { ipVersion: 6, neighbourAsks: false },
  });
});
