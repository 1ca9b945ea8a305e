// Several connections of differing habit with the services of one host: what a scenario about a whole host is played with.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Program, Server } from '../stage/program.js';
import type { Truth } from '../stage/record.js';
import type { Lab } from './lab.js';

/**
 * What a program does with its connection after a first line there and back: nothing; write when the play says so; close
 * when it reads EOF; or leave it to keep-alive probes.
 */
export type Habit = 'idle' | 'writing' | 'reacting' | 'keep-alive';

interface Guest {
  habit: Habit;
  port: number;
  client: Program;
  worker: Program;
  /** Whose habit it is; its peer echoes. */
  actor: Program;
}

interface Manners {
  /** Who acts; the other end echoes. */
  led?: 'client' | 'server';
  /** How many keep-alive probes may stay unanswered. */
  probes?: number;
}

export class Crowd {
  private readonly servers = new Map<number, Server>();

  private constructor(
    private readonly lab: Lab,
    private readonly guests: Guest[],
  ) {}

  /** Connects clients to ports of the server's host, one for each habit. */
  static async gathers(
    lab: Lab,
    tables: Readonly<Record<number, readonly Habit[]>>,
    { led = 'client', probes = 3 }: Manners = {},
  ): Promise<Crowd> {
    const crowd = new Crowd(lab, []);
    for (const [port, habits] of Object.entries(tables)) {
      const server = Number(port) === lab.server.at.port ? lab.server : await lab.anotherServer(Number(port));
      crowd.servers.set(Number(port), server);
      const clients = await Promise.all(habits.map(() => lab.anotherClient()));
      for (const [i, client] of clients.entries()) {
        const worker = await lab.meets(client, server);
        const [actor, echoing] = led === 'client' ? [client, worker] : [worker, client];
        await echoing.echoes();
        await actor.says('hello');
        crowd.guests.push({ habit: habits[i]!, port: Number(port), client, worker, actor });
      }
    }
    for (const { habit, actor } of crowd.guests) {
      if (habit === 'reacting') inBackground(reacts(actor));
      if (habit !== 'keep-alive') continue;
      await actor.keepsAlive({ idle: 1, interval: 1, probes });
      inBackground(actor.reads({ within: 30 }));
    }
    return crowd;
  }

  /** New servers listen on ports of the server's host, whichever that is now. */
  async opens(...ports: number[]): Promise<void> {
    await Promise.all(ports.map(async (port) => this.servers.set(port, await this.lab.anotherServer(port))));
  }

  /** The server of a port and its children are deaf to SIGTERM, and go on. */
  async ignoresSigterm(port: number): Promise<void> {
    await this.server(port).ignoresSigterm();
    for (const worker of this.workers(undefined, port)) {
      await worker.ignoresSigterm();
      await worker.echoes();
    }
  }

  /** SIGTERM to a server and its children, who take no notice. */
  annoys(port: number): void {
    for (const program of [this.server(port), ...this.workers(undefined, port)]) program.gets('SIGTERM');
  }

  private server(port: number): Server {
    return this.servers.get(port)!;
  }

  /** Those of a habit, at one port or all, as the programs that have it. */
  of(habit: Habit, port?: number): Program[] {
    return this.seats(habit, port).map(({ actor }) => actor);
  }

  clients(habit?: Habit, port?: number): Program[] {
    return this.seats(habit, port).map(({ client }) => client);
  }

  workers(habit?: Habit, port?: number): Program[] {
    return this.seats(habit, port).map(({ worker }) => worker);
  }

  /** What truly happened to the connections of a habit, where that is not what the scenario is about. */
  tell(habit: Habit, truth: Truth, end: 'client' | 'server' | null = null): void {
    for (const client of this.clients(habit)) client.tells(truth, end);
  }

  /** Every server, or those of some ports, are ended by a signal, with all of its children. */
  async serversDie(signal: 'SIGKILL' | 'SIGTERM', ...ports: number[]): Promise<void> {
    const dying = ports.length === 0 ? [...this.servers.keys()] : ports;
    await Promise.all(dying.map((port) => this.server(port).diesWithAll(signal)));
    for (const port of dying) {
      const staying = this.guests.filter((guest) => guest.port === port && guest.habit !== 'reacting');
      await this.lab.serverHost.reaches('FIN-WAIT-2', { times: staying.length, port });
    }
  }

  /** A newcomer is served on a port, and closes. */
  async serves(port: number): Promise<void> {
    const client = await this.lab.anotherClient();
    const worker = await this.lab.talks(client, this.server(port));
    await client.closes();
    await worker.gone;
    client.tells('normal-close');
  }

  private seats(habit?: Habit, port?: number): Guest[] {
    return this.guests.filter((guest) => (habit ?? guest.habit) === guest.habit && (port ?? guest.port) === guest.port);
  }
}

/** A SYN without an answer is given up after some 8 seconds. */
export const FEW_SYNS = { 'net.ipv4.tcp_syn_linear_timeouts': 1, 'net.ipv4.tcp_syn_retries': 2 };

/** What a newcomer's connect() says, and what happened to it then. */
export const REFUSALS: Readonly<Record<string, Truth>> = {
  ECONNREFUSED: 'connect-refused',
  EHOSTUNREACH: 'connect-unreachable',
  ETIMEDOUT: 'connect-timed-out',
};

/** A newcomer calls on a port of the server's host in vain, and for this reason. */
export async function isNotServed(lab: Lab, port: number, reason: keyof typeof REFUSALS): Promise<void> {
  const client = await lab.anotherClient();
  const { result } = await client.connects({ address: lab.serverHost.address, port }, { within: 20 });
  if (result !== reason) throw new Error(`connect to ${port} gave ${result}, not ${reason}`);
  client.tells(REFUSALS[reason]!, 'server');
}

/** Each writes a line every so often and reads what comes, EOF or not, for some seconds or until its kernel has an error. */
export async function writeOn(programs: readonly Program[], seconds: number, every = 0.7): Promise<void> {
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    programs.map(async (program, i) => {
      await sleep(i * 110);
      while (performance.now() < until) {
        const next = performance.now() + every * 1000;
        const { result: written } = await program.writes('tick');
        const { result: read } = await program.reads({ within: every });
        if ([written, read].some((result) => /^E(?!OF)/.test(String(result)))) return;
        await sleep(Math.max(0, next - performance.now()));
      }
    }),
  );
}

async function reacts(program: Program): Promise<void> {
  const { result } = await program.reads({ within: 30 });
  if (result === 'EOF') await program.closes();
}

/** What goes on beside the play, and ends with its programs. */
function inBackground(doing: Promise<unknown>): void {
  doing.catch(() => {});
}
