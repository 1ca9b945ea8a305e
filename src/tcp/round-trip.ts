// Hot path: the round trip from the capture to an end's peer and back, one measurement at a time.
//
// Read RFC 6298 sections 2 and 3. By Karn's rule nothing that was sent again is measured, unless the acknowledgement echoes
// the timestamp of the segment that is (RFC 7323 section 4.1).

import type { Segment } from '../wire/segment.js';
import { type Endpoint, TIMING_DOUBTED } from './endpoint.js';
import { seqDiff } from './seq.js';

/** RFC 6298: G, K and the two gains; the least RTO is what Linux has in place of its full second. */
const GRANULARITY_NS = 1e6;
const LEAST_RTO_NS = 200e6;

/** The segment ends at `endSeq` and is the first copy of what it carries. */
export function startTiming(sender: Endpoint, segment: Segment, endSeq: number): void {
  if (!Number.isNaN(sender.timedNs)) return;
  sender.timedNs = segment.timeNs;
  sender.timedSeq = endSeq;
  sender.timedTsVal = segment.tsVal;
  sender.clear(TIMING_DOUBTED);
}

/** Something of what is outstanding was sent again. */
export function doubtTiming(sender: Endpoint, segment: Segment): void {
  if (segment.hasTimestamps) sender.set(TIMING_DOUBTED);
  else sender.timedNs = Number.NaN;
}

/** `segment` acknowledges more of `end` than was before. */
export function stopTiming(end: Endpoint, segment: Segment): void {
  if (Number.isNaN(end.timedNs) || seqDiff(segment.ack, end.timedSeq) < 0) return;
  const echoes = !end.has(TIMING_DOUBTED) || (segment.hasTimestamps && segment.tsEcr === end.timedTsVal);
  const ns = segment.timeNs - end.timedNs;
  end.timedNs = Number.NaN;
  if (!echoes || ns < 0) return;
  if (end.roundTrips++ === 0) {
    end.srttNs = end.minRttNs = ns;
    end.rttVarNs = ns / 2;
    return;
  }
  end.rttVarNs = 0.75 * end.rttVarNs + 0.25 * Math.abs(end.srttNs - ns);
  end.srttNs = 0.875 * end.srttNs + 0.125 * ns;
  if (ns < end.minRttNs) end.minRttNs = ns;
}

/** The retransmission timeout that the end's stack has by now, if it is like Linux's; nanoseconds. */
export const timeoutNs = (end: Endpoint): number =>
  end.roundTrips === 0 ? 1e9 : end.srttNs + Math.max(GRANULARITY_NS, LEAST_RTO_NS, 4 * end.rttVarNs);
