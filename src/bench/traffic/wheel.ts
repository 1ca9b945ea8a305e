// Hot path: which of many conversations goes on next. A timing wheel: entering and taking cost the same however many wait.

const TICK_US = 64;
const TICKS = 1 << 20;
const NOBODY = -1;

export class Wheel {
  /** Microseconds; of the conversation taken last, no earlier than its turn. */
  nowUs = 0;
  waiting = 0;
  /** First and last in line of each tick, and who is behind whom. */
  private readonly first = new Int32Array(TICKS).fill(NOBODY);
  private readonly last = new Int32Array(TICKS).fill(NOBODY);
  private readonly behind: Int32Array;
  private tick = 0;

  /** @param slots conversations that may wait at a time, numbered from 0 */
  constructor(slots: number) {
    this.behind = new Int32Array(slots).fill(NOBODY);
  }

  /** Lets a conversation go on after so long; 67 s is the most. */
  after(slot: number, us: number): void {
    const { first, last, behind } = this;
    const due = Math.floor((this.nowUs + us) / TICK_US);
    const tick = Math.min(Math.max(due, this.tick), this.tick + TICKS - 1) & (TICKS - 1);
    behind[slot] = NOBODY;
    if (first[tick] === NOBODY) first[tick] = slot;
    else behind[last[tick]] = slot;
    last[tick] = slot;
    this.waiting++;
  }

  /** When the next one is due, no later than that; Infinity: nobody waits. Microseconds. */
  get nextUs(): number {
    if (this.waiting === 0) return Number.POSITIVE_INFINITY;
    while (this.first[this.tick & (TICKS - 1)] === NOBODY) this.tick++;
    return this.tick * TICK_US;
  }

  /** Takes the next one, at its time. Somebody must be waiting. */
  take(): number {
    const dueUs = this.nextUs;
    if (dueUs > this.nowUs) this.nowUs = dueUs;
    const at = this.tick & (TICKS - 1);
    const slot = this.first[at];
    this.first[at] = this.behind[slot];
    this.waiting--;
    return slot;
  }
}
