// Hot path: transfers over a lossy path, with SACK: what is lost is asked for by duplicate acknowledgements and sent again, or when
// the timer has run out.
//
// A capture stands on the way: half of what is lost is lost behind it, so that it sees the segment twice, half before it, so that
// it sees a hole and later what fills it. A round is a window of segments; the next one begins when all of it has come.

import type { Chance } from './chance.js';
import { Ends } from './ends.js';
import { ACK, FIN, FULL, PSH, type SegmentWriter, SYN } from './segment-writer.js';
import type { Truth } from './truth.js';
import { Wheel } from './wheel.js';

export interface LossPlan {
  readonly connections: number;
  /** About so many: the transfers that go on then come to their end. */
  readonly packets: number;
  /** Of data segments, the resent ones too; from 0 to 0.2. */
  readonly loss: number;
}

const WINDOW = 20;
const BETWEEN_US = 12;
const PROMPTLY_US = 150;
const DUPLICATES = 3;
/** Linux's least RTO, and then some: nothing was heard for so long that could have asked for it. */
const TIMEOUT_US = 230_000;
const MOST_DOUBLINGS = 6;
const MAX_SACK_BLOCKS = 3;
const LEAST_TRIP_US = 10_000;

const STEP = { syn: 0, synAck: 1, establish: 2, send: 3, acknowledge: 4, resend: 5, finish: 6, lastAck: 7 } as const;

/** What a capture and the receiver have of a segment. */
const SEEN = 1;
const ARRIVED = 2;
/** It came with what was sent last, and is to be acknowledged. */
const ARRIVED_NOW = 4;

export class Loss {
  private readonly ends: Ends;
  private readonly wheel: Wheel;
  private again = 0;
  private filled = 0;
  private readonly step: Uint8Array;
  private readonly tripUs: Int32Array;
  private readonly timeouts: Uint8Array;
  /** Where the window begins, and what has become of each segment in it. */
  private readonly base: Int32Array;
  private readonly fate: Uint8Array;

  constructor(
    private readonly plan: LossPlan,
    private readonly writer: SegmentWriter,
    private readonly chance: Chance,
  ) {
    const slots = plan.connections;
    this.ends = new Ends(slots, writer, { clientBits: 10, serverBits: 4 }, chance);
    this.wheel = new Wheel(slots);
    this.step = new Uint8Array(slots);
    this.tripUs = new Int32Array(slots);
    this.timeouts = new Uint8Array(slots);
    this.base = new Int32Array(slots);
    this.fate = new Uint8Array(slots * WINDOW);
    for (let slot = 0; slot < slots; slot++) {
      this.ends.begin(slot, slot);
      this.tripUs[slot] = chance.whole(LEAST_TRIP_US, 4 * LEAST_TRIP_US);
      this.wheel.after(slot, chance.whole(0, TIMEOUT_US));
    }
  }

  run(): Truth {
    const { wheel } = this;
    while (wheel.waiting > 0) {
      const slot = wheel.take();
      const waitUs = this.goOn(slot);
      if (waitUs >= 0) wheel.after(slot, waitUs);
    }
    const { connections } = this.plan;
    const resent = { again: this.again, filled: this.filled };
    return { packets: this.writer.packets, connections, endings: { closed: connections }, resent };
  }

  private passUs(): number {
    return (this.wheel.nowUs += BETWEEN_US);
  }

  /** @returns how long until the next step, microseconds; negative: there is none. */
  private goOn(slot: number): number {
    const { ends, step } = this;
    switch (step[slot]) {
      case STEP.syn:
        ends.clientSends(slot, this.passUs(), SYN, 0);
        step[slot] = STEP.synAck;
        return PROMPTLY_US;
      case STEP.synAck:
        ends.serverSends(slot, this.passUs(), SYN | ACK, 0);
        step[slot] = STEP.establish;
        return this.tripUs[slot];
      case STEP.establish:
        ends.clientSends(slot, this.passUs(), ACK, 0);
        ends.clientSends(slot, this.passUs(), PSH | ACK, 200);
        step[slot] = STEP.send;
        return PROMPTLY_US;
      case STEP.send:
        return this.send(slot);
      case STEP.acknowledge:
        return this.acknowledge(slot);
      case STEP.resend:
        return this.resend(slot);
      case STEP.finish:
        ends.clientSends(slot, this.passUs(), FIN | ACK, 0);
        step[slot] = STEP.lastAck;
        return PROMPTLY_US;
      default:
        ends.serverSends(slot, this.passUs(), ACK, 0);
        return -1;
    }
  }

  /** A new window, or the end. */
  private send(slot: number): number {
    const { ends, writer, plan, step } = this;
    if (writer.packets >= plan.packets) {
      ends.serverSends(slot, this.passUs(), FIN | ACK, 0);
      step[slot] = STEP.finish;
      return this.tripUs[slot];
    }
    this.base[slot] = ends.serverSeq[slot];
    this.timeouts[slot] = 0;
    this.fate.fill(0, slot * WINDOW, (slot + 1) * WINDOW);
    for (let n = 0; n < WINDOW; n++) this.transmit(slot, n);
    ends.serverSeq[slot] = (this.base[slot] + WINDOW * FULL) | 0;
    step[slot] = STEP.acknowledge;
    return this.tripUs[slot];
  }

