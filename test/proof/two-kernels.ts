// Two kernels with a router between them, and every socket of both in this one process.
//
// A socket belongs for life to the namespace it was made in (setns(2)), so one thread can hold both ends of a connection and
// make their calls in an order nobody can change. The network is dual-stack: all stories are played over IPv4 and IPv6 at
// once. The capture is what the router *receives*, before it forwards or drops: every segment that either end sent, once.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Capture } from '../../src/lab/capture.js';
import { plainFrames } from '../../src/stage/devices.js';
import { firewall, type Host } from '../../src/stage/host.js';
import { AF_INET, AF_INET6, type Endpoint, type Libc, loadLibc } from '../../src/stage/libc.js';
import type { Namespace } from '../../src/stage/namespaces.js';
import { addressing, makeNetwork, type Network, PREFIX_LENGTH } from '../../src/stage/network.js';
import { FIN } from '../../src/wire/segment.js';
import { type Packet, readPackets } from './replay.js';

export type Family = 4 | 6;
export const FAMILIES = [4, 6] as const;

/** Where the server listens, and where nobody does. */
export const SERVICE = 9998;
export const NOBODY = 9997;

const NET = 250;
const CLONE_NEWNET = 0x40000000;
/** How long before `ss` ran nothing may have passed the router: what passed earlier has long arrived. */
const SETTLE_MS = 20;
/** tcpdump writes at once; a packet that it held back longer is found when the whole capture is read. */
const WRITING_MS = 60;

/** The kernels' word at an instant at which nothing happened. */
export interface Sample {
  readonly act: string;
  /** Milliseconds since 1970, just before the first and just after the last run of `ss`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** For so long before it no FIN passed either: what was lost is not believed to have come any more. */
  readonly doubtMs: number;
  /** State by connection (`client server`), as `ss` spells it; of LISTEN nothing is kept. */
  readonly client: ReadonlyMap<string, string>;
  readonly server: ReadonlyMap<string, string>;
}

/** Why the proof cannot be made here; null: it can. */
export function impossibleBecause(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'making network namespaces needs root';
  for (const tool of ['ip', 'ss', 'nft', 'tcpdump', 'bash', 'sysctl']) {
    if (spawnSync('which', [tool]).status !== 0) return `${tool} is not installed`;
  }
  try {
    createRequire(import.meta.url).resolve('koffi');
  } catch {
    return 'koffi is not installed';
  }
  const name = `tcpwatch-${process.pid}-probe`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'network namespaces cannot be made here';
  spawnSync('ip', ['netns', 'delete', name]);
  return null;
}

/** Waits for the end of its input, which comes with the end of this process, however that ends; then removes everything. */
const JANITOR = `
  cat; sleep 0.3
  for namespace in $(ip netns list | grep -o "^$1-[^ ]*"); do
    ip netns pids "$namespace" | xargs -r kill -9
    ip netns delete "$namespace"
  done
  rm -rf "$2"`;

