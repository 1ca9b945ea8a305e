// Hot path: conversations without loss. Each goes from step to step, a step being what one end sends at a time: handshake, requests
// and responses, then one of the ways to end.
//
// Everything is judged by tcpwatch afterwards, so what is written must be what Linux would send; what ends how is drawn when a
// connection begins, and counted when it has come to its end.

import type { Chance } from './chance.js';
import { Ends, type Population } from './ends.js';
import { ACK, FIN, FULL, PSH, RST, type SegmentWriter, SYN } from './segment-writer.js';
import type { Truth } from './truth.js';
import { Wheel } from './wheel.js';

/** How a connection ends: tcpwatch's words for what is on the wire. */
export const ENDINGS = ['closed', 'reset', 'refused', 'open'] as const;

export interface TalkPlan extends Population {
  readonly connections: number;
  /** Conversations that go on at a time; as many as there are connections: none makes room for another. */
  readonly atOnce: number;
  /** Their first ones begin within so long, microseconds. */
  readonly warmUpUs: number;
  /** Shares of `ENDINGS`, in that order; they add up to 1. */
  readonly endings: readonly [closed: number, reset: number, refused: number, open: number];
  /** Requests of one connection, octets of one response, and how long a client thinks; drawn. */
  readonly requests: (chance: Chance) => number;
  readonly responseOctets: (chance: Chance) => number;
  readonly thinkUs: number;
  /** Segments an end sends at a time. */
  readonly burst: number;
  /** A connection stops dead after so many packets; Infinity: it says all it has to say. Only where all stay open. */
  readonly packetsEach: number;
}

const STEP = {
  syn: 0,
  synAck: 1,
  refusal: 2,
  establish: 3,
  request: 4,
  respond: 5,
  acknowledge: 6,
  finish: 7,
  finishInTurn: 8,
  secondFin: 9,
  lastAck: 10,
} as const;

const [CLOSED, RESET, REFUSED, OPEN] = [0, 1, 2, 3];
/** Between two segments of a burst: a full one at 1 Gbit/s. */
const BETWEEN_US = 12;
const LEAST_HALF_TRIP_US = 100;
const MEAN_HALF_TRIP_US = 8000;
const PAUSE_US = 2000;

export class Talk {
  readonly ends: Ends;
  readonly wheel: Wheel;
  readonly endings = [0, 0, 0, 0];
  private readonly step: Uint8Array;
  private readonly ending: Uint8Array;
  private readonly serverCloses: Uint8Array;
  private readonly requestsLeft: Float64Array;
  private readonly octetsLeft: Float64Array;
  private readonly packetsLeft: Float64Array;
  private readonly halfTripUs: Int32Array;
  private begun = 0;

  constructor(
    readonly plan: TalkPlan,
    private readonly writer: SegmentWriter,
    private readonly chance: Chance,
  ) {
    const slots = plan.atOnce;
    this.ends = new Ends(slots, writer, plan, chance);
    this.wheel = new Wheel(slots);
    this.step = new Uint8Array(slots);
    this.ending = new Uint8Array(slots);
    this.serverCloses = new Uint8Array(slots);
    this.requestsLeft = new Float64Array(slots);
    this.octetsLeft = new Float64Array(slots);
    this.packetsLeft = new Float64Array(slots);
    this.halfTripUs = new Int32Array(slots);
    for (let slot = 0; slot < slots; slot++) this.begin(slot, Math.floor((slot / slots) * plan.warmUpUs));
  }

  /** Until all have come to their end. */
  run(): Truth {
    while (this.wheel.waiting > 0) this.goOn();
    return this.truth;
  }

  get truth(): Truth {
    const endings = Object.fromEntries(ENDINGS.map((name, n) => [name, this.endings[n]]).filter(([, count]) => count));
    return { packets: this.writer.packets, connections: this.begun, endings, resent: { again: 0, filled: 0 } };
  }

  private begin(slot: number, afterUs: number): void {
    const { plan, chance } = this;
    if (this.begun === plan.connections) return;
    this.ends.begin(slot, this.begun++);
    this.step[slot] = STEP.syn;
    let share = chance.next();
    let ending = 0;
    while (ending < OPEN && share >= plan.endings[ending]) share -= plan.endings[ending++];
    this.ending[slot] = ending;
    this.serverCloses[slot] = chance.of(0.3) ? 1 : 0;
    this.requestsLeft[slot] = Math.max(1, Math.floor(plan.requests(chance)));
    this.packetsLeft[slot] = plan.packetsEach;
    this.halfTripUs[slot] = LEAST_HALF_TRIP_US + Math.floor(chance.around(MEAN_HALF_TRIP_US));
    this.wheel.after(slot, afterUs);
  }

  private end(slot: number): void {
    this.endings[this.ending[slot]]++;
    this.begin(slot, Math.floor(this.chance.around(PAUSE_US)));
  }

