// Hot path: the frames that may yet be wanted, by connection; memory is fixed however many connections there are.
// Read first: frame-ring.ts, first-frames.ts.
//
// Connections have slots; when all are taken, the one that has been quiet longest gives up its own.

import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import { FirstFrames, NO_CELL } from './first-frames.js';
import { FrameRing, NO_FRAME, StoredFrame } from './frame-ring.js';
import { PcapngBlocks } from './pcapng-blocks.js';

/** A handshake, and the first that is said. */
const FIRST_FRAMES = 4;

// Shares of the whole; the ring has the rest.
const FIRST_FRAMES_SHARE = 1 / 4;
const STRAYS_SHARE = 1 / 16;
const SLOTS_SHARE = 1 / 8;
/** What a connection takes: its row of the columns, its entry in the map. */
const SLOT_OCTETS = 128;
const MIN_SLOTS = 16;

/** What a packet block has beside its frame. */
const BLOCK_OCTETS = 50;

const NO_SLOT = -1;

/** Copies of what there is of a connection. */
export interface Snapshot {
  /** Interface descriptions and packets, each with its number, as blocks of a pcapng file. */
  readonly blocks: Uint8Array;
  /** Frames there ever were of the connection, as far as is known. */
  readonly total: number;
  /** The packets of `blocks` that are of no connection. */
  readonly strays: readonly number[];
}

export class FrameMemory {
  readonly #ring: FrameRing;
  readonly #first: FirstFrames;
  /** Frames of no connection: few, and wanted long after. */
  readonly #strays: FrameRing;
  #newestStray = NO_FRAME;

  readonly #slots = new Map<number, number>();
  readonly #capacity: number;
  // One row a slot.
  readonly #id: Float64Array;
  readonly #total: Float64Array;
  readonly #newest: Float64Array;
  readonly #firstCell: Int32Array;
  readonly #firstCount: Uint8Array;
  /** Neighbours in the order of the newest frame. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #latest = NO_SLOT;
  #oldest = NO_SLOT;
  readonly #freed: number[] = [];

  readonly #blocks: PcapngBlocks;
  readonly #frame = new StoredFrame();

  constructor(base: TimeBase, memoryBytes: number) {
    const capacity = Math.max(MIN_SLOTS, Math.floor((memoryBytes * SLOTS_SHARE) / SLOT_OCTETS));
    this.#ring = new FrameRing(memoryBytes * (1 - FIRST_FRAMES_SHARE - STRAYS_SHARE - SLOTS_SHARE));
    this.#first = new FirstFrames(memoryBytes * FIRST_FRAMES_SHARE);
    this.#strays = new FrameRing(memoryBytes * STRAYS_SHARE);
    this.#capacity = capacity;
    this.#id = new Float64Array(capacity);
    this.#total = new Float64Array(capacity);
    this.#newest = new Float64Array(capacity);
    this.#firstCell = new Int32Array(capacity);
    this.#firstCount = new Uint8Array(capacity);
    this.#older = new Int32Array(capacity);
    this.#newer = new Int32Array(capacity);
    this.#blocks = new PcapngBlocks(base);
  }

  /** Connections that anything is known of. */
  get connections(): number {
    return this.#slots.size;
  }

  /** Keeps frame `f` of the batch; `id` 0: of no connection. */
  keep(id: number, packet: number, batch: FrameBatch, f: number): void {
    if (id === 0) {
      const stray = this.#strays.push(this.#newestStray, packet, batch, f);
      if (stray !== NO_FRAME) this.#newestStray = stray;
      return;
    }
    const slot = this.#latest !== NO_SLOT && this.#id[this.#latest] === id ? this.#latest : this.#touch(id);
    const before = this.#total[slot]++;
    if (before < FIRST_FRAMES && before === this.#firstCount[slot]) {
      const cell = this.#first.add(this.#firstCell[slot], packet, batch, f);
      if (cell !== NO_CELL) {
        this.#firstCell[slot] = cell;
        this.#firstCount[slot]++;
        return;
      }
    }
    const address = this.#ring.push(this.#newest[slot], packet, batch, f);
    if (address !== NO_FRAME) this.#newest[slot] = address;
  }

  forget(id: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#clear(slot);
    this.#freed.push(slot);
  }

