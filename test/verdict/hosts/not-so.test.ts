// What looks like a mishap of a host and is none, or another one: found by an audit, kept from coming back.
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { analyze, type ConnectionEvent, type HostEvent } from '../../../src/pipeline.js';
import type { PcapRecord } from '../../support/captures.js';
import { captureOf, conversation, type Row } from '../../support/packet-rows.js';

const SERVER = '198.51.100.2';

interface Heard {
  readonly hosts: readonly HostEvent[];
  readonly final: string;
  readonly verdicts: readonly string[];
}

async function hear(...conversations: readonly PcapRecord[][]): Promise<Heard> {
  const hosts: HostEvent[] = [];
  const records: ConnectionEvent[] = [];
  const stdin = Readable.from([captureOf(...conversations)]);
  for await (const event of analyze({ files: ['-'], stdin })) {
    if (event.type === 'host') hosts.push(event);
    if (event.type === 'connection') records.push(event);
  }
  const said = hosts.findLast(({ conclusion, event }) => conclusion || event === 'withdrawn');
  const final = said?.conclusion ? `${said.event} ${said.conclusion.confidence}` : 'none';
  return { hosts, final, verdicts: records.map(({ verdict }) => `${verdict.scenario} ${verdict.confidence}`) };
}

const OPENS: readonly Row[] = [
  [0, 'client', 'S'],
  [0.001, 'server', 'SA'],
  [0.002, 'client', 'A'],
];
const asks = (at: number): Row[] => [
  [at, 'client', 'PA', 18],
  [at + 0.001, 'server', 'PA', 30],
  [at + 0.002, 'client', 'A'],
];
const closes = (at: number): Row[] => [
  [at, 'server', 'FA'],
  [at + 0.001, 'client', 'FA'],
  [at + 0.002, 'server', 'A'],
];

let port = 40_000;
const client = (address: string, serverPort: number, rows: readonly Row[], from = 0): PcapRecord[] =>
  conversation(rows, { client: address, server: SERVER, clientPort: port++, serverPort, from });

/** TTL of an IPv4 datagram in an Ethernet frame. */
function withTtl(ttl: number, records: PcapRecord[], which: (index: number) => boolean): PcapRecord[] {
  return records.map((record, index) => {
    if (!which(index)) return record;
    const data = Uint8Array.from(record.data!);
    data[14 + 8] = ttl;
    return { ...record, data };
  });
}

/** A page of two connections on each of two ports; the server closes each `after` it has answered. */
const page = (from: number, after: number): PcapRecord[][] =>
  [80, 80, 8080, 8080].map((serverPort, n) =>
    client('192.0.2.1', serverPort, [...OPENS, ...asks(0.01), ...closes(0.011 + after)], from + n * 0.001),
  );

describe('a server that closes after each answer', () => {
  it('is not told at all, if it closes at once', async () => {
    expect((await hear(...page(0, 0.0001), ...page(10, 0.0001))).hosts).toEqual([]);
  });

  it('has a habit the third time: what was concluded is withdrawn, and unanswered SYNs make it no shutdown', async () => {
    const unanswered = client(
      '192.0.2.1',
      80,
      [
        [0, 'client', 'S'],
        [1, 'client', 'S'],
        [3, 'client', 'S'],
        [7, 'client', 'S'],
      ],
      50,
    );
    const { hosts, final } = await hear(...page(0, 0.03), ...page(10, 0.03), ...page(20, 0.03), unanswered);
    expect(hosts.filter(({ conclusion }) => conclusion).map(({ event }) => event)).toEqual(['services-closed']);
    expect(final).toBe('none');
  });
});

describe('services that closed together', () => {
  const quiet = (serverPort: number): PcapRecord[] =>
    client('192.0.2.1', serverPort, [...OPENS, ...asks(0.01), ...closes(10)]);

  it('of which one refuses a newcomer are not one service, and the host may be on its way down', async () => {
    const refused = client('192.0.2.1', 80, [
      [11, 'client', 'S'],
      [11.001, 'server', 'RA'],
    ]);
    const { final } = await hear(quiet(80), quiet(80), quiet(443), quiet(443), refused);
    expect(final).toBe('services-closed certain');
  });

  it('leave open connections: what falls silent later had not been shut down by init', async () => {
    const busy = (): PcapRecord[] =>
      client('192.0.2.1', 22, [
        ...OPENS,
        ...[1, 5, 11].flatMap(asks),
        [14, 'client', 'PA', 9],
        [14.3, 'client', 'PA*', 9],
        [14.9, 'client', 'PA*', 9],
        [16.1, 'client', 'PA*', 9],
        [18.5, 'client', 'PA*', 9],
      ]);
    const { final } = await hear(quiet(80), quiet(80), quiet(443), quiet(443), busy(), busy(), busy());
    expect(final).toBe('crashed-or-cut likely');
  });
});

