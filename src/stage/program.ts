// The lab's handle of one program: every method is one call the program makes, and every result goes into the record.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { epochMs } from './clock.js';
import type { Host } from './host.js';
import type { Ledger } from './ledger.js';
import { type Endpoint, type OptionName, SHUT_RD, SHUT_RDWR, SHUT_WR } from './libc.js';
import type { Connection, End, Truth } from './record.js';
import type { Report, Step } from './steps.js';

/** Connections one server program can hand out. */
const SLOTS = 8;

/** What became of a program's call. */
export type Told = Report;

export class Program {
  /** The connection its calls belong to; null before connect() and for a server's parent. */
  connection: Connection | null = null;
  /** Hears of every call of the program as it returns. */
  heard: (report: Report) => void = () => {};
  /** Fulfilled when the process is gone. */
  readonly gone: Promise<void>;
  private readonly waiting: ((report: Report) => void)[] = [];
  private readonly failed: ((error: Error) => void)[] = [];
  private text = '';
  private peer: Endpoint | null = null;
  private over = false;

  constructor(
    readonly role: 'client' | 'server',
    readonly host: Host,
    private readonly orders: Writable,
    reports: Readable,
    readonly pid: number,
    protected readonly ledger: Ledger,
  ) {
    reports.on('data', (chunk: Buffer) => this.hear(chunk));
    orders.on('error', () => {});
    this.gone = new Promise((resolve) => {
      const end = () => {
        this.over = true;
        for (const fail of this.failed.splice(0)) fail(new Error(`the ${role} program is gone`));
        resolve();
      };
      reports.on('close', end);
      reports.on('end', end);
      reports.on('error', end);
    });
  }

