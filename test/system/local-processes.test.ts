// Real sockets, real processes: what is said of them must be what they are. Nothing here waits for a time to pass: each
// step waits for what the one before it must have caused.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalProcesses } from '../../src/system/local-processes.js';
import { isGone, parseStat } from '../../src/system/process-stat.js';
import type { PeerAddress } from '../../src/verdict/events.js';

const DIST = resolve(import.meta.dirname, '../../dist/system');
const HELPER = join(DIST, 'holders-main.js');

const impossible = process.platform === 'linux' ? null : '/proc is a thing of Linux';
const notRoot = impossible ?? (process.getuid?.() === 0 ? null : 'only root can become somebody else');
const because = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

async function until<T>(what: string, look: () => T | null | false): Promise<T> {
  for (const deadline = performance.now() + 10_000; ; await sleep(5)) {
    const seen = look();
    if (seen !== null && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
  }
}

function startProcesses(helper = HELPER): LocalProcesses {
  const processes = LocalProcesses.start(helper);
  undo.push(() => processes.close());
  return processes;
}

function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

async function listen(host: string): Promise<{ server: Server; port: number; accepted: Promise<Socket> }> {
  const server = createServer().listen(0, host);
  const accepted = once(server, 'connection').then(([socket]) => (socket as Socket).on('error', () => {}));
  await once(server, 'listening');
  undo.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port, accepted };
}

/** A process of its own; its first line of output is what it has to say. */
async function program(command: string, ...args: string[]): Promise<{ child: ChildProcess; says: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  undo.push(() => kill(child.pid!));
  const [line] = await once(child.stdout!.setEncoding('utf8'), 'data');
  return { child, says: line.trim() };
}

/** Connects, and says its process and port. */
const CLIENT = `
  const socket = require('node:net').connect(+process.argv[1], process.argv[2], () =>
    console.log(process.pid + ' ' + socket.localPort));`;

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
const stateOf = (pid: number): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1];

async function connection(address: string, host = address) {
  const { port, accepted } = await listen(host);
  const { child, says } = await program(process.execPath, '-e', CLIENT, String(port), address);
  const socket = await accepted;
  undo.push(() => socket.destroy());
  const client: PeerAddress = { address, port: Number(says.split(' ')[1]) };
  return { child, socket, client, server: { address, port } };
}

