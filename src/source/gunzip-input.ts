// The octets inside a gzip stream, one or more members, up to the very octet before any damage. Read first: RFC 1952.
//
// Node's inflater throws away what it had made of a piece of input when it finds damage later in the piece. So the piece
// with the damage is fed to a second inflater octet by octet. That one must have seen everything before it: a file is
// read again from its start; where that cannot be done, the second inflater follows along, one piece behind.

import zlib from 'node:zlib';
import type { OctetFailure, OctetInput } from './octet-input.js';

/** Compressed octets inflated at a time; deflate makes at most 1032 of one, so this bounds what waits to be read. */
const PIECE_LENGTH = 16 * 1024;
/** Octets of each buffer that is inflated into. */
const INFLATED_LENGTH = 256 * 1024;

export class GunzipInput implements OctetInput {
  failure: OctetFailure | null = null;
  readonly rewind = null;
  readonly #input: OctetInput;
  readonly #piece = new Uint8Array(PIECE_LENGTH);
  readonly #inflater = new Inflater();
  readonly #follower: Inflater | null;
  /** Octets at the front of `#piece` that were read before it was known that they are gzip. */
  #early: number;
  /** Compressed octets before the current piece. */
  #position = 0;
  #inflated: Uint8Array[] = [];
  #ended = false;

  /** @param early octets already taken from `input`; at most 4 */
  constructor(input: OctetInput, early: Uint8Array) {
    this.#input = input;
    this.#piece.set(early);
    this.#early = early.length;
    this.#follower = input.rewind === null ? new Inflater() : null;
  }

  async read(target: Uint8Array, at: number, room: number): Promise<number> {
    while (this.#inflated.length === 0) {
      if (this.#ended) return 0;
      await this.#inflatePiece();
    }
    let copied = 0;
    while (this.#inflated.length > 0 && copied < room) {
      const part = this.#inflated[0].subarray(0, room - copied);
      target.set(part, at + copied);
      copied += part.length;
      if (part.length === this.#inflated[0].length) this.#inflated.shift();
      else this.#inflated[0] = this.#inflated[0].subarray(part.length);
    }
    return copied;
  }

  get position(): number {
    return this.#input.position;
  }

  close(): void {
    this.#ended = true;
    this.#inflater.close();
    this.#follower?.close();
    this.#input.close();
  }

  async #inflatePiece(): Promise<void> {
    const length = this.#early || (await this.#input.read(this.#piece, 0, PIECE_LENGTH));
    this.#early = 0;
    if (this.#ended) return;
    if (length === 0) {
      await this.#inflater.end();
      this.#inflated = this.#inflater.take();
      this.#finish();
      return;
    }
    const piece = this.#piece.subarray(0, length);
    await this.#inflater.write(piece);
    if (this.#inflater.error === null) {
      await this.#follower?.write(piece);
      this.#follower?.take();
      this.#inflated = this.#inflater.take();
      this.#position += length;
      if (this.#inflater.ended) this.#finish();
      return;
    }
    this.#inflated = await this.#salvage(piece);
    this.#finish();
  }

  /** What the piece inflates to before the damage in it. */
  async #salvage(piece: Uint8Array): Promise<Uint8Array[]> {
    const inflater = this.#follower ?? new Inflater();
    const damaged = piece.slice();
    this.#input.rewind?.();
    for (let left = this.#input.rewind === null ? 0 : this.#position; left > 0; ) {
      const length = await this.#input.read(this.#piece, 0, Math.min(left, PIECE_LENGTH));
      if (length === 0) break;
      await inflater.write(this.#piece.subarray(0, length));
      inflater.take();
      left -= length;
    }
    for (let i = 0; i < damaged.length && inflater.error === null; i++)
      await inflater.write(damaged.subarray(i, i + 1));
    inflater.close();
    return inflater.take();
  }

  #finish(): void {
    this.#ended = true;
    const { error } = this.#inflater;
    if (this.#input.failure !== null) this.failure = this.#input.failure;
    else if (error?.code === 'Z_BUF_ERROR') this.failure = { message: 'the gzip stream is cut off', kind: 'truncated' };
    else if (error !== null)
      this.failure = { message: `the gzip stream is damaged: ${error.message}`, kind: 'damaged' };
    this.#inflater.close();
    this.#follower?.close();
  }
}

/** A zlib stream without its own pace: what goes in comes out before `write` is done. */
class Inflater {
  error: NodeJS.ErrnoException | null = null;
  /** The stream says that what follows belongs to no member. */
  ended = false;
  readonly #gunzip = zlib.createGunzip({ chunkSize: INFLATED_LENGTH });
  #made: Uint8Array[] = [];
  #wake: () => void = () => {};

  constructor() {
    this.#gunzip.on('data', (octets: Uint8Array) => this.#made.push(octets));
    this.#gunzip.on('error', (error) => {
      this.error = error;
      this.#wake();
    });
    this.#gunzip.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    this.#gunzip.on('close', () => this.#wake());
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.error !== null || this.ended || this.#gunzip.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.write(octets, () => resolve());
    });
    while (this.#gunzip.read() !== null);
  }

  async end(): Promise<void> {
    if (this.error !== null || this.ended || this.#gunzip.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.end();
    });
  }

  /** What has been made since the last call. */
  take(): Uint8Array[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  close(): void {
    this.#gunzip.destroy();
  }
}
