// Octets pulled from a file, a pipe or a stream into a buffer that the caller owns.
//
// Regular files are read synchronously, in large pieces: that is the fast way. Whatever may have to wait (FIFO, device,
// socket, standard input) is a stream, and gives what has arrived as soon as anything has.

import fs from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

export interface OctetInput {
  /**
   * Puts up to `room` octets into `target` from index `at`. Only one call may be under way.
   *
   * @returns how many there were, at least one; 0 at the end of the stream or when it failed: see `failure`.
   */
  read(target: Uint8Array, at: number, room: number): number | Promise<number>;
  /** Why the stream ended before its end: `truncated` when it stopped early. */
  readonly failure: OctetFailure | null;
  /** Octets taken from the file or pipe so far. */
  readonly position: number;
  /** For a file: `read` begins again with the first octet. Null where that cannot be done. */
  readonly rewind: (() => void) | null;
  /** Ends a read that is waiting. */
  close(): void;
}

export interface OctetFailure {
  readonly message: string;
  readonly kind: 'truncated' | 'damaged' | 'unreadable';
}

/** The name that stands for standard input. */
export const STANDARD_INPUT = '-';
const STANDARD_INPUT_FD = 0;

const openForReading = promisify(fs.open);

/**
 * Opens a path, or standard input for `-`.
 *
 * @param stdin in place of the process's own
 */
export async function openOctets(path: string, stdin?: Readable): Promise<OctetInput | OctetFailure> {
  try {
    if (path === STANDARD_INPUT) {
      if (stdin !== undefined) return new StreamInput(stdin);
      if (fs.fstatSync(STANDARD_INPUT_FD).isFile()) return new FileInput(STANDARD_INPUT_FD, false);
      if (process.stdin.isTTY) return unreadable('standard input is a terminal; pipe a capture into it');
      return new StreamInput(process.stdin);
    }
    const kind = fs.statSync(path);
    // A FIFO is opened without waiting for its writer: a thread that waits there can never be called back, and
    // would keep the process from exiting. The socket waits instead.
    let fd: number;
    if (kind.isFIFO()) fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    else fd = kind.isFile() ? fs.openSync(path, 'r') : await openForReading(path, 'r');
    const status = fs.fstatSync(fd);
    if (status.isDirectory()) {
      fs.closeSync(fd);
      return unreadable('it is a directory');
    }
    if (status.isFile()) return new FileInput(fd, true);
    return new StreamInput(
      status.isFIFO() ? new Socket({ fd, readable: true, writable: false }) : fs.createReadStream('', { fd }),
    );
  } catch (error) {
    return unreadable(describe(error));
  }
}

class FileInput implements OctetInput {
  failure: OctetFailure | null = null;
  readonly rewind: (() => void) | null;
  readonly #fd: number;
  readonly #seekable: boolean;
  position = 0;
  #closed = false;

  constructor(fd: number, seekable: boolean) {
    this.#fd = fd;
    this.#seekable = seekable;
    this.rewind = seekable
      ? () => {
          this.position = 0;
        }
      : null;
  }

  read(target: Uint8Array, at: number, room: number): number {
    if (this.#closed) return 0;
    try {
      const octets = fs.readSync(this.#fd, target, at, room, this.#seekable ? this.position : null);
      this.position += octets;
      return octets;
    } catch (error) {
      this.failure = unreadable(describe(error));
      return 0;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#seekable) fs.closeSync(this.#fd);
  }
}

class StreamInput implements OctetInput {
  failure: OctetFailure | null = null;
  position = 0;
  readonly rewind = null;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #closed = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(target: Uint8Array, at: number, room: number): Promise<number> {
    try {
      while (this.#chunk.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done) return 0;
        this.#chunk = value;
      }
    } catch (error) {
      if (!this.#closed) this.failure = unreadable(describe(error));
      return 0;
    }
    const part = this.#chunk.subarray(0, room);
    target.set(part, at);
    this.#chunk = this.#chunk.subarray(part.length);
    this.position += part.length;
    return part.length;
  }

  close(): void {
    this.#closed = true;
    this.#stream.destroy();
  }
}

function unreadable(message: string): OctetFailure {
  return { message, kind: 'unreadable' };
}

const ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

function describe(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return ERRORS[code] ?? `cannot be read: ${(code || message).replaceAll(/\s+/g, ' ')}`;
}
