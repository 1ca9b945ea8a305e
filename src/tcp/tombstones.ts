// Graves of finished connections, so that a late FIN, RST or ACK finds its owner and opens no new connection.
//
// A ring of typed arrays: the oldest grave gives its room to the newest. Found by the keyed hash of the tuple, through
// chains that nobody can make long who does not know the key.

import { FIN, type Segment, SYN } from '../wire/segment.js';
import type { Connection } from './connection.js';
import { ACKED_BY_PEER, BEGUN, type Endpoint, SENT_SYN } from './endpoint.js';
import { seqDiff } from './seq.js';
import type { Tuple } from './store.js';

/** A stray segment lies within the largest scaled window (RFC 7323 section 2.3) of where its sender stopped. */
const REACH = 1 << 30;

const NOBODY = -1;

/** Fields of a grave. Two tuples that share hash and ports are one: less often than memory fails. */
const HASH = 0;
const PORTS = 1;
/** What is known of the two ends; bits below. */
const KNOWN = 2;
/** SND.NXT and ISN of the low end, and then of the high one. */
const NEXT = 3;
const ISN = 4;
const HIGH = 2;
const FIELDS = 7;

/** SND.NXT is known: more was seen of the end than its RSTs. And its ISN: it sent its SYN. Of the high end, two bits further. */
const HAS_NEXT = 1;
const HAS_ISN = 2;

export class Tombstones {
  private readonly fields: Int32Array;
  /** The newest grave of each bucket, and after each grave the next older one. */
  private readonly buckets: Int32Array;
  private readonly nextInBucket: Int32Array;
  private count = 0;

  /** @param limit graves kept at most; a power of two. */
  constructor(private readonly limit: number) {
    this.fields = new Int32Array(limit * FIELDS);
    this.buckets = new Int32Array(limit).fill(NOBODY);
    this.nextInBucket = new Int32Array(limit);
  }

  bury({ hash, ports, low, high }: Connection): void {
    const { fields, buckets, limit } = this;
    const grave = this.count % limit;
    if (this.count++ >= limit) this.dig(grave);
    const at = grave * FIELDS;
    fields[at + HASH] = hash;
    fields[at + PORTS] = ports;
    fields[at + KNOWN] = knownOf(low) | (knownOf(high) << HIGH);
    fields[at + NEXT] = low.sndNxt;
    fields[at + ISN] = low.firstSeq;
    fields[at + NEXT + HIGH] = high.sndNxt;
    fields[at + ISN + HIGH] = high.firstSeq;
    const bucket = hash & (limit - 1);
    this.nextInBucket[grave] = buckets[bucket];
    buckets[bucket] = grave;
  }

  /** Whether this segment belongs to a buried connection rather than to one picked up mid-stream. */
  owns({ hash, ports, fromHigh }: Tuple, segment: Segment): boolean {
    const { fields } = this;
    let grave = this.buckets[hash & (this.limit - 1)];
    while (grave !== NOBODY && (fields[grave * FIELDS + HASH] !== hash || fields[grave * FIELDS + PORTS] !== ports))
      grave = this.nextInBucket[grave];
    if (grave === NOBODY) return false;
    const at = grave * FIELDS + (fromHigh ? HIGH : 0);
    const known = fields[grave * FIELDS + KNOWN] >>> (fromHigh ? HIGH : 0);
    // Of a capture that sees one direction only, a SYN-ACK with another ISN begins a new connection.
    if (segment.flags & SYN) return (known & HAS_ISN) !== 0 && segment.seq === fields[at + ISN];
    if ((known & HAS_NEXT) === 0) return true;
    // What brings new sequence space is no stray of a connection that had ended.
    const beyond = seqDiff(segment.seq, fields[at + NEXT]) + segment.payloadLength + (segment.flags & FIN ? 1 : 0);
    return beyond <= 0 && beyond > -REACH;
  }

  /** Takes the oldest grave out of its bucket, at whose end it is. */
  private dig(grave: number): void {
    const { buckets, nextInBucket } = this;
    const bucket = this.fields[grave * FIELDS + HASH] & (this.limit - 1);
    if (buckets[bucket] === grave) {
      buckets[bucket] = NOBODY;
      return;
    }
    let before = buckets[bucket];
    while (nextInBucket[before] !== grave) before = nextInBucket[before];
    nextInBucket[before] = NOBODY;
  }
}

const knownOf = (end: Endpoint): number =>
  (end.has(BEGUN | ACKED_BY_PEER) ? HAS_NEXT : 0) | (end.has(SENT_SYN) ? HAS_ISN : 0);
