// A set of stretches of sequence space, exact over wrap and partial overlap, and bounded.
//
// Holds what lies within 2^31 of its first member: RFC 9293 lets no window be larger.

import { seqDiff } from './seq.js';

/** More stretches than this at a time are an attack or a path beyond help: the lowest then count as one. */
const MAX_INTERVALS = 64;

export class Intervals {
  /** From and to (one beyond) in turn, rising, apart from each other. */
  private readonly edges: number[] = [];

  get isEmpty(): boolean {
    return this.edges.length === 0;
  }

  /** One beyond the highest member; meaningless of an empty set. */
  get end(): number {
    return this.edges[this.edges.length - 1];
  }

  /** Adds [from, to). @returns octets of it that were no members before. */
  add(from: number, to: number): number {
    const { edges } = this;
    let octets = seqDiff(to, from);
    if (octets <= 0) return 0;
    let at = 0;
    while (at < edges.length && seqDiff(edges[at + 1], from) < 0) at += 2;
    let [start, stop] = [from, to];
    let last = at;
    while (last < edges.length && seqDiff(edges[last], to) <= 0) {
      octets -= Math.max(0, overlap(from, to, edges[last], edges[last + 1]));
      if (seqDiff(edges[last], start) < 0) start = edges[last];
      if (seqDiff(edges[last + 1], stop) > 0) stop = edges[last + 1];
      last += 2;
    }
    edges.splice(at, last - at, start, stop);
    // The gap between the two lowest is given up: it is the one that will be acknowledged first.
    if (edges.length > 2 * MAX_INTERVALS) edges.splice(1, 2);
    return octets;
  }

  /** Takes [from, to) out. @returns octets of it that were members. */
  remove(from: number, to: number): number {
    const { edges } = this;
    let octets = 0;
    for (let at = edges.length - 2; at >= 0; at -= 2) {
      const [start, stop] = [edges[at], edges[at + 1]];
      const common = overlap(from, to, start, stop);
      if (common <= 0) continue;
      octets += common;
      const left = seqDiff(from, start) > 0 ? [start, from] : [];
      const right = seqDiff(stop, to) > 0 ? [to, stop] : [];
      edges.splice(at, 2, ...left, ...right);
    }
    if (edges.length > 2 * MAX_INTERVALS) edges.splice(1, 2);
    return octets;
  }

  /** Octets of [from, to) that are members. */
  covered(from: number, to: number): number {
    const { edges } = this;
    let octets = 0;
    for (let at = 0; at < edges.length; at += 2) octets += Math.max(0, overlap(from, to, edges[at], edges[at + 1]));
    return octets;
  }

  /** Forgets everything below `seq`. */
  dropBelow(seq: number): void {
    const { edges } = this;
    let gone = 0;
    while (gone < edges.length && seqDiff(edges[gone + 1], seq) <= 0) gone += 2;
    if (gone > 0) edges.splice(0, gone);
    if (edges.length > 0 && seqDiff(edges[0], seq) < 0) edges[0] = seq;
  }

  clear(): void {
    this.edges.length = 0;
  }
}

function overlap(from: number, to: number, otherFrom: number, otherTo: number): number {
  const start = seqDiff(otherFrom, from) > 0 ? otherFrom : from;
  const stop = seqDiff(otherTo, to) < 0 ? otherTo : to;
  return seqDiff(stop, start);
}
