// Who is at the ends: programs that we start talk to each other while tcpwatch listens, so their numbers and names are known.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProcessRecord, TransitionEvent } from '../../src/verdict/events.js';
import { type Running, start } from '../cli/run.js';
import { impossibleLive } from './listening.js';
import { type Heard, heard, onWire, type Wire } from './wire.js';

const impossible = impossibleLive('ip', 'setpriv');
const DAEMON = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups'];

const SERVER = `require('net').createServer((peer) => peer.on('error', () => {}).resume())
  .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
/** Connects, says so, and closes when its input ends. */
const client = (port: string): string => `const peer = require('net').connect(${port}, '127.0.0.1', () => {
    peer.write('hello');
    console.log(peer.localPort);
    process.stdin.on('end', () => peer.end()).resume();
  })`;

interface Program {
  readonly child: ChildProcess;
  /** The first line it said. */
  readonly said: string;
  /** As a record names it. */
  readonly named: ProcessRecord;
}

async function program(wire: Wire, code: string, ...as: readonly string[]): Promise<Program> {
  const [command, ...words] = [...wire.enter, ...as, process.execPath, '-e', code];
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout!.setEncoding('utf8'), 'data');
  const pid = child.pid!;
  const named = { pid, command: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), exited: false };
  return { child, said: said.trim(), named };
}

interface Talk extends Heard {
  readonly opened: TransitionEvent;
  readonly server: ProcessRecord;
  readonly client: ProcessRecord;
}

/** One connection, closed by its client, and what was said of it. */
async function talk(wire: Wire, args: readonly string[], ...serverAs: readonly string[]): Promise<Talk> {
  const listening: Running = start(['-i', 'lo', '-o', 'ndjson', ...args], { in: wire.enter });
  await listening.until((text) => text.includes('"type":"capture"'));
  const server = await program(wire, SERVER, ...serverAs);
  const other = await program(wire, client(server.said));
  await listening.until((text) => text.includes('"transition":"open"'));
  other.child.stdin!.end();
  await listening.until((text) => text.includes('"normal-close"'));
  process.kill(listening.child.pid!, 'SIGINT');
  const all = await heard(listening);
  server.child.kill();
  const opened = all.lines.find(
    (line): line is TransitionEvent => line.type === 'transition' && line.transition === 'open',
  )!;
  return { ...all, opened, server: server.named, client: other.named };
}

describe.skipIf(impossible !== null)(`processes${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  it.concurrent.each([
    ['both ours', []],
    ["another user's too", DAEMON],
  ])('at both ends have their names from the opening on: %s', (_, serverAs) =>
    onWire(async (wire) => {
      const { code, opened, finals, client: from, server: to } = await talk(wire, [], ...serverAs);
      expect(code).toBe(0);
      expect(opened.processes).toEqual({ client: from, server: to });
      expect(finals).toHaveLength(1);
      // The client may or may not have gone since it closed.
      expect(finals[0].processes.client).toMatchObject({ pid: from.pid, command: from.command });
      expect(finals[0].processes.server).toEqual(to);
    }),
  );

  it.concurrent('are not looked for with --no-processes', () =>
    onWire(async (wire) => {
      const { code, opened, finals } = await talk(wire, ['--no-processes']);
      expect(code).toBe(0);
      expect([opened, ...finals].map(({ processes }) => processes)).toEqual(
        Array(2).fill({ client: null, server: null }),
      );
    }));
});