  /** Sends the nth of the window; it may be lost before the capture or behind it. @returns whether the capture has it. */
  private transmit(slot: number, n: number): boolean {
    const { ends, plan, chance, fate } = this;
    const at = slot * WINDOW + n;
    const isLost = chance.of(plan.loss);
    const timeUs = this.passUs();
    if (isLost && chance.of(0.5)) return false;
    ends.server2client(slot, timeUs, ACK, (this.base[slot] + n * FULL) | 0, FULL, ends.clientSeq[slot]);
    fate[at] |= isLost ? SEEN : SEEN | ARRIVED | ARRIVED_NOW;
    return true;
  }

  /** Everything that is missing, or after a timeout the first of it. */
  private resend(slot: number): number {
    const { fate, timeouts, step } = this;
    const from = slot * WINDOW;
    let last = WINDOW - 1;
    while (last >= 0 && !(fate[from + last] & SEEN)) last--;
    for (let n = 0; n < WINDOW; n++) {
      if (fate[from + n] & ARRIVED) continue;
      const wasSeen = (fate[from + n] & SEEN) !== 0;
      if (this.transmit(slot, n)) {
        if (wasSeen) this.again++;
        else if (n < last) this.filled++;
        if (n > last) last = n;
      }
      if (timeouts[slot] > 0) break;
    }
    step[slot] = STEP.acknowledge;
    return this.tripUs[slot];
  }

  /** What has come is acknowledged; then the next window, or what is missing again: asked for, or when the timer has run out. */
  private acknowledge(slot: number): number {
    const { timeouts, step } = this;
    const before = this.firstMissing(slot);
    const duplicates = this.acknowledgeEach(slot, before);
    const after = this.firstMissing(slot);
    if (after === WINDOW) {
      step[slot] = STEP.send;
      return PROMPTLY_US;
    }
    step[slot] = STEP.resend;
    const goesOn = timeouts[slot] > 0 && after > before;
    if (goesOn) timeouts[slot] = 0;
    if (goesOn || duplicates >= DUPLICATES) return PROMPTLY_US;
    if (timeouts[slot] < MOST_DOUBLINGS) timeouts[slot]++;
    return (TIMEOUT_US + this.tripUs[slot]) * 2 ** (timeouts[slot] - 1);
  }

  /** Whether the receiver had it before what is being acknowledged. */
  private has(slot: number, n: number): boolean {
    return (this.fate[slot * WINDOW + n] & (ARRIVED | ARRIVED_NOW)) === ARRIVED;
  }

  private firstMissing(slot: number): number {
    let n = 0;
    while (n < WINDOW && this.has(slot, n)) n++;
    return n;
  }

  /** @returns how many duplicate acknowledgements that takes. */
  private acknowledgeEach(slot: number, firstMissing: number): number {
    const { ends, fate } = this;
    const { segment } = this.writer;
    let next = firstMissing;
    let duplicates = 0;
    let unsaid = 0;
    for (let n = 0; n < WINDOW; n++) {
      if (!(fate[slot * WINDOW + n] & ARRIVED_NOW)) continue;
      fate[slot * WINDOW + n] &= ~ARRIVED_NOW;
      const inOrder = n === next;
      while (next < WINDOW && this.has(slot, next)) next++;
      const blocks = this.selects(slot, n, next);
      if (!inOrder) duplicates++;
      // Every second one in order, RFC 5681 section 4.2; at once where something is missing, or no longer.
      else if (blocks === 0 && next === n + 1 && ++unsaid % 2 === 1 && n < WINDOW - 1) continue;
      segment.sackBlocks = blocks;
      ends.clientSends(slot, this.passUs(), ACK, 0, (this.base[slot] + next * FULL) | 0);
      unsaid = segment.sackBlocks = 0;
    }
    if (unsaid > 0) ends.clientSends(slot, this.passUs(), ACK, 0, (this.base[slot] + next * FULL) | 0);
    return duplicates;
  }

  /** SACK blocks as RFC 2018 section 4 orders them: first what has just come. @returns how many. */
  private selects(slot: number, latest: number, next: number): number {
    let blocks = 0;
    if (latest > next) blocks = this.select(slot, latest, blocks);
    const latestFrom = this.writer.segment.sackEdges[0];
    for (let n = WINDOW - 1; n > next && blocks < MAX_SACK_BLOCKS; n--) {
      if (!this.has(slot, n)) continue;
      const before = blocks;
      blocks = this.select(slot, n, blocks);
      while (n > next && this.has(slot, n - 1)) n--;
      if (before > 0 && this.writer.segment.sackEdges[2 * before] === latestFrom) blocks = before;
    }
    return blocks;
  }

  private select(slot: number, n: number, block: number): number {
    const { sackEdges } = this.writer.segment;
    let from = n;
    let to = n + 1;
    while (from > 0 && this.has(slot, from - 1)) from--;
    while (to < WINDOW && this.has(slot, to)) to++;
    sackEdges[2 * block] = (this.base[slot] + from * FULL) | 0;
    sackEdges[2 * block + 1] = (this.base[slot] + to * FULL) | 0;
    return block + 1;
  }
}
