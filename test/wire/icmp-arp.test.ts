import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/wire/address.js';
import { RST } from '../../src/wire/segment.js';
import {
  arp,
  ETHER_TYPE,
  ethernet,
  extension,
  fragmentHeader,
  icmpError,
  ipv4,
  ipv6,
  neighbour,
  octets,
  PROTOCOL,
  tcp,
  u16,
  u32,
} from '../support/frames.js';
import { decodeOne, LINK } from './decode-one.js';

const QUOTE = ipv4(tcp({ sourcePort: 1234, seq: 77, flags: RST, payload: 100 }), { ttl: 3, id: 5 });
const fromRouter = (message: Uint8Array) =>
  ipv4(message, { protocol: PROTOCOL.ICMP, source: '203.0.113.9', ttl: 250, id: 6 });

const QUOTE6 = ipv6(tcp({ sourcePort: 1234, seq: 77 }));
const fromRouter6 = (message: Uint8Array) => ipv6(message, { nextHeader: PROTOCOL.ICMPV6, source: '2001:db8:9::9' });

describe('ICMP errors', () => {
  test.each([3, 4, 11, 12])('type %i: addresses, ports and seq of the quote, TTL and sender of the error', (type) => {
    const decoded = decodeOne(fromRouter(icmpError(type, 1, QUOTE)), LINK.RAW);
    expect(decoded).toMatchObject({
      status: 'icmp.error',
      source: '192.0.2.1',
      destination: '198.51.100.2',
      segment: {
        icmpType: type,
        icmpCode: 1,
        sourcePort: 1234,
        destinationPort: 443,
        seq: 77,
        flags: RST,
        ttl: 250,
        ipId: 6,
      },
    });
    expect(formatAddress(decoded.segment.icmpFrom, 4)).toBe('203.0.113.9');
  });

  test.each([0, 5, 8, 13])('type %i quotes nothing tcpwatch follows', (type) => {
    expect(decodeOne(fromRouter(icmpError(type, 0, QUOTE)), LINK.RAW)).toMatchObject({
      status: 'other',
      source: '203.0.113.9',
    });
  });

  test.each([
    [7, 'icmp.truncated', { sourcePort: 1234, seq: 0 }],
    [8, 'icmp.error', { seq: 77, ack: 0, flags: 0, window: 0 }],
    [13, 'icmp.error', { seq: 77, ack: 2000, flags: 0, window: 0 }],
    [14, 'icmp.error', { ack: 2000, flags: RST, window: 0 }],
    [16, 'icmp.error', { flags: RST, window: 502, payloadLength: 0 }],
  ] as const)('%i octets of quoted TCP: %s', (quoted, status, segment) => {
    expect(decodeOne(fromRouter(icmpError(3, 1, QUOTE.slice(0, 20 + quoted))), LINK.RAW)).toMatchObject({
      status,
      segment,
    });
  });

  test('the MTU of "fragmentation needed", and only of that', () => {
    const rest = [...u16(0), ...u16(1400)];
    expect(decodeOne(fromRouter(icmpError(3, 4, QUOTE, rest)), LINK.RAW).segment.icmpMtu).toBe(1400);
    expect(decodeOne(fromRouter(icmpError(3, 1, QUOTE, rest)), LINK.RAW).segment.icmpMtu).toBe(0);
  });

  test('an MTU is gone with its frame', () => {
    const { segment } = decodeOne(fromRouter(icmpError(3, 4, QUOTE, u32(1400))), LINK.RAW);
    expect(decodeOne(ethernet(arp(), { type: ETHER_TYPE.ARP }), LINK.ETHERNET, { segment }).segment).toMatchObject({
      icmpMtu: 0,
      icmpType: 0,
      ttl: 0,
    });
  });

  test('ICMP under IPv6 and ICMPv6 under IPv4 are other', () => {
    expect(decodeOne(ipv6(icmpError(3, 1, QUOTE), { nextHeader: PROTOCOL.ICMP }), LINK.RAW).status).toBe('other');
    expect(decodeOne(ipv4(icmpError(1, 1, QUOTE6), { protocol: PROTOCOL.ICMPV6 }), LINK.RAW).status).toBe('other');
  });

  test('options in the quoted IP header are stepped over', () => {
    const quote = ipv4(tcp({ sourcePort: 1234 }), { options: [1, 1, 1, 1] });
    expect(decodeOne(fromRouter(icmpError(3, 1, quote)), LINK.RAW)).toMatchObject({
      status: 'icmp.error',
      segment: { sourcePort: 1234 },
    });
  });

  test('a quoted total length of any value is not believed', () => {
    const quote = ipv4(tcp({ sourcePort: 1234 }), { totalLength: 20 });
    expect(decodeOne(fromRouter(icmpError(3, 1, quote)), LINK.RAW).status).toBe('icmp.error');
  });

  test.each([
    ['a quoted later fragment', ipv4(tcp(), { fragmentOffset: 8 }), 'other'],
    ['quoted UDP', ipv4(tcp(), { protocol: PROTOCOL.UDP }), 'other'],
    ['a quoted IP header cut off', QUOTE.slice(0, 19), 'icmp.truncated'],
    ['a quote of another IP version', ipv6(tcp()), 'ip.bad-version'],
    ['a quoted header length of 4 words', ipv4(tcp(), { headerLength: 4 }), 'ip.bad-header-length'],
  ] as const)('%s: %s', (_, quote, status) => {
    expect(decodeOne(fromRouter(icmpError(3, 1, quote)), LINK.RAW).status).toBe(status);
  });

  test('an error cut before its quote is icmp.truncated', () => {
    expect(decodeOne(fromRouter(icmpError(3, 1, QUOTE)), LINK.RAW, { captured: 27 }).status).toBe('icmp.truncated');
    expect(decodeOne(fromRouter(icmpError(3, 1, QUOTE)), LINK.RAW, { captured: 20 }).status).toBe('icmp.truncated');
  });
});

