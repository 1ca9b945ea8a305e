// The segments of one connection that a ladder has room for: all that is rare, and of what flows on and on its beginning and
// its end. Folded while it is collected, so that a transfer of millions costs no more than one of dozens.

import type { SegmentRecord } from '../../verdict/events.js';
import { secondsBetween } from '../times.js';

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
/** Of what is rare in between, the first. */
const MOST_ODD = 60;
/** However often states change: a hostile capture makes them. */
const MOST_RUNGS = 1000;

/** Worth a row even where it flows on: what is rare. Of these there may be many, and each says little. */
const COMMON: readonly string[] = ['tcp.duplicate-ack', 'tcp.window-update', 'tcp.captured-twice', 'tcp.dsack'];
const GAP_SECONDS = 1;

export class Folding {
  /** ISN, or the first sequence number seen, of each end. */
  readonly origin: { client: number | null; server: number | null } = { client: null, server: null };
  private readonly rungs: Rung[] = [];
  private flowing: SegmentRecord[] = [];
  private begun = 0;
  private odd = 0;
  private before: SegmentRecord | null = null;

  /** @param decisive frames that are shown in any case */
  constructor(private readonly decisive: ReadonlySet<number> = new Set()) {}
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
    const { before } = this;
    this.before = segment;
    const isOdd =
      segment.anomalies.some((id) => !COMMON.includes(id)) ||
      (before !== null && secondsBetween(before.at, segment.at) >= GAP_SECONDS);
    if (this.decisive.has(segment.packet) || (isOdd && this.odd++ < MOST_ODD)) {
      this.endFold();
      this.rungs.push({ segment });
      return;
    }
    this.fold ??= { from: segment, to: segment, segments: 0, octets: 0, resent: 0 };
    this.fold.to = segment;
    this.fold.segments++;
    this.fold.octets += segment.length;
    if (segment.anomalies.some((id) => id.startsWith('tcp.retransmission.'))) this.fold.resent++;
  }

  /** One segment takes no more room than what would be said of it. */
  private endFold(): void {
    const { fold } = this;
    if (fold) this.rungs.push(fold.segments === 1 ? { segment: fold.from } : { fold });
    this.fold = null;
  }

  private endFlow(): void {
    this.endFold();
    this.rungs.push(...this.flowing.map((segment) => ({ segment })));
    this.flowing = [];
    this.begun = 0;
  }
}

const CONTROL: readonly string[] = ['SYN', 'FIN', 'RST', 'URG'];

const flows = ({ flags, states }: SegmentRecord): boolean =>
  states.client === 'ESTABLISHED' && states.server === 'ESTABLISHED' && !flags.some((flag) => CONTROL.includes(flag));
