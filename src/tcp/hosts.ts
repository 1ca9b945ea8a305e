// Hot path: the hosts that connections run between, by number, and when each was last heard.
//
// One connection that goes silent looks the same whether its host died or its path; whether the host was heard elsewhere
// tells. So every segment leaves its time and frame with the host it came from, in two columns; all else about hosts is
// rare and lives in verdict/hosts/.

import { addressKey } from './connection.js';
import type { Moment } from './notes.js';

/** Of a connection whose hosts are not followed, for lack of room. */
export const NO_HOST = 0;

const FIRST_SIZE = 256;
/** However few hosts are idle, a new one costs no more. */
const MOST_LOOKED_AT = 32;

export class HostTable {
  /** When, and in which frame, each host last sent a segment; by number. */
  heardNs = new Float64Array(FIRST_SIZE);
  heardPacket = new Float64Array(FIRST_SIZE);
  /** Hosts whose next word is waited for; a new one's first is. */
  watched = new Uint8Array(FIRST_SIZE);
  /** When the host that has just sent a RST had last been heard before. */
  beforeReset: Moment = { packet: 0, timeNs: Number.NEGATIVE_INFINITY };
  private readonly numbers = new Map<number | string, number>();
  private readonly keys: (number | string)[] = [''];
  private connections = new Int32Array(FIRST_SIZE);
  /** Where the search for a host without a connection goes on: those are remembered as long as there is room. */
  private hand = 0;

  /**
   * @param limit hosts remembered at most
   * @param forgets told of a number that will mean another host
   */
  constructor(
    private readonly limit: number,
    private readonly forgets: (host: number) => void,
  ) {}

  /** One more connection of the host whose address is at `words[at]`. @returns its number; NO_HOST: there is no room. */
  enter(words: Int32Array, at: number, network: number): number {
    const key = addressKey(words, at, network);
    const host = this.numbers.get(key) ?? this.add(key);
    if (host === NO_HOST) return host;
    this.connections[host]++;
    return host;
  }

  /** The number of a host that is known; NO_HOST: it is not. */
  find(words: Int32Array, at: number, network: number): number {
    return this.numbers.get(addressKey(words, at, network)) ?? NO_HOST;
  }

  /** One connection of it less. */
  leave(host: number): void {
    if (host !== NO_HOST) this.connections[host]--;
  }

  /** When it was last heard. */
  lastHeard(host: number): Moment {
    return { packet: this.heardPacket[host], timeNs: this.heardNs[host] };
  }

  private add(key: number | string): number {
    let host = this.keys.length;
    if (host > this.limit) {
      host = this.nextIdle();
      if (host === NO_HOST) return host;
      this.numbers.delete(this.keys[host]);
      this.forgets(host);
    } else if (host === this.watched.length) this.grow();
    this.numbers.set(key, host);
    this.keys[host] = key;
    this.connections[host] = 0;
    this.watched[host] = 1;
    this.heardNs[host] = Number.NEGATIVE_INFINITY;
    return host;
  }

  /** Of the next few numbers in turn, the one without a connection that was heard longest ago; NO_HOST: there is none. */
  private nextIdle(): number {
    let oldest = NO_HOST;
    for (let looked = 0; looked < MOST_LOOKED_AT; looked++) {
      this.hand = (this.hand % this.limit) + 1;
      if (this.connections[this.hand] > 0) continue;
      if (oldest === NO_HOST || this.heardNs[this.hand] < this.heardNs[oldest]) oldest = this.hand;
    }
    return oldest;
  }

  private grow(): void {
    const size = 2 * this.watched.length;
    const larger = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.heardNs = larger(new Float64Array(size), this.heardNs);
    this.heardPacket = larger(new Float64Array(size), this.heardPacket);
    this.watched = larger(new Uint8Array(size), this.watched);
    this.connections = larger(new Int32Array(size), this.connections);
  }
}
