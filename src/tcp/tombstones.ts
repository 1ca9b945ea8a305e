// Graves of finished connections, so that a late FIN, RST or ACK finds its owner and opens no new connection.

import type { Segment } from '../wire/segment.js';
import type { Connection } from './connection.js';
import { seqDiff } from './seq.js';
import type { Tuple } from './store.js';

/** A stray segment lies within the largest scaled window (RFC 7323 section 2.3) of where its sender stopped. */
const REACH = 1 << 30;

interface Grave {
  readonly lowNxt: number;
  readonly highNxt: number;
}

export class Tombstones {
  private readonly graves = new Map<string, Grave>();

  /** @param limit graves kept; the oldest is given up for a new one. */
  constructor(private readonly limit: number) {}

  bury(connection: Connection): void {
    const { ints, i, low, high } = connection;
    const key = keyOf(ints, i, ints, i + 4, connection.ports, connection.network);
    this.graves.delete(key);
    if (this.graves.size >= this.limit) this.graves.delete(this.graves.keys().next().value as string);
    this.graves.set(key, { lowNxt: low.sndNxt, highNxt: high.sndNxt });
  }

  /** Whether this segment belongs to a buried connection rather than to one picked up mid-stream. */
  owns(tuple: Tuple, segment: Segment): boolean {
    const grave = this.graves.get(keyOf(tuple.low, 0, tuple.high, 0, tuple.ports, tuple.network));
    return grave !== undefined && Math.abs(seqDiff(segment.seq, tuple.fromHigh ? grave.highNxt : grave.lowNxt)) < REACH;
  }
}

function keyOf(a: Int32Array, at: number, b: Int32Array, bt: number, ports: number, network: number): string {
  const words = network < 0 ? 4 : 1;
  let key = `${network}:${ports}`;
  for (let w = 0; w < words; w++) key += `:${a[at + w]}:${b[bt + w]}`;
  return key;
}
