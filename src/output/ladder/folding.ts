// The segments of one connection that a ladder has room for: all that is rare, and of what flows on and on its beginning and
// its end. Folded while it is collected, so that a transfer of millions costs no more than one of dozens.

import type { ReportRecord, SegmentAnomaly, SegmentRecord } from '../../verdict/events.js';
import { secondsBetween } from '../times.js';
import { Positions } from './positions.js';

type AnomalyId = SegmentAnomaly['id'];

/** What was left out between two segments. */
export interface Fold {
  readonly from: SegmentRecord;
  to: SegmentRecord;
  segments: number;
  octets: number;
  /** How many of them were something out of the ordinary. */
  readonly odd: Map<AnomalyId, number>;
}

/** Of a segment, with its numbers as `Positions` counts them. */
export type Rung = { readonly segment: SegmentRecord } | { readonly report: ReportRecord } | { readonly fold: Fold };

/** A silence that is told of. */
export const GAP_SECONDS = 1;
/** `2026-11-22T12:00:00` */
const WHOLE_SECONDS = 19;

/** Of what flows and moves no state, so many segments are kept at the beginning and, if nothing is odd, at the end. */
const FIRST = 6;
const LAST = 4;
/** What goes unanswered is sent up to 15 times (tcp_retries2), behind all that was in flight: of those every odd one is kept. */
const LAST_ODD = 24;
/** Fewer are no shorter folded. */
const LEAST_FOLDED = 4;
/** Of each kind of oddity in between, the first few; of what stalls a transfer more; of what comes by the dozen one. */
const MOST_ALIKE = 4;
const MOST_STALLS = 24;
const STALLS: readonly AnomalyId[] = ['tcp.retransmission.timeout', 'tcp.zero-window'];
const COMMON: readonly AnomalyId[] = ['tcp.duplicate-ack', 'tcp.dsack', 'tcp.window-update', 'tcp.window-full'];
/** However often states change: a hostile capture makes them. */
const MOST_RUNGS = 1000;

export class Folding {
  private readonly rungs: Rung[] = [];
  private readonly positions = new Positions();
  private flowing: SegmentRecord[] = [];
  private begun = 0;
  private readonly alike = new Map<AnomalyId | 'silence', number>();
  private fold: Fold | null = null;
  private states: SegmentRecord['states'] | null = null;
  /** The last segment that left `flowing`, or stood before it. */
  private before: SegmentRecord | null = null;

  /** @param decisive frames that are shown in any case */
  constructor(private readonly decisive: ReadonlySet<number> = new Set()) {}

  add(passed: SegmentRecord): void {
    // Copies are counted in the record.
    if (passed.anomalies.some(({ id }) => id === 'tcp.captured-twice')) return;
    const segment = this.positions.of(passed);
    const isFlowing = flows(segment, this.states);
    this.states = segment.states;
    if (isFlowing || this.rungs.length >= MOST_RUNGS) this.flow(segment);
    else {
      this.endFlow();
      this.keep(segment);
    }
  }

  addReport(report: ReportRecord): void {
    if (this.rungs.length >= MOST_RUNGS) return;
    this.endFlow();
    this.rungs.push({ report });
  }

  /** All of it, in order. */
  all(): readonly Rung[] {
    this.endFlow();
    return this.rungs;
  }

  private flow(segment: SegmentRecord): void {
    if (this.begun < FIRST && this.rungs.length < MOST_RUNGS) {
      this.begun++;
      this.keep(segment);
      return;
    }
    this.flowing.push(segment);
    if (this.flowing.length > LAST_ODD) this.pass(this.flowing.shift()!);
  }

  /** Keeps a segment out of the flow if it is worth it; folds it otherwise. */
  private pass(segment: SegmentRecord): void {
    if (this.decisive.has(segment.packet) || this.isWorthKeeping(segment)) {
      this.endFold();
      this.keep(segment);
      return;
    }
    this.fold ??= { from: segment, to: segment, segments: 0, octets: 0, odd: new Map() };
    const { fold } = this;
    fold.to = this.before = segment;
    fold.segments++;
    fold.octets += segment.length;
    for (const { id } of segment.anomalies) fold.odd.set(id, (fold.odd.get(id) ?? 0) + 1);
  }

  private keep(segment: SegmentRecord): void {
    this.rungs.push({ segment });
    this.before = segment;
  }

  /** Every reason is asked for: one segment can be the first of several kinds. */
  private isWorthKeeping(segment: SegmentRecord): boolean {
    if (this.rungs.length >= MOST_RUNGS) return false;
    const reasons = segment.anomalies.map(({ id }) => this.isAmongFirst(id, mostOf(id)));
    if (this.before && isSilence(this.before.at, segment.at)) reasons.push(this.isAmongFirst('silence', MOST_STALLS));
    return reasons.includes(true);
  }

  private isAmongFirst(kind: AnomalyId | 'silence', most: number): boolean {
    const alike = this.alike.get(kind) ?? 0;
    this.alike.set(kind, alike + 1);
    return alike < most;
  }

  private endFlow(): void {
    const { flowing } = this;
    this.flowing = [];
    this.begun = 0;
    // What is left is kept as it is where folding the calm of it would spare nothing.
    const calm = flowing.length - LAST;
    const keepsAll = this.fold === null && calm < LEAST_FOLDED;
    for (const [n, segment] of flowing.entries()) {
      if (!keepsAll && n < calm && segment.anomalies.every(isCalm)) {
        this.pass(segment);
        continue;
      }
      this.endFold();
      this.keep(segment);
    }
    this.endFold();
  }

  private endFold(): void {
    const { fold } = this;
    if (fold) this.rungs.push(fold.segments === 1 ? { segment: fold.from } : { fold });
    this.fold = null;
  }
}

/** Most come in the same second, and this is asked of every one of millions. */
const isSilence = (from: string, to: string): boolean =>
  from.slice(0, WHOLE_SECONDS) !== to.slice(0, WHOLE_SECONDS) && secondsBetween(from, to) >= GAP_SECONDS;

const mostOf = (id: AnomalyId): number => (STALLS.includes(id) ? MOST_STALLS : COMMON.includes(id) ? 1 : MOST_ALIKE);

const isCalm = ({ id }: SegmentAnomaly): boolean => COMMON.includes(id);

const CONTROL: readonly string[] = ['SYN', 'FIN', 'RST', 'URG'];

/** Nothing but data and acknowledgements, and both ends stay in their states: also where one has closed long before. */
const flows = ({ flags, states }: SegmentRecord, before: SegmentRecord['states'] | null): boolean =>
  states.client === before?.client && states.server === before?.server && !flags.some((flag) => CONTROL.includes(flag));
