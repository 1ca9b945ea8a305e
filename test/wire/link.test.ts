import { describe, expect, test } from 'vitest';
import { LINK_DECODERS, LINK_TYPES, linkTypeRow } from '../../src/wire/link/link-types.js';
import { addVlanTag, vlanIds } from '../../src/wire/vlan.js';
import {
  arp,
  ETHER_TYPE,
  ethernet,
  ipv4,
  ipv6,
  mpls,
  octets,
  pppoe,
  sll,
  sll2,
  snap,
  tcp,
  u32,
} from '../support/frames.js';
import { decodeOne, LINK, MARGIN } from './decode-one.js';

describe('the table of link types', () => {
  test('names each number once', () => {
    const numbers = LINK_TYPES.flatMap((row) => [...row.numbers] as number[]);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(new Set(LINK_TYPES.map((row) => row.name)).size).toBe(LINK_TYPES.length);
    for (const number of numbers) expect(LINK_DECODERS[number]).toBe(linkTypeRow(number)?.decode);
  });

  test.each([105, 127, 277, 65535, -1])('answers link.unsupported for %i', (linkType) => {
    expect(decodeOne(ethernet(ipv4(tcp())), linkType)).toMatchObject({
      status: 'link.unsupported',
      segment: { ipVersion: 0 },
    });
    expect(linkTypeRow(linkType)).toBeUndefined();
  });
});

describe('where the sender’s link-layer address is', () => {
  const macOf = (frame: Uint8Array, linkType: number): string | null => {
    const { segment } = decodeOne(frame, linkType);
    if (segment.linkSourceAt < 0) return null;
    const at = segment.linkSourceAt - MARGIN;
    return Buffer.from(frame.subarray(at, at + 6)).toString('hex');
  };

  test('Ethernet: behind the destination', () => {
    const frame = ethernet(ipv4(tcp()));
    expect(macOf(frame, LINK.ETHERNET)).toBe(Buffer.from(frame.subarray(6, 12)).toString('hex'));
  });

  test.each([
    ['sll', sll, LINK.SLL, 4, 6],
    ['sll2', sll2, LINK.SLL2, 11, 12],
  ] as const)('%s: if it is six octets long', (_, header, linkType, lengthAt, at) => {
    const frame = header(ipv4(tcp()));
    const own = [2, 0, 0, 0, 7, 9];
    frame.set(own, at);
    frame.set(linkType === LINK.SLL ? [0, 6] : [6], lengthAt);
    expect(macOf(frame, linkType)).toBe(Buffer.from(own).toString('hex'));
    frame.set(linkType === LINK.SLL ? [0, 0] : [0], lengthAt);
    expect(macOf(frame, linkType)).toBeNull();
  });

  test('none on raw IP, whatever came before', () => {
    expect(macOf(ipv4(tcp()), LINK.RAW)).toBeNull();
  });
});

describe('VLAN tags', () => {
  test('identifiers 1 and 4095 fit, alone and in pairs', () => {
    for (const ids of [[1], [4095], [1, 4095], [4095, 1], [4095, 4095]]) {
      const vlans = ids.map((id) => ({ id, priority: 7 }));
      expect(decodeOne(ethernet(ipv4(tcp()), { vlans }))).toMatchObject({ status: 'tcp', vlans: ids });
    }
  });

  test('a priority tag is no VLAN, wherever it stands', () => {
    expect(decodeOne(ethernet(ipv4(tcp()), { vlans: [{ id: 0, priority: 5 }] })).segment.vlanKey).toBe(0);
    expect(decodeOne(ethernet(ipv4(tcp()), { vlans: [{ id: 0 }, { id: 9 }] })).vlans).toEqual([9]);
    expect(decodeOne(ethernet(ipv4(tcp()), { vlans: [{ id: 9 }, { id: 0 }] })).vlans).toEqual([9]);
  });

  test('a third tag is read through and not kept', () => {
    const vlans = [{ id: 1, type: 0x88a8 }, { id: 2, type: 0x9200 }, { id: 3 }];
    expect(decodeOne(ethernet(ipv4(tcp()), { vlans }))).toMatchObject({ status: 'tcp', vlans: [1, 2] });
  });

  test('the order of tags tells keys apart', () => {
    expect(addVlanTag(addVlanTag(0, 1), 2)).not.toBe(addVlanTag(addVlanTag(0, 2), 1));
    expect(vlanIds(addVlanTag(addVlanTag(0, 1), 2))).toEqual([1, 2]);
  });

  test('the next frame without a tag has none', () => {
    const { segment } = decodeOne(ethernet(ipv4(tcp()), { vlans: [{ id: 5 }] }));
    expect(decodeOne(ethernet(ipv4(tcp())), LINK.ETHERNET, { segment }).vlans).toEqual([]);
  });

  test('a cut tag is link.truncated and keeps the tags before it', () => {
    const frame = ethernet(ipv4(tcp()), { vlans: [{ id: 5 }, { id: 6 }] });
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 20 })).toMatchObject({ status: 'link.truncated', vlans: [5] });
  });

  test('stand inside cooked headers as well', () => {
    const vlans = [{ id: 5 }, { id: 6 }];
    expect(decodeOne(sll(ipv4(tcp()), { vlans }), LINK.SLL)).toMatchObject({ status: 'tcp', vlans: [5, 6] });
    expect(decodeOne(sll2(ipv6(tcp()), { vlans }), LINK.SLL2)).toMatchObject({ status: 'tcp', vlans: [5, 6] });
  });
});