describe.skipIf(impossible !== null)(`the processes of a connection${because(impossible)}`, () => {
  it.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv4 that a socket of AF_INET6 has accepted', '127.0.0.1', '::'],
  ])('are named at both ends: %s', async (_, address, host) => {
    const { child, client, server } = await connection(address, host);
    const processes = startProcesses();
    processes.want(1, client, server);
    expect(processes.pending(1)).toBe(true);
    expect(processes.of(1, 'client')).toBeNull();
    expect(processes.presence(1, 'client')).toBeNull();
    await until('an answer', () => !processes.pending(1));
    expect(processes.of(1, 'client')).toEqual({ pid: child.pid, command: commandOf(child.pid!) });
    expect(processes.of(1, 'server')).toEqual({ pid: process.pid, command: commandOf(process.pid) });
    expect(processes.presence(1, 'client')).toBe('lives');
    expect(processes.presence(1, 'server')).toBe('lives');
  });

  it('are not named where there is none, and are forgotten on demand', async () => {
    const { client, server } = await connection('127.0.0.1');
    const processes = startProcesses();
    processes.want(1, { ...client, address: '192.0.2.1' }, server);
    processes.want(2, client, server);
    await until('an answer', () => !processes.pending(1) && !processes.pending(2));
    expect([processes.of(1, 'client'), processes.of(1, 'server'), processes.presence(1, 'server')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(processes.of(2, 'client')).not.toBeNull();
    processes.forget(2);
    expect([processes.of(2, 'client'), processes.presence(2, 'client'), processes.pending(2)]).toEqual([
      null,
      null,
      false,
    ]);
  });

  it('have exited when they were killed, for good, and stay known by name', async () => {
    const { child, client, server } = await connection('127.0.0.1');
    const processes = startProcesses();
    processes.want(1, client, server);
    const named = await until('its name', () => processes.of(1, 'client'));
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await until('its end', () => processes.presence(1, 'client') === 'exited');
    await exited;
    expect(processes.presence(1, 'client')).toBe('exited');
    expect(processes.presence(1, 'server')).toBe('lives');
    expect(processes.of(1, 'client')).toEqual(named);
  });

  it('have exited also while they are zombies', async () => {
    const { port, accepted } = await listen('127.0.0.1');
    // The shell's successor does not know that it has a child, and never waits for it.
    const script = '"$0" -e "$1" "$2" 127.0.0.1 & exec sleep 1000';
    const { says } = await program('sh', '-c', script, process.execPath, CLIENT, String(port));
    const socket = await accepted;
    undo.push(() => socket.destroy());
    const [pid, clientPort] = says.split(' ').map(Number);
    undo.push(() => kill(pid));
    const { startTicks } = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))!;
    const processes = startProcesses();
    processes.want(1, { address: '127.0.0.1', port: clientPort }, { address: '127.0.0.1', port });
    expect((await until('its name', () => processes.of(1, 'client'))).pid).toBe(pid);
    kill(pid);
    await until('its end', () => processes.presence(1, 'client') === 'exited');
    await until('a zombie', () => stateOf(pid) === 'Z');
    // Not what was seen before, but the zombie itself.
    expect(isGone(pid, startTicks)).toBe(true);
  });

  it('are the workers that were given the socket, even if that was after the first look', async () => {
    const { port, accepted } = await listen('127.0.0.1');
    const socket = connect(port, '127.0.0.1');
    undo.push(() => socket.destroy());
    const handed = await accepted;
    const processes = startProcesses();
    const server = { address: '127.0.0.1', port };
    processes.want(1, { address: '127.0.0.1', port: socket.localPort! }, server);
    expect((await until('its name', () => processes.of(1, 'server'))).pid).toBe(process.pid);
    const worker = spawn('sleep', ['1000'], { stdio: [handed, 'ignore', 'ignore'] });
    undo.push(() => kill(worker.pid!));
    await until('the worker', () => processes.of(1, 'server')?.pid === worker.pid);
    expect(processes.of(1, 'server')?.command).toBe('sleep');
    expect(processes.presence(1, 'server')).toBe('lives');
    kill(worker.pid!);
    await until('its end', () => processes.presence(1, 'server') === 'exited');
    expect(processes.presence(1, 'client')).toBe('lives');
  });

  it('are named as soon as a server has accepted, which may be late', async () => {
    const script = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    const { child, says } = await program(process.execPath, '-e', script);
    child.kill('SIGSTOP');
    await until('a stopped server', () => stateOf(child.pid!) === 'T');
    const socket = connect(Number(says), '127.0.0.1');
    undo.push(() => socket.destroy());
    await once(socket, 'connect');
    const processes = startProcesses();
    processes.want(1, { address: '127.0.0.1', port: socket.localPort! }, { address: '127.0.0.1', port: Number(says) });
    await until('the client', () => processes.of(1, 'client'));
    expect(processes.of(1, 'server')).toBeNull();
    child.kill('SIGCONT');
    expect((await until('the server', () => processes.of(1, 'server'))).pid).toBe(child.pid);
  });

  it('are named for many connections at once, more than one question holds', { timeout: 60_000 }, async () => {
    const count = 700;
    const { server, port } = await listen('127.0.0.1');
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
    undo.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    const ports: number[] = [];
    for (let i = 0; i < count; i++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      sockets.push(socket);
      ports.push(socket.localPort!);
    }
    await until('all accepted', () => sockets.length === 2 * count);
    const processes = startProcesses();
    const at = { address: '127.0.0.1', port };
    for (const [id, clientPort] of ports.entries()) processes.want(id, { ...at, port: clientPort }, at);
    await until('all answers', () => !ports.some((_, id) => processes.pending(id)));
    const named = ports.filter(
      (_, id) => processes.of(id, 'client')?.pid === process.pid && processes.of(id, 'server')?.pid === process.pid,
    );
    expect(named.length).toBe(count);
  });
});

