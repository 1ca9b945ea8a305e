// A wire of our own to listen on: two interfaces tied to each other in a namespace where nobody else sends anything. What is
// played into one comes out of the other, so that the kernel's counters say what there was to capture.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, expect } from 'vitest';
import type { ConnectionEvent, NoticeEvent, SummaryEvent, TcpwatchEvent } from '../../src/pipeline.js';
import { makeNamespace, type Namespace } from '../../src/stage/namespaces.js';
import { type Running, type RunOptions, run, start } from '../cli/run.js';
import { CLOSED, captureOf, conversation, KILLED, REFUSED } from '../support/packet-rows.js';
import { eventsOf } from './listening.js';

/** Where frames go in, and where they come out: there we listen. */
export const NEAR = 'near';
export const FAR = 'far';

/** Less than a test may take, so that what was waited for is named. */
const DEADLINE_MS = 12_000;
const POLL_MS = 5;

export interface Wire extends Namespace {
  /** For files; anybody may look into it. Gone with the wire. */
  readonly folder: string;
}

let wires = 0;
/** Those that are there: a test that ran out of time has not come to remove its own. */
const standing = new Map<Wire, () => Promise<void>>();
afterAll(async () => {
  for (const remove of standing.values()) await remove();
});

/** Runs `body` with a wire that is gone afterwards, and with it all that runs there. */
export async function onWire<T>(body: (wire: Wire) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-wire-'));
  const wire = { ...(await makeNamespace(`wire-${wires++}`, 4)), folder };
  const remove = async (): Promise<void> => {
    standing.delete(wire);
    await wire.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  standing.set(wire, remove);
  try {
    await wire.run('chmod', ['755', folder]);
    await wire.ip(`link add ${NEAR} type veth peer name ${FAR}`, `link set ${NEAR} up`, `link set ${FAR} up`);
    return await body(wire);
  } finally {
    if (standing.has(wire)) await remove();
  }
}

let files = 0;

/**
 * Sends the frames of a capture, as fast as it goes unless told otherwise.
 *
 * @param how options of tcpreplay(1), such as `--pps=1000`
 */
export async function play(wire: Wire, capture: Uint8Array, ...how: readonly string[]): Promise<void> {
  const file = join(wire.folder, `played-${files++}.pcap`);
  writeFileSync(file, capture);
  const speed = how.some((word) => word.startsWith('--pps')) ? [] : ['--topspeed'];
  await wire.run('tcpreplay', ['-q', '-i', NEAR, ...speed, ...how, file]);
  rmSync(file);
}

/** Frames the kernel has taken from the far end of the wire: there is no other traffic. */
export async function passed(wire: Wire): Promise<number> {
  const [link] = JSON.parse(await wire.run('ip', ['-s', '-j', 'link', 'show', 'dev', FAR]));
  return link.stats64.rx.packets;
}

const FIRST_PORT = 20_000;

/** One after the other, `closed` orderly ones, and last one whose server was killed: it ends with a RST. */
export function burst(closed: number): { capture: Uint8Array; ports: number[]; frames: number } {
  const ports = Array.from({ length: closed + 1 }, (_, n) => FIRST_PORT + n);
  const all = ports.map((clientPort, n) => conversation(n < closed ? CLOSED : KILLED, { clientPort, from: n }));
  return { capture: captureOf(...all), ports, frames: all.flat().length };
}

/** Connections that nobody answers but with a RST, from the port on. */
export function refusals(count: number, firstPort = FIRST_PORT): Uint8Array {
  return captureOf(
    ...Array.from({ length: count }, (_, n) => conversation(REFUSED, { clientPort: firstPort + n, from: n })),
  );
}

/** Listens at the far end; fulfilled when the interface is open. */
export async function listen(wire: Wire, args: readonly string[] = [], options: RunOptions = {}): Promise<Running> {
  const running = start(['-i', FAR, '-o', 'ndjson', ...args], { in: wire.enter, ...options });
  await running.until((text) => text.includes('"type":"capture"'));
  return running;
}

/** Stops a process before it can take in what comes; CONT lets it go on. */
export async function hold({ child }: Running): Promise<void> {
  process.kill(child.pid!, 'SIGSTOP');
  await eventually('it stands still', () => stateOf(child.pid!) === 'T');
}

export interface Heard {
  readonly code: number | null;
  readonly stderr: string;
  readonly lines: readonly TcpwatchEvent[];
  /** Final records. */
  readonly finals: readonly ConnectionEvent[];
  readonly notices: readonly NoticeEvent[];
  readonly summary: SummaryEvent;
}

/** What was said to the end; every line must be as the schema describes it. */
export async function heard({ ended }: Pick<Running, 'ended'>): Promise<Heard> {
  const { code, stdout, stderr } = await ended;
  const lines = eventsOf(stdout);
  expect(lines.flatMap(troubles)).toEqual([]);
  const finals = lines.filter((line): line is ConnectionEvent => line.type === 'connection' && line.final);
  const notices = lines.filter((line): line is NoticeEvent => line.type === 'notice');
  expect(lines.map(({ type }) => type).filter((type) => type === 'capture' || type === 'summary')).toEqual([
    'capture',
    'summary',
  ]);
  return { code, stderr, lines, finals, notices, summary: lines.at(-1) as SummaryEvent };
}

/** Ports of the clients, in order: each connection once. */
export const portsOf = (records: readonly ConnectionEvent[]): number[] =>
  records.map(({ client }) => client.port).sort((a, b) => a - b);

/** What our own reader says of a file that must be whole. */
export async function readBack(file: string): Promise<Heard> {
  const result = await run(['-r', file, '-o', 'ndjson']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return heard({ ended: Promise.resolve(result) });
}

/** Waits for what is bound to happen. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > untilMs) throw new Error(`waited in vain until ${what}`);
    await pause(POLL_MS);
  }
}

/** A field of /proc/PID/status, without the blanks around it. */
export function statusOf(pid: number | string, field: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${field}:\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? '';
}

/** One letter; null: there is no such process. */
export function stateOf(pid: number): string | null {
  try {
    return statusOf(pid, 'State')[0];
  } catch {
    return null;
  }
}

/** Neither running nor about to. */
export const isOver = (pid: number): boolean => [null, 'Z', 'X'].includes(stateOf(pid));

const strict = compile(
  closed(JSON.parse(readFileSync(createRequire(import.meta.url).resolve('tcpwatch/schema.json'), 'utf8'))),
);

function compile(schema: object): ValidateFunction {
  return new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(schema);
}

/** The schema as test/output/schema.test.ts reads it: a field that it does not describe is an error. */
function closed(value: unknown, inCondition = false): object {
  if (Array.isArray(value)) return value.map((entry) => closed(entry, inCondition));
  if (typeof value !== 'object' || value === null) return value as never;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      closed(below, inCondition || ['if', 'then', 'else', 'not'].includes(key)),
    ]),
  );
  const closes = !inCondition && 'type' in value && value.type === 'object' && 'properties' in value;
  return closes ? { ...copy, additionalProperties: false } : copy;
}

function troubles(line: TcpwatchEvent): string[] {
  const valid: boolean = strict(line);
  if (valid) return [];
  const own = strict.errors!.filter(({ schemaPath }) => schemaPath.includes(`/$defs/${line.type}/`));
  return (own.length > 0 ? own : strict.errors!).map((e) => `${line.type} ${e.instancePath} ${e.message}`);
}
