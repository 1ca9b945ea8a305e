// Sequence numbers as people read them: counted from where each end began, on past 2^32, and below 0 where a probe is.

import type { Role } from '../../verdict/case.js';
import type { SegmentRecord } from '../../verdict/events.js';

/** Takes the segments of one connection in their order. */
export class Positions {
  /** The number seen last in the sequence space of each end, and where that was. */
  private readonly last: Record<Role, { readonly number: number; readonly at: number } | null> = {
    client: null,
    server: null,
  };

  /** The segment with its numbers counted so: the ISN is 0; where it was not seen, what was seen first is 1. */
  of(segment: SegmentRecord): SegmentRecord {
    const { from, flags, seq, ack } = segment;
    const peer = from === 'client' ? 'server' : 'client';
    // A RST may bear any number: nothing is counted from it.
    const counts = !flags.includes('RST');
    return {
      ...segment,
      seq: this.place(from, seq, flags.includes('SYN') ? 0 : 1, counts),
      ack: flags.includes('ACK') ? this.place(peer, ack, 1, counts) : ack,
    };
  }

  private place(end: Role, number: number, first: number, counts: boolean): number {
    const last = this.last[end];
    if (!last && !counts) return number;
    // Numbers compare by their signed distance (RFC 9293 section 3.4).
    const at = last ? last.at + ((number - last.number) | 0) : first;
    if (counts) this.last[end] = { number, at };
    return at;
  }
}
