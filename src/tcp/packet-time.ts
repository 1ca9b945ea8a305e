// Packet time in words: nanoseconds since a capture's base, exactly, without ever putting epoch nanoseconds in a double.

const NS_PER_SECOND = 1_000_000_000n;
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z in epoch seconds: what RFC 3339 can say. */
const MIN_SECOND = -62_167_219_200;
const MAX_SECOND = 253_402_300_799;

const REMEMBERED = 256;

/** Formatter of one capture's times. */
export class PacketClock {
  private readonly baseSeconds: number;
  private readonly baseFraction: number;
  /** Seconds formatted last, each where its last bits put it: connections begin and end in few of them. */
  private readonly seconds = new Float64Array(REMEMBERED).fill(Number.NaN);
  private readonly texts: string[] = new Array<string>(REMEMBERED).fill('');

  /** @param baseNs epoch nanoseconds of packet time 0. */
  constructor(baseNs: bigint) {
    this.baseFraction = Number(((baseNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND);
    this.baseSeconds = Number((baseNs - BigInt(this.baseFraction)) / NS_PER_SECOND);
  }

  /** RFC 3339 in UTC with nine decimals. @param ns nanoseconds since the base, a whole number. */
  format(ns: number): string {
    const whole = Math.floor(ns / 1e9);
    // Beyond 2^53 ns the product is rounded and can pass `ns`.
    const sum = Math.max(0, ns - whole * 1e9) + this.baseFraction;
    const carry = sum >= 1e9 ? 1 : 0;
    const second = this.baseSeconds + whole + carry;
    const place = second & (REMEMBERED - 1);
    if (second !== this.seconds[place]) {
      this.seconds[place] = second;
      // Only a damaged capture has times beyond what can be said; they stop at the last that can.
      const sayable = Math.max(MIN_SECOND, Math.min(MAX_SECOND, second));
      this.texts[place] = new Date(sayable * 1000).toISOString().slice(0, 19);
    }
    return `${this.texts[place]}.${String(sum - carry * 1e9).padStart(9, '0')}Z`;
  }
}