describe('Ethernet', () => {
  test('carries ARP and IPv6 behind a tag', () => {
    expect(decodeOne(ethernet(arp(), { type: ETHER_TYPE.ARP, vlans: [{ id: 5 }] }))).toMatchObject({
      status: 'neighbour',
      vlans: [5],
    });
    expect(decodeOne(ethernet(ipv6(tcp()), { vlans: [{ id: 5 }] }))).toMatchObject({
      status: 'tcp',
      source: '2001:db8::1',
    });
  });

  test('13 octets are link.truncated; an unknown EtherType is other', () => {
    expect(decodeOne(ethernet(ipv4(tcp())), LINK.ETHERNET, { captured: 13 }).status).toBe('link.truncated');
    expect(decodeOne(ethernet(ipv4(tcp()), { type: 0x88cc })).status).toBe('other');
    expect(decodeOne(ethernet(ipv4(tcp()), { type: 1501 })).status).toBe('other');
  });

  test('an 802.3 length is followed through LLC, also inside a VLAN', () => {
    const payload = snap(ipv4(tcp()));
    expect(decodeOne(ethernet(payload, { type: payload.length })).status).toBe('tcp');
    expect(decodeOne(ethernet(payload, { type: payload.length, vlans: [{ id: 4 }] }))).toMatchObject({
      status: 'tcp',
      vlans: [4],
    });
    expect(decodeOne(ethernet(octets(6, 6, 3, ipv4(tcp())), { type: 43 })).status).toBe('tcp');
  });

  test('LLC without IP is other: spanning tree, another organisation, SNAP around a length', () => {
    expect(decodeOne(ethernet(octets(0x42, 0x42, 3, [0, 0, 0]), { type: 38 })).status).toBe('other');
    const cisco = snap(ipv4(tcp()));
    cisco[5] = 0x0c;
    expect(decodeOne(ethernet(cisco, { type: 48 })).status).toBe('other');
    expect(decodeOne(ethernet(snap(snap(ipv4(tcp())), 40), { type: 56 })).status).toBe('other');
  });

  test('LLC cut off is link.truncated', () => {
    const frame = ethernet(snap(ipv4(tcp())), { type: 48 });
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 16 }).status).toBe('link.truncated');
    expect(decodeOne(frame, LINK.ETHERNET, { captured: 21 }).status).toBe('link.truncated');
  });
});

describe('MPLS', () => {
  const frame = (payload: Uint8Array, labels?: number[]) => ethernet(mpls(payload, labels), { type: ETHER_TYPE.MPLS });

  test('pops the stack and goes by the first nibble', () => {
    expect(decodeOne(frame(ipv4(tcp()), [16, 17, 18]))).toMatchObject({ status: 'tcp', source: '192.0.2.1' });
    expect(decodeOne(frame(ipv6(tcp())))).toMatchObject({ status: 'tcp', source: '2001:db8::1' });
    expect(decodeOne(frame(octets(u32(0), ethernet(ipv4(tcp()))))).status).toBe('other');
  });

  test('a stack without bottom is link.truncated', () => {
    expect(decodeOne(ethernet(octets(u32(0x10040), u32(0x10040)), { type: ETHER_TYPE.MPLS })).status).toBe(
      'link.truncated',
    );
    expect(decodeOne(frame(new Uint8Array(0))).status).toBe('link.truncated');
  });
});

