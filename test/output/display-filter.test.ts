// The filter that -v prints, given to Wireshark itself: it selects the segments of that connection, and of no other.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endsWord } from '../../src/output/display-filter.js';
import { textOutput } from '../../src/output/text.js';
import { analyze, type ConnectionEvent, type ReportRecord, type SegmentRecord } from '../../src/pipeline.js';
import { run, unlessWireshark, wireshark } from '../sink/written.js';
import { CLOSED, captureOf, conversation } from '../support/packet-rows.js';

const CAPTURES = resolve(import.meta.dirname, '../../fixtures/captures');
const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-filter-'));
afterAll(() => rmSync(folder, { recursive: true }));

const talk = (client: string, clientPort: number, server: string, serverPort: number, from: number) =>
  conversation(CLOSED, { client, clientPort, server, serverPort, from });

/** Neighbours of each other in every way but one. */
const NEIGHBOURS = captureOf(
  talk('192.0.2.1', 179, '198.51.100.2', 179, 0),
  talk('192.0.2.1', 40000, '198.51.100.2', 179, 1),
  talk('192.0.2.1', 179, '198.51.100.2', 40000, 2),
  talk('192.0.2.1', 40000, '198.51.100.3', 179, 3),
  talk('127.0.0.1', 40000, '127.0.0.1', 443, 4),
  talk('127.0.0.1', 40000, '127.0.0.2', 443, 5),
  talk('2001:db8::1', 40000, '2001:db8::2', 443, 6),
  talk('2001:db8::1', 40001, '2001:db8::2', 443, 7),
);

interface Printed {
  readonly event: ConnectionEvent;
  /** As -v prints it. */
  readonly filter: string;
  /** Its segments, and the ICMP errors about it. */
  readonly packets: readonly number[];
}

async function printed(file: string): Promise<Printed[]> {
  const packets = new Map<number, number[]>();
  const take = ({ connection, packet }: SegmentRecord | ReportRecord): void => {
    packets.set(connection, [...(packets.get(connection) ?? []), packet]);
  };
  const output = textOutput({ colour: false, width: Number.POSITIVE_INFINITY, verbose: true, growing: false });
  const events: ConnectionEvent[] = [];
  let text = '';
  for await (const event of analyze({ files: [file], passing: take, reporting: take })) {
    if (event.type === 'connection') events.push(event);
    text += output.event(event);
  }
  const filters = new Map(
    [...text.matchAll(/^#(\d+) [\s\S]*?^ +wireshark +(.*)$/gm)].map(([, id, filter]) => [Number(id), filter!]),
  );
  return events.map((event) => ({ event, filter: filters.get(event.id)!, packets: packets.get(event.id)! }));
}

const selected = (file: string, filter: string): number[] =>
  run('tshark', '-r', file, '-Y', filter, '-T', 'fields', '-e', 'frame.number').trim().split('\n').map(Number);

/** How many packets each filter selects, in one run. */
function counts(file: string, filters: readonly string[]): number[] {
  const table = run('tshark', '-q', '-r', file, '-z', `io,stat,0,${filters.join(',')}`);
  const row = table.split('\n').find((line) => / <> /.test(line))!;
  return row
    .split('|')
    .slice(2, -1)
    .flatMap((cell, n) => (n % 2 === 0 && cell.trim() !== '' ? [Number(cell)] : []));
}

const written = (name: string, capture: Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, capture);
  return file;
};

/** In both: packets where a connection begins before the old one of its ends is over. */
const overlap = (ofOne: readonly number[], all: readonly Printed[]): number[] =>
  all.flatMap(({ packets }) => packets).filter((packet) => packet > ofOne[0]! && packet < ofOne.at(-1)!);

const captures = readdirSync(CAPTURES).filter((file) => /\.pcap(ng)?(\.gz)?$/.test(file));

describe.skipIf(!wireshark)(`to Wireshark${unlessWireshark}`, () => {
  it('is one connection among neighbours', async () => {
    const file = written('neighbours.pcap', NEIGHBOURS);
    const connections = await printed(file);
    expect(connections).toHaveLength(8);
    for (const { event, filter, packets } of connections)
      expect(selected(file, filter), `#${event.id}`).toEqual(packets);
  });

  it('is one of two connections with the same ends, in two VLANs at a time, or one after the other', async () => {
    const tagged = (vlans: readonly number[], from: number) => conversation(CLOSED, { vlans, from });
    const capture = captureOf(
      tagged([5], 0),
      tagged([6], 0.0001),
      tagged([], 0.0002),
      tagged([8, 7], 0.0003),
      tagged([6], 300),
    );
    const file = written('vlans.pcap', capture);
    const connections = await printed(file);
    expect(connections).toHaveLength(5);
    for (const { event, filter, packets } of connections)
      expect(selected(file, filter), `#${event.id}`).toEqual(packets);
  });

  it.each(captures)('is each connection of %s, if it has several', async (name) => {
    const file = join(CAPTURES, name);
    const connections = await printed(file);
    const reused = new Set(connections.map(({ event }) => endsWord(event))).size < connections.length;
    if (name.startsWith('port-reused')) expect(reused).toBe(true);
    if (connections.length > 1 && !reused) {
      const filters = connections.map(({ filter }) => filter);
      expect(counts(file, filters)).toEqual(connections.map(({ packets }) => packets.length));
    }
    for (const { filter, packets } of reused ? connections : []) {
      const found = selected(file, filter);
      expect(found).toEqual(expect.arrayContaining([...packets]));
      const foreign = found.filter((packet) => !packets.includes(packet));
      expect(overlap(packets, connections)).toEqual(expect.arrayContaining(foreign));
      if (name.startsWith('port-reused')) expect(foreign).toEqual([]);
    }
  });

  it('has the ICMP errors about it', async () => {
    const file = join(CAPTURES, 'host-vanishes-router-says-host-unreachable.pcap');
    const [{ filter, packets }] = (await printed(file)) as [Printed];
    const errors = selected(file, `icmp && ${filter}`);
    expect(errors).toEqual(selected(file, 'icmp'));
    expect(packets).toEqual(expect.arrayContaining(errors));
    expect(selected(file, filter)).toEqual(packets);
  });
});

it('names nothing but the ends where that is enough: it finds the connection in the capture of another host too', async () => {
  for (const { filter } of await printed(join(CAPTURES, 'services-on-two-ports-all-close.pcap')))
    expect(filter).toMatch(/^ip\.addr==\S+ && ip\.addr==\S+ && tcp\.port==\d+ && tcp\.port==\d+$/);
});

it('of connections told as they end, knows those that were told before', async () => {
  const file = written('live.pcap', captureOf(conversation(CLOSED), conversation(CLOSED, { from: 300 })));
  const output = textOutput({ colour: false, width: Number.POSITIVE_INFINITY, verbose: true, growing: true });
  let text = '';
  for await (const event of analyze({ files: [file], growing: true })) text += output.event(event);
  expect(text.match(/tcp\.port==443.*/g)?.at(-1)).toMatch(
    /^tcp\.port==443 && !vlan && frame\.number in \{\d+\.\.\d+\}$/,
  );
});
