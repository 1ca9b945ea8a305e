// Text to standard output, without ever being in the way of a capture.
//
// Node writes to pipes and terminals synchronously: a reader that stops would stop the capture with it. So a thread does
// it here, what waits for it is bounded, and what found no room is counted and said.

import { write } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Output } from '../output/output.js';
import type { TcpwatchEvent } from '../pipeline.js';

/** Characters that may wait to be written. */
const MOST_WAITING = 8 * 1024 * 1024;
/** As long as a capture can wait: its kernel buffer holds more. */
const MOMENT_MS = 250;
/** The last word on a connection gets twice the room of what is said meanwhile. */
const MOST_FINAL_WAITING = 2 * MOST_WAITING;
/** A terminal or pipe shared with a program that made it non-blocking says "not now". */
const RETRY_MS = 10;
/** Octets written at a time. */
const CHUNK_OCTETS = 256 * 1024;
/** UTF-8 takes at most this many octets for one UTF-16 unit. */
const MOST_OCTETS_A_UNIT = 3;

const writeTo = promisify(write);

/** How much may wait before this event is skipped; what is rare, or said but once, always finds room. */
function roomFor(event: TcpwatchEvent): number {
  if (event.type === 'connection') return event.final ? MOST_FINAL_WAITING : MOST_WAITING;
  return event.type === 'transition' || event.type === 'anomaly' ? MOST_WAITING : Number.POSITIVE_INFINITY;
}

export class Printer {
  /** Why nothing can be written any more. */
  failure: NodeJS.ErrnoException | null = null;
  private waiting: string[] = [];
  private waitingLength = 0;
  private writing: Promise<void> | null = null;
  private skipped = 0;
  private written = 0;
  private stalled = false;
  private readonly encoder = new TextEncoder();
  /** What is being written: made once, where fresh memory for every write would cost more than the encoding. */
  private readonly chunk = new Uint8Array(CHUNK_OCTETS);

  /**
   * @param patient everything is printed, however long it takes; otherwise what finds no room is skipped
   * @param skippedEvent says how many events were
   * @param failed called when nothing can be written any more
   */
  constructor(
    private readonly fd: number,
    private readonly output: Output,
    public patient: boolean,
    private readonly skippedEvent: (count: number) => TcpwatchEvent,
    private readonly failed: () => void,
  ) {}

  async print(events: readonly TcpwatchEvent[]): Promise<void> {
    for (const event of events) {
      // Also of what is skipped: outputs count.
      const text = this.output.event(event);
      if (this.waitingLength > MOST_WAITING) await this.makeRoom();
      if (this.waitingLength > roomFor(event)) {
        if (text !== '') this.skipped++;
        continue;
      }
      if (this.skipped > 0 && this.waitingLength < MOST_WAITING / 2) {
        this.add(this.output.event(this.skippedEvent(this.skipped)));
        this.skipped = 0;
      }
      this.add(text);
    }
    if (this.patient) await this.flushed();
  }

  /** A reader that reads gets a moment; one that has let a moment pass gets no more until it goes on. */
  private async makeRoom(): Promise<void> {
    if (this.patient) return this.flushed();
    if (this.stalled) return;
    const before = this.written;
    await Promise.race([this.flushed(), pause(MOMENT_MS)]);
    this.stalled = this.written === before;
  }

  /** Everything that waits has been written, or cannot be. */
  async flushed(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private add(text: string): void {
    if (text === '' || this.failure) return;
    this.waiting.push(text);
    this.waitingLength += text.length;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
  }

  private async writeAll(): Promise<void> {
    // What has come by the end of this turn goes out together.
    await null;
    while (this.waiting.length > 0 && !this.failure) {
      const texts = this.waiting;
      this.waiting = [];
      let filled = 0;
      let units = 0;
      for (const text of texts) {
        for (let at = 0; at < text.length; ) {
          // Room for what is left of it, or for some of it in an empty chunk: no character is ever cut.
          if (filled > 0 && (text.length - at) * MOST_OCTETS_A_UNIT > CHUNK_OCTETS - filled) {
            await this.writeChunk(filled, units);
            filled = units = 0;
          }
          const { read, written } = this.encoder.encodeInto(
            at > 0 ? text.slice(at) : text,
            this.chunk.subarray(filled),
          );
          at += read;
          filled += written;
          units += read;
        }
      }
      await this.writeChunk(filled, units);
    }
  }

  /** @param units of text that the octets stand for. */
  private async writeChunk(octets: number, units: number): Promise<void> {
    for (let at = 0; at < octets && !this.failure; ) at += await this.writeSome(at, octets - at);
    this.waitingLength -= units;
  }

  private async writeSome(at: number, octets: number): Promise<number> {
    try {
      const { bytesWritten } = await writeTo(this.fd, this.chunk, at, octets);
      this.written += bytesWritten;
      this.stalled = false;
      return bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') await pause(RETRY_MS);
      else {
        this.failure = error as NodeJS.ErrnoException;
        this.failed();
      }
      return 0;
    }
  }
}
