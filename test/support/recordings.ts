// Rows for src/verdict/explanations/recordings, from the captures themselves: as the pipeline reads them.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Positions } from '../../src/output/ladder/positions.js';
import { analyze, type ConnectionEvent, type ReportRecord, type SegmentRecord } from '../../src/pipeline.js';
import type { AnomalyId } from '../../src/tcp/anomalies.js';
import {
  type Example,
  type RecordedRow,
  type Recording,
  recordingName,
  THE_END,
} from '../../src/verdict/explanations/excerpt.js';
import type { ScenarioId } from '../../src/verdict/scenarios.js';
import { ACK, FIN, RST, SYN } from '../../src/wire/segment.js';
import { type Packet, readPackets } from '../proof/replay.js';

export const CAPTURES = resolve(import.meta.dirname, '../../fixtures/captures');

export const fileOf = (capture: string): string =>
  join(CAPTURES, readdirSync(CAPTURES).find((name) => name.startsWith(`${capture}.pcap`))!);

interface Read {
  readonly events: ReadonlyMap<number, ConnectionEvent>;
  readonly passed: readonly (SegmentRecord | ReportRecord)[];
  readonly packets: readonly Packet[];
}

const reads = new Map<string, Promise<Read>>();

/** All of a capture, read once. */
export function readCapture(capture: string): Promise<Read> {
  const known = reads.get(capture) ?? readNow(fileOf(capture));
  reads.set(capture, known);
  return known;
}

async function readNow(file: string): Promise<Read> {
  const events = new Map<number, ConnectionEvent>();
  const passed: (SegmentRecord | ReportRecord)[] = [];
  const passing = (segment: SegmentRecord) => passed.push(segment);
  const reporting = (report: ReportRecord) => passed.push(report);
  for await (const event of analyze({ files: [file], passing, reporting })) {
    if (event.type === 'connection') events.set(event.id, event);
  }
  return { events, passed, packets: await readPackets(file) };
}

/** What examples need of their captures, by name. */
export async function recordingsFor(examples: readonly Example[]): Promise<Map<string, Recording>> {
  const wanted = new Map<string, { example: Example; packets: Set<number> }>();
  for (const example of examples) {
    const one = wanted.get(recordingName(example)) ?? { example, packets: new Set() };
    for (const packet of example.packets) one.packets.add(packet);
    wanted.set(recordingName(example), one);
  }
  const recordings = new Map<string, Recording>();
  for (const [name, { example, packets }] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    recordings.set(name, await recordingOf(example, packets));
  }
  return recordings;
}

async function recordingOf({ capture, connection }: Example, wanted: ReadonlySet<number>): Promise<Recording> {
  const { events, passed, packets } = await readCapture(capture);
  const { verdict } = events.get(connection)!;
  const own = passed.filter((one) => one.connection === connection);
  const positions = new Positions();
  const byPacket = new Map(own.map((one) => [one.packet, 'from' in one ? positions.of(one) : one] as const));
  const beganMs = packets[own[0]!.packet - 1]!.atMs;
  let states: SegmentRecord['states'] = { client: null, server: null };
  const rows: RecordedRow[] = [];
  for (const [n, packet] of packets.entries()) {
    const one = byPacket.get(n + 1);
    if (one && 'from' in one) states = one.states;
    if (!wanted.has(n + 1)) continue;
    const [by, sends, detail] = one ? ('from' in one ? segment(one) : report(one)) : elsewhere(packet);
    const odd = one ? oddIn(one) : [];
    rows.push([n + 1, since(packet.atMs), by, sends, detail, ...both(states), ...odd]);
  }
  if (wanted.has(THE_END)) rows.push([null, since(packets.at(-1)!.atMs), null, null, '', ...both(states)]);
  const gave = [...verdict.errors.client, ...verdict.errors.server].map(({ call, error }) => `${call} ${error}`);
  return { scenario: verdict.scenario as ScenarioId | null, gave: [...new Set(gave)], rows };

  function since(ms: number): number {
    return Number((ms - beganMs).toFixed(2));
  }
}

const both = ({ client, server }: SegmentRecord['states']) => [client, server] as [RecordedRow[5], RecordedRow[6]];

/** What is odd about a frame. */
export const oddIn = (one: SegmentRecord | ReportRecord): AnomalyId[] =>
  'from' in one ? one.anomalies.map(({ id }) => id) : one.believed ? [] : ['icmp.implausible'];

type Sent = readonly [RecordedRow[2], RecordedRow[3], string];

function segment({ from, flags, seq, ack, length, anomalies }: SegmentRecord): Sent {
  const range = length > 0 ? `${seq}:${seq + length}` : '';
  if (flags.includes('SYN'))
    return [from, flags.includes('ACK') ? 'SYN-ACK' : 'SYN', flags.includes('FIN') ? 'FIN' : ''];
  if (flags.includes('RST')) return [from, 'RST', ''];
  if (flags.includes('FIN')) return [from, 'FIN', range];
  if (anomalies.some(({ id }) => id === 'tcp.keep-alive')) return [from, 'keep-alive', ''];
  return length > 0 ? [from, 'data', range] : [from, 'ACK', String(ack)];
}

function report({ to, says }: ReportRecord): Sent {
  if (to !== 'client') throw new Error('a ladder draws ICMP errors to the client only');
  return ['router', 'ICMP', says];
}

/** How ARP for IPv4 begins, after whatever header of the link there is. */
const ARP = Buffer.from('000108000604', 'hex');

function elsewhere({ from, flags, octets }: Packet): Sent {
  if (from === '' && Buffer.from(octets).includes(ARP)) return [null, 'elsewhere', 'ARP'];
  if (from === '') throw new Error('neither TCP nor ARP');
  const of = flags & (SYN | FIN | RST);
  const name = of & SYN ? (flags & ACK ? 'SYN-ACK' : 'SYN') : of & RST ? 'RST' : of & FIN ? 'FIN' : 'a segment';
  return [null, 'elsewhere', `another connection: ${name}`];
}

/** A file of src/verdict/explanations/recordings, as biome writes it. */
export function recordingsFile(file: string, recordings: ReadonlyMap<string, Recording>): string {
  const lines = [
    '// Frames of shipped captures that explanations show. Written from them by a test that replays them: change examples, then',
    '// npx vitest run test/verdict/explanations/excerpts.test.ts -u',
    '',
    "import type { Recording } from '../excerpt.js';",
    '',
    `export const ${file.toUpperCase().replaceAll('-', '_')}: Readonly<Record<string, Recording>> = {`,
  ];
  for (const [name, { scenario, gave, rows }] of recordings) {
    lines.push(
      `  ${/^[a-z]+$/.test(name) ? name : quoted(name)}: {`,
      `    scenario: ${quoted(scenario)},`,
      `    gave: [${gave.map(quoted).join(', ')}],`,
      '    rows: [',
      ...rows.flatMap(row),
      '    ],',
      '  },',
    );
  }
  return [...lines, '};', ''].join('\n');
}

const quoted = (value: string | number | null): string => (typeof value === 'string' ? `'${value}'` : String(value));

const WIDTH = 120;

function row(one: RecordedRow): string[] {
  const line = `      [${one.map(quoted).join(', ')}],`;
  if (line.length <= WIDTH) return [line];
  return ['      [', ...one.map((value) => `        ${quoted(value)},`), '      ],'];
}
