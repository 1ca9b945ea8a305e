// What the kernel is asked for is enough, and not more: whatever the filter would report of is captured, both directions of
// it, in VLANs too; no other TCP is; and what may explain a death always is. As libpcap itself compiles and runs it.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captureFilters } from '../../src/filter/capture-filter.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { ERROR_BUFFER_LENGTH, isMissing, libpcap } from '../../src/libpcap/library.js';
import { compileFor, PacketFilter } from '../../src/libpcap/packet-filter.js';
import { parseAddress } from '../../src/wire/address.js';
import { pcapFile } from '../support/captures.js';
import {
  arp,
  ETHER_TYPE,
  type EthernetFields,
  ethernet,
  icmpError,
  ipv4,
  ipv6,
  mpls,
  neighbour,
  type Octets,
  octets,
  PROTOCOL,
  pppoe,
  sll,
  sll2,
  tcp,
  u16,
} from '../support/frames.js';

const RUNS = 400;
const SEED = 20_260_101;
const ETHERNET = 1;

const pcap = libpcap();
const missing = isMissing(pcap) ? pcap.advice : null;
const because = missing === null ? '' : ` (skipped: ${missing})`;

// Few addresses and ports, so that filters and frames often meet.
const HOSTS_4 = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.1.7', '172.16.5.4'] as const;
const HOSTS_6 = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::9', 'fe80::1', '::1'] as const;
const PORTS = [22, 53, 80, 443, 6000, 6005, 40_000, 65_535] as const;

const DIRECTION = fc.constantFrom('', '', 'src ', 'dst ', 'src or dst ', 'src and dst ');
const primitive = fc.oneof(
  fc.tuple(DIRECTION, fc.constantFrom(...HOSTS_4, ...HOSTS_6)).map(([direction, id]) => `${direction}host ${id}`),
  fc
    .tuple(
      DIRECTION,
      fc.constantFrom(
        ...['10', '10.0', '10.0.0.0/15', '10.0.0.2/31', '192.168.1', '172.16.0.0 mask 255.240.0.0', '0.0.0.0/0'],
        ...['2001:db8::/32', '2001:db8:0:1::/64', '::/0', 'fe80::/10', '2001:db8::/127'],
      ),
    )
    .map(([direction, id]) => `${direction}net ${id}`),
  fc.tuple(DIRECTION, fc.constantFrom(...PORTS, 'http', 7)).map(([direction, id]) => `${direction}port ${id}`),
  fc
    .tuple(DIRECTION, fc.constantFrom('6000-6008', '1-80', '443-443', '40000-65535', '0-65535'))
    .map(([direction, id]) => `${direction}portrange ${id}`),
  fc.constantFrom('tcp', 'ip', 'ip6'),
);
const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc
    .tuple(
      fc.constantFrom('', '', '', 'not '),
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        primitive,
        tie('expression').map((inside) => `(${inside})`),
      ),
    )
    .map((parts) => parts.join('')),
  expression: fc
    .tuple(tie('operand'), fc.array(fc.tuple(fc.constantFrom(' and ', ' or '), tie('operand')), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join('')),
}));

interface Ends {
  readonly ipVersion: 4 | 6;
  readonly addresses: readonly [string, string];
  readonly ports: readonly [number, number];
}
const portPair = fc.tuple(fc.constantFrom(...PORTS), fc.constantFrom(...PORTS));
const ends: fc.Arbitrary<Ends> = fc.oneof(
  fc.record({
    ipVersion: fc.constant(4 as const),
    addresses: fc.tuple(fc.constantFrom(...HOSTS_4), fc.constantFrom(...HOSTS_4)),
    ports: portPair,
  }),
  fc.record({
    ipVersion: fc.constant(6 as const),
    addresses: fc.tuple(fc.constantFrom(...HOSTS_6), fc.constantFrom(...HOSTS_6)),
    ports: portPair,
  }),
);

/** How Ethernet may carry it; the links by name. */
const TAGS = {
  untagged: [],
  'one VLAN': [{ id: 5 }],
  'one provider VLAN': [{ id: 9, type: ETHER_TYPE.PROVIDER_BRIDGE }],
  QinQ: [{ id: 9, type: ETHER_TYPE.PROVIDER_BRIDGE }, { id: 5 }],
  'two VLANs': [{ id: 9 }, { id: 5 }],
} as const satisfies Record<string, EthernetFields['vlans']>;
const LAYERS = Object.entries(TAGS);

