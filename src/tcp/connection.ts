// Hot path: one connection, as a window onto numbers that live in typed arrays (see store.ts).
//
// Both directions find the same record because its two ends are kept in a fixed order: `low` has the smaller address and
// port. Which of the two is the client is a bit, not a place, and may be learnt late.

import { ENDPOINT_DOUBLES, ENDPOINT_INTS, Endpoint, SENT_FIN } from './endpoint.js';
import { CLOSED } from './state.js';

/** How client and server were told apart, best first; public names (NDJSON `roles`). */
export const ROLE_SOURCES = ['syn', 'syn-ack', 'filter-port', 'service-port', 'first-seen'] as const;

/** Bits of `flags`. */
export const CLIENT_IS_HIGH = 1 << 0;
/** The first data came from the high end; means something once SPOKE is set. */
export const HIGH_SPOKE_FIRST = 1 << 1;
export const SPOKE = 1 << 2;
/** The final ACK of the handshake was seen. */
export const HANDSHAKE_DONE = 1 << 3;
/** The capture began after the handshake. */
export const MID_STREAM = 1 << 4;
/** Over for now: waiting out its time before it is final. */
export const FINISHED = 1 << 5;
/** Removed for lack of room before it was over. */
export const EVICTED = 1 << 6;
/** In the queue of those to be looked at when their time is up. */
export const QUEUED = 1 << 7;
/** Bits 8..10: index into ROLE_SOURCES. */
export const ROLES_SHIFT = 8;
/** A segment of it was one that the user asked for. */
export const WANTED = 1 << 11;

/** A newer connection of the same tuple has begun. */
export const SUPERSEDED = 1 << 12;
/** There are notes on its ends. */
export const NOTED = 1 << 13;

const CONNECTION_INTS = 20;
const CONNECTION_DOUBLES = 7;
/** Numbers of a connection and its two ends, side by side. */
export const RECORD_INTS = CONNECTION_INTS + 2 * ENDPOINT_INTS;
export const RECORD_DOUBLES = CONNECTION_DOUBLES + 2 * ENDPOINT_DOUBLES;

const NONE = -1;

const IS_IPV6 = 0x80000000;

/** Which network an address is of, as one number: IP version and VLANs. `ipVersion` and `vlanKey` of a connection undo it. */
export const networkOf = (ipVersion: number, vlanKey: number): number =>
  ipVersion === 6 ? vlanKey | IS_IPV6 : vlanKey;

/** The address at `words[at]` of a network, as a key: a number where that is enough, as for IPv4 without a VLAN. */
export const addressKey = (words: Int32Array, at: number, network: number): number | string =>
  network === 0 ? words[at] : `${network}/${words[at]},${words[at + 1]},${words[at + 2]},${words[at + 3]}`;

// biome-ignore format: a field a line
export class Connection {
  index = NONE;
  ints: Int32Array = new Int32Array(CONNECTION_INTS);
  doubles: Float64Array = new Float64Array(CONNECTION_DOUBLES);
  i = 0;
  d = 0;
  readonly low = new Endpoint();
  readonly high = new Endpoint();

  /** Shows the connection whose numbers start at `ints[i]` and `doubles[d]`. */
  show(ints: Int32Array, i: number, doubles: Float64Array, d: number): void {
    const { low, high } = this;
    this.i = i;
    this.d = d;
    low.i = i + CONNECTION_INTS;
    low.d = d + CONNECTION_DOUBLES;
    high.i = low.i + ENDPOINT_INTS;
    high.d = low.d + ENDPOINT_DOUBLES;
    if (this.ints === ints) return;
    this.ints = low.ints = high.ints = ints;
    this.doubles = low.doubles = high.doubles = doubles;
  }

