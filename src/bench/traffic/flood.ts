// Hot path: a flood of SYNs from addresses that nobody has, and among them connections that live through it.

import { type Chance, scatter } from './chance.js';
import { type SegmentWriter, SYN } from './segment-writer.js';
import { Talk, type TalkPlan } from './talk.js';
import type { Truth } from './truth.js';

/** Between two SYNs of the flood. */
const EVERY_US = 10;
const TARGET = (10 << 24) | (1 << 23) | 0x101;
const TARGET_PORT = 18_080;
/** Where the real ones live: nothing forged comes from there. */
const REAL_NETWORK = 10;

/** @param syns of the flood, each of another tuple */
export function flood(syns: number, plan: TalkPlan, writer: SegmentWriter, chance: Chance): Truth {
  const talk = new Talk(plan, writer, chance);
  const { wheel } = talk;
  const { segment } = writer;
  let timeUs = 0;
  for (let sent = 0, n = chance.bits(); sent < syns; n = (n + 1) | 0) {
    const source = scatter(n);
    if (source >>> 24 === REAL_NETWORK) continue;
    while (wheel.nextUs <= timeUs) talk.goOn();
    wheel.nowUs = timeUs = Math.max(wheel.nowUs, timeUs + EVERY_US);
    segment.timeUs = timeUs;
    segment.source = source;
    segment.destination = TARGET;
    segment.ports = (chance.whole(1024, 65_535) << 16) | TARGET_PORT;
    segment.seq = chance.bits();
    segment.ack = segment.tsEcr = 0;
    segment.flags = SYN;
    segment.payload = 0;
    segment.tsVal = chance.bits();
    segment.ipId = chance.bits() & 0xffff;
    segment.ttl = chance.whole(40, 60);
    writer.write();
    sent++;
  }
  const real = talk.run();
  // One SYN, and the capture ends or the connection is given up: open is all that can be said.
  const endings = { ...real.endings, open: (real.endings?.open ?? 0) + syns };
  return { ...real, connections: real.connections + syns, endings };
}
