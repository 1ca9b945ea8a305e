import { describe, expect, test } from 'vitest';
import { ethernet, extension, fragmentHeader, ipv4, ipv6, octets, PROTOCOL, tcp, u16, u32 } from '../support/frames.js';
import { decodeOne, LINK } from './decode-one.js';

describe('IPv4', () => {
  test('options are stepped over', () => {
    const decoded = decodeOne(ipv4(tcp({ payload: 3 }), { options: [1, 1, 1, 0] }), LINK.RAW);
    expect(decoded).toMatchObject({ status: 'tcp', segment: { sourcePort: 40000, payloadLength: 3 } });
  });

  test('the total length trims Ethernet padding', () => {
    expect(decodeOne(octets(ethernet(ipv4(tcp({ payload: 2 }))), [0, 0, 0, 0])).segment.payloadLength).toBe(2);
  });

  test('the total length counts when the capture was cut', () => {
    const frame = ethernet(ipv4(tcp({ payload: 1460 })));
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 54 })).toMatchObject({
      status: 'tcp',
      segment: { payloadLength: 1460 },
    });
  });

  test('total length 0 is segmentation offload: the wire length stands in', () => {
    const frame = ethernet(ipv4(tcp(), { totalLength: 0 }));
    expect(decodeOne(frame, LINK.ETHERNET, { wire: 14 + 40 + 70000 })).toMatchObject({
      status: 'tcp',
      segment: { payloadLength: 70000 },
    });
  });

  test('a wire length of 0, or one below what was captured, is not believed', () => {
    const frame = ethernet(ipv4(tcp({ payload: 5 }), { totalLength: 0 }));
    for (const wire of [0, frame.length - 1]) {
      expect(decodeOne(frame, LINK.ETHERNET, { wire })).toMatchObject({ status: 'tcp', segment: { payloadLength: 5 } });
    }
  });

  test('options cut by one octet are ip.truncated', () => {
    const datagram = ipv4(tcp(), { options: [1, 1, 1, 1] });
    expect(decodeOne(datagram, LINK.RAW, { captured: 23 }).status).toBe('ip.truncated');
    expect(decodeOne(datagram, LINK.RAW, { captured: 24 }).status).toBe('tcp.truncated');
  });

  test('a first fragment is read, with the length of what it carries', () => {
    const decoded = decodeOne(ipv4(tcp({ payload: 16 }), { moreFragments: true }), LINK.RAW);
    expect(decoded).toMatchObject({ status: 'tcp', segment: { payloadLength: 16 } });
  });

  test('a later fragment has addresses and no ports', () => {
    const decoded = decodeOne(ipv4(tcp(), { fragmentOffset: 8 }), LINK.RAW);
    expect(decoded).toMatchObject({
      status: 'ip.later-fragment',
      source: '192.0.2.1',
      segment: { sourcePort: 0, ipId: 7 },
    });
  });

  test('AH is stepped over', () => {
    const ah = octets(
      PROTOCOL.TCP,
      4,
      u16(0),
      u32(1),
      u32(2),
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      tcp({ payload: 1 }),
    );
    const decoded = decodeOne(ipv4(ah, { protocol: PROTOCOL.AH }), LINK.RAW);
    expect(decoded).toMatchObject({ status: 'tcp', segment: { sourcePort: 40000, payloadLength: 1 } });
  });

  test.each([
    ['header length 4 words', ipv4(tcp(), { headerLength: 4 }), 'ip.bad-header-length'],
    ['total length 19', ipv4(tcp(), { totalLength: 19 }), 'ip.bad-total-length'],
    ['header longer than total length', ipv4(tcp(), { headerLength: 6, totalLength: 23 }), 'ip.bad-total-length'],
    ['header longer than the frame', ipv4(tcp(), { headerLength: 15, totalLength: 100 }).slice(0, 40), 'ip.truncated'],
    [
      'no total length, header longer than the wire',
      ipv4(tcp(), { headerLength: 15, totalLength: 0 }),
      'ip.bad-header-length',
    ],
  ] as const)('%s: %s', (_, datagram, status) => {
    expect(decodeOne(datagram, LINK.RAW)).toMatchObject({ status, source: '192.0.2.1' });
  });

  test('version 6 under an IPv4 EtherType is ip.bad-version', () => {
    expect(decodeOne(ethernet(ipv6(tcp()), { type: 0x0800 })).status).toBe('ip.bad-version');
  });

  test('other protocols are other, ICMPv6 among them; addresses are kept', () => {
    for (const protocol of [PROTOCOL.UDP, PROTOCOL.ESP, PROTOCOL.ICMPV6, 4, 47]) {
      expect(decodeOne(ipv4(tcp(), { protocol }), LINK.RAW)).toMatchObject({ status: 'other', source: '192.0.2.1' });
    }
  });
});

