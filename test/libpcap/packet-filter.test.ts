// Filters beyond our own reading of the language, against tcpdump: the same frames of the same captures, the same words for
// what is no filter, and the connections whose packets it prints.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FilterError, parseFilter } from '../../src/filter/parse-filter.js';
import { isMissing, libpcap } from '../../src/libpcap/library.js';
import { PacketFilter } from '../../src/libpcap/packet-filter.js';
import { type AnalyzeOptions, analyze, type ConnectionEvent } from '../../src/pipeline.js';
import { TimeBase } from '../../src/source/frame-batch.js';
import { openCapture } from '../../src/source/open-capture.js';
import { SYN } from '../../src/wire/segment.js';
import { NO_TCPDUMP } from '../filter/tcpdump.js';
import { type ByteOrder, type PcapRecord, pcapFile } from '../support/captures.js';
import { ethernet, ipv4, ipv6, octets, tcp } from '../support/frames.js';
import { CLOSED, captureOf, conversation, KILLED, LATE_RESET, REFUSED } from '../support/packet-rows.js';

const pcap = libpcap();
const missing = isMissing(pcap) ? pcap.advice : NO_TCPDUMP;
const because = missing === null ? '' : ` (skipped: ${missing})`;
const FIXTURES = new URL('../../fixtures/captures/', import.meta.url).pathname;

const directory = mkdtempSync(join(tmpdir(), `tcpwatch-${process.pid}-`));
afterAll(() => rmSync(directory, { recursive: true }));
function onDisk(name: string, capture: Uint8Array): string {
  const file = join(directory, name);
  writeFileSync(file, capture);
  return file;
}
const fixture = (name: string): string => join(FIXTURES, name);

const END_OF_ADDRESSES = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
const tagged = (records: readonly PcapRecord[], ...tags: number[]): PcapRecord[] =>
  records.map(({ data, ...rest }) => {
    const inside = data!.subarray(12);
    const outside = tags.flatMap((id) => [0x81, 0x00, id >> 8, id & 0xff]);
    return { ...rest, data: octets(END_OF_ADDRESSES, outside, inside) };
  });

/** BSD loopback: the family in the byte order of who wrote it. */
const loopback = (records: readonly PcapRecord[], order: ByteOrder): PcapRecord[] =>
  records.map(({ data, ...rest }) => {
    const family = order === 'little' ? [2, 0, 0, 0] : [0, 0, 0, 2];
    return { ...rest, data: octets(family, data!.subarray(14)) };
  });

const VARIED = onDisk(
  'varied.pcap',
  captureOf(
    conversation(CLOSED, { from: 0 }),
    tagged(conversation(KILLED, { from: 1, clientPort: 40_001 }), 7),
    tagged(conversation(LATE_RESET, { from: 2, clientPort: 40_002 }), 7, 300),
    conversation(REFUSED, { from: 3, client: '2001:db8::1', server: '2001:db8::2' }),
    conversation(CLOSED, { from: 4, client: '2001:db8::1', server: '2001:db8::2', clientPort: 40_003 }),
  ),
);
const CUT = onDisk(
  'cut.pcap',
  pcapFile({
    snaplen: 60,
    records: conversation(CLOSED).map(({ data, ...rest }) => ({
      ...rest,
      data: data!.subarray(0, 60),
      wireLength: data!.length,
    })),
  }),
);
const loopbackFile = (order: ByteOrder): string =>
  onDisk(`null-${order}.pcap`, pcapFile({ order, linkType: 0, records: loopback(conversation(KILLED), order) }));

const CAPTURES: readonly (readonly [name: string, file: string])[] = [
  ['Ethernet', fixture('worker-killed-then-client-writes-one-sided.pcap')],
  ['Ethernet, IPv6, with ICMP errors and neighbour discovery', fixture('connect-to-missing-host-on-same-lan-v6.pcap')],
  ['Ethernet, microseconds of pcapng', fixture('worker-killed-owing-an-answer-v6-pcapng.pcapng')],
  ['Ethernet, cut to 96 octets', fixture('services-on-two-ports-all-close-nano-96.pcap')],
  ['Ethernet, cut to 60 octets', CUT],
  ['Ethernet with VLANs', VARIED],
  ['raw IP', fixture('client-closes-first-raw-ip.pcap')],
  ['raw IP, ICMP', fixture('route-lost-router-says-net-unreachable.pcap')],
  ['Linux cooked v1', fixture('host-vanishes-client-writes-sll-nano-96.pcap')],
  ['Linux cooked v2', fixture('server-aborts-v6-any.pcap')],
  ['BSD loopback', loopbackFile('little')],
];

