// Hot path: frames into pcap savefile records, on a descriptor. Read first: pcap-savefile(5).
//
// `cap` empties its ring in one go and gives the event loop no turn meanwhile, so nothing here waits for one: a full
// buffer is written on the spot, and whole: the process may be aborted whenever it waits for frames. The write blocks
// when the reader is slow; then the ring fills and the kernel drops, and memory stays bounded.

import { writeSync } from 'node:fs';

const MAGIC_NANOSECONDS = 0xa1b2_3c4d;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const BUFFER_LENGTH = 256 * 1024;
/** A wall clock that has moved so far from ours was set, or the machine slept. */
const CLOCK_STEP_MS = 10;

export class CapSavefile {
  readonly #fd: number;
  readonly #snaplen: number;
  readonly #octets = Buffer.allocUnsafe(BUFFER_LENGTH);
  readonly #view = new DataView(this.#octets.buffer, this.#octets.byteOffset, BUFFER_LENGTH);
  readonly #overtaken: () => void;
  #end = 0;
  /** Milliseconds since 1970 at which `performance.now()` was 0. */
  #originMs = performance.timeOrigin;

  /** @param overtaken called when frames come faster than the event loop turns: what it would do must be done now */
  constructor(fd: number, snaplen: number, overtaken: () => void) {
    this.#fd = fd;
    this.#snaplen = snaplen;
    this.#overtaken = overtaken;
  }

  writeHeader(linkType: number): void {
    const view = this.#view;
    view.setUint32(0, MAGIC_NANOSECONDS, true);
    view.setUint16(4, VERSION_MAJOR, true);
    view.setUint16(6, VERSION_MINOR, true);
    view.setBigUint64(8, 0n, true);
    view.setUint32(16, this.#snaplen, true);
    view.setUint32(20, linkType, true);
    this.#end = FILE_HEADER_LENGTH;
    this.#write();
  }

  /** Stamps the first `length` octets of `frame` and writes them when the event loop gets its turn, or sooner. */
  add(frame: Buffer, length: number): void {
    const kept = Math.min(length, this.#snaplen);
    if (this.#end + RECORD_HEADER_LENGTH + kept > BUFFER_LENGTH) {
      this.#write();
      this.#overtaken();
    }
    const at = this.#end;
    if (at === 0) {
      setImmediate(this.flush);
      this.#adjustClock();
    }
    const ms = this.#originMs + performance.now();
    const seconds = Math.floor(ms / 1000);
    const view = this.#view;
    view.setUint32(at, seconds, true);
    view.setUint32(at + 4, Math.floor((ms - seconds * 1000) * 1e6), true);
    view.setUint32(at + 8, kept, true);
    view.setUint32(at + 12, length, true);
    frame.copy(this.#octets, at + RECORD_HEADER_LENGTH, 0, kept);
    this.#end = at + RECORD_HEADER_LENGTH + kept;
  }

  readonly flush = (): void => {
    if (this.#end > 0) this.#write();
  };

  #write(): void {
    for (let at = 0; at < this.#end; ) at += writeSync(this.#fd, this.#octets, at, this.#end - at);
    this.#end = 0;
  }

  /** The monotonic clock makes times that never decrease; it follows the wall clock only when that is set. */
  #adjustClock(): void {
    const now = performance.now();
    const wallMs = Date.now();
    if (Math.abs(wallMs - (this.#originMs + now)) > CLOCK_STEP_MS) this.#originMs = wallMs - now;
  }
}
