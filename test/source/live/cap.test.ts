// Live capture through the npm package `cap`, with real interfaces in a network namespace, against tcpdump beside it.
// The children are the built ones: `npm test` builds first.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../../../src/lab/capture.js';
import { TimeBase } from '../../../src/source/frame-batch.js';
import { openWithCap } from '../../../src/source/live/cap-interface.js';
import { CAP_NOT_LOADED } from '../../../src/source/live/cap-protocol.js';
import { findCap, openCap } from '../../../src/source/live/cap-source.js';
import type { LiveRequest, LiveSource, Notice } from '../../../src/source/live/live-source.js';
import { makeNamespace, type Namespace, run } from '../../../src/stage/namespaces.js';
import { impossibleBecause, leaveNothingBehind } from '../../proof/two-kernels.js';
import { framesOf, type ReadFrame, readFile } from '../reading.js';

const BUILT = resolve(import.meta.dirname, '../../../dist/source/live');
const MAIN = join(BUILT, 'cap-supervisor-main.js');
const NOBODY = 65_534;
const MAX_FRAME = 65_535;
const CLONE_NEWNET = 0x4000_0000;
const CHILD = /cap-(supervisor|worker)-main/;

const impossible =
  impossibleBecause() ??
  (findCap() === null ? 'the npm package cap is not installed' : existsSync(MAIN) ? null : 'it is not built');

/** Connections one after another over the loopback interface; each sends this many octets and has them back. */
const EXCHANGE = `
  const net = require('node:net');
  const [connections, octets] = process.argv.slice(1).map(Number);
  const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', async () => {
    for (let i = 0; i < connections; i++) {
      await new Promise((done) => {
        const client = net.connect(server.address().port, '127.0.0.1');
        client.on('close', done).resume().end(Buffer.alloc(octets, i + 1));
      });
    }
    server.close();
  });`;

/** A program that captures until its input ends, or (`leave`) that has better things to do. */
const PARENT = `
  import { findCap, openCap } from ${JSON.stringify(join(BUILT, 'cap-source.js'))};
  const request = { interface: 'lo', snaplen: 0, bufferKib: 1024, promiscuous: true, dropTo: null, captureFilters: [''] };
  const source = await openCap(findCap(), { ...request, base: { epochNs: null } });
  console.log('batches' in source ? 'opened' : source.message);
  if ('batches' in source && process.argv[2] !== 'leave') for await (const _ of source.batches());`;

/** A capture being read. */
class Reading {
  readonly frames: ReadFrame[] = [];
  readonly notices: Notice[] = [];
  /** What the clock said while nothing came, and when it said so; milliseconds. */
  readonly clocks: { readonly atMs: number; readonly behindMs: number }[] = [];
  readonly done: Promise<void>;

  constructor(
    readonly source: LiveSource,
    base: TimeBase,
  ) {
    this.done = this.read(base);
  }

  async end(): Promise<void> {
    this.source.close();
    this.source.close();
    await this.done;
  }

  private async read(base: TimeBase): Promise<void> {
    for await (const batch of this.source.batches()) {
      this.frames.push(...framesOf(batch));
      this.notices.push(...this.source.takeNotices());
      const atMs = Date.now();
      if (batch.count === 0) {
        this.clocks.push({ atMs, behindMs: atMs - Number((base.epochNs ?? 0n) / 1000n) / 1000 - batch.clockNs / 1e6 });
      }
    }
  }
}