const EXPRESSIONS = [
  'tcp[tcpflags] & tcp-syn != 0',
  'tcp[tcpflags] & (tcp-rst|tcp-fin) != 0',
  'tcp[tcpflags] & tcp-push != 0 and greater 80',
  'tcp[13] & 4 != 0 or ip6[53] & 4 != 0',
  'greater 100',
  'less 66',
  'len > 80 and tcp',
  'ip[8] < 64',
  'ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) > 0',
  'ip6[6] = 6 and ip6[7] <= 64',
  'icmp or icmp6',
  'icmp[icmptype] = icmp-unreach',
  'arp',
  'udp or tcp src portrange 1-9999',
  'host 198.51.100.2 and tcp[14:2] > 500',
  'vlan',
  'vlan 7',
  'vlan 7 and tcp[tcpflags] & tcp-fin != 0',
  'vlan and vlan 300 and tcp port 40002',
  'tcp and not vlan',
  'ether host 02:00:00:00:00:01',
  'ether src 02:00:00:00:00:01 and tcp',
  'ether proto 0x86dd',
  'ether multicast or ip6 multicast',
  'tcp[100:4] = 0',
  'ip or not ip',
  'inbound',
] as const;

/** Always true, always false, or refused: to be read all the same. */
const DULL: readonly string[] = ['tcp[100:4] = 0', 'ip or not ip', 'inbound'];

interface Frame {
  readonly timeNs: bigint;
  readonly data: string;
}

/** The frames of a capture, or those of them that the filter lets pass. */
async function framesOf(file: string, filter: PacketFilter | null, stdin?: Uint8Array): Promise<Frame[]> {
  const base = new TimeBase();
  const from = stdin === undefined ? file : onDisk('answer', stdin);
  const frames: Frame[] = [];
  for await (const batch of openCapture(from, base).batches()) {
    const { bytes, offset, capturedLength, wireLength, linkType, timeNs, count } = batch;
    for (let f = 0; f < count; f++) {
      if (filter && !filter.matches(linkType[f], bytes, offset[f], capturedLength[f], wireLength[f])) continue;
      const data = Buffer.from(bytes.subarray(offset[f], offset[f] + capturedLength[f])).toString('hex');
      frames.push({ timeNs: base.epochNs! + BigInt(timeNs[f]), data });
    }
  }
  return frames;
}

/** The frames that tcpdump writes; null where it does not take the filter for the capture's link type. */
async function framesOfTcpdump(file: string, expression: string): Promise<Frame[] | null> {
  const options = ['--time-stamp-precision=nano', '-r', file, '-w', '-', expression];
  const { status, stdout, stderr } = spawnSync('tcpdump', options, { maxBuffer: 1 << 26 });
  if (status === 0) return framesOf('-', null, stdout);
  return String(stderr).includes('rejects all packets') ? [] : null;
}

