// Hot path: chance from a seed. The same seed gives the same capture, octet by octet.

/** Mulberry32. */
export class Chance {
  constructor(private seed: number) {}

  /** 32 bits, as a signed integer. */
  bits(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.seed ^ (this.seed >>> 15), this.seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return bits ^ (bits >>> 14);
  }

  /** From 0 on, below 1. */
  next(): number {
    return (this.bits() >>> 0) / 2 ** 32;
  }

  of(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** Exponentially distributed. */
  around(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Pareto: mostly little more than `least`, now and then very much, never more than `most`. */
  heavy(least: number, shape: number, most: number): number {
    return Math.min(most, least / (1 - this.next()) ** (1 / shape));
  }
}

/** One to one over all 32-bit numbers (murmur3's finaliser): numbers in turn become numbers that look drawn, none of them twice. */
export function scatter(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