const reversed = <T>([a, b]: readonly [T, T]): [T, T] => [b, a];

function datagram({ ipVersion, addresses: [source, destination] }: Ends, protocol: number, payload: Octets): Octets {
  return ipVersion === 4
    ? ipv4(payload, { source, destination, protocol })
    : ipv6(payload, { source, destination, nextHeader: protocol });
}

function segment(of: Ends, backwards: boolean): Octets {
  const [sourcePort, destinationPort] = backwards ? reversed(of.ports) : of.ports;
  const addresses = backwards ? reversed(of.addresses) : of.addresses;
  return datagram({ ...of, addresses }, PROTOCOL.TCP, tcp({ sourcePort, destinationPort, payload: 3 }));
}

const udp = ({ ports }: Ends): Octets => octets(u16(ports[0]), u16(ports[1]), u16(8), u16(0));

/** What is no TCP and always wanted, whoever it is from; and what never is. */
function evidence(of: Ends): Record<string, { octets: Octets; type?: number }> {
  const four = { ...of, ipVersion: 4, addresses: ['203.0.113.1', '203.0.113.2'] } as const;
  const six = { ...of, ipVersion: 6, addresses: ['2001:db8:9::1', '2001:db8:9::2'] } as const;
  const quote = segment(of, false).subarray(0, 28);
  const icmp = (type: number, code = 0): { octets: Octets } => ({
    octets: datagram(four, PROTOCOL.ICMP, icmpError(type, code, quote)),
  });
  const icmp6 = (type: number): { octets: Octets } => ({
    octets: datagram(six, PROTOCOL.ICMPV6, icmpError(type, 0, quote)),
  });
  return {
    ...{ unreachable: icmp(3, 1), 'fragmentation needed': icmp(3, 4), 'source quench': icmp(4) },
    ...{ 'time exceeded': icmp(11), 'parameter problem': icmp(12) },
    ...{ 'unreachable (6)': icmp6(1), 'too big': icmp6(2), 'time exceeded (6)': icmp6(3), 'problem (6)': icmp6(4) },
    ...{ 'ARP request': { octets: arp(), type: ETHER_TYPE.ARP } },
    ...{ 'ARP reply': { octets: arp({ operation: 2 }), type: ETHER_TYPE.ARP } },
    solicitation: { octets: datagram(six, PROTOCOL.ICMPV6, neighbour(135, '2001:db8::2')) },
    advertisement: { octets: datagram(six, PROTOCOL.ICMPV6, neighbour(136, '2001:db8::2')) },
  };
}

function noise(of: Ends): Record<string, { octets: Octets; type?: number }> {
  const four = { ...of, ipVersion: 4, addresses: ['10.0.0.1', '10.0.0.2'] } as const;
  const six = { ...of, ipVersion: 6, addresses: ['2001:db8::1', '2001:db8::2'] } as const;
  const echo = (type: number): Octets => octets(type, 0, [0, 0], u16(1), u16(1), new Uint8Array(16));
  return {
    UDP: { octets: datagram(of, PROTOCOL.UDP, udp(of)) },
    'UDP over IPv4': { octets: datagram(four, PROTOCOL.UDP, udp(of)) },
    'UDP over IPv6': { octets: datagram(six, PROTOCOL.UDP, udp(of)) },
    'echo request': { octets: datagram(four, PROTOCOL.ICMP, echo(8)) },
    'echo reply': { octets: datagram(four, PROTOCOL.ICMP, echo(0)) },
    'echo request (6)': { octets: datagram(six, PROTOCOL.ICMPV6, echo(128)) },
    'echo reply (6)': { octets: datagram(six, PROTOCOL.ICMPV6, echo(129)) },
    'router advertisement': { octets: datagram(six, PROTOCOL.ICMPV6, echo(134)) },
  };
}

const wordsOf = (text: string): Int32Array => parseAddress(text)!.words;