describe.skipIf(missing !== null)(`PacketFilter${because}`, () => {
  describe.each(CAPTURES)('%s', (_, file) => {
    test.each(EXPRESSIONS)('%s', async (expression) => {
      const filter = PacketFilter.compile(expression);
      const wanted = await framesOfTcpdump(file, expression);
      if (!(filter instanceof PacketFilter)) {
        // `inbound` and the like are not for Ethernet: what cannot be said of it is refused outright.
        expect(spawnSync('tcpdump', ['-y', 'EN10MB', '-r', VARIED, expression]).status).not.toBe(0);
        return;
      }
      expect(await framesOf(file, filter)).toEqual(wanted ?? []);
    });
  });

  test('the expressions above tell frames apart: nearly all are true of some and false of others', async () => {
    const useless: string[] = [];
    for (const expression of EXPRESSIONS) {
      let [some, others] = [false, false];
      for (const [, file] of CAPTURES) {
        const [chosen, all] = [(await framesOfTcpdump(file, expression)) ?? [], await framesOf(file, null)];
        some ||= chosen.length > 0;
        others ||= chosen.length < all.length;
      }
      if (!some || !others) useless.push(expression);
    }
    expect(useless.filter((one) => !DULL.includes(one))).toEqual([]);
  });

  test('BSD loopback of a machine of the other byte order', async () => {
    const file = loopbackFile('big');
    const unlike: string[] = [];
    for (const expression of EXPRESSIONS) {
      const filter = PacketFilter.compile(expression);
      if (!(filter instanceof PacketFilter)) continue;
      const [ours, wanted] = [await framesOf(file, filter), (await framesOfTcpdump(file, expression)) ?? []];
      if (ours.length !== wanted.length) unlike.push(`${expression}: ${ours.length}, not ${wanted.length}`);
    }
    expect(unlike).toEqual([]);
  });

  test('reads the frame at its place in the octets, and no further than it was captured', () => {
    const frame = ethernet(ipv4(tcp({ flags: SYN, sourcePort: 7, payload: 40 })));
    const around = octets(new Uint8Array(33).fill(0xff), frame, new Uint8Array(9).fill(0xff));
    const matches = (text: string, captured = frame.length, wire = frame.length): boolean =>
      (PacketFilter.compile(text) as PacketFilter).matches(1, around, 33, captured, wire);
    expect(matches('tcp src port 7 and tcp[tcpflags] = tcp-syn')).toBe(true);
    expect(matches('ether[93] = 0')).toBe(true);
    // Beyond its end everything is 0xff, and nothing may be read.
    expect(matches('ether[94] = 0xff')).toBe(false);
    expect(matches('ether[94] = 0xff', frame.length + 1)).toBe(true);
    expect(matches('tcp src port 7', 35)).toBe(false);
    expect(matches('tcp src port 7', 36)).toBe(true);
    // Lengths are those on the wire.
    expect(matches('greater 1000', 40, 1000)).toBe(true);
    expect(matches('greater 1000', 40, 999)).toBe(false);
  });

  test('a filter that makes no sense for a link type takes nothing of it', () => {
    const filter = PacketFilter.compile('vlan 7') as PacketFilter;
    const inside = ipv4(tcp());
    expect(filter.matches(101, inside, 0, inside.length, inside.length)).toBe(false);
    expect(filter.matches(65_000, inside, 0, inside.length, inside.length)).toBe(false);
    const frame = ethernet(inside, { vlans: [{ id: 7 }] });
    expect(filter.matches(1, frame, 0, frame.length, frame.length)).toBe(true);
  });

  test.each([
    ['raw IP under all three of its numbers', [101, 12, 14], (inside: Uint8Array) => inside],
    ['raw IPv4', [228], (inside: Uint8Array) => inside],
    ['PPP', [9], (inside: Uint8Array) => octets(0xff, 0x03, 0x00, 0x21, inside)],
    ['PPP over serial', [50], (inside: Uint8Array) => octets(0xff, 0x03, 0x00, 0x21, inside)],
    ['OpenBSD loopback', [108], (inside: Uint8Array) => octets(0, 0, 0, 2, inside)],
    ['Cisco HDLC', [104], (inside: Uint8Array) => octets(0x0f, 0, 0x08, 0x00, inside)],
    ['PPPoE', [51], (inside: Uint8Array) => octets(0x11, 0, 0, 1, 0, inside.length + 2, 0x00, 0x21, inside)],
  ] as const)('%s', (_, linkTypes, frameOf) => {
    const filter = PacketFilter.compile('tcp[tcpflags] = tcp-syn and tcp dst port 443') as PacketFilter;
    const missed = linkTypes.filter((linkType) => {
      const [yes, no] = [SYN, 0].map((flags) => {
        const frame = frameOf(ipv4(tcp({ flags })));
        return filter.matches(linkType, frame, 0, frame.length, frame.length);
      });
      return !yes || no;
    });
    expect(missed).toEqual([]);
  });

  describe('errors carry the words of libpcap', () => {
    test.each([
      ['tcp['],
      ['tcp[0:3] = 1'],
      ['frobnicate the packets'],
      ['ether host 1'],
      ['host no-such-host.invalid'],
      ['port 99999999'],
      ['vlan 5000'],
      ['ip proto \\frob'],
      [')'],
      ['inbound'],
    ])('%s', async (text) => {
      const { stderr, status } = spawnSync('tcpdump', ['-r', VARIED, '-c', '1', text], { encoding: 'utf8' });
      const words = stderr.split('\n').findLast((line) => line.startsWith('tcpdump: '))!;
      expect(status).not.toBe(0);
      const compiled = PacketFilter.compile(text);
      expect(compiled).toEqual({ error: words.slice('tcpdump: '.length) });
      expect(() => parseFilter(text)).toThrow(FilterError);
      const said = await recordsOf(VARIED, text).catch((error: unknown) => error);
      expect(said).toBeInstanceOf(FilterError);
      expect((said as Error).message).toContain(`; libpcap: ${words.slice('tcpdump: '.length)}`);
    });
  });
});

async function recordsOf(file: string, filter = '', more: Partial<AnalyzeOptions> = {}): Promise<ConnectionEvent[]> {
  const records: ConnectionEvent[] = [];
  for await (const event of analyze({ ...more, files: [file], filter })) {
    if (event.type === 'connection') records.push(event);
  }
  return records;
}

const nameOf = ({ client, server }: ConnectionEvent): string =>
  [client, server]
    .map(({ address, port }) => `${address}.${port}`)
    .sort()
    .join(' ');