describe('IPv6', () => {
  test('the payload length counts, not the padding and not the capture', () => {
    expect(decodeOne(octets(ethernet(ipv6(tcp())), [0, 0])).segment.payloadLength).toBe(0);
    expect(
      decodeOne(ethernet(ipv6(tcp({ payload: 900 }))), LINK.ETHERNET, { captured: 74 }).segment.payloadLength,
    ).toBe(900);
  });

  test('payload length 0 without jumbo option: the wire length stands in', () => {
    const frame = ethernet(ipv6(tcp(), { payloadLength: 0 }));
    expect(decodeOne(frame, LINK.ETHERNET, { wire: 74 + 80000 })).toMatchObject({
      status: 'tcp',
      segment: { payloadLength: 80000 },
    });
  });

  test('a jumbo payload option gives the length', () => {
    const jumbo = (length: number) =>
      ipv6(extension(PROTOCOL.TCP, tcp(), [0xc2, 4, ...u32(length)]), { nextHeader: 0, payloadLength: 0 });
    expect(decodeOne(jumbo(8 + 20 + 100000), LINK.RAW)).toMatchObject({
      status: 'tcp',
      segment: { payloadLength: 100000 },
    });
    expect(decodeOne(jumbo(7), LINK.RAW).status).toBe('ip.bad-total-length');
    expect(decodeOne(jumbo(-1), LINK.RAW).status).toBe('ip.bad-total-length');
  });

  test('a jumbo payload option beside a payload length is not believed', () => {
    const datagram = ipv6(extension(PROTOCOL.TCP, tcp(), [0xc2, 4, ...u32(100000)]), { nextHeader: 0 });
    expect(decodeOne(datagram, LINK.RAW).segment.payloadLength).toBe(0);
  });

  test('a jumbo payload option that leaves its header is none', () => {
    const options = [1, 0, 0xc2, 4, 0, 0];
    const datagram = ipv6(extension(PROTOCOL.TCP, tcp({ payload: 5 }), options), { nextHeader: 0, payloadLength: 0 });
    expect(decodeOne(datagram, LINK.RAW)).toMatchObject({ status: 'tcp', segment: { payloadLength: 5 } });
  });

  test('AH counts its length in words', () => {
    const ah = octets(PROTOCOL.TCP, 4, u16(0), u32(1), u32(2), u32(0), u32(0), u32(0), tcp({ payload: 5 }));
    const decoded = decodeOne(ipv6(ah, { nextHeader: PROTOCOL.AH }), LINK.RAW);
    expect(decoded).toMatchObject({ status: 'tcp', segment: { destinationPort: 443, payloadLength: 5 } });
  });

  test('a later fragment is told from a first one', () => {
    const fragment = (offset: number) =>
      decodeOne(ipv6(fragmentHeader(PROTOCOL.TCP, tcp(), offset), { nextHeader: PROTOCOL.IPV6_FRAGMENT }), LINK.RAW);
    expect(fragment(0).status).toBe('tcp');
    expect(fragment(8)).toMatchObject({ status: 'ip.later-fragment', destination: '2001:db8::2' });
  });

  test('ten extension headers are followed, eleven are too many', () => {
    const chain = (count: number): Uint8Array => {
      let payload = tcp();
      for (let left = count; left > 0; left--) payload = extension(left === count ? PROTOCOL.TCP : 60, payload);
      return ipv6(payload, { nextHeader: 60 });
    };
    expect(decodeOne(chain(10), LINK.RAW).status).toBe('tcp');
    expect(decodeOne(chain(11), LINK.RAW)).toMatchObject({ status: 'ip.too-many-extensions', source: '2001:db8::1' });
  });

  test('a cut extension header is ip.truncated, also by the payload length', () => {
    const datagram = ipv6(extension(PROTOCOL.TCP, tcp(), new Array(14).fill(0)), { nextHeader: 60 });
    expect(decodeOne(datagram, LINK.RAW, { captured: 47 }).status).toBe('ip.truncated');
    expect(decodeOne(datagram, LINK.RAW, { captured: 55 }).status).toBe('ip.truncated');
    expect(decodeOne(ipv6(extension(PROTOCOL.TCP, tcp()), { nextHeader: 60, payloadLength: 4 }), LINK.RAW).status).toBe(
      'ip.truncated',
    );
  });

  test('ESP, no next header and ICMP for IPv4 are other', () => {
    for (const nextHeader of [PROTOCOL.ESP, 59, PROTOCOL.ICMP, 41]) {
      expect(decodeOne(ipv6(tcp(), { nextHeader }), LINK.RAW).status).toBe('other');
    }
  });
});
