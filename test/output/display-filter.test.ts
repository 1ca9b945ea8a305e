// The filter that -v prints, given to Wireshark itself: it selects the segments of that connection, and of no other.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { displayFilter } from '../../src/output/display-filter.js';
import { analyze, type ConnectionEvent, type SegmentRecord } from '../../src/pipeline.js';
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

async function connectionsOf(file: string) {
  const packets = new Map<number, number[]>();
  const passing = ({ connection, packet }: SegmentRecord): void => {
    packets.set(connection, [...(packets.get(connection) ?? []), packet]);
  };
  const events: ConnectionEvent[] = [];
  for await (const event of analyze({ files: [file], passing })) if (event.type === 'connection') events.push(event);
  return events.map((event) => ({ event, packets: packets.get(event.id) }));
}

const selected = (file: string, filter: string): number[] =>
  run('tshark', '-r', file, '-Y', filter, '-T', 'fields', '-e', 'frame.number').trim().split('\n').map(Number);

describe.skipIf(!wireshark)(`to Wireshark${unlessWireshark}`, () => {
  it('is one connection among neighbours', async () => {
    const file = join(folder, 'neighbours.pcap');
    writeFileSync(file, NEIGHBOURS);
    const connections = await connectionsOf(file);
    expect(connections).toHaveLength(8);
    // The second and the third have their ports the other way round: all that such a filter cannot tell.
    for (const { event, packets } of connections.filter(({ event }) => event.id !== 2 && event.id !== 3))
      expect(selected(file, displayFilter(event)), `#${event.id}`).toEqual(packets);
  });

  it.each([
    'one-port-of-two-killed.pcap.gz',
    'services-on-two-ports-all-close-nano-96.pcap',
    'services-restarted-together-v6.pcap.gz',
  ])('is each of %s', async (name) => {
    const file = join(CAPTURES, name);
    const connections = await connectionsOf(file);
    expect(connections.length).toBeGreaterThan(2);
    for (const { event, packets } of connections) expect(selected(file, displayFilter(event))).toEqual(packets);
  });

  it('has the ICMP errors about it', async () => {
    const file = join(CAPTURES, 'host-vanishes-router-says-host-unreachable.pcap');
    const [{ event, packets }] = (await connectionsOf(file)) as [{ event: ConnectionEvent; packets: number[] }];
    const errors = selected(file, `icmp && ${displayFilter(event)}`);
    expect(errors).toEqual(selected(file, 'icmp'));
    expect(selected(file, displayFilter(event))).toEqual([...packets, ...errors].sort((a, b) => a - b));
  });
});
