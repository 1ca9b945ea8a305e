// Sequence space below an end's SND.NXT that the capture never saw: lost before this point, missed, or yet to come.
//
// Nearly every end has none, so they are kept apart from the connection's numbers. What lies below SND.NXT and in no hole
// has been seen: that makes "was any of this sequence space already sent" a short question.

import { seqDiff } from './seq.js';

interface Hole {
  from: number;
  to: number;
  /** When the segment beyond it was seen, and its TSval; NaN: it had none. */
  readonly sinceNs: number;
  readonly tsVal: number;
}

/** An end with more holes than this is being attacked or was captured too badly; the oldest count as seen. */
const MAX_HOLES = 64;

export class Holes {
  private readonly lists = new Map<number, Hole[]>();

  /** Opens [from, to). @returns how many holes this end has now. */
  open(end: number, from: number, to: number, sinceNs: number, tsVal: number): number {
    const list = this.lists.get(end) ?? [];
    if (list.length === 0) this.lists.set(end, list);
    if (list.length === MAX_HOLES) list.shift();
    list.push({ from, to, sinceNs, tsVal });
    return list.length;
  }

  /**
   * Marks [from, to) as seen.
   * @returns octets of it that had been in holes, when the oldest of these holes was opened, and the TSval of what opened it.
   */
  fill(end: number, from: number, to: number): { octets: number; sinceNs: number; tsVal: number; left: number } {
    const list = this.lists.get(end) ?? [];
    let octets = 0;
    let sinceNs = Number.POSITIVE_INFINITY;
    let tsVal = Number.NaN;
    const kept: Hole[] = [];
    for (const hole of list) {
      const start = seqDiff(from, hole.from) > 0 ? from : hole.from;
      const stop = seqDiff(to, hole.to) < 0 ? to : hole.to;
      const overlap = seqDiff(stop, start);
      if (overlap <= 0) {
        kept.push(hole);
        continue;
      }
      octets += overlap;
      if (hole.sinceNs < sinceNs) ({ sinceNs, tsVal } = hole);
      if (seqDiff(start, hole.from) > 0) kept.push({ ...hole, to: start });
      if (seqDiff(hole.to, stop) > 0) kept.push({ ...hole, from: stop });
    }
    // Filling the middle of one makes two.
    if (kept.length > MAX_HOLES) kept.shift();
    this.lists.set(end, kept);
    return { octets, sinceNs, tsVal, left: kept.length };
  }

  forget(end: number): void {
    this.lists.delete(end);
  }
}
