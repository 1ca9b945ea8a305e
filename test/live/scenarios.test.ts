// The document's failures, played with real kernels while tcpwatch listens: the verdict comes while it happens, is the truth
// or says that it could be, and what -w kept gives the same records again. Set TCPWATCH_PROOF to see how soon it came.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Lab as LabType } from '../../src/lab/lab.js';
import type { Scenario, Setting } from '../../src/lab/scenario.js';
import type { ConnectionEvent, SummaryEvent } from '../../src/pipeline.js';
import type { Namespace } from '../../src/stage/namespaces.js';
import type { Truth } from '../../src/stage/record.js';
import { holdsTruth } from '../../src/verify/holds-truth.js';
import { run, start } from '../cli/run.js';
import { impossibleLive, eventsOf as parse } from './listening.js';

/** Where tcpwatch listens. */
type Place = 'router' | 'server' | 'client';

interface Play {
  readonly story: string;
  readonly setting: Partial<Setting>;
  readonly at: Place;
  readonly device: string;
  /** Where the server's process is seen, it settles document 1: it is gone, or it is not. */
  readonly process?: 'exited' | 'lives';
}

const PLAYS: readonly Play[] = [
  { story: 'client-closes-first', setting: { net: 200 }, at: 'router', device: 'near' },
  { story: 'worker-killed-then-client-writes', setting: { net: 201 }, at: 'router', device: 'near' },
  {
    story: 'worker-killed-then-client-writes',
    setting: { net: 202, topology: 'loopback' },
    at: 'server',
    device: 'lo',
    process: 'exited',
  },
  {
    story: 'worker-killed-client-idle',
    setting: { net: 203, family: 6, topology: 'loopback' },
    at: 'server',
    device: 'any',
    process: 'exited',
  },
  { story: 'worker-killed-with-unread-input', setting: { net: 204 }, at: 'server', device: 'eth0', process: 'exited' },
  {
    story: 'server-closes-early-then-client-writes',
    setting: { net: 209, family: 6 },
    at: 'server',
    device: 'eth0',
    process: 'lives',
  },
  { story: 'host-vanishes-client-writes', setting: { net: 205, family: 6 }, at: 'router', device: 'near' },
  { story: 'host-vanishes-router-says-host-unreachable', setting: { net: 206 }, at: 'client', device: 'eth0' },
  { story: 'host-rebooted-then-client-writes', setting: { net: 207 }, at: 'router', device: 'any' },
  { story: 'host-shut-down-then-silent', setting: { net: 208 }, at: 'router', device: 'near' },
];

/** The lab's plain words for what has another name with us. */
const IN_OUR_WORDS: Readonly<Record<string, string>> = { 'unread-input-abort': 'aborted' };

