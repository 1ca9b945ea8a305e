// How far a long read has come: one line on a terminal, there only while nothing else is.

import { statSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { grouped } from '../output/words.js';
import { USUAL_WIDTH } from './terminal.js';

type Terminal = Pick<WriteStream, 'isTTY' | 'write' | 'columns'>;

/** What takes less than this needs no word. */
const PATIENCE_MS = 1000;
const INTERVAL_MS = 200;
/** To the first column, and everything behind it away (ECMA-48 EL). */
const ERASE = '\r\x1b[K';

export class Progress {
  private readonly beganMs: number;
  private shownMs = 0;
  private isShown = false;
  /** Octets of the files that are done with, and of the one at hand. */
  private doneOctets = 0;
  private octets = 0;
  private file = '';

  /** @param totalOctets of all files; NaN: not known. */
  constructor(
    private readonly terminal: Terminal,
    private readonly totalOctets: number,
    private readonly now: () => number = Date.now,
  ) {
    this.beganMs = now();
  }

  /** So many packets were read by now, and so many octets of this file. */
  tell(packets: number, octets: number, file: string): void {
    if (!this.terminal.isTTY) return;
    if (file !== this.file) this.doneOctets += this.octets;
    this.file = file;
    this.octets = octets;
    const nowMs = this.now();
    if (nowMs - this.beganMs < PATIENCE_MS || nowMs - this.shownMs < INTERVAL_MS) return;
    this.shownMs = nowMs;
    this.isShown = true;
    const words = this.words(packets, (nowMs - this.beganMs) / 1000);
    // A second line could not be erased.
    this.terminal.write(`${ERASE}${words.slice(0, (this.terminal.columns || USUAL_WIDTH) - 1)}`);
  }

  /** Something else is to be printed, or all is read. */
  clear(): void {
    if (this.isShown) this.terminal.write(ERASE);
    this.isShown = false;
  }

  private words(packets: number, seconds: number): string {
    const rate = `${grouped(packets)} packets, ${grouped(Math.round(packets / seconds))}/s`;
    const share = (this.doneOctets + this.octets) / this.totalOctets;
    if (!(share > 0)) return rate;
    const left = Math.max(0, (seconds * (1 - share)) / share);
    return `${String(Math.floor(Math.min(1, share) * 100)).padStart(2)} %, ${rate}, ${timeOf(left)} left`;
  }
}

/** Octets of these files together; NaN where one is none, but a pipe. */
export function octetsOf(files: readonly string[]): number {
  let octets = 0;
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    octets += stat?.isFile() ? stat.size : Number.NaN;
  }
  return octets;
}

const timeOf = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