/** Whether tcpwatch would report a connection between these ends. */
function isReported(text: string, { ipVersion, addresses: [a, b], ports }: Ends): boolean {
  return parseFilter(text).matches(ipVersion, wordsOf(a), ports[0], wordsOf(b), ports[1]);
}

/** The first of these texts that libpcap takes for a link type, with the others that it did not take. */
function taken(texts: readonly string[], dlt = ETHERNET): { text: string; refusals: string[] } {
  if (isMissing(pcap)) throw new Error(pcap.advice);
  const refusals: string[] = [];
  for (const text of texts) {
    const empty = pcapFile({ linkType: dlt });
    const handle = pcap.openOffline(pcap.fmemopen(empty, empty.length, 'r'), Buffer.alloc(ERROR_BUFFER_LENGTH))!;
    const program = compileFor(pcap, handle, text);
    pcap.close(handle);
    if (typeof program !== 'string') {
      pcap.freeCode(program);
      return { text, refusals };
    }
    refusals.push(program);
  }
  throw new Error(`none of them is taken: ${refusals.join('; ')}`);
}

function compiled(texts: readonly string[], dlt = ETHERNET): (frame: Octets, linkType?: number) => boolean {
  const filter = PacketFilter.compile(taken(texts, dlt).text);
  if (!(filter instanceof PacketFilter)) throw new Error(JSON.stringify(filter));
  return (frame, linkType = dlt) => filter.matches(linkType, frame, 0, frame.length, frame.length);
}

