// Who plays: says what will happen, does it to hosts and programs, and gives the audience time to look.

import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs } from '../stage/clock.js';
import { Ledger } from '../stage/ledger.js';
import type { Network } from '../stage/network.js';
import { type Program, type Server, startProgram, startServer } from '../stage/program.js';
import { callWords } from './call-words.js';
import type { InOrder } from './in-order.js';
import type { PlayLine } from './line.js';

/** The port of the document's programs. */
export const PORT = 9998;

/** Between what is said and what is done, and before the next is said. */
const BREATH_MS = 1000;

/** Far longer than any read of a play waits. */
const PATIENCE = { within: 50 };

type Act = 'kill -9' | 'kill';

export class Director {
  client!: Program;
  server!: Server;
  /** What programs get is told on the screen; nobody asks for the record. */
  private readonly ledger = new Ledger(null, null);
  private readonly programs: Program[] = [];

  /** @param folder for files of the performance */
  constructor(
    private readonly network: Network,
    private readonly lines: InOrder,
    private readonly folder: string,
  ) {}

  /** Starts a client, and the server that it will want. */
  async raiseCurtain(deaf: boolean): Promise<void> {
    [this.client, this.server] = await Promise.all([this.anotherClient(), this.anotherServer()]);
    if (!deaf) await this.listens(this.server);
  }

  /** One sentence of what will happen and why; what was done before has been seen by then. */
  async says(sentence: string): Promise<void> {
    await this.passes(BREATH_MS);
    await this.lines.settled();
    this.show({ voice: 'scene', at: epochMs(), says: sentence });
    await this.passes(BREATH_MS);
  }

  /** Tells what is done just now, as a command or what stands for it. */
  does(what: string): void {
    this.show({ voice: 'director', at: epochMs(), does: what });
  }

  async passes(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** The client's connect(), whatever comes of it. */
  async connects(client = this.client): Promise<void> {
    await client.connects(this.server);
  }

  async listens(server: Server): Promise<void> {
    await server.listens();
  }

  /** Client and server are connected. @returns the server's child for this client, which does nothing by itself. */
  async meets(client = this.client): Promise<Program> {
    const [child] = await Promise.all([this.server.accepts(client), this.connects(client)]);
    return this.follow(child);
  }

  /** Client and server are connected, and a line goes there and back. @param prepare of the child, before it echoes. */
  async talks(client = this.client, prepare = async (_: Program): Promise<unknown> => null): Promise<Program> {
    const child = await this.meets(client);
    await prepare(child);
    await child.echoes();
    await this.passes(BREATH_MS / 2);
    await this.types('hello', client);
    await this.reads(client);
    return child;
  }

  /** The client's user types a line, which the client writes. */
  async types(line: string, client = this.client): Promise<void> {
    this.does(`types ${JSON.stringify(line)} into the client`);
    await client.writes(line);
  }

  /** The client's next read(), however long it takes. */
  async reads(client = this.client): Promise<void> {
    await client.reads(PATIENCE);
  }

  async kills(act: Act, ...programs: Program[]): Promise<void> {
    this.sends(act, programs);
    await Promise.all(programs.map((program) => program.dies(act === 'kill' ? 'SIGTERM' : 'SIGKILL')));
  }

  /** SIGTERM to a program that does not care. */
  asks(deaf: Program): void {
    this.sends('kill', [deaf]);
    deaf.gets('SIGTERM');
  }

  private sends(act: Act, programs: readonly Program[]): void {
    this.does(`${act} ${programs.map(({ pid }) => pid).join(' ')}`);
  }

  /** The cable of the server's host is pulled out. */
  async unplugs(): Promise<void> {
    this.does("pulls the cable of the server's host");
    await this.network.server.vanish();
  }

  /** The client's kernel has given up sending. */
  async forgets(): Promise<void> {
    await this.network.client.leaves('CLOSE-WAIT', { within: 40 });
  }

  /** The server's host forgets everything, and comes back at the same address. */
  async reboots(): Promise<void> {
    this.does("resets the server's host; it boots");
    await this.network.server.reboot();
  }

  async anotherClient(): Promise<Program> {
    return this.follow(await startProgram('client', this.network.client, this.ledger, await this.named('client')));
  }

  async anotherServer(): Promise<Server> {
    return this.follow(await startServer(this.network.server, PORT, this.ledger, await this.named('server')));
  }

  /** Ends every program, unseen. */
  async lowerCurtain(): Promise<void> {
    for (const program of this.programs) program.heard = () => {};
    await Promise.all(this.programs.map((program) => program.dismiss()));
  }

  /** node under the name of the program: tcpwatch may look at a child that has only just begun. */
  private async named(role: 'client' | 'server'): Promise<string> {
    const link = join(this.folder, role);
    if (!existsSync(link)) await symlink(process.execPath, link);
    return link;
  }

  private follow<T extends Program>(program: T): T {
    this.programs.push(program);
    program.heard = (report) => {
      const says = callWords(report);
      const { role, pid } = program;
      if (says !== null) this.show({ voice: 'program', at: report.calledAt ?? report.at, role, pid, says });
    };
    return program;
  }

  private show(line: PlayLine): void {
    this.lines.add(line);
  }
}