describe.skipIf(impossible !== null)(`cap${impossible === null ? '' : ` (skipped: ${impossible})`}`, () => {
  let folder: string;
  let leave: () => Promise<void>;
  let namespace: Namespace;
  let setns: (fd: number, kind: number) => number;
  let captures = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `tcpwatch-${process.pid}-`));
    leave = leaveNothingBehind(folder);
    setns = createRequire(import.meta.url)('koffi')
      .load(null)
      .func('int setns(int, int)');
    namespace = await makeNamespace('cap', 4);
    await writeFile(join(folder, 'parent.mjs'), PARENT);
  });

  afterAll(() => leave());

  /** Opens an interface of the namespace; the children live in it. */
  function open(name: string, more: Partial<LiveRequest> = {}): ReturnType<typeof openCap> {
    const request = { interface: name, snaplen: 0, bufferKib: 1024, promiscuous: true, dropTo: null };
    const here = openSync('/proc/thread-self/ns/net', 'r');
    const there = openSync(`/run/netns/${namespace.name}`, 'r');
    try {
      if (setns(there, CLONE_NEWNET) !== 0) throw new Error('setns failed');
      const base = new TimeBase();
      return openCap(findCap()!, { ...request, captureFilters: ['tcp'], base, ...more }, null, MAIN);
    } finally {
      setns(here, CLONE_NEWNET);
      closeSync(there);
      closeSync(here);
    }
  }

  async function read(name: string, more: Partial<LiveRequest> = {}): Promise<Reading> {
    const base = new TimeBase();
    const source = await open(name, { ...more, base });
    if (!('batches' in source)) throw new Error(source.message);
    return new Reading(source, base);
  }

  const exchange = (connections: number, octets: number): Promise<string> =>
    namespace.run(process.execPath, ['-e', EXCHANGE, String(connections), String(octets)]);

  /** What tcpdump has of what happens meanwhile, whole frames. */
  async function tcpdumpOf(act: () => Promise<unknown>): Promise<readonly ReadFrame[]> {
    const file = join(folder, `${++captures}.pcap`);
    const options = { device: 'lo', format: 'pcap', precision: 'nano', linkType: null, filter: 'tcp' } as const;
    const capture = await Capture.start(namespace, file, { ...options, snaplen: MAX_FRAME });
    await act();
    await capture.stop();
    // Times since 1970: both captures' the same.
    const base = new TimeBase();
    base.epochNs = 0n;
    return (await readFile(file, base)).frames;
  }

  /** The children that live in the namespace. */
  async function children(): Promise<{ pid: number; uid: number; isWorker: boolean }[]> {
    const inside = (await run('ip', ['netns', 'pids', namespace.name])).split('\n').filter(Boolean);
    if (inside.length === 0) return [];
    const rows = await run('sh', ['-c', 'ps -o pid=,uid=,args= -p "$1" || true', 'sh', inside.join()]);
    return rows
      .split('\n')
      .map((row) => row.trim().split(/\s+/, 5))
      .filter((words) => CHILD.test(words.join(' ')))
      .map((words) => ({ pid: Number(words[0]), uid: Number(words[1]), isWorker: /worker/.test(words.join(' ')) }));
  }

  async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`never: ${what}`);
      await sleep(20);
    }
  }

  const noneLeft = (): Promise<void> => until('no children', async () => (await children()).length === 0);
  const has =
    ({ notices }: Reading, id: Notice['id']): (() => boolean) =>
    () =>
      notices.some((notice) => notice.id === id);

  it('delivers what tcpdump has, octet by octet, to the last frame, at about the same times', async () => {
    const base = new TimeBase();
    base.epochNs = 0n;
    const source = await open('lo', { base });
    if (!('batches' in source)) throw new Error(source.message);
    const reading = new Reading(source, base);
    const wanted = await tcpdumpOf(async () => {
      await exchange(20, 300_000);
      await reading.end();
    });
    const { frames } = reading;
    expect(frames.length).toBeGreaterThan(100);
    expect(frames.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      wanted.map(({ data }) => Buffer.from(data).toString('hex')),
    );
    expect(frames.filter(({ timeNs }, i) => Math.abs(timeNs - wanted[i].timeNs) > 1e9)).toEqual([]);
    expect(frames.filter(({ timeNs }, i) => i > 0 && timeNs < frames[i - 1].timeNs)).toEqual([]);
    expect(source).toMatchObject({ problem: null, backend: 'cap', clock: 'userspace', name: 'lo' });
    expect(source.dropped()).toEqual({ kernel: null, interface: null });
    expect(source.info()).toEqual({
      ...{ format: 'pcap', gzip: false, linkTypes: [1], snaplen: MAX_FRAME, precision: 'ns', interfaces: ['lo'] },
    });
    await noneLeft();
  });

  it('loses nothing that came before it was closed', async () => {
    const reading = await read('lo');
    const worker = (await children()).find(({ isWorker }) => isWorker)!;
    process.kill(worker.pid, 'SIGSTOP');
    const wanted = await tcpdumpOf(async () => {
      await exchange(10, 1000);
      reading.source.close();
      // By then the word has come to it: it wakes with all to do at once.
      await sleep(100);
      process.kill(worker.pid, 'SIGCONT');
      await reading.done;
    });
    expect(wanted.length).toBeGreaterThan(50);
    expect(reading.frames.map(({ data }) => data)).toEqual(wanted.map(({ data }) => data));
    await noneLeft();
  });

  it('cuts frames to the snaplen and says how long they were', async () => {
    const reading = await read('lo', { snaplen: 96 });
    const wanted = await tcpdumpOf(async () => {
      await exchange(2, 5000);
      await reading.end();
    });
    expect(reading.frames.map(({ data, wireLength }) => [wireLength, data])).toEqual(
      wanted.map(({ data }) => [data.length, data.slice(0, 96)]),
    );
    expect(Math.max(...reading.frames.map(({ wireLength }) => wireLength))).toBeGreaterThan(4000);
    expect(reading.source.info().snaplen).toBe(96);
  });

  it('has a clock that goes on half a second behind while nothing comes, and none before the first frame', async () => {
    const reading = await read('lo');
    await until('idle', () => reading.clocks.length >= 3);
    expect(reading.clocks.map(({ behindMs }) => behindMs)).toEqual(reading.clocks.map(() => Number.NaN));
    await exchange(1, 10);
    await until('frames', () => reading.frames.length > 0);
    const before = reading.clocks.length;
    await until('idle again', () => reading.clocks.length >= before + 5);
    await reading.end();
    for (const { behindMs } of reading.clocks.slice(before + 1)) {
      expect(behindMs).toBeGreaterThan(450);
      expect(behindMs).toBeLessThan(1000);
    }
  });

  it('takes the first filter that can be compiled', async () => {
    const reading = await read('lo', { captureFilters: ['no such words', 'tcp[13] & 2 != 0'] });
    const wanted = await tcpdumpOf(async () => {
      await exchange(3, 10);
      await reading.end();
    });
    expect(wanted.length).toBeGreaterThan(6);
    expect(reading.frames).toHaveLength(6);
    const words = "the filter cannot be compiled: can't parse filter expression: syntax error";
    expect(await open('lo', { captureFilters: ['no such words'] })).toMatchObject({
      kind: 'interface',
      message: words,
    });
  });

  it('says what keeps an interface from being opened', async () => {
    await namespace.ip('link add down0 type veth peer name down1');
    expect(await open('nosuch0')).toMatchObject({ message: 'no such interface (tcpwatch -D lists them)' });
    expect(await open('down0')).toMatchObject({ message: 'the interface is down (ip link set down0 up)' });
    await namespace.ip('link delete down0');
    const mayReadAll = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
    const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...mayReadAll];
    const said = await namespace.run(nobody[0], [...nobody.slice(1), process.execPath, join(folder, 'parent.mjs')]);
    expect(said.trim()).toBe(
      `no permission to capture: run it with sudo, or allow it once with: sudo setcap cap_net_raw,cap_net_admin=eip ${process.execPath}`,
    );
    await noneLeft();
  });

  it('goes on when an interface comes up again, with a worker that is nobody', async () => {
    const reading = await read('lo', { dropTo: { uid: NOBODY, gid: NOBODY } });
    await exchange(1, 10);
    await until('frames', () => reading.frames.length > 0);
    await namespace.ip('link set lo down');
    await until('down', has(reading, 'interface-down'));
    const before = reading.frames.length;
    await namespace.ip('link set lo up');
    await until('up', has(reading, 'interface-up'));
    const uids = (await children()).map(({ uid, isWorker }) => `${isWorker ? 'worker' : 'supervisor'} ${uid}`);
    expect(uids.sort()).toEqual(['supervisor 0', `worker ${NOBODY}`]);
    const wanted = await tcpdumpOf(async () => {
      await exchange(2, 1000);
      await reading.end();
    });
    expect(reading.frames.slice(before).map(({ data }) => data)).toEqual(wanted.map(({ data }) => data));
    expect(reading.notices.map(({ id }) => id)).toEqual(['interface-down', 'interface-up']);
    expect(reading.source.problem).toBeNull();
    await noneLeft();
  });

  it('says that the interface was removed', { timeout: 30_000 }, async () => {
    await namespace.ip('link add near0 type veth peer name far0', 'link set near0 up', 'link set far0 up');
    const reading = await read('near0');
    await namespace.ip('link delete near0');
    await reading.done;
    expect(reading.source.problem).toMatchObject({ kind: 'interface', message: 'the interface was removed' });
    await noneLeft();
  });

  it('is not ended by the signals of a terminal', async () => {
    const reading = await read('lo');
    const family = await children();
    expect(family).toHaveLength(2);
    for (const { pid } of family) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
    await exchange(1, 10);
    await until('frames', () => reading.frames.length > 0);
    expect(await children()).toEqual(family);
    await reading.end();
    expect(reading.source.problem).toBeNull();
    await noneLeft();
  });

  describe('a parent', () => {
    async function start(...words: string[]): Promise<ChildProcess> {
      const [enter, ...rest] = namespace.enter;
      const stdio = ['ignore', 'pipe', 'inherit'] as const;
      const parent = spawn(enter, [...rest, process.execPath, join(folder, 'parent.mjs'), ...words], {
        stdio: [...stdio],
      });
      const [said] = await once(parent.stdout!, 'data');
      expect(String(said)).toBe('opened\n');
      return parent;
    }

    it('that is killed leaves no children behind', async () => {
      const parent = await start();
      expect(await children()).toHaveLength(2);
      parent.kill('SIGKILL');
      await noneLeft();
    });

    it('can go without closing', async () => {
      const parent = await start('leave');
      if (parent.exitCode === null) await once(parent, 'exit');
      expect(parent.exitCode).toBe(0);
      await noneLeft();
    });
  });
});

