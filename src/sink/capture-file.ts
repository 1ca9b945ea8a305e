// A live capture as a pcapng file that any reader opens: every frame that was captured, batch by batch.
// Read first: pcapng-blocks.ts.
//
// Whatever happens, the file holds whole blocks only. A file that ended well closes with statistics, and their count of
// delivered frames is that of the file's: a reader that counts as many knows that nothing is missing.

import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import { ENHANCED_PACKET, PcapngBlocks } from './pcapng-blocks.js';
import { whyNotWritten } from './why-not-written.js';

const writeSome = promisify(fs.write);
const closeFile = promisify(fs.close);
const truncateFile = promisify(fs.ftruncate);
const statusOf = promisify(fs.fstat);

/** Until a pipe that is full is asked again. */
const FULL_PIPE_WAIT_MS = 2;

export interface CaptureFileOptions {
  /** What writes it, such as `tcpwatch 0.1.0`. */
  readonly application: string;
  readonly interfaceName: string;
  /** Octets; 0 means no limit. */
  readonly snaplen: number;
  readonly filter: string | null;
}

export class CaptureFile {
  readonly #fd: number;
  readonly #options: CaptureFileOptions;
  readonly #blocks: PcapngBlocks;
  /** Link types by interface number, and the frames written for each. */
  readonly #linkTypes: number[] = [];
  readonly #delivered: number[] = [];
  #frames = 0;
  #lastNs = 0;
  #problem: string | null = null;
  #closed = false;

  /** Takes over an open descriptor: the caller decides with whose rights it was opened. */
  constructor(fd: number, base: TimeBase, options: CaptureFileOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#blocks = new PcapngBlocks(base);
    this.#blocks.sectionHeader(options.application, null);
  }

  /** Frames written. */
  get frames(): number {
    return this.#frames;
  }

  /** Why writing stopped, in one line; null while all is well. What was written before stays a valid file. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Writes frames 0 to `count` - 1 of the batch, and the file's header ahead of whatever comes first. Resolves when the
   * kernel has them; only one call may be under way. After a failure it does nothing.
   */
  async write(batch: FrameBatch, count: number): Promise<void> {
    if (this.#problem !== null || this.#closed) return;
    this.#encode(batch, count);
    await this.#flush();
  }

  /**
   * Writes the statistics and closes.
   *
   * @param endNs when the capture ended, since the base; null: not known
   * @param received frames the interface gave; null: not known
   * @param dropped frames the kernel dropped; null: not known
   */
  async end(endNs: number | null, received: number | null, dropped: number | null): Promise<void> {
    if (this.#closed) return;
    if (this.#problem === null) {
      // One interface gave them all: what it counted is told once, whatever its frames looked like.
      for (const [id, delivered] of this.#delivered.entries()) {
        this.#blocks.interfaceStatistics(id, {
          startNs: 0,
          endNs: endNs ?? this.#lastNs,
          received: id === 0 ? received : null,
          droppedByOs: id === 0 ? dropped : null,
          delivered,
        });
      }
      await this.#flush();
    }
    this.#closed = true;
    try {
      await closeFile(this.#fd);
    } catch (error) {
      this.#problem ??= whyNotWritten(error);
    }
  }

  /** Hot path: every frame of a batch. */
  #encode(batch: FrameBatch, count: number): void {
    const { bytes, view, offset, capturedLength, wireLength, linkType, timeNs } = batch;
    let current = -1;
    let id = 0;
    for (let f = 0; f < count; f++) {
      if (linkType[f] !== current) {
        current = linkType[f];
        id = this.#interfaceOf(current);
      }
      this.#blocks.enhancedPacket(id, timeNs[f], bytes, view, offset[f], capturedLength[f], wireLength[f]);
      this.#delivered[id]++;
    }
    this.#frames += count;
    if (count > 0) this.#lastNs = timeNs[count - 1];
  }

  #interfaceOf(linkType: number): number {
    const known = this.#linkTypes.indexOf(linkType);
    if (known >= 0) return known;
    const { interfaceName: name, snaplen, filter } = this.#options;
    this.#blocks.interfaceDescription({ linkType, snaplen, name, filter });
    this.#delivered.push(0);
    return this.#linkTypes.push(linkType) - 1;
  }

  async #flush(): Promise<void> {
    const { bytes, length } = this.#blocks;
    let written = 0;
    try {
      while (written < length) written += await this.#writeSome(bytes, written, length - written);
    } catch (error) {
      this.#problem = whyNotWritten(error);
      await this.#cutBack(written);
    }
    this.#blocks.clear();
  }

  async #writeSome(bytes: Buffer, at: number, length: number): Promise<number> {
    try {
      return (await writeSome(this.#fd, bytes, at, length, null)).bytesWritten;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') await sleep(FULL_PIPE_WAIT_MS);
      else if (code !== 'EINTR') throw error;
      return 0;
    }
  }

  /** Takes the block that was cut off from the file, and those that were not written from the count. */
  async #cutBack(written: number): Promise<void> {
    const { bytes, length } = this.#blocks;
    let whole = 0;
    for (let at = 0; at < length; ) {
      const next = at + bytes.readUInt32LE(at + 4);
      if (next <= written) whole = next;
      else if (bytes.readUInt32LE(at) === ENHANCED_PACKET) this.#frames--;
      at = next;
    }
    if (whole === written) return;
    try {
      const status = await statusOf(this.#fd);
      if (status.isFile()) await truncateFile(this.#fd, status.size - (written - whole));
    } catch {
      // Readers know a file that is cut off for what it is.
    }
  }
}