it('a refusal with another TTL is somebody else refusing', async () => {
  const idle = (): PcapRecord[] => client('192.0.2.1', 80, [...OPENS, ...closes(10)]);
  const alive = client('192.0.2.1', 443, [...OPENS, ...[5, 20, 40].flatMap(asks)]);
  const refused: Row[] = [
    [15, 'client', 'S'],
    [15.001, 'server', 'RA'],
  ];
  expect((await hear(idle(), idle(), alive, client('192.0.2.1', 80, refused))).final).toBe('service-gone certain');
  const foreign = withTtl(77, client('192.0.2.1', 80, refused), (index) => index === 1);
  expect((await hear(idle(), idle(), alive, foreign)).final).toBe('service-closed possible');
});

it('a path that is gone for one client is no outage of the server, whoever else was quiet meanwhile', async () => {
  const waits = (serverPort: number): PcapRecord[] => {
    const rows: Row[] = [...OPENS, ...asks(5), [20, 'client', 'PA', 18]];
    const frames = client('192.0.2.1', serverPort, rows);
    const last = frames.at(-1)!;
    const again = [20.3, 20.9, 22.1, 24.5, 29.3, 38.9, 58.1, 96.5].map((at) => ({
      ...last,
      seconds: (last.seconds ?? 0) + Math.floor(at) - 20,
      fraction: Math.round((at % 1) * 1e6),
    }));
    return [...frames, ...again];
  };
  const other = client('192.0.2.9', 80, [...OPENS, ...[5, 40, 45, 50, 60, 100, 110].flatMap(asks)]);
  const { final, verdicts, hosts } = await hear(waits(80), waits(443), other);
  expect(final).toBe('path-to-one-lost possible');
  expect(verdicts).toEqual(['path-lost possible', 'path-lost possible', 'null null']);
  expect(hosts.find(({ event }) => event === 'deaf-to-some')?.says).toBe(
    'answers others, but nothing to 192.0.2.1 any more: 2 connections wait on ports 80 and 443',
  );
});

it('SYNs in the name of a host that never answers say nothing of it', async () => {
  const closed = (serverPort: number): PcapRecord[] =>
    client('192.0.2.1', serverPort, [...OPENS, [5, 'client', 'FA'], [5.001, 'server', 'FA'], [5.002, 'client', 'A']]);
  const forged = (): PcapRecord[] =>
    client('192.0.2.1', 80, [[20, 'client', 'S'], ...[20.001, 21, 23, 27].map((at): Row => [at, 'server', 'SA'])]);
  const { hosts } = await hear(closed(80), closed(443), forged(), forged(), forged());
  expect(hosts.filter(({ event }) => event === 'went-silent' || event === 'shut-down')).toEqual([]);
});

describe('connections of one port that the server closed together', () => {
  /** Closed at ten seconds, asked for the last time `idle` seconds before; then written to. */
  const closed = (idle: number): PcapRecord[] =>
    client('192.0.2.1', 80, [
      ...OPENS,
      ...asks(10 - idle),
      [10, 'server', 'FA'],
      [10.04, 'client', 'A'],
      [12, 'client', 'PA', 5],
      [12.001, 'server', 'R'],
    ]);

  it('say that its process ended, unless all of them had been idle for equally long: a timeout closes alike', async () => {
    const differently = await hear(...[5, 6, 7].map(closed));
    expect(differently.verdicts).toEqual(Array(3).fill('process-terminated likely'));
    const alike = await hear(...[5, 5, 5].map(closed));
    expect(alike.verdicts).toEqual(Array(3).fill('process-terminated possible'));
  });

  it('and that refuses newcomers by then, while it goes on with another: it still lives', async () => {
    const refused = client('192.0.2.1', 80, [
      [11, 'client', 'S'],
      [11.001, 'server', 'RA'],
    ]);
    const gone = await hear(...[5, 6].map(closed), refused);
    expect(gone.verdicts).toEqual([...Array(2).fill('process-terminated likely'), 'connect-refused certain']);
    const working = client('192.0.2.1', 80, [...OPENS, ...[8, 13].flatMap(asks)]);
    const drains = await hear(...[5, 5].map(closed), refused, working);
    expect(drains.verdicts).toContain('process-terminated possible');
    expect(drains.verdicts).not.toContain('process-terminated likely');
  });
});
