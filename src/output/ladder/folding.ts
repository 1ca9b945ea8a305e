// The segments of one connection that a ladder has room for: all that is rare, and of what flows on and on its beginning and
// its end. Folded while it is collected, so that a transfer of millions costs no more than one of dozens.

import type { SegmentRecord } from '../../verdict/events.js';

/** What was left out between two segments. */
export interface Fold {
  readonly from: SegmentRecord;
  to: SegmentRecord;
  segments: number;
  octets: number;
  resent: number;
}

export type Rung = { readonly segment: SegmentRecord } | { readonly fold: Fold };

/** Of what flows between two established ends, so many segments are kept at the beginning and at the end. */
const FIRST = 6;
/** What goes unanswered is sent up to 15 times (tcp_retries2), behind all that was in flight. */
const LAST = 24;
/** Of what was sent again in between, the first. */
const MOST_RESENT = 40;
/** However often states change: a hostile capture makes them. */
const MOST_RUNGS = 1000;

export class Folding {
  /** ISN, or the first sequence number seen, of each end. */
  readonly origin: { client: number | null; server: number | null } = { client: null, server: null };
  private readonly rungs: Rung[] = [];
  private flowing: SegmentRecord[] = [];
  private begun = 0;
  private resent = 0;
  private fold: Fold | null = null;

  add(segment: SegmentRecord): void {
    this.origin[segment.from] ??= segment.seq;
    if (flows(segment) || this.rungs.length >= MOST_RUNGS) this.flow(segment);
    else {
      this.endFlow();
      this.rungs.push({ segment });
    }
  }

  /** All of it, in order. */
  all(): readonly Rung[] {
    this.endFlow();
    return this.rungs;
  }

  private flow(segment: SegmentRecord): void {
    if (this.begun < FIRST && this.rungs.length < MOST_RUNGS) {
      this.begun++;
      this.rungs.push({ segment });
      return;
    }
    this.flowing.push(segment);
    if (this.flowing.length > LAST) this.foldIn(this.flowing.shift()!);
  }

  private foldIn(segment: SegmentRecord): void {
    const again = segment.anomalies.some((id) => id.startsWith('tcp.retransmission.'));
    if (again && this.resent++ < MOST_RESENT) {
      if (this.fold) this.rungs.push({ fold: this.fold });
      this.fold = null;
      this.rungs.push({ segment });
      return;
    }
    this.fold ??= { from: segment, to: segment, segments: 0, octets: 0, resent: 0 };
    this.fold.to = segment;
    this.fold.segments++;
    this.fold.octets += segment.length;
    if (again) this.fold.resent++;
  }

  private endFlow(): void {
    if (this.fold) this.rungs.push({ fold: this.fold });
    this.rungs.push(...this.flowing.map((segment) => ({ segment })));
    this.flowing = [];
    this.fold = null;
    this.begun = 0;
  }
}

const CONTROL: readonly string[] = ['SYN', 'FIN', 'RST', 'URG'];

const flows = ({ flags, states }: SegmentRecord): boolean =>
  states.client === 'ESTABLISHED' && states.server === 'ESTABLISHED' && !flags.some((flag) => CONTROL.includes(flag));