it('that cannot be loaded for want of libpcap says what to install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-cap-'));
  const cap = join(folder, 'cap.cjs');
  // As the loader puts it.
  writeFileSync(cap, "throw new Error('libpcap.so.0.8: cannot open shared object file: No such file or directory');");
  const job = { cap, interface: 'lo', captureFilters: [], ringOctets: 0, snaplen: 0, dropTo: null, linkType: null };
  expect(openWithCap(job)).toEqual({
    code: CAP_NOT_LOADED,
    message: expect.stringMatching(
      /^the npm package cap cannot be loaded: libpcap\.so\.0\.8: .*apt install libpcap0\.8\)$/,
    ),
  });
  rmSync(folder, { recursive: true });
});

it('that cannot be loaded is not spoken of to who did not ask for it', async () => {
  const asked = { interface: 'lo', snaplen: 0, bufferKib: 1024, promiscuous: true, captureFilters: [], dropTo: null };
  const open = (unloadable: string | null) =>
    openCap('/no/such/cap.cjs', { ...asked, base: { epochNs: null } }, unloadable, MAIN);
  expect(await open('libpcap is not there')).toMatchObject({ message: 'libpcap is not there' });
  expect(await open(null)).toMatchObject({ message: expect.stringContaining('the npm package cap cannot be loaded') });
});