const impossible = impossibleLive('ip', 'tcpdump', 'nft');
const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(impossible !== null)(`while it happens${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  const NAME = '$story, heard at the $at on $device';
  test.concurrent.each(PLAYS.filter(({ process }) => !process))(NAME, holds, 90_000);
  // One after the other: a process is looked up while it lives, which a machine that plays six stories may be too slow for.
  test.each(PLAYS.filter(({ process }) => process))(NAME, holds, 90_000);
});

async function holds(play: Play): Promise<void> {
  const heard = await listenTo(play);
  const { lines, truths, offline, summary } = heard;
  const told = lines.filter((line): line is ConnectionEvent => line.type === 'connection');
  const finals = told.filter(({ final }) => final);
  expect(summary).toMatchObject({ droppedByKernel: 0, droppedByUs: 0, problems: [] });
  expect(finals).toHaveLength(truths.length);

  for (const { client, truth, end } of truths) {
    const own = told.filter((record) => record.client.port === client.port);
    const last = own.at(-1)!;
    if (play.process === 'lives') {
      // The same octets as a kill, which they are known not to be.
      expect(last).toMatchObject({ ending: 'reset-after-fin', verdict: { scenario: null } });
      continue;
    }
    const scenario = truth === null ? null : (IN_OUR_WORDS[truth] ?? truth);
    expect(holdsTruth(last, { scenario, end }), `${JSON.stringify(last.verdict)} of ${truth}`).toBe(true);
    // Not only when it was asked to stop.
    expect(own.some((record) => !record.final && record.verdict.scenario === last.verdict.scenario)).toBe(true);
  }
  if (play.process) expect(finals[0].processes.server).toMatchObject({ exited: play.process === 'exited' });
  if (play.process === 'exited') {
    expect(finals[0].verdict).toMatchObject({ scenario: 'process-terminated', confidence: 'certain' });
  } else if (!play.process) expect(finals.map(({ verdict }) => verdict)).toEqual(offline.map(({ verdict }) => verdict));
  expect(finals.map(apart)).toEqual(offline.map(apart));
}

/** All but how often it was told, and what the file cannot tell: the processes, and a verdict that they made. */
const apart = ({ revision, processes, verdict, ...record }: ConnectionEvent): object => record;

interface Heard {
  readonly lines: ReturnType<typeof parse>;
  readonly truths: readonly { client: { port: number }; truth: Truth; end: 'client' | 'server' | null }[];
  readonly offline: readonly ConnectionEvent[];
  readonly summary: SummaryEvent;
}

async function listenTo({ story, setting, at, device }: Play): Promise<Heard> {
  const { Lab, scenario } = await theLab(story);
  const name = `${story}-${setting.net}`;
  const file = join(folder, `${name}.pcapng`);
  const lab = await Lab.set(scenario, setting as Setting, join(folder, `${name}-beside.pcap`));
  const place = placeOf(lab, at);
  const listening = start(['-i', device, '-o', 'ndjson', '-w', file, 'tcp'], { in: place.enter });
  try {
    await listening.until((text) => text.includes('"type":"capture"'));
    await scenario.play(lab);
    // Whoever sits in CLOSE-WAIT, or is silent, is told of after a moment.
    await lab.passes(1.5);
  } finally {
    stop(listening.child.pid!);
    // What runs in a namespace goes with it.
    await listening.ended;
    await lab.clear();
  }
  const { code, stdout, stderr } = await listening.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = parse(stdout);
  if (process.env.TCPWATCH_PROOF) showTimes(name, lines);
  const again = await run(['-r', file, '-o', 'ndjson']);
  const offline = parse(again.stdout).filter((line): line is ConnectionEvent => line.type === 'connection');
  return { lines, truths: lab.ledger.connections, offline, summary: lines.at(-1) as SummaryEvent };
}

const placeOf = (lab: LabType, at: Place): Namespace =>
  at === 'router' ? lab.between : at === 'server' ? lab.serverHost.namespace : lab.clientHost.namespace;

async function theLab(story: string): Promise<{ Lab: typeof LabType; scenario: Scenario }> {
  const dist = resolve(import.meta.dirname, '../../dist/lab');
  const { Lab } = (await import(join(dist, 'lab.js'))) as { Lab: typeof LabType };
  const { catalogue } = (await import(join(dist, 'catalogue.js'))) as { catalogue: readonly Scenario[] };
  return { Lab, scenario: catalogue.find(({ name }) => name === story)! };
}

/** It has become nobody by now; ours is the right to end it all the same. */
function stop(pid: number): void {
  spawnSync('kill', ['-INT', String(pid)]);
}

function showTimes(name: string, lines: ReturnType<typeof parse>): void {
  for (const line of lines) {
    if (line.type === 'transition') process.stdout.write(`${name}: ${line.at.slice(11, 23)} ${line.transition}\n`);
    if (line.type !== 'connection') continue;
    const { scenario, confidence } = line.verdict;
    process.stdout.write(
      `${name}: ${line.lastPacketAt.slice(11, 23)} ${line.final ? 'final' : 'provisional'} ${scenario} ${confidence}\n`,
    );
  }
}