describe.skipIf(missing !== null)(`what is captured${because}`, () => {
  test('is all that is reported, both ways, and no other TCP', { timeout: 120_000 }, () => {
    const seen = { reported: 0, left: 0 };
    fc.assert(
      fc.property(expression, fc.array(ends, { minLength: 1, maxLength: 6 }), (text, list) => {
        const matches = compiled(parseFilter(text).captureFilters);
        for (const of of list) {
          const reported = isReported(text, of);
          seen[reported ? 'reported' : 'left']++;
          for (const [name, vlans] of LAYERS) {
            const both = [false, true].map((backwards) => matches(ethernet(segment(of, backwards), { vlans })));
            expect({ text, of, name, both }).toEqual({ text, of, name, both: [reported, reported] });
          }
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(seen.reported).toBeGreaterThan(RUNS / 2);
    expect(seen.left).toBeGreaterThan(RUNS / 2);
  });

  test('has every ICMP error, ARP and neighbour discovery in it; no UDP, no ping', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(expression, ends, (text, of) => {
        const matches = compiled(parseFilter(text).captureFilters);
        for (const [name, vlans] of LAYERS) {
          for (const [wanted, frames] of [
            [true, evidence(of)],
            [false, noise(of)],
          ] as const) {
            // What wants all TCP takes whatever is wrapped: see below.
            if (!wanted && vlans.length > 0 && wantsAll(text)) continue;
            for (const [what, { octets: frame, type }] of Object.entries(frames)) {
              const got = matches(ethernet(frame, { vlans, ...(type === undefined ? {} : { type }) }));
              if (got !== wanted) expect({ text, name, what, got }).toEqual({ text, name, what, got: wanted });
            }
          }
        }
      }),
      { numRuns: RUNS / 4, seed: SEED },
    );
  });

  const wantsAll = (text: string): boolean => parseFilter(text).captureFilters[0] === captureFilters(null)[0];

  test('without a filter is all TCP, and whatever is wrapped in VLANs, MPLS or PPPoE', () => {
    expect(parseFilter('').captureFilters).toEqual(captureFilters(null));
    expect(parseFilter('tcp').captureFilters).toEqual(captureFilters(null));
    const matches = compiled(captureFilters(null));
    fc.assert(
      fc.property(ends, (of) => {
        const inside = segment(of, false);
        for (const [name, vlans] of LAYERS) {
          expect(matches(ethernet(inside, { vlans })), name).toBe(true);
          for (const [what, { octets: frame, type }] of Object.entries(evidence(of))) {
            expect(matches(ethernet(frame, { vlans, ...(type === undefined ? {} : { type }) })), what).toBe(true);
          }
        }
        expect(matches(ethernet(mpls(inside), { type: ETHER_TYPE.MPLS }))).toBe(true);
        expect(matches(ethernet(mpls(inside), { type: 0x8848 }))).toBe(true);
        const protocol = of.ipVersion === 4 ? 0x0021 : 0x0057;
        expect(matches(ethernet(pppoe(inside, protocol), { type: ETHER_TYPE.PPPOE }))).toBe(true);
        expect(matches(ethernet(inside, { vlans: [{ id: 3, type: 0x9100 }] }))).toBe(true);
        for (const [what, { octets: frame }] of Object.entries(noise(of))) {
          expect(matches(ethernet(frame)), what).toBe(false);
        }
      }),
      { numRuns: 50, seed: SEED },
    );
  });

  test('of a filter for a thousand hosts is all TCP: libpcap would take minutes over what is more', () => {
    const hosts = Array.from({ length: 1000 }, (_, i) => `host 10.${9 + (i >> 8)}.8.${i & 255}`);
    const filter = parseFilter(hosts.join(' or '));
    const matches = compiled(filter.captureFilters);
    const of = { ipVersion: 4, addresses: ['10.9.8.99', '10.1.1.1'], ports: [1, 2] } as const;
    for (const [name, vlans] of LAYERS) expect(matches(ethernet(segment(of, true), { vlans })), name).toBe(true);
    const other = { ...of, addresses: ['10.99.8.100', '10.1.1.1'] } as const;
    expect(isReported(filter.text, other)).toBe(false);
    expect(filter.captureFilters).toEqual(captureFilters(null));
  });

  /** Other link types, by what libpcap calls them inside and how a frame of them begins. */
  const LINKS = [
    ['NULL', 0, 0, (inside: Octets) => octets([inside[0] >> 4 === 4 ? 2 : 30, 0, 0, 0], inside)],
    ['RAW', 101, 101, (inside: Octets) => inside],
    ['LINUX_SLL', 113, 113, (inside: Octets, type?: number) => sll(inside, type === undefined ? {} : { type })],
    ['LINUX_SLL2', 276, 276, (inside: Octets, type?: number) => sll2(inside, type === undefined ? {} : { type })],
  ] as const;

  test.each(LINKS)(
    'on %s: a text is taken, and asks for the same',
    { timeout: 120_000 },
    (_, linkType, dlt, frameOf) => {
      fc.assert(
        fc.property(expression, fc.array(ends, { minLength: 1, maxLength: 4 }), (text, list) => {
          const { captureFilters: texts } = parseFilter(text);
          const { text: chosen, refusals } = taken(texts, dlt);
          // Where there are no VLANs the later text is what is left.
          expect(chosen).toBe(texts.at(refusals.length));
          const filter = PacketFilter.compile(chosen);
          if (!(filter instanceof PacketFilter)) throw new Error(JSON.stringify(filter));
          const matches = (frame: Octets): boolean => filter.matches(linkType, frame, 0, frame.length, frame.length);
          for (const of of list) {
            const both = [false, true].map((backwards) => matches(frameOf(segment(of, backwards))));
            const reported = isReported(text, of);
            expect({ text, of, both }).toEqual({ text, of, both: [reported, reported] });
          }
          for (const [what, { octets: frame, type }] of Object.entries(evidence(list[0]))) {
            // Of link types without an EtherType there is no ARP.
            if (type === ETHER_TYPE.ARP && linkType !== 113 && linkType !== 276) continue;
            expect(matches(frameOf(frame, type)), `${text}: ${what}`).toBe(true);
          }
          for (const [what, { octets: frame }] of Object.entries(noise(list[0]))) {
            expect(matches(frameOf(frame)), `${text}: ${what}`).toBe(false);
          }
        }),
        { numRuns: RUNS / 4, seed: SEED },
      );
    },
  );

  test.each(LINKS)('on %s: a text for all TCP is taken', (_, linkType, dlt, frameOf) => {
    const matches = compiled(captureFilters(null), dlt);
    fc.assert(
      fc.property(ends, (of) => {
        expect(matches(frameOf(segment(of, false)), linkType)).toBe(true);
        for (const [what, { octets: frame }] of Object.entries(noise(of))) {
          expect(matches(frameOf(frame), linkType), what).toBe(false);
        }
      }),
      { numRuns: 50, seed: SEED },
    );
  });
});
