// Graves of finished connections, so that a late FIN, RST or ACK finds its owner and opens no new connection.

import { FIN, type Segment, SYN } from '../wire/segment.js';
import type { Connection } from './connection.js';
import { ACKED_BY_PEER, BEGUN, type Endpoint, SENT_SYN } from './endpoint.js';
import { seqDiff } from './seq.js';
import type { Tuple } from './store.js';

/** A stray segment lies within the largest scaled window (RFC 7323 section 2.3) of where its sender stopped. */
const REACH = 1 << 30;

interface Grave {
  readonly low: Buried;
  readonly high: Buried;
}

interface Buried {
  /** SND.NXT; null of an end that nothing is known of but its RSTs. */
  readonly next: number | null;
  /** Its ISN, if it sent its SYN. */
  readonly isn: number | null;
}

export class Tombstones {
  private graves = new Map<number, Grave>();
  /** The generation before: given up whole, which costs less than giving up the oldest one by one. */
  private older = new Map<number, Grave>();

  /** @param limit graves kept at most. */
  constructor(private readonly limit: number) {}

  bury({ hash, ports, low, high }: Connection): void {
    if (this.graves.size * 2 >= this.limit) {
      this.older = this.graves;
      this.graves = new Map();
    }
    this.graves.set(keyOf(hash, ports), { low: buried(low), high: buried(high) });
  }

  /** Whether this segment belongs to a buried connection rather than to one picked up mid-stream. */
  owns({ hash, ports, fromHigh }: Tuple, segment: Segment): boolean {
    const key = keyOf(hash, ports);
    const grave = this.graves.get(key) ?? this.older.get(key);
    if (grave === undefined) return false;
    const { next, isn } = fromHigh ? grave.high : grave.low;
    // Of a capture that sees one direction only, a SYN-ACK with another ISN begins a new connection.
    if (segment.flags & SYN) return segment.seq === isn;
    if (next === null) return true;
    // What brings new sequence space is no stray of a connection that had ended.
    const beyond = seqDiff(segment.seq, next) + segment.payloadLength + (segment.flags & FIN ? 1 : 0);
    return beyond <= 0 && beyond > -REACH;
  }
}

const buried = (end: Endpoint): Buried => ({
  next: end.has(BEGUN | ACKED_BY_PEER) ? end.sndNxt : null,
  isn: end.has(SENT_SYN) ? end.firstSeq : null,
});

/** The keyed hash of the tuple and 21 bits of its ports: 53 bits, which two tuples share less often than memory fails. */
const keyOf = (hash: number, ports: number): number => (hash >>> 0) * 0x200000 + (ports & 0x1fffff);