/** Has this process's namespaces and a folder removed. @returns what does it at once. */
export function leaveNothingBehind(folder: string): () => Promise<void> {
  const janitor = spawn('bash', ['-c', JANITOR, 'janitor', `tcpwatch-${process.pid}`, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const done = once(janitor, 'exit');
  return async () => {
    janitor.stdin!.end();
    await done;
  };
}

export const endpointText = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

export class TwoKernels {
  private readonly sockets = new Set<number>();
  private readonly children: ChildProcess[] = [];
  private readonly listeners = new Map<Family, number>();
  private wire: Capture | null = null;

  private constructor(
    private readonly c: Libc,
    private readonly setns: (fd: number) => void,
    private readonly network: Network,
    readonly file: string,
  ) {}

  static async set(folder: string): Promise<TwoKernels> {
    const { default: koffi } = await import('koffi');
    const call = koffi.load(null).func('int setns(int, int)');
    const setns = (fd: number): void => {
      if (call(fd, CLONE_NEWNET) !== 0) throw new Error(`setns: errno ${koffi.errno()}`);
    };
    const network = await makeNetwork('routed', NET, 6, { delayMs: 0 });
    const both = new TwoKernels(await loadLibc(), setns, network, join(folder, 'states.pcap'));
    await both.addIpv4();
    for (const host of [network.client, network.server]) {
      both.inside(host.namespace, () => plainFrames(both.c, host.device));
    }
    both.wire = await Capture.start(network.between, both.file, {
      device: 'any',
      format: 'pcap',
      precision: 'nano',
      snaplen: 0,
      linkType: 'LINUX_SLL2',
      filter: 'inbound',
    });
    for (const family of FAMILIES) {
      const listener = both.socket(network.server, family);
      both.must('bind', both.c.bind(listener, both.server(family)));
      both.must('listen', both.c.listen(listener, 64));
      both.listeners.set(family, listener);
    }
    return both;
  }

  private async addIpv4(): Promise<void> {
    const { client, server, between } = this.network;
    const four = addressing('routed', NET, 4);
    const bits = PREFIX_LENGTH[4];
    await between.ip(`addr add ${four.near}/${bits} dev near`, `addr add ${four.far}/${bits} dev far`);
    for (const [host, address, gateway] of [
      [client, four.client, four.near],
      [server, four.server, four.far],
    ] as const) {
      await host.namespace.ip(`addr add ${address}/${bits} dev ${host.device}`, `route add default via ${gateway}`);
    }
  }

  client(family: Family, port: number): Endpoint {
    return { address: addressing('routed', NET, family).client, port };
  }

  server(family: Family, port = SERVICE): Endpoint {
    return { address: addressing('routed', NET, family).server, port };
  }

  /** connect(2) by the client. @returns the socket, connected, or on its way if `withinMs` was too short. */
  connect(family: Family, port: number, { to = SERVICE, withinMs = 5000, expect = 'ok' } = {}): number {
    return this.open(this.network.client, this.client(family, port), this.server(family, to), withinMs, expect);
  }

  /** connect(2) by the server, from a port of its own. */
  connectBack(family: Family, from: number, port: number): number {
    return this.open(this.network.server, this.server(family, from), this.client(family, port), 1, 'blocked');
  }

  private open(host: Host, from: Endpoint, to: Endpoint, withinMs: number, expect: string): number {
    const fd = this.socket(host, to.address.includes(':') ? 6 : 4);
    this.must('bind', this.c.bind(fd, from));
    const result = this.c.connect(fd, to, withinMs);
    const told = typeof result === 'number' ? 'ok' : result;
    if (told !== expect) throw new Error(`connect ${endpointText(from)}: ${told} instead of ${expect}`);
    return fd;
  }

  /** accept(2) by the server, until it has the connection of this port of the client (0: of any). */
  accept(family: Family, port: number): { fd: number; port: number } {
    for (;;) {
      const { fd, peer } = this.c.accept(this.listeners.get(family)!, 5000);
      this.must('accept', fd);
      this.sockets.add(fd as number);
      if (port === 0 || peer!.port === port) return { fd: fd as number, port: peer!.port };
    }
  }

  writes(fd: number, text: string): void {
    this.must('send', this.c.send(fd, Buffer.from(text), 1000));
  }

  /** Reads once: something must come. */
  reads(fd: number): void {
    this.must('receive', this.c.receive(fd, Buffer.alloc(65536), 5000));
  }

  /** Waits until there is something to read, and leaves it. */
  waitsFor(fd: number): void {
    if (!this.c.wait(fd, 1, 5000)) throw new Error('nothing came');
  }

  shutsDownWriting(fd: number): void {
    this.must('shutdown', this.c.shutdown(fd, 1));
  }

  closes(fd: number): void {
    this.sockets.delete(fd);
    this.must('close', this.c.close(fd));
  }

  aborts(fd: number): void {
    this.must('linger', this.c.linger(fd, 0));
    this.closes(fd);
  }

  /** Closes whatever is still open, as the end of a process does. */
  closesAll(): void {
    for (const fd of this.sockets) this.closes(fd);
  }

  /** A process on the client that holds one connection and does nothing, accepted by the server. */
  async process(family: Family): Promise<{ child: ChildProcess; fd: number; port: number }> {
    const { address, port } = this.server(family);
    const [enter, ...rest] = this.network.client.namespace.enter;
    const script = `exec 3<>/dev/tcp/${address}/${port}; echo connected; read`;
    const child = spawn(enter, [...rest, 'bash', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    await once(child.stdout!, 'data');
    return { child, ...this.accept(family, 0) };
  }

  async kills(child: ChildProcess): Promise<void> {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** What the router drops from now on, in nft's words; before: nothing. */
  async routerDrops(rules: readonly string[]): Promise<void> {
    await firewall(this.network.between, 'forward', ...rules.map((rule) => `${rule} drop`));
  }

  /** What both hosts drop on their way out from now on: nobody sees it, the capture neither. */
  async hostsDrop(rules: readonly string[]): Promise<void> {
    const drops = rules.map((rule) => `${rule} drop`);
    await Promise.all([this.network.client, this.network.server].map((host) => host.firewall('output', ...drops)));
  }

  /** A packet that the router dropped comes after all: late. */
  delivers(packet: Uint8Array, family: Family, to: Endpoint): void {
    this.inside(this.network.between, () => {
      const raw = this.c.rawSocket(family === 4 ? AF_INET : AF_INET6) as number;
      this.must('sendto', this.c.sendTo(raw, packet, { ...to, port: 0 }));
      this.c.close(raw);
    });
  }

  /** What `ss -tan` says in both namespaces, now. */
  async states(): Promise<Pick<Sample, 'client' | 'server'>> {
    const { client, server } = this.network;
    const [near, far] = await Promise.all([client.sockets(), server.sockets()]);
    return { client: this.byConnection(near, 'client'), server: this.byConnection(far, 'server') };
  }

  private byConnection(rows: readonly string[], role: 'client' | 'server'): Map<string, string> {
    const states = new Map<string, string>();
    for (const row of rows) {
      const [state, , , local, peer] = row.split(' ') as [string, string, string, string, string];
      if (state === 'LISTEN') continue;
      const name = role === 'client' ? `${local} ${peer}` : `${peer} ${local}`;
      if (states.has(name)) throw new Error(`ss on the ${role} has ${name} twice`);
      states.set(name, state);
    }
    return states;
  }

  /** Waits until the kernels' states are as wanted. */
  async until(what: string, wanted: (client: string[], server: string[]) => boolean, withinS = 20): Promise<void> {
    const deadline = Date.now() + withinS * 1000;
    for (;;) {
      const { client, server } = await this.states();
      if (wanted([...client.values()], [...server.values()])) return;
      if (Date.now() > deadline) throw new Error(`never: ${what}: ${show(client)} | ${show(server)}`);
      await sleep(20);
    }
  }

  /** Samples at the next moment at which `ss` says the same twice and nothing passes the router meanwhile. */
  async sample(act: string, { doubtMs = 0, withinS = 20 } = {}): Promise<Sample> {
    const deadline = Date.now() + withinS * 1000;
    while (Date.now() < deadline) {
      const fromMs = Date.now();
      const one = await this.states();
      const other = await this.states();
      const toMs = Date.now() + 1;
      const sample = { act, fromMs, toMs, doubtMs, ...one };
      if (show(one.client) === show(other.client) && show(one.server) === show(other.server)) {
        await sleep(WRITING_MS);
        const packets = await readPackets(this.file);
        if (isQuiet(sample, packets)) return sample;
      }
      await sleep(20);
    }
    throw new Error(`${act}: no quiet moment in ${withinS} s`);
  }

  /** Ends the capture with its last packet. */
  async stopCapture(): Promise<void> {
    await this.wire!.stop();
  }

  async remove(): Promise<void> {
    await this.wire?.end();
    for (const child of this.children) child.kill('SIGKILL');
    for (const fd of [...this.sockets, ...this.listeners.values()]) this.c.close(fd);
    await this.network.remove();
  }

  private socket(host: Host, family: Family): number {
    const fd = this.inside(host.namespace, () => this.c.socket(family === 4 ? AF_INET : AF_INET6));
    this.must('socket', fd);
    this.must('setsockopt', this.c.setInteger(fd as number, 'SO_REUSEADDR', 1));
    this.sockets.add(fd as number);
    return fd as number;
  }

  /** Runs `act` with this thread inside a namespace; nothing else of the thread can run meanwhile. */
  private inside<T>(at: Namespace, act: () => T): T {
    const here = openSync('/proc/thread-self/ns/net', 'r');
    const there = openSync(`/run/netns/${at.name}`, 'r');
    try {
      this.setns(there);
      return act();
    } finally {
      this.setns(here);
      closeSync(there);
      closeSync(here);
    }
  }

  private must(call: string, result: number | string): void {
    if (typeof result === 'string') throw new Error(`${call}: ${result}`);
  }
}

/** Whether nothing passed the router from shortly before the sample to its end, and no FIN while it could be in doubt. */
export function isQuiet({ fromMs, toMs, doubtMs }: Sample, packets: readonly Packet[]): boolean {
  return !packets.some(
    ({ atMs, flags }) => atMs >= fromMs - (flags & FIN ? Math.max(SETTLE_MS, doubtMs) : SETTLE_MS) && atMs <= toMs,
  );
}

const show = (states: ReadonlyMap<string, string>): string =>
  [...states]
    .map((entry) => entry.join(' '))
    .sort()
    .join('; ');
