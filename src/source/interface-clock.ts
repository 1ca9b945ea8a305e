// Hot path: the 64-bit timestamps of one pcapng interface, as nanoseconds since the capture's base.
// Read first: draft-ietf-opsawg-pcapng, options if_tsresol and if_tsoffset.
//
// A timestamp counts units since the epoch and does not fit a double, but its distance to the base does. So the base is
// turned into this interface's units once, split into two 32-bit words like the timestamps, and subtracted word by word.

import type { TimeBase } from './frame-batch.js';

const NS_PER_SECOND = 1_000_000_000n;
const WORD = 4_294_967_296;
/** 2^-63 and 10^-19 seconds are the finest units whose number in a second fits 64 bits. */
const MAX_BINARY_EXPONENT = 63;
const MAX_DECIMAL_EXPONENT = 19;

const PRECISION_NAMES: Readonly<Record<number, string>> = { 0: 's', 3: 'ms', 6: 'us', 9: 'ns' };

export class InterfaceClock {
  /** Such as `us`, `10^-12 s`, `2^-20 s`. */
  readonly precision: string;
  /** Units in one second, for comparing clocks. */
  readonly unitsPerSecond: bigint;

  readonly #base: TimeBase;
  readonly #offsetNs: bigint;
  /** Nanoseconds in a unit when that is a whole number, else 0. */
  readonly #nsPerUnit: number;
  #based = false;
  #baseHigh = 0;
  #baseLow = 0;
  /** How far the base lies behind the start of its unit; another file's clock may be finer than this one. */
  #baseRestNs = 0;

  /**
   * @param resolution the octet of if_tsresol: 10^-n seconds, or 2^-n with the top bit set
   * @param offsetSeconds if_tsoffset
   */
  constructor(base: TimeBase, resolution: number, offsetSeconds: bigint) {
    const exponent = resolution & 0x7f;
    const binary = (resolution & 0x80) !== 0;
    this.#base = base;
    this.#offsetNs = offsetSeconds * NS_PER_SECOND;
    this.#nsPerUnit = binary ? 0 : exponent <= 9 ? 10 ** (9 - exponent) : 0;
    this.unitsPerSecond = BigInt(binary ? 2 : 10) ** BigInt(exponent);
    this.precision = (binary ? undefined : PRECISION_NAMES[exponent]) ?? `${binary ? 2 : 10}^-${exponent} s`;
  }

  /** Whether a second in this resolution can be counted in 64 bits. */
  static understands(resolution: number): boolean {
    return (resolution & 0x80) !== 0 ? (resolution & 0x7f) <= MAX_BINARY_EXPONENT : resolution <= MAX_DECIMAL_EXPONENT;
  }

  /** Nanoseconds since the base of the timestamp with these two words; the first ever sets the base. */
  timeNs(high: number, low: number): number {
    if (!this.#based) this.#takeBase(high, low);
    if (this.#nsPerUnit === 0) return Number(this.#epochNs(high, low) - this.#base.epochNs!);
    return ((high - this.#baseHigh) * WORD + (low - this.#baseLow)) * this.#nsPerUnit - this.#baseRestNs;
  }

  #takeBase(high: number, low: number): void {
    const epochNs = (this.#base.epochNs ??= this.#epochNs(high, low));
    this.#based = true;
    if (this.#nsPerUnit === 0) return;
    const nsPerUnit = BigInt(this.#nsPerUnit);
    const ns = epochNs - this.#offsetNs;
    const rest = ((ns % nsPerUnit) + nsPerUnit) % nsPerUnit;
    const units = (ns - rest) / nsPerUnit;
    this.#baseRestNs = Number(rest);
    this.#baseHigh = Number(units >> 32n);
    this.#baseLow = Number(units & 0xffff_ffffn);
  }

  /** Rounded to the nearest nanosecond where the unit is not a whole number of them. */
  #epochNs(high: number, low: number): bigint {
    const units = (BigInt(high) << 32n) | BigInt(low);
    return this.#offsetNs + (units * NS_PER_SECOND + this.unitsPerSecond / 2n) / this.unitsPerSecond;
  }
}
