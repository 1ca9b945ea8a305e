// What a made-up day runs on: an agenda of what is still to happen, in the order of its time, and chance from a seed. The same
// seed gives the same day, frame by frame.

export const SECOND_MS = 1e3;
export const MINUTE_MS = 60e3;
export const HOUR_MS = 3600e3;

interface Entry {
  readonly timeMs: number;
  /** What was entered first happens first. */
  readonly turn: number;
  readonly happens: () => void;
}

const comesFirst = (a: Entry, b: Entry): boolean => a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.turn < b.turn);

export class Agenda {
  nowMs = 0;
  /** A binary heap. */
  private readonly entries: Entry[] = [];
  private turns = 0;

  after(ms: number, happens: () => void): void {
    this.at(this.nowMs + ms, happens);
  }

  at(timeMs: number, happens: () => void): void {
    const { entries } = this;
    const entry = { timeMs: Math.max(timeMs, this.nowMs), turn: this.turns++, happens };
    let place = entries.length;
    for (; place > 0; ) {
      const above = (place - 1) >> 1;
      if (comesFirst(entries[above], entry)) break;
      entries[place] = entries[above];
      place = above;
    }
    entries[place] = entry;
  }

  /** Lets everything happen up to this time. */
  run(untilMs: number): void {
    while (this.entries.length > 0 && this.entries[0].timeMs <= untilMs) {
      const { timeMs, happens } = this.takeFirst();
      this.nowMs = timeMs;
      happens();
    }
    this.nowMs = untilMs;
  }

  private takeFirst(): Entry {
    const { entries } = this;
    const [first] = entries;
    const last = entries.pop()!;
    let place = 0;
    for (let below = 1; below < entries.length; below = 2 * place + 1) {
      if (below + 1 < entries.length && comesFirst(entries[below + 1], entries[below])) below++;
      if (!comesFirst(entries[below], last)) break;
      entries[place] = entries[below];
      place = below;
    }
    if (entries.length > 0) entries[place] = last;
    return first;
  }
}

/** Mulberry32. */
export class Chance {
  constructor(private seed: number) {}

  /** From 0 on, below 1. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.seed ^ (this.seed >>> 15), this.seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  of(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)];
  }
}
