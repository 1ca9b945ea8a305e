// Hot path: the numbers of all connections, in slabs of typed arrays, and the keyed hash that finds them.
//
// A slab holds 4,096 connections side by side; a connection's index never changes while it lives, and a freed one is used
// again. The hash is open-addressed at half load with backward-shift deletion, and keyed, so that nobody who does not
// know the key can choose tuples that collide.

import type { Segment } from '../wire/segment.js';
import { type Connection, networkOf, RECORD_DOUBLES, RECORD_INTS } from './connection.js';

const SLAB_BITS = 12;
const SLAB_SIZE = 1 << SLAB_BITS;
const EMPTY = -1;
const FIRST_INDEX_SIZE = 1024;

/** The tuple of the segment at hand, its ends in the store's order. */
export class Tuple {
  readonly low = new Int32Array(4);
  readonly high = new Int32Array(4);
  ports = 0;
  network = 0;
  hash = 0;
  /** True: the segment's source is the high end. */
  fromHigh = false;
}

export class ConnectionStore {
  /** Live connections. */
  count = 0;
  /** One beyond the highest index ever used; every live index is below it. */
  top = 0;
  private readonly intSlabs: Int32Array[] = [];
  private readonly doubleSlabs: Float64Array[] = [];
  private readonly free: number[] = [];
  private buckets = new Int32Array(FIRST_INDEX_SIZE).fill(EMPTY);
  private mask = FIRST_INDEX_SIZE - 1;

  /** @param key 32 random bits that make the hash unpredictable from outside. */
  constructor(private readonly key: number) {}

  /** Writes the tuple of `segment` into `tuple`. */
  tupleOf(segment: Segment, tuple: Tuple): void {
    const { source, destination, sourcePort, destinationPort } = segment;
    const words = segment.ipVersion === 4 ? 1 : 4;
    const network = networkOf(segment.ipVersion, segment.vlanKey);
    // Segments come in trains: often it is the tuple of the one before.
    if (words === 1 && network === tuple.network && tuple.hash !== 0) {
      const { low, high, ports } = tuple;
      const there =
        low[0] === source[0] && high[0] === destination[0] && ports === ((sourcePort << 16) | destinationPort);
      const back =
        high[0] === source[0] && low[0] === destination[0] && ports === ((destinationPort << 16) | sourcePort);
      tuple.fromHigh = !there;
      if (there || back) return;
    }
    let order = 0;
    for (let w = 0; w < words && order === 0; w++) order = (source[w] >>> 0) - (destination[w] >>> 0);
    if (order === 0) order = sourcePort - destinationPort;
    const fromHigh = order > 0;
    const low = fromHigh ? destination : source;
    const high = fromHigh ? source : destination;
    let h = this.key;
    for (let w = 0; w < words; w++) {
      tuple.low[w] = low[w];
      tuple.high[w] = high[w];
      h = mix(mix(h, low[w]), high[w]);
    }
    for (let w = words; w < 4; w++) tuple.low[w] = tuple.high[w] = 0;
    tuple.ports = fromHigh ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    tuple.network = network;
    tuple.hash = finish(mix(mix(h, tuple.ports), tuple.network));
    tuple.fromHigh = fromHigh;
  }

  /** Index of the newest connection of this tuple, or -1. */
  find(tuple: Tuple): number {
    const { buckets, mask } = this;
    for (let b = tuple.hash & mask; ; b = (b + 1) & mask) {
      const index = buckets[b];
      if (index === EMPTY || this.matches(index, tuple)) return index;
    }
  }

  /** The tuple of the connection at `index`, as if its low end had sent a segment. */
  tupleAt(index: number, tuple: Tuple): void {
    const ints = this.intSlabs[index >>> SLAB_BITS];
    const i = (index & (SLAB_SIZE - 1)) * RECORD_INTS;
    for (let w = 0; w < 4; w++) {
      tuple.low[w] = ints[i + w];
      tuple.high[w] = ints[i + 4 + w];
    }
    tuple.ports = ints[i + 8];
    tuple.network = ints[i + 9];
    tuple.hash = ints[i + 10];
    tuple.fromHigh = false;
  }

