// Text into a file descriptor, in order, by a thread of Node's pool: nobody who adds to it waits for a slow reader.

import { write } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A terminal or pipe shared with a program that made it non-blocking says "not now". */
const RETRY_MS = 10;
/** Octets written at a time. */
const CHUNK_OCTETS = 256 * 1024;
/** UTF-8 takes at most this many octets for one UTF-16 unit. */
const MOST_OCTETS_A_UNIT = 3;

const writeTo = promisify(write);

export class Writer {
  /** Why nothing can be written any more. */
  failure: NodeJS.ErrnoException | null = null;
  /** Characters (UTF-16 units) that wait to be written; octets that have been. */
  waiting = 0;
  written = 0;
  private texts: string[] = [];
  private writing: Promise<void> | null = null;
  private readonly encoder = new TextEncoder();
  /** What is being written: made once, where fresh memory for every write would cost more than the encoding. */
  private readonly chunk = new Uint8Array(CHUNK_OCTETS);

  /** @param failed called when nothing can be written any more */
  constructor(
    private readonly fd: number,
    private readonly failed: () => void,
  ) {}

  add(text: string): void {
    if (text === '' || this.failure) return;
    this.texts.push(text);
    this.waiting += text.length;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
  }

  /** Everything that waits has been written, or cannot be. */
  async flushed(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async writeAll(): Promise<void> {
    // What has come by the end of this turn goes out together.
    await null;
    while (this.texts.length > 0 && !this.failure) {
      const { texts } = this;
      this.texts = [];
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
    this.waiting -= units;
  }

  private async writeSome(at: number, octets: number): Promise<number> {
    try {
      const { bytesWritten } = await writeTo(this.fd, this.chunk, at, octets);
      this.written += bytesWritten;
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
