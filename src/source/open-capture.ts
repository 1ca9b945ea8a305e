// A capture as an endless or ended row of batches: opens a path or standard input, undoes gzip, finds the format and
// pumps octets through its reader. Everything that can be wrong with the input ends up in `problem`; nothing is thrown.

import type { Readable } from 'node:stream';
import type { CaptureProblem } from './capture-problem.js';
import { chooseReader, isGzip, MAGIC_LENGTH } from './format.js';
import { FrameBatch, type TimeBase } from './frame-batch.js';
import { type FrameReader, MAX_RECORD_LENGTH, type OctetWindow, type SourceInfo } from './frame-reader.js';
import { GunzipInput } from './gunzip-input.js';
import { type OctetFailure, type OctetInput, openOctets } from './octet-input.js';

const BUFFER_LENGTH = 4 * 1024 * 1024;

export interface CaptureSource {
  /** The path as it was given; `-` is standard input. */
  readonly name: string;
  /** What is known so far: complete once a batch has been seen, though pcapng may announce more at any point. */
  info(): SourceInfo;
  /**
   * The frames, in the order of the file; each batch has at least one, or moves the clock (live, before the first frame, it
   * may do neither), and is valid until the next is asked for. Can be walked once.
   */
  batches(): AsyncIterableIterator<FrameBatch>;
  /** Octets taken from the file or pipe so far, compressed where it is. */
  readonly octetsRead?: number;
  /** Why the capture ended early; null while it goes on and when it ended well. */
  readonly problem: CaptureProblem | null;
  /** Ends `batches`, also while it waits; not a problem. */
  close(): void;
}

export interface OpenCaptureOptions {
  /** Read in place of the process's own standard input. */
  readonly stdin?: Readable;
}

/**
 * @param path a file, FIFO or device; `-` is standard input. Opened when `batches` is first walked.
 * @param base set by the first frame with a time, if no other source has done so
 */
export function openCapture(path: string, base: TimeBase, options: OpenCaptureOptions = {}): CaptureSource {
  return new Capture(path, base, options.stdin);
}

class Capture implements CaptureSource {
  readonly name: string;
  problem: CaptureProblem | null = null;
  readonly #base: TimeBase;
  readonly #stdin: Readable | undefined;
  #input: OctetInput | null = null;
  #reader: FrameReader | null = null;
  #gzip = false;
  #walked = false;
  #closed = false;

  constructor(name: string, base: TimeBase, stdin: Readable | undefined) {
    this.name = name;
    this.#base = base;
    this.#stdin = stdin;
  }

  info(): SourceInfo {
    const reader = this.#reader;
    return {
      format: reader?.format ?? null,
      gzip: this.#gzip,
      linkTypes: reader?.linkTypes ?? [],
      snaplen: reader?.snaplen ?? 0,
      precision: reader?.precision ?? null,
      interfaces: reader?.interfaces ?? [],
    };
  }

  get octetsRead(): number {
    return this.#input?.position ?? 0;
  }

  async *batches(): AsyncIterableIterator<FrameBatch> {
    if (this.#walked) throw new Error('a capture can be walked once');
    this.#walked = true;
    try {
      yield* this.#read();
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#closed = true;
    this.#input?.close();
  }

  async *#read(): AsyncIterableIterator<FrameBatch> {
    const opened = await openOctets(this.name, this.#stdin);
    if (!('read' in opened)) {
      this.problem = { ...opened, offset: 0 };
      return;
    }
    this.#input = opened;
    if (this.#closed) return opened.close();

    const bytes = new Uint8Array(BUFFER_LENGTH);
    const window: OctetWindow = { bytes, view: new DataView(bytes.buffer), start: 0, end: 0, streamOffset: 0 };
    await this.#chooseReader(window);
    const reader = this.#reader;
    if (reader === null) return;

    const batch = new FrameBatch();
    for (;;) {
      batch.count = 0;
      const consumed = reader.read(window, batch);
      window.start += consumed;
      window.streamOffset += consumed;
      if (batch.count > 0) {
        yield batch;
        if (this.#closed) return;
        // A batch short of its capacity means that the window has no whole record left.
        if (batch.count === batch.capacity) continue;
      }
      if (reader.problem !== null) {
        this.problem = reader.problem;
        return;
      }
      if (!(await this.#refill(window))) break;
    }
    if (this.#closed) return;
    const cutOffAt = reader.end(window);
    if (this.#input.failure !== null) this.#fail(this.#input.failure, cutOffAt ?? window.streamOffset);
    else if (cutOffAt !== null) {
      this.problem = { message: 'the capture is cut off inside a record', offset: cutOffAt, kind: 'truncated' };
    } else if (!Number.isNaN(reader.clockNs)) {
      batch.count = 0;
      batch.clockNs = reader.clockNs;
      yield batch;
    }
  }

  /** Reads as far as the magic number, of what is inside when that is gzip's. */
  async #chooseReader(window: OctetWindow): Promise<void> {
    while (window.end < MAGIC_LENGTH && (await this.#refill(window, MAGIC_LENGTH - window.end)));
    if (isGzip(window.bytes, 0, window.end)) {
      this.#gzip = true;
      this.#input = new GunzipInput(this.#input!, window.bytes.slice(0, window.end));
      window.end = 0;
      while (window.end < MAGIC_LENGTH && (await this.#refill(window)));
    } else await this.#refill(window);
    if (this.#closed) return;

    const { failure } = this.#input!;
    const reader = chooseReader(window.bytes, window.view, window.start, window.end, this.#base);
    if (typeof reader !== 'string') this.#reader = reader;
    else if (failure !== null) this.#fail(failure, 0);
    else this.problem = { message: reader, offset: 0, kind: 'unreadable' };
  }

  #fail({ message, kind }: OctetFailure, offset: number): void {
    this.problem = { message, offset, kind };
  }

  /**
   * Moves what is left to the front of the buffer and reads more behind it.
   *
   * @returns false when there is no more.
   */
  async #refill(window: OctetWindow, most = BUFFER_LENGTH): Promise<boolean> {
    const { bytes, start, end } = window;
    if (start > 0) {
      bytes.copyWithin(0, start, end);
      window.end = end - start;
      window.start = 0;
    }
    const room = Math.min(most, BUFFER_LENGTH - window.end);
    if (room < 1) throw new Error(`a record outgrew ${MAX_RECORD_LENGTH} octets`);
    const read = this.#input!.read(bytes, window.end, room);
    const octets = typeof read === 'number' ? read : await read;
    if (this.#closed) return false;
    window.end += octets;
    return octets > 0;
  }
}