  /** A new, zeroed record for this tuple; it is what `find` answers from now on. */
  add(tuple: Tuple): number {
    const index = this.free.pop() ?? this.top++;
    const slab = index >>> SLAB_BITS;
    if (slab === this.intSlabs.length) {
      this.intSlabs.push(new Int32Array(SLAB_SIZE * RECORD_INTS));
      this.doubleSlabs.push(new Float64Array(SLAB_SIZE * RECORD_DOUBLES));
    }
    const ints = this.intSlabs[slab];
    const i = (index & (SLAB_SIZE - 1)) * RECORD_INTS;
    const d = (index & (SLAB_SIZE - 1)) * RECORD_DOUBLES;
    ints.fill(0, i, i + RECORD_INTS);
    this.doubleSlabs[slab].fill(0, d, d + RECORD_DOUBLES);
    ints.set(tuple.low, i);
    ints.set(tuple.high, i + 4);
    ints[i + 8] = tuple.ports;
    ints[i + 9] = tuple.network;
    ints[i + 10] = tuple.hash;
    this.count++;
    this.point(tuple, index);
    return index;
  }

  /** Makes `find` answer `index` for this tuple, in place of whatever it answered. */
  point(tuple: Tuple, index: number): void {
    if (this.count * 2 > this.buckets.length) this.grow();
    const { buckets, mask } = this;
    let b = tuple.hash & mask;
    while (buckets[b] !== EMPTY && !this.matches(buckets[b], tuple)) b = (b + 1) & mask;
    buckets[b] = index;
  }

  /** Gives the record back; `find` forgets it if it was the one it answered. */
  remove(index: number): void {
    const { buckets, mask } = this;
    let b = this.hashAt(index) & mask;
    while (buckets[b] !== EMPTY && buckets[b] !== index) b = (b + 1) & mask;
    if (buckets[b] === index) this.closeGap(b);
    this.free.push(index);
    this.count--;
  }

  /** Lets `connection` and its two ends show record `index`. */
  move(connection: Connection, index: number): void {
    const slab = index >>> SLAB_BITS;
    const place = index & (SLAB_SIZE - 1);
    connection.index = index;
    connection.show(this.intSlabs[slab], place * RECORD_INTS, this.doubleSlabs[slab], place * RECORD_DOUBLES);
  }

  private hashAt(index: number): number {
    return this.intSlabs[index >>> SLAB_BITS][(index & (SLAB_SIZE - 1)) * RECORD_INTS + 10];
  }

  private matches(index: number, tuple: Tuple): boolean {
    const ints = this.intSlabs[index >>> SLAB_BITS];
    const i = (index & (SLAB_SIZE - 1)) * RECORD_INTS;
    const { low, high } = tuple;
    return (
      ints[i + 10] === tuple.hash &&
      ints[i + 8] === tuple.ports &&
      ints[i] === low[0] &&
      ints[i + 4] === high[0] &&
      ints[i + 9] === tuple.network &&
      (tuple.network >= 0 ||
        (ints[i + 1] === low[1] &&
          ints[i + 2] === low[2] &&
          ints[i + 3] === low[3] &&
          ints[i + 5] === high[1] &&
          ints[i + 6] === high[2] &&
          ints[i + 7] === high[3]))
    );
  }

  /** Backward-shift deletion: later members of the probe run move up, so that no run is ever broken. */
  private closeGap(gap: number): void {
    const { buckets, mask } = this;
    let hole = gap;
    for (let b = (gap + 1) & mask; buckets[b] !== EMPTY; b = (b + 1) & mask) {
      const home = this.hashAt(buckets[b]) & mask;
      if (((b - home) & mask) >= ((b - hole) & mask)) {
        buckets[hole] = buckets[b];
        hole = b;
      }
    }
    buckets[hole] = EMPTY;
  }

  private grow(): void {
    const old = this.buckets;
    this.buckets = new Int32Array(old.length * 2).fill(EMPTY);
    this.mask = this.buckets.length - 1;
    for (const index of old) {
      if (index === EMPTY) continue;
      let b = this.hashAt(index) & this.mask;
      while (this.buckets[b] !== EMPTY) b = (b + 1) & this.mask;
      this.buckets[b] = index;
    }
  }
}

/** One round and the finaliser of a 32-bit multiply-rotate hash: every input bit reaches every output bit. */
function mix(hash: number, word: number): number {
  const k = Math.imul(word, 0x9e3779b1);
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x85ebca77);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0x52dce729) | 0;
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return h ^ (h >>> 16);
}
