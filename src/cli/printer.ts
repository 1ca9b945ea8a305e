// Events as text to standard output, without ever being in the way of a capture.
//
// Node writes to pipes and terminals synchronously: a reader that stops would stop the capture with it. So a thread does
// it here, what waits for it is bounded, and what found no room is counted and said.

import { setTimeout as pause } from 'node:timers/promises';
import type { Output } from '../output/output.js';
import type { TcpwatchEvent } from '../pipeline.js';
import { Writer } from '../scribe/writer.js';

/** Characters that may wait to be written. */
const MOST_WAITING = 8 * 1024 * 1024;
/** As long as a capture can wait: its kernel buffer holds more. */
const MOMENT_MS = 250;
/** The last word on a connection gets twice the room of what is said meanwhile. */
const MOST_FINAL_WAITING = 2 * MOST_WAITING;

/** How much may wait before this event is skipped; what is rare, or said but once, always finds room. */
function roomFor(event: TcpwatchEvent): number {
  if (event.type === 'connection') return event.final ? MOST_FINAL_WAITING : MOST_WAITING;
  return event.type === 'transition' || event.type === 'anomaly' ? MOST_WAITING : Number.POSITIVE_INFINITY;
}

export class Printer {
  private readonly writer: Writer;
  private skipped = 0;
  /** What had been written when a moment passed without more: until that changes, nobody waits again. */
  private stalledAt: number | null = null;

  /**
   * @param patient everything is printed, however long it takes; otherwise what finds no room is skipped
   * @param skippedEvent says how many events were
   * @param failed called when nothing can be written any more
   */
  constructor(
    fd: number,
    private readonly output: Output,
    public patient: boolean,
    private readonly skippedEvent: (count: number) => TcpwatchEvent,
    failed: () => void,
  ) {
    this.writer = new Writer(fd, failed);
  }

  /** Why nothing can be written any more. */
  get failure(): NodeJS.ErrnoException | null {
    return this.writer.failure;
  }

  async print(events: readonly TcpwatchEvent[]): Promise<void> {
    const { writer } = this;
    for (const event of events) {
      // Also of what is skipped: outputs count.
      const text = this.output.event(event);
      if (writer.waiting > MOST_WAITING) await this.makeRoom();
      if (writer.waiting > roomFor(event)) {
        if (text !== '') this.skipped++;
        continue;
      }
      if (this.skipped > 0 && writer.waiting < MOST_WAITING / 2) {
        writer.add(this.output.event(this.skippedEvent(this.skipped)));
        this.skipped = 0;
      }
      writer.add(text);
    }
    if (this.patient) await writer.flushed();
  }

  /** A reader that reads gets a moment; one that has let a moment pass gets no more until it goes on. */
  private async makeRoom(): Promise<void> {
    const { writer } = this;
    if (this.patient) return writer.flushed();
    if (this.stalledAt === writer.written) return;
    const before = writer.written;
    await Promise.race([writer.flushed(), pause(MOMENT_MS)]);
    this.stalledAt = writer.written === before ? before : null;
  }

  /** Everything that waits has been written, or cannot be. */
  flushed(): Promise<void> {
    return this.writer.flushed();
  }
}
