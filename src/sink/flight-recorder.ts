// A flight recorder: keeps the newest frames of everything in memory, and writes down those of connections gone wrong.
// Read first: frame-memory.ts (what is remembered), flagged-file.ts (what is written), flagged-folder.ts (where).
//
// A verdict is told early and revised later, and by then the memory has gone on. So a file that is written again keeps
// what the earlier one had.

import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import type { ConnectionEvent } from '../verdict/events.js';
import { flaggedFile } from './flagged-file.js';
import { FlaggedFolder } from './flagged-folder.js';
import { flaggedName } from './flagged-name.js';
import { FrameMemory } from './frame-memory.js';
import { whyNotWritten } from './why-not-written.js';

/** Files that wait to be written, at most. */
const MAX_WAITING = 1024;
/** What they may take of the memory, on top of it. */
const WAITING_SHARE = 1 / 4;
/** What one verdict copies of the memory, so that several can wait; and of what the folder may hold. */
const SNAPSHOT_SHARE = 1 / 16;
const SNAPSHOT_SHARE_OF_FOLDER = 1 / 4;
/**
 * A file that is revised keeps what it had up to so many times as much; the newest frames alone if it would be more.
 */
const REVISED = 2;
/** Flagged connections that are known at a time; whoever forgets them in time never meets it. */
const MAX_FLAGGED = 65_536;

export interface FlightRecorderOptions {
  /** Exists already. */
  readonly directory: string;
  /** What writes, such as `tcpwatch 0.1.0`. */
  readonly application: string;
  readonly interfaceName: string;
  /** For frames and what is known of their connections; a quarter more while files wait to be written. */
  readonly memoryBytes: number;
  /** For all files of the folder, those of earlier runs too. */
  readonly directoryBytes: number;
}

interface Waiting {
  record: ConnectionEvent;
  readonly parts: Uint8Array[];
  octets: number;
  total: number;
}

interface Flagged {
  /** To be copied as soon as the frame at hand has been kept. */
  due: ConnectionEvent | null;
  /** Of its file; null: it has none. */
  name: string | null;
  waiting: Waiting | null;
  /** Its file is being put together or written. */
  underWay: boolean;
  withdrawn: boolean;
  /** In `notWritten`. */
  missed: boolean;
  /** Packets of no connection that its file has. */
  readonly strays: Set<number>;
}

export class FlightRecorder {
  readonly #base: TimeBase;
  readonly #options: FlightRecorderOptions;
  readonly #memory: FrameMemory;
  readonly #folder: FlaggedFolder;
  readonly #flagged = new Map<number, Flagged>();
  readonly #queue = new Set<Flagged>();
  #due: Flagged[] = [];
  readonly #snapshotOctets: number;
  #waitingOctets = 0;
  #working: Promise<void> | null = null;
  #notWritten = 0;
  #problem: string | null = null;

  constructor(base: TimeBase, options: FlightRecorderOptions) {
    this.#base = base;
    this.#options = options;
    const { memoryBytes, directoryBytes } = options;
    this.#snapshotOctets = Math.min(memoryBytes * SNAPSHOT_SHARE, directoryBytes * SNAPSHOT_SHARE_OF_FOLDER);
    this.#memory = new FrameMemory(base, options.memoryBytes);
    this.#folder = new FlaggedFolder(options.directory, options.directoryBytes);
  }

  /** Why writing stopped, in one line; null while all is well. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Files of this run that are in the folder, and their octets. */
  get files(): number {
    return this.#folder.files;
  }

  get bytes(): number {
    return this.#folder.bytes;
  }

  /** Flagged connections without a file: nothing was left of them, too many came at once, or writing had stopped. */
  get notWritten(): number {
    return this.#notWritten;
  }

  /** Files given up to stay within `directoryBytes`. */
  get removed(): number {
    return this.#folder.removed;
  }

