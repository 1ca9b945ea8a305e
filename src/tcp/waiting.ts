// Hot path: connections to be looked at again when their time has come; all wait equally long, so first in is first due.
// If more wait than may, the first is due at once.

import type { Connection } from './connection.js';

/** Entries there is room for at first; a power of two, as it always is. */
const FIRST_ROOM = 1024;

/** A ring of typed arrays: whoever waits costs 16 octets and no object. */
export class Waiting {
  private indexes = new Int32Array(FIRST_ROOM);
  private ids = new Int32Array(FIRST_ROOM);
  private deadlinesNs = new Float64Array(FIRST_ROOM);
  private mask = FIRST_ROOM - 1;
  private head = 0;
  private size = 0;
  /** When the first of them is due; Infinity: none waits; -Infinity: too many do. */
  nextNs = Number.POSITIVE_INFINITY;
  /** Of the one taken last: where it was, and which it was. */
  index = -1;
  id = 0;

  /**
   * @param delayNs how long each waits
   * @param most how many may wait at a time
   */
  constructor(
    private readonly delayNs: number,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {}

  add({ index, id }: Connection, nowNs: number): void {
    if (this.size > this.mask) this.grow();
    const at = (this.head + this.size++) & this.mask;
    this.indexes[at] = index;
    this.ids[at] = id;
    this.deadlinesNs[at] = nowNs + this.delayNs;
    if (this.size === 1) this.nextNs = this.deadlinesNs[at];
    if (this.size > this.most) this.nextNs = Number.NEGATIVE_INFINITY;
  }

  /** Takes the first of them out. The connection at its `index` may be another one by now: compare the `id`. */
  take(): void {
    this.index = this.indexes[this.head];
    this.id = this.ids[this.head];
    this.head = (this.head + 1) & this.mask;
    this.size--;
    if (this.size > this.most) return;
    this.nextNs = this.size > 0 ? this.deadlinesNs[this.head] : Number.POSITIVE_INFINITY;
  }

  private grow(): void {
    const { head, mask } = this;
    const unrolled = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from.subarray(head) as never);
      to.set(from.subarray(0, head) as never, mask + 1 - head);
      return to;
    };
    const room = 2 * (mask + 1);
    this.indexes = unrolled(this.indexes, new Int32Array(room));
    this.ids = unrolled(this.ids, new Int32Array(room));
    this.deadlinesNs = unrolled(this.deadlinesNs, new Float64Array(room));
    this.mask = room - 1;
    this.head = 0;
  }
}