  /**
   * Copies a connection's first frames and as many of its newest as fit into `limit` octets, whatever is `wanted` in
   * between, and frames of no connection that are wanted.
   *
   * @param wanted packets
   */
  snapshot(id: number, wanted: ReadonlySet<number>, limit: number): Snapshot {
    const slot = this.#slots.get(id);
    const cells: number[] = [];
    let room = limit;
    for (
      let cell = slot === undefined ? NO_CELL : this.#firstCell[slot];
      cell !== NO_CELL;
      cell = this.#first.next(cell)
    ) {
      cells.push(cell);
      this.#first.look(cell, this.#frame);
      room -= BLOCK_OCTETS + this.#frame.capturedLength;
    }
    const earliest = Math.min(...wanted);
    const newest = slot === undefined ? NO_FRAME : this.#newest[slot];
    const frames = this.#walk(this.#ring, newest, (packet, capturedLength) => {
      room -= BLOCK_OCTETS + capturedLength;
      return room >= 0 || wanted.has(packet) ? 'take' : packet < earliest ? 'stop' : 'pass';
    });
    const strays = this.#walk(this.#strays, this.#newestStray, (packet) =>
      wanted.has(packet) ? 'take' : packet < earliest ? 'stop' : 'pass',
    );
    return {
      ...this.#encode(cells, frames, strays),
      total: slot === undefined ? 0 : this.#total[slot],
    };
  }

  /** @returns addresses, oldest first. */
  #walk(
    ring: FrameRing,
    newest: number,
    choose: (packet: number, capturedLength: number) => 'take' | 'pass' | 'stop',
  ): number[] {
    const taken: number[] = [];
    for (let address = newest; ring.holds(address); address = ring.previousOf(address)) {
      const choice = choose(ring.packetOf(address), ring.capturedLengthOf(address));
      if (choice === 'stop') break;
      if (choice === 'take') taken.push(address);
    }
    return taken.reverse();
  }

  #encode(cells: readonly number[], frames: readonly number[], strays: readonly number[]): Omit<Snapshot, 'total'> {
    const blocks = this.#blocks;
    const frame = this.#frame;
    blocks.clear();
    const linkTypes: number[] = [];
    const add = (): number => {
      let interfaceId = linkTypes.indexOf(frame.linkType);
      if (interfaceId < 0) {
        blocks.interfaceDescription({ linkType: frame.linkType, snaplen: 0, name: '', filter: null });
        interfaceId = linkTypes.push(frame.linkType) - 1;
      }
      const { timeNs, bytes, view, at, capturedLength, wireLength } = frame;
      blocks.enhancedPacket(interfaceId, timeNs, bytes, view, at, capturedLength, wireLength);
      blocks.describePacket(frame.packet, null);
      return frame.packet;
    };
    for (const cell of cells) {
      this.#first.look(cell, frame);
      add();
    }
    for (const address of frames) {
      this.#ring.look(address, frame);
      add();
    }
    const packets = strays.map((address) => {
      this.#strays.look(address, frame);
      return add();
    });
    return { blocks: new Uint8Array(blocks.bytes.subarray(0, blocks.length)), strays: packets };
  }

  /** The connection's slot, which becomes the latest. */
  #touch(id: number): number {
    let slot = this.#slots.get(id);
    if (slot === undefined) slot = this.#open(id);
    else this.#unlink(slot);
    this.#older[slot] = this.#latest;
    this.#newer[slot] = NO_SLOT;
    if (this.#latest !== NO_SLOT) this.#newer[this.#latest] = slot;
    else this.#oldest = slot;
    this.#latest = slot;
    return slot;
  }

  #open(id: number): number {
    let slot = this.#freed.pop();
    if (slot === undefined) {
      if (this.#slots.size < this.#capacity) slot = this.#slots.size;
      else {
        slot = this.#oldest;
        this.#clear(slot);
      }
    }
    this.#slots.set(id, slot);
    this.#id[slot] = id;
    this.#total[slot] = 0;
    this.#newest[slot] = NO_FRAME;
    this.#firstCell[slot] = NO_CELL;
    this.#firstCount[slot] = 0;
    return slot;
  }

  #clear(slot: number): void {
    this.#slots.delete(this.#id[slot]);
    this.#first.free(this.#firstCell[slot]);
    this.#unlink(slot);
  }

  #unlink(slot: number): void {
    const older = this.#older[slot];
    const newer = this.#newer[slot];
    if (older === NO_SLOT) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NO_SLOT) this.#latest = older;
    else this.#older[newer] = older;
  }
}