  /** Tells the program to do one step and waits for what it tells back. */
  ask(step: Step): Promise<Report> {
    if (this.over) return Promise.reject(new Error(`the ${this.role} program is gone`));
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      this.failed.push(reject);
      this.orders.write(`${JSON.stringify(step)}\n`);
    });
  }

  /** For the next thing the program says without having been asked. */
  expect(): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      this.failed.push(reject);
    });
  }

  /** connect(2); each is a connection of its own in the record. `from`: a port to bind first. */
  connects(
    to: Server | Endpoint,
    {
      from = 0,
      within = 30,
      options = {},
    }: { from?: number; within?: number; options?: Partial<Record<OptionName, number>> } = {},
  ): Promise<Told> {
    this.peer = to instanceof Server ? to.at : to;
    return this.ask({
      step: 'connect',
      to: this.peer,
      from: { address: this.host.address, port: from },
      timeoutMs: within * 1000,
      options: Object.entries(options) as [OptionName, number][],
    });
  }

  /** write(2), once; `repeat` makes it long. `urgent`: send(2) with MSG_OOB. */
  writes(text: string, { repeat = 1, within = 5, urgent = false } = {}): Promise<Told> {
    return this.ask({ step: 'write', text, repeat, timeoutMs: within * 1000, urgent });
  }

  /** read(2), once, no longer than `within` seconds. */
  reads({ within = 5, most = 1024 } = {}): Promise<Told> {
    return this.ask({ step: 'read', timeoutMs: within * 1000, most });
  }

  /** Writes a line and hears it back. */
  async says(text: string): Promise<void> {
    await this.writes(text);
    const { result } = await this.reads();
    if (result !== text.length) throw new Error(`${this.role} said ${text} and heard ${result}`);
  }

  /** From now on: echoes what it reads until EOF or an error, then exits. */
  echoes(): Promise<Told> {
    return this.ask({ step: 'echo' });
  }

  shutsDown(how: 'writing' | 'reading' | 'both'): Promise<Told> {
    return this.ask({ step: 'shutdown', how: { writing: SHUT_WR, reading: SHUT_RD, both: SHUT_RDWR }[how] });
  }

  closes(): Promise<Told> {
    return this.ask({ step: 'close' });
  }

  /** SO_LINGER with 0 seconds, then close(): the deliberate RST. */
  async aborts(): Promise<Told> {
    await this.ask({ step: 'linger', seconds: 0 });
    return this.closes();
  }

  sets(name: OptionName, value: number): Promise<Told> {
    return this.ask({ step: 'option', name, value });
  }

  /** SO_KEEPALIVE and its three times. */
  async keepsAlive({ idle = 1, interval = 1, probes = 4 } = {}): Promise<void> {
    await this.sets('TCP_KEEPIDLE', idle);
    await this.sets('TCP_KEEPINTVL', interval);
    await this.sets('TCP_KEEPCNT', probes);
    await this.sets('SO_KEEPALIVE', 1);
  }

  /** SIGTERM does not end it any more. */
  ignoresSigterm(): Promise<Told> {
    return this.ask({ step: 'ignore' });
  }

  /** A signal is sent to it, whatever it makes of that. */
  gets(signal: 'SIGKILL' | 'SIGTERM', result: 'killed' | 'ignored' = 'ignored'): void {
    const at = epochMs();
    this.ledger.notes(this.role, this.connection, { call: signal, result, at, reply: false });
    this.ledger.did(this.role, signal);
    process.kill(this.pid, signal);
  }

  /** Is ended by a signal, and waited for. */
  async dies(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.gets(signal, 'killed');
    await this.gone;
  }

  /** What truly happened to its connection, where that is not what the scenario is about. */
  tells(truth: Truth, end: End = null): void {
    Object.assign(this.connection!, { truth, end });
  }

  /** Ends it for good, unrecorded: the play is over. */
  async dismiss(): Promise<void> {
    if (!this.over) {
      try {
        process.kill(this.pid, 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    }
    await this.gone;
  }

  private hear(chunk: Buffer): void {
    this.text += chunk.toString('utf8');
    for (let end = this.text.indexOf('\n'); end >= 0; end = this.text.indexOf('\n')) {
      const report = JSON.parse(this.text.slice(0, end)) as Report;
      this.text = this.text.slice(end + 1);
      if (report.local !== undefined && this.peer !== null) {
        this.connection = this.ledger.opens(report.local, this.peer);
      } else if (report.call !== '') {
        this.ledger.notes(this.role, this.connection, report);
      }
      if (report.call !== '') this.heard(report);
      if (!report.reply) continue;
      this.failed.shift();
      this.waiting.shift()?.(report);
    }
  }
}

/** A server's parent process: listens, and hands each connection to a child. */
export class Server extends Program {
  /** Its children, each with a connection of its own. */
  readonly workers: Program[] = [];

  constructor(
    host: Host,
    private readonly child: ChildProcess,
    readonly at: Endpoint,
    ledger: Ledger,
  ) {
    super('server', host, child.stdin!, child.stdout!, child.pid!, ledger);
  }

  async listens({ backlog = 1024 } = {}): Promise<Told> {
    const told = await this.ask({ step: 'listen', at: this.at, backlog });
    this.ledger.did(this.role, 'listens');
    return told;
  }

  /**
   * Accepts one connection and starts the child that has it; the child does nothing yet. `from`: whose connection it is,
   * where a NAT hides that.
   */
  async accepts(from?: Program): Promise<Program> {
    const accepted = await this.ask({ step: 'accept', timeoutMs: 10_000 });
    if (accepted.peer === undefined) throw new Error(`accept: ${accepted.result}`);
    const channel = this.child.stdio[3 + this.workers.length] as Duplex;
    const worker = new Program('server', this.host, channel, channel, accepted.pid!, this.ledger);
    worker.connection = this.ledger.find(accepted.peer) ?? from?.connection ?? null;
    this.workers.push(worker);
    this.ledger.notes('server', worker.connection, accepted);
    await worker.expect();
    return worker;
  }

  /** The parent and every child are ended by a signal at once. */
  async diesWithAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all([this, ...this.workers].map((program) => program.dies(signal)));
  }
}

const MAIN = fileURLToPath(new URL('program-main.js', import.meta.url));

/** @param node what runs the program: its file name is what others see of the process until it has set its title */
function launch(role: 'client' | 'server', host: Host, slots: number, node: string): ChildProcess {
  const [command, ...rest] = host.namespace.enter;
  const parameters = ['--name', role];
  if (slots > 0) parameters.push('--slots', `3,${slots}`);
  if (host.plainFrames) parameters.push('--plain-frames', host.device);
  return spawn(command, [...rest, node, MAIN, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit', ...Array.from({ length: slots }, () => 'pipe' as const)],
  });
}

/** Starts a client on a host. */
export async function startProgram(
  role: 'client' | 'server',
  host: Host,
  ledger: Ledger,
  node = process.execPath,
): Promise<Program> {
  const child = launch(role, host, 0, node);
  const program = new Program(role, host, child.stdin!, child.stdout!, child.pid!, ledger);
  await program.expect();
  return program;
}

/** Starts a server's parent on a host; it does not listen yet. */
export async function startServer(host: Host, port: number, ledger: Ledger, node = process.execPath): Promise<Server> {
  const server = new Server(host, launch('server', host, SLOTS, node), { address: host.address, port }, ledger);
  await server.expect();
  return server;
}
