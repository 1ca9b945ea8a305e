// Hot path: connections to be looked at again when their time has come; all wait equally long, so first in is first due.

import type { Connection } from './connection.js';

interface Entry {
  readonly index: number;
  readonly id: number;
  readonly deadlineNs: number;
}

/** Entries that are done with and still take room; the array is shortened when they are many and most of it. */
const SPENT = 4096;

export class Waiting {
  private entries: Entry[] = [];
  private head = 0;

  /** @param delayNs how long each waits. */
  constructor(private readonly delayNs: number) {}

  add({ index, id }: Connection, nowNs: number): void {
    this.entries.push({ index, id, deadlineNs: nowNs + this.delayNs });
  }

  /** When the first of them is due; Infinity: none waits. */
  get nextNs(): number {
    return this.head < this.entries.length ? this.entries[this.head].deadlineNs : Number.POSITIVE_INFINITY;
  }

  /** Takes the first of them out. The connection at its index may be another one by now: compare the id. */
  take(): Entry {
    const entry = this.entries[this.head++];
    if (this.head > SPENT && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return entry;
  }
}