/** The ends of the TCP packets that tcpdump prints, a name a connection. */
function printed(file: string, expression: string): string[] {
  const options = ['-nn', '-t', '-r', file, expression];
  const text = execFileSync('tcpdump', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const names = Array.from(text.matchAll(/(?:^|\s)IP6? (\S+) > (\S+): Flags /gm), ([, from, to]) =>
    [from, to].sort().join(' '),
  );
  return [...new Set(names)].sort();
}

describe.skipIf(missing !== null)(`analyze with a filter on packets${because}`, () => {
  const FILTERS = [
    'tcp[tcpflags] & tcp-rst != 0',
    'tcp[tcpflags] & tcp-fin != 0 and less 80',
    'tcp[tcpflags] = tcp-syn',
    'greater 80',
    'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0',
    'vlan',
    'vlan and tcp[tcpflags] & tcp-rst != 0',
    'ip6[53] & 4 != 0',
    'ether host 02:00:00:00:00:01',
    'tcp[2:2] = 443 and tcp[4:4] > 0',
    'icmp or arp',
  ];
  const FILES = [
    ...CAPTURES,
    ['many connections', fixture('half-open-scan.pcap')],
    ['a host with three clients', fixture('host-shut-down-with-three-clients-v6-96.pcap')],
    ['others served', fixture('worker-killed-others-served-sll.pcap')],
  ] as const;

  test.each(FILES)('%s: the connections of which tcpdump prints a packet, each whole', async (_, file) => {
    const all = await recordsOf(file);
    for (const filter of FILTERS) {
      expect(() => parseFilter(filter), filter).toThrow(FilterError);
      let names: string[];
      try {
        names = printed(file, filter);
      } catch {
        // Not for this link type.
        names = [];
      }
      const records = await recordsOf(file, filter);
      expect([...new Set(records.map(nameOf))].sort(), filter).toEqual(names);
      // No two of the same ends: then what is reported is what is reported without a filter.
      if (new Set(all.map(nameOf)).size === all.length) {
        expect(records, filter).toEqual(all.filter((record) => names.includes(nameOf(record))));
      }
    }
  });

  test('a connection whose last packet alone matches is reported from its first', async () => {
    const last = conversation(KILLED, { clientPort: 40_007 });
    const file = onDisk('last.pcap', captureOf(last, conversation(CLOSED)));
    expect(printed(file, 'tcp[tcpflags] = tcp-rst')).toEqual(['192.0.2.1.40007 198.51.100.2.443']);
    const [record, ...more] = await recordsOf(file, 'tcp[tcpflags] = tcp-rst');
    expect(more).toEqual([]);
    expect(record.firstPacket).toBeLessThanOrEqual(2);
    expect(record.lastPacket).toBe(last.length + CLOSED.length);
    const { client, server } = record.counts;
    expect(client.segments + server.segments).toBe(last.length);
    const unfiltered = (await recordsOf(file)).find(({ client }) => client.port === 40_007);
    expect(record).toEqual(unfiltered);
  });

  test('of two connections of the same ends, only the one that has a packet of it', async () => {
    const first = conversation(CLOSED);
    const again = conversation(KILLED, { from: 200 }).map((record) => record);
    const file = onDisk('again.pcap', captureOf(first, again));
    const records = await recordsOf(file, 'tcp[tcpflags] = tcp-rst');
    expect(await recordsOf(file)).toHaveLength(2);
    expect(records).toHaveLength(1);
    expect(records[0].firstPacket).toBe(first.length + 1);
  });

  test('one that was judged before its packet came is not told before', async () => {
    const file = onDisk('revised.pcap', captureOf(conversation(LATE_RESET)));
    const records = await recordsOf(file, 'tcp[tcpflags] = tcp-rst', { provisional: true });
    const packets = LATE_RESET.length;
    expect(records.length).toBeGreaterThan(0);
    for (const { lastPacket } of records) expect(lastPacket).toBe(packets);
    expect(records.at(-1)).toMatchObject({ final: true });
    expect(records.filter(({ final }) => final)).toHaveLength(1);
  });

  test('IPv6 is asked as it is', async () => {
    const [yes, no] = [40_001, 40_002].map((sourcePort, i) => ({
      seconds: i,
      data: ethernet(ipv6(tcp({ sourcePort, flags: SYN, window: i === 0 ? 111 : 222 }))),
    }));
    const file = onDisk('six.pcap', pcapFile({ records: [yes, no] }));
    const records = await recordsOf(file, 'ip6[54:2] = 111');
    expect(records.map(({ client }) => client.port)).toEqual([40_001]);
  });
});