  /** Lets the next conversation take its step. */
  goOn(): void {
    const slot = this.wheel.take();
    const before = this.writer.packets;
    const waitUs = this.take(slot);
    this.packetsLeft[slot] -= this.writer.packets - before;
    if (waitUs < 0 || this.packetsLeft[slot] <= 0) this.end(slot);
    else this.wheel.after(slot, waitUs);
  }

  private passUs(us = BETWEEN_US): number {
    return (this.wheel.nowUs += us);
  }

  /** @returns how long until the next step, microseconds; negative: there is none. */
  private take(slot: number): number {
    const { ends, step } = this;
    const tripUs = this.halfTripUs[slot];
    switch (step[slot]) {
      case STEP.syn:
        ends.clientSends(slot, this.passUs(), SYN, 0);
        step[slot] = this.ending[slot] === REFUSED ? STEP.refusal : STEP.synAck;
        return LEAST_HALF_TRIP_US;
      case STEP.refusal:
        ends.server2client(slot, this.passUs(), RST | ACK, 0, 0, ends.clientSeq[slot]);
        return -1;
      case STEP.synAck:
        ends.serverSends(slot, this.passUs(), SYN | ACK, 0);
        step[slot] = STEP.establish;
        return tripUs;
      case STEP.establish:
        ends.clientSends(slot, this.passUs(), ACK, 0);
        step[slot] = STEP.request;
        return LEAST_HALF_TRIP_US;
      case STEP.request:
        return this.request(slot);
      case STEP.respond:
        return this.respond(slot);
      case STEP.acknowledge:
        return this.acknowledge(slot);
      default:
        return this.close(slot);
    }
  }

  private request(slot: number): number {
    const { ends, chance } = this;
    if (chance.of(0.1)) ends.clientSends(slot, this.passUs(), ACK, FULL);
    ends.clientSends(slot, this.passUs(), PSH | ACK, chance.whole(40, FULL));
    this.octetsLeft[slot] = Math.max(1, Math.floor(this.plan.responseOctets(chance)));
    this.step[slot] = STEP.respond;
    return LEAST_HALF_TRIP_US + Math.floor(chance.around(LEAST_HALF_TRIP_US));
  }

  private respond(slot: number): number {
    const { ends, octetsLeft, plan } = this;
    const most = Math.min(plan.burst, this.packetsLeft[slot]);
    for (let sent = 0; sent < most && octetsLeft[slot] > 0; sent++) {
      const payload = Math.min(FULL, octetsLeft[slot]);
      octetsLeft[slot] -= payload;
      ends.serverSends(slot, this.passUs(), octetsLeft[slot] > 0 ? ACK : PSH | ACK, payload);
    }
    this.step[slot] = STEP.acknowledge;
    return this.halfTripUs[slot];
  }

  /** Every second full segment, as RFC 1122 asks, and the last. */
  private acknowledge(slot: number): number {
    const { ends, octetsLeft } = this;
    const all = ends.serverSeq[slot];
    while (((all - ends.serverUna[slot]) | 0) > 2 * FULL)
      ends.clientSends(slot, this.passUs(), ACK, 0, (ends.serverUna[slot] + 2 * FULL) | 0);
    ends.clientSends(slot, this.passUs(), ACK, 0);
    if (octetsLeft[slot] > 0) {
      this.step[slot] = STEP.respond;
      return LEAST_HALF_TRIP_US;
    }
    if (--this.requestsLeft[slot] > 0) {
      this.step[slot] = STEP.request;
      return LEAST_HALF_TRIP_US + Math.floor(this.chance.around(this.plan.thinkUs));
    }
    if (this.ending[slot] === OPEN) return -1;
    this.step[slot] = STEP.finish;
    return LEAST_HALF_TRIP_US + Math.floor(this.chance.around(this.plan.thinkUs));
  }

  private close(slot: number): number {
    const { ends, step } = this;
    const byServer = this.serverCloses[slot] === 1;
    const first = (flags: number): void =>
      byServer ? ends.serverSends(slot, this.passUs(), flags, 0) : ends.clientSends(slot, this.passUs(), flags, 0);
    const second = (flags: number): void =>
      byServer ? ends.clientSends(slot, this.passUs(), flags, 0) : ends.serverSends(slot, this.passUs(), flags, 0);
    switch (step[slot]) {
      case STEP.finish:
        first(this.ending[slot] === RESET ? RST | ACK : FIN | ACK);
        step[slot] = this.chance.of(0.5) ? STEP.finishInTurn : STEP.secondFin;
        return this.ending[slot] === CLOSED ? this.halfTripUs[slot] : -1;
      case STEP.finishInTurn:
        second(ACK);
        step[slot] = STEP.secondFin;
        return LEAST_HALF_TRIP_US;
      case STEP.secondFin:
        second(FIN | ACK);
        step[slot] = STEP.lastAck;
        return this.halfTripUs[slot];
      default:
        first(ACK);
        return -1;
    }
  }
}