  /** Words 0..3: address of the low end; 4..7: of the high end. IPv4 uses the first of each. */
  get lowAddressAt() { return this.i; }
  get highAddressAt() { return this.i + 4; }
  /** Low end's port in the upper 16 bits, high end's in the lower. */
  get ports() { return this.ints[this.i + 8]; }             set ports(v) { this.ints[this.i + 8] = v; }
  get lowPort() { return this.ints[this.i + 8] >>> 16; }
  get highPort() { return this.ints[this.i + 8] & 0xffff; }
  /** VLAN identifiers as in Segment.vlanKey; bit 31: IPv6. */
  get network() { return this.ints[this.i + 9]; }           set network(v) { this.ints[this.i + 9] = v; }
  get hash() { return this.ints[this.i + 10]; }             set hash(v) { this.ints[this.i + 10] = v; }
  get flags() { return this.ints[this.i + 11]; }            set flags(v) { this.ints[this.i + 11] = v; }
  /** Zeek-like history, four bits a letter (see history.ts). */
  get historyAt() { return this.i + 12; }
  /** Number of the connection in the capture, from 1. */
  get id() { return this.ints[this.i + 15]; }               set id(v) { this.ints[this.i + 15] = v; }
  /** Index of an earlier, unfinished connection of the same tuple; -1: none. */
  get older() { return this.ints[this.i + 16]; }            set older(v) { this.ints[this.i + 16] = v; }
  /** How often it was judged and told before it was final. */
  get revision() { return this.ints[this.i + 17]; }         set revision(v) { this.ints[this.i + 17] = v; }
  /** Frames that were the same packet captured once more. */
  get copies() { return this.ints[this.i + 18]; }           set copies(v) { this.ints[this.i + 18] = v; }

  get openedNs() { return this.doubles[this.d]; }           set openedNs(v) { this.doubles[this.d] = v; }
  get lastNs() { return this.doubles[this.d + 1]; }         set lastNs(v) { this.doubles[this.d + 1] = v; }
  get firstPacket() { return this.doubles[this.d + 2]; }    set firstPacket(v) { this.doubles[this.d + 2] = v; }
  get lastPacket() { return this.doubles[this.d + 3]; }     set lastPacket(v) { this.doubles[this.d + 3] = v; }
  /** When the SYN-ACK and the final ACK passed; NaN: not seen. */
  get synAckNs() { return this.doubles[this.d + 4]; }       set synAckNs(v) { this.doubles[this.d + 4] = v; }
  get handshakeNs() { return this.doubles[this.d + 5]; }    set handshakeNs(v) { this.doubles[this.d + 5] = v; }
  /** When it was over (both ends done); NaN: it is not. */
  get endedNs() { return this.doubles[this.d + 6]; }        set endedNs(v) { this.doubles[this.d + 6] = v; }

  has(flag: number): boolean { return (this.flags & flag) !== 0; }
  set(flag: number): void { this.flags |= flag; }
  clear(flag: number): void { this.flags &= ~flag; }

  /** Takes back that it is over: an end turned out to go on. */
  reopen(): void { this.clear(FINISHED); this.endedNs = Number.NaN; }

  /** Open, and neither end has closed or been reset. */
  get isAlive(): boolean {
    const { low, high } = this;
    if (!this.has(HANDSHAKE_DONE | MID_STREAM) || low.has(SENT_FIN) || high.has(SENT_FIN)) return false;
    return low.state !== CLOSED && high.state !== CLOSED;
  }

  get ipVersion() { return this.network < 0 ? 6 : 4; }
  get vlanKey() { return this.network & 0x7fffffff; }
  get client(): Endpoint { return this.has(CLIENT_IS_HIGH) ? this.high : this.low; }
  get server(): Endpoint { return this.has(CLIENT_IS_HIGH) ? this.low : this.high; }
  get roles(): (typeof ROLE_SOURCES)[number] { return ROLE_SOURCES[(this.flags >>> ROLES_SHIFT) & 7]; }
  addressAt(end: Endpoint): number { return end === this.low ? this.lowAddressAt : this.highAddressAt; }
  portOf(end: Endpoint): number { return end === this.low ? this.lowPort : this.highPort; }
}
