// Lines of several voices in the order of their times: each arrives a moment after it happened, and some later than others.

import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs } from '../stage/clock.js';
import type { PlayLine } from './line.js';

/** By then whatever happened before has arrived: a segment takes longest, through a capture and another process. */
const HOLD_MS = 250;

export class InOrder {
  private held: PlayLine[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly show: (line: PlayLine) => void) {}

  add(line: PlayLine): void {
    this.held.push(line);
    this.timer ??= setTimeout(() => this.release(), HOLD_MS);
  }

  /** Everything that has happened by now has been shown. */
  async settled(): Promise<void> {
    await sleep(HOLD_MS);
    this.release();
  }

  private release(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const until = epochMs() - HOLD_MS;
    this.held.sort((a, b) => a.at - b.at);
    const later = this.held.findIndex(({ at }) => at > until);
    const due = this.held.splice(0, later < 0 ? this.held.length : later);
    for (const line of due) this.show(line);
    if (this.held.length > 0) this.timer = setTimeout(() => this.release(), Math.max(1, this.held[0].at - until));
  }
}