describe.skipIf(impossible !== null)(`the helper${because(impossible)}`, () => {
  /** A program that uses the library; ends by itself if nothing keeps it. */
  const using = (body: string): string => `
    import { LocalProcesses } from ${JSON.stringify(pathToFileURL(join(DIST, 'local-processes.js')).href)};
    import { readFileSync } from 'node:fs';
    const processes = LocalProcesses.start();
    const helper = readFileSync('/proc/self/task/' + process.pid + '/children', 'latin1').trim();
    ${body}`;

  it(`sees other users' processes after the parent gave up root's rights${because(notRoot)}`, {
    skip: notRoot !== null,
  }, async () => {
    const { child, client, server } = await connection('127.0.0.1');
    const { says } = await program(
      process.execPath,
      '--input-type=module',
      '-e',
      using(`
        process.setgroups([]);
        process.setgid(65534);
        process.setuid(65534);
        processes.want(1, ${JSON.stringify(client)}, ${JSON.stringify(server)});
        const wait = setInterval(() => {
          if (processes.pending(1)) return;
          clearInterval(wait);
          console.log(JSON.stringify({
            uid: process.getuid(),
            pid: processes.of(1, 'client').pid,
            presence: processes.presence(1, 'client'),
          }));
        }, 5);`),
    );
    expect(JSON.parse(says)).toEqual({ uid: 65534, pid: child.pid, presence: 'lives' });
  });

  it(`without root's rights sees none of them, and counts what it cannot see into${because(notRoot)}`, {
    skip: notRoot !== null,
  }, async () => {
    const { says } = await program(
      process.execPath,
      '--input-type=module',
      '-e',
      `import { findHolders } from ${JSON.stringify(pathToFileURL(join(DIST, 'socket-holders.js')).href)};
      process.setgid(65534);
      process.setgroups([]);
      process.setuid(65534);
      const { byInode, unreadable } = findHolders([1]);
      console.log(JSON.stringify({ found: byInode.size, unreadable: unreadable > 0 }));`,
    );
    expect(JSON.parse(says)).toEqual({ found: 0, unreadable: true });
  });

  it('keeps nobody from ending, and ends with its parent', async () => {
    const { child, says } = await program(
      process.execPath,
      '--input-type=module',
      '-e',
      using(`
        processes.want(1, { address: '127.0.0.1', port: 1 }, { address: '127.0.0.1', port: 2 });
        console.log(helper);`),
    );
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(says).toMatch(/^\d+$/);
    await until('its end', () => !exists(Number(says)));
  });

  it('ends with a parent that is killed', async () => {
    const { child, says } = await program(
      process.execPath,
      '--input-type=module',
      '-e',
      using('console.log(helper); setInterval(() => {}, 1e6);'),
    );
    expect(exists(Number(says))).toBe(true);
    child.kill('SIGKILL');
    await until('its end', () => !exists(Number(says)));
  });

  it('answers on after Ctrl-C, and ends when its questions end', async () => {
    const helper = spawn(process.execPath, [HELPER], { stdio: ['pipe', 'pipe', 'inherit'] });
    undo.push(() => kill(helper.pid!));
    const answer = async (question: string): Promise<unknown> => {
      helper.stdin.write(question);
      const [line] = await once(helper.stdout.setEncoding('utf8'), 'data');
      return JSON.parse(line).holders;
    };
    expect(await answer('1\n')).toEqual([]);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) helper.kill(signal);
    expect(await answer('rm -rf /\n')).toEqual([]);
    helper.stdin.end();
    expect(await once(helper, 'exit')).toEqual([0, null]);
  });

  it('does not listen to a question without end', async () => {
    const helper = spawn(process.execPath, [HELPER], { stdio: ['pipe', 'pipe', 'inherit'] });
    undo.push(() => kill(helper.pid!));
    helper.stdin.on('error', () => {}).write('1 '.repeat(100_000));
    expect(await once(helper, 'exit')).toEqual([1, null]);
  });

  it.each([
    ['cannot be started', null],
    ['ends at once', ''],
    ['talks nonsense', `process.stdin.on('data', () => console.log('{"holders":[{"inode":"x"}]}'))`],
    [
      'never stops talking',
      `setInterval(() => process.stdout.write('x'.repeat(1 << 16)), 0); process.stdout.on('error', () => process.exit())`,
    ],
  ])('is done without if it %s', async (_, text) => {
    const { client, server } = await connection('127.0.0.1');
    const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-helper-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const main = join(folder, 'helper.cjs');
    if (text !== null) writeFileSync(main, text);
    const processes = startProcesses(main);
    processes.want(1, client, server);
    await until('the end of the look', () => !processes.pending(1));
    expect([processes.of(1, 'client'), processes.presence(1, 'client')]).toEqual([null, null]);
  });

  it('is not asked after close()', () => {
    const processes = startProcesses();
    processes.close();
    processes.want(1, { address: '127.0.0.1', port: 1 }, { address: '127.0.0.1', port: 2 });
    expect([processes.pending(1), processes.of(1, 'client'), processes.ignored]).toEqual([false, null, 0]);
    processes.close();
  });

  it('is asked for so many connections at a time; the rest is counted', () => {
    const processes = startProcesses();
    for (let id = 0; id < 9000; id++)
      processes.want(id, { address: '192.0.2.1', port: id + 1 }, { address: '192.0.2.2', port: 1 });
    expect(processes.ignored).toBe(9000 - 8192);
    expect(processes.pending(8999)).toBe(false);
  });
});

function exists(pid: number): boolean {
  try {
    return stateOf(pid) !== 'Z';
  } catch {
    return false;
  }
}