describe('ICMPv6 errors', () => {
  test.each([1, 2, 3, 4])('type %i', (type) => {
    const decoded = decodeOne(fromRouter6(icmpError(type, 3, QUOTE6, u32(1280))), LINK.RAW);
    expect(decoded).toMatchObject({
      status: 'icmp.error',
      source: '2001:db8::1',
      destination: '2001:db8::2',
      segment: { icmpType: type, icmpCode: 3, icmpMtu: type === 2 ? 1280 : 0, sourcePort: 1234, seq: 77 },
    });
    expect(formatAddress(decoded.segment.icmpFrom, 6)).toBe('2001:db8:9::9');
  });

  test.each([0, 5, 128, 134])('type %i is other', (type) => {
    expect(decodeOne(fromRouter6(icmpError(type, 0, QUOTE6)), LINK.RAW).status).toBe('other');
  });

  test('an MTU beyond 31 bits is none', () => {
    expect(decodeOne(fromRouter6(icmpError(2, 0, QUOTE6, u32(0xfffffff0))), LINK.RAW).segment.icmpMtu).toBe(0);
  });

  test('extension headers in the quote are followed', () => {
    const quote = ipv6(extension(PROTOCOL.TCP, tcp({ seq: 78 })), { nextHeader: 60 });
    expect(decodeOne(fromRouter6(icmpError(1, 0, quote)), LINK.RAW)).toMatchObject({
      status: 'icmp.error',
      segment: { seq: 78 },
    });
  });

  test.each([
    ['a quoted later fragment', ipv6(fragmentHeader(PROTOCOL.TCP, tcp(), 8), { nextHeader: 44 }), 'other'],
    ['quoted UDP', ipv6(tcp(), { nextHeader: PROTOCOL.UDP }), 'other'],
    ['a quoted header cut off', QUOTE6.slice(0, 39), 'icmp.truncated'],
    ['a quoted extension header cut off', ipv6(extension(6, tcp()), { nextHeader: 60 }).slice(0, 44), 'icmp.truncated'],
    ['quoted TCP cut off', QUOTE6.slice(0, 47), 'icmp.truncated'],
    ['a quote of another IP version', QUOTE, 'ip.bad-version'],
  ] as const)('%s: %s', (_, quote, status) => {
    expect(decodeOne(fromRouter6(icmpError(1, 0, octets(quote))), LINK.RAW).status).toBe(status);
  });
});

describe('neighbours', () => {
  const decodeArp = (fields: Parameters<typeof arp>[0]) => decodeOne(ethernet(arp(fields), { type: ETHER_TYPE.ARP }));

  test('an advertisement speaks for its target, not for where it was sent from', () => {
    const message = ipv6(neighbour(136, '2001:db8::7'), { nextHeader: 58, source: 'fe80::7', destination: 'ff02::1' });
    expect(decodeOne(message, LINK.RAW)).toMatchObject({
      status: 'neighbour',
      source: '2001:db8::7',
      destination: 'ff02::1',
      segment: { neighbourAsks: false },
    });
  });

  test('a cut solicitation is icmp.truncated', () => {
    const message = ipv6(neighbour(135, '2001:db8::7'), { nextHeader: 58 });
    expect(decodeOne(message, LINK.RAW, { captured: 63 }).status).toBe('icmp.truncated');
  });

  test('a gratuitous request announces; a probe from 0.0.0.0 asks', () => {
    expect(decodeArp({ sender: '192.0.2.2', target: '192.0.2.2' }).segment.neighbourAsks).toBe(false);
    expect(decodeArp({ sender: '0.0.0.0', target: '192.0.2.2' })).toMatchObject({
      source: '0.0.0.0',
      segment: { neighbourAsks: true },
    });
  });

  test('what asked once does not ask for ever', () => {
    const { segment } = decodeArp({});
    expect(segment.neighbourAsks).toBe(true);
    expect(decodeOne(ethernet(ipv4(tcp())), LINK.ETHERNET, { segment }).segment.neighbourAsks).toBe(false);
  });

  test.each([
    ['another operation', { operation: 3 }],
    ['another hardware', { hardwareType: 6 }],
    ['another protocol', { protocolType: 0x86dd }],
  ])('%s is other', (_, fields) => {
    expect(decodeArp(fields).status).toBe('other');
  });

  test('cut ARP is arp.truncated', () => {
    const frame = ethernet(arp(), { type: ETHER_TYPE.ARP });
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 21 }).status).toBe('arp.truncated');
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 41 }).status).toBe('arp.truncated');
  });
});