describe('PPPoE and PPP', () => {
  const session = (payload: Uint8Array, protocol?: number) =>
    ethernet(pppoe(payload, protocol), { type: ETHER_TYPE.PPPOE });

  test('carry IPv6 and MPLS', () => {
    expect(decodeOne(session(ipv6(tcp()), 0x57))).toMatchObject({ status: 'tcp', source: '2001:db8::1' });
    expect(decodeOne(session(mpls(ipv4(tcp())), 0x281)).status).toBe('tcp');
  });

  test('link control is other, and so is a packet that is not of the session', () => {
    expect(decodeOne(session(ipv4(tcp()), 0xc021)).status).toBe('other');
    const discovery = session(ipv4(tcp()));
    discovery[15] = 0x09;
    expect(decodeOne(discovery).status).toBe('other');
  });

  test('a PPPoE version of its own is link.invalid', () => {
    const frame = session(ipv4(tcp()));
    frame[14] = 0x21;
    expect(decodeOne(frame).status).toBe('link.invalid');
  });

  test('every cut before the IP header is link.truncated', () => {
    for (let captured = 14; captured < 22; captured++) {
      expect(decodeOne(session(ipv4(tcp())), LINK.ETHERNET, { captured }).status).toBe('link.truncated');
    }
    expect(decodeOne(octets(0xff), LINK.PPP).status).toBe('link.truncated');
    expect(decodeOne(octets(0xff, 3, 0), LINK.PPP).status).toBe('link.truncated');
  });
});

describe('cooked captures', () => {
  test('an LLC frame is read; Linux numbers of its own and netlink are other', () => {
    expect(decodeOne(sll(snap(ipv4(tcp())), { type: 4 }), LINK.SLL).status).toBe('tcp');
    expect(decodeOne(sll(ipv4(tcp()), { type: 1 }), LINK.SLL).status).toBe('other');
    expect(decodeOne(sll(ipv4(tcp()), { hardware: 824 }), LINK.SLL).status).toBe('other');
    expect(decodeOne(sll2(ipv4(tcp()), { hardware: 824 }), LINK.SLL2).status).toBe('other');
  });

  test('a cut header is link.truncated', () => {
    expect(decodeOne(sll(ipv4(tcp())), LINK.SLL, { captured: 15 }).status).toBe('link.truncated');
    expect(decodeOne(sll2(ipv4(tcp())), LINK.SLL2, { captured: 19 }).status).toBe('link.truncated');
  });
});

describe('BSD loopback', () => {
  test.each([10, 24, 28, 30])('family %i is IPv6, in either order', (family) => {
    expect(decodeOne(octets(u32(family), ipv6(tcp())), LINK.NULL)).toMatchObject({
      status: 'tcp',
      segment: { ipVersion: 6 },
    });
    expect(decodeOne(octets(family, 0, 0, 0, ipv6(tcp())), LINK.NULL).status).toBe('tcp');
  });

  test('another family is other; a number that is small in no order is link.invalid', () => {
    expect(decodeOne(octets(u32(7), ipv4(tcp())), LINK.NULL).status).toBe('other');
    expect(decodeOne(octets(u32(0x01020304), ipv4(tcp())), LINK.NULL).status).toBe('link.invalid');
    expect(decodeOne(octets(2, 0, 0, 0, ipv4(tcp())), LINK.LOOP).status).toBe('link.invalid');
    expect(decodeOne(octets(0, 0, 0), LINK.LOOP).status).toBe('link.truncated');
  });
});

describe('raw IP', () => {
  test('the version nibble decides, except where the link type does', () => {
    expect(decodeOne(ipv6(tcp()), LINK.RAW).status).toBe('tcp');
    expect(decodeOne(ipv6(tcp()), LINK.IPV6).status).toBe('tcp');
    expect(decodeOne(ipv6(tcp()), LINK.IPV4).status).toBe('ip.bad-version');
    expect(decodeOne(ipv4(tcp()), LINK.IPV6).status).toBe('ip.bad-version');
    expect(decodeOne(ipv4(tcp(), { version: 5 }), LINK.RAW).status).toBe('ip.bad-version');
    expect(decodeOne(new Uint8Array(0), LINK.RAW).status).toBe('ip.truncated');
  });
});