  /**
   * Hot path: keeps frame `f` of the batch for connection `id`; 0: of no connection, but it may become evidence (ARP,
   * neighbour discovery). Packets are numbers that only grow, those of the evidence.
   */
  keep(id: number, packet: number, batch: FrameBatch, f: number): void {
    this.#memory.keep(id, packet, batch, f);
    if (this.#due.length > 0) this.#copyDue();
  }

  /**
   * Writes the file of a connection whose verdict is one to keep, or replaces its earlier one. Returns at once. The
   * frame that brought the verdict about may be kept before or right after the call.
   */
  write(record: ConnectionEvent): void {
    const flagged = this.#flag(record.id);
    flagged.withdrawn = false;
    if (flagged.due === null) this.#due.push(flagged);
    flagged.due = record;
    this.#working ??= this.#work();
  }

  /** The connection turned out well: the file written for an earlier verdict goes. */
  withdraw(id: number): void {
    const flagged = this.#flagged.get(id);
    if (flagged === undefined) return;
    this.#copyDue();
    this.#takeWaiting(flagged);
    this.#unmiss(flagged);
    flagged.withdrawn = true;
    this.#queue.add(flagged);
    this.#working ??= this.#work();
  }

  /** Nothing more will come of this connection. */
  forget(id: number): void {
    if (this.#due.length > 0) this.#copyDue();
    this.#memory.forget(id);
    this.#flagged.delete(id);
  }

  /** Waits for what is still being written. */
  async end(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  #flag(id: number): Flagged {
    const known = this.#flagged.get(id);
    if (known !== undefined) return known;
    if (this.#flagged.size >= MAX_FLAGGED) this.#flagged.delete(this.#flagged.keys().next().value!);
    const flagged: Flagged = {
      due: null,
      name: null,
      waiting: null,
      underWay: false,
      withdrawn: false,
      missed: false,
      strays: new Set<number>(),
    };
    this.#flagged.set(id, flagged);
    return flagged;
  }

  #copyDue(): void {
    const due = this.#due;
    this.#due = [];
    for (const flagged of due) {
      const record = flagged.due!;
      flagged.due = null;
      if (this.#takeIn(flagged, record)) this.#queue.add(flagged);
      else this.#miss(flagged);
    }
  }

  /** Copies what there is of the connection. @returns whether there is anything to write, and room for it to wait. */
  #takeIn(flagged: Flagged, record: ConnectionEvent): boolean {
    if (this.#problem !== null) return false;
    if (flagged.waiting === null && this.#queue.size >= MAX_WAITING) return false;
    const { memoryBytes } = this.#options;
    const wanted = new Set(record.verdict.evidence.map(({ packet }) => packet));
    const { blocks, total, strays } = this.#memory.snapshot(record.id, wanted, this.#snapshotOctets);
    const fits = this.#waitingOctets + blocks.length <= memoryBytes * WAITING_SHARE;
    const known = flagged.waiting !== null || flagged.underWay || flagged.name !== null;
    if (flagged.waiting === null && (!fits || (!known && blocks.length === 0))) return false;

    flagged.waiting ??= { record, parts: [], octets: 0, total: 0 };
    flagged.waiting.record = record;
    flagged.waiting.total = Math.max(flagged.waiting.total, total);
    if (!fits) return true;
    flagged.waiting.parts.push(blocks);
    flagged.waiting.octets += blocks.length;
    this.#waitingOctets += blocks.length;
    for (const packet of strays) flagged.strays.add(packet);
    return true;
  }

  async #work(): Promise<void> {
    // The caller of `write` goes on first: with it the frame at hand.
    await Promise.resolve();
    this.#copyDue();
    for (const flagged of this.#queue) {
      this.#queue.delete(flagged);
      flagged.underWay = true;
      try {
        if (flagged.withdrawn) await this.#remove(flagged);
        else await this.#save(flagged);
      } catch (error) {
        this.#problem ??= whyNotWritten(error);
      }
      flagged.underWay = false;
      this.#copyDue();
    }
    this.#working = null;
  }

  async #remove(flagged: Flagged): Promise<void> {
    const { name } = flagged;
    flagged.name = null;
    flagged.strays.clear();
    if (name !== null) await this.#folder.remove(name);
  }

  async #save(flagged: Flagged): Promise<void> {
    const waiting = this.#takeWaiting(flagged);
    if (waiting === null) return;
    let saved = false;
    try {
      saved = this.#problem === null && (await this.#put(flagged, waiting));
    } finally {
      if (saved) this.#unmiss(flagged);
      else this.#miss(flagged);
    }
  }

  async #put(flagged: Flagged, { record, parts, total }: Waiting): Promise<boolean> {
    const { name: earlierName, strays } = flagged;
    const earlier = earlierName === null ? null : await this.#folder.read(earlierName);
    const make = (all: readonly Uint8Array[]): Uint8Array | null =>
      flaggedFile(this.#base, this.#options, { record, parts: all, total, strays });
    let octets = make(earlier === null ? parts : [earlier, ...parts]);
    if (octets !== null && octets.length > REVISED * this.#snapshotOctets) octets = make(parts) ?? octets;
    if (octets === null) return false;
    const name = flaggedName(record);
    if (!(await this.#folder.put(name, octets, earlierName))) return false;
    flagged.name = name;
    return true;
  }

  #takeWaiting(flagged: Flagged): Waiting | null {
    const { waiting } = flagged;
    flagged.waiting = null;
    this.#waitingOctets -= waiting?.octets ?? 0;
    return waiting;
  }

  #miss(flagged: Flagged): void {
    if (flagged.missed || flagged.name !== null) return;
    flagged.missed = true;
    this.#notWritten++;
  }

  #unmiss(flagged: Flagged): void {
    if (!flagged.missed) return;
    flagged.missed = false;
    this.#notWritten--;
  }
}
