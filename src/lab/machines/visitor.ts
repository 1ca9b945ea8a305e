// A client of the machine: a program of the lab that lives by its habit until something befalls it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, Outcome } from '../../stage/libc.js';
import type { Program } from '../../stage/program.js';
import type { Connection } from '../../stage/record.js';

/** Beyond a first line there and back, which everybody has. */
export interface Habit {
  /** Seconds between its lines; without: it says no more. */
  writesEvery?: number;
  /** It closes when it reads EOF. Others stay, read no more, and what befalls the connection their next write finds out. */
  closesAtEof?: boolean;
  /** Seconds before the first keep-alive probe, seconds between them, and how many may stay unanswered. */
  keepAlive?: readonly [idle: number, interval: number, probes: number];
}

const FOREVER_SECONDS = 3600;

export class Visitor {
  private life: Promise<void> = Promise.resolve();
  private leaving = false;

  constructor(
    private readonly client: Program,
    readonly to: Endpoint,
    readonly habit: Habit,
  ) {}

  get connection(): Connection {
    return this.client.connection!;
  }

  /** Whether it would never find out that nobody is there any more. */
  get isIdle(): boolean {
    return this.habit.writesEvery === undefined && this.habit.keepAlive === undefined;
  }

  /** Whether its kernel gave the connection up. */
  get gaveUp(): boolean {
    return this.connection.calls.some(({ program, result }) => program === 'client' && result === 'ETIMEDOUT');
  }

  /** Whether so many seconds cannot pass without a line of it. */
  writesWithin(seconds: number): boolean {
    return (this.habit.writesEvery ?? FOREVER_SECONDS) < seconds;
  }

  async connects(): Promise<Outcome> {
    const [idle, interval, probes] = this.habit.keepAlive ?? [];
    const options =
      idle === undefined ? {} : { SO_KEEPALIVE: 1, TCP_KEEPIDLE: idle, TCP_KEEPINTVL: interval!, TCP_KEEPCNT: probes! };
    const { result } = await this.client.connects(this.to, { within: 60, options });
    return result;
  }

  /** Goes on beside the play, and ends with its program. */
  lives(): void {
    this.life = this.live().catch(() => {});
  }

  /** Closes when its next turn comes. */
  async takesLeave(): Promise<void> {
    this.leaving = true;
    await this.life;
  }

  private async live(): Promise<void> {
    const { writesEvery = FOREVER_SECONDS } = this.habit;
    const begun = performance.now();
    let readable = true;
    for (let turn = 1; !this.leaving; turn++) {
      const { result } = await this.client.writes(`line ${turn}\n`);
      if (isError(result)) return this.leaves();
      const due = begun + turn * writesEvery * 1000;
      while (readable && performance.now() < due) {
        const { result: got } = await this.client.reads({ within: (due - performance.now()) / 1000 });
        if (isError(got) || (got === 'EOF' && this.habit.closesAtEof)) return this.leaves();
        readable = got !== 'EOF';
      }
      await sleep(Math.max(0, due - performance.now()));
    }
    return this.leaves();
  }

  private async leaves(): Promise<void> {
    await this.client.closes();
  }

  async dismiss(): Promise<void> {
    await this.client.dismiss();
  }
}

const isError = (result: Outcome): boolean =>
  typeof result === 'string' && /^E[A-Z]+$/.test(result) && result !== 'EOF';
