// When each host is looked at next: a moment after something was learnt of it, for what comes together is said together.

import type { Host } from './host.js';
import type { HostTimes } from './times.js';

const LOOK_GRID_NS = 100e6;
/** How often the link's questions for a host that may be gone are looked at. */
const LINK_LOOK_NS = 1e9;

export class Looks {
  /** When the first host is due; Infinity: none is. */
  nextNs = Number.POSITIVE_INFINITY;
  private readonly due = new Map<Host, number>();

  constructor(private readonly times: HostTimes) {}

  /** Takes out the hosts that are due by then, and moves on. @param nowNs Infinity: all. */
  take(nowNs: number): Host[] {
    const hosts: Host[] = [];
    this.nextNs = Number.POSITIVE_INFINITY;
    for (const [host, dueNs] of this.due) {
      if (dueNs <= nowNs) hosts.push(host);
      else if (dueNs < this.nextNs) this.nextNs = dueNs;
    }
    for (const host of hosts) this.due.delete(host);
    return hosts;
  }

  /** The link may be asked for a host in vain: it is looked at again by and by, whatever else happens. */
  atLink(host: Host, nowNs: number): void {
    this.lookAt(host, nowNs + LINK_LOOK_NS);
  }

  /** Something was learnt of a host: more can be said of it. */
  learnt(host: Host, nowNs: number): void {
    host.hasNews = true;
    this.lookAt(host, nowNs + this.times.burstGapNs);
  }

  private lookAt(host: Host, timeNs: number): void {
    if (this.due.has(host)) return;
    // On a grid: however many hosts there are, they are gone through ten times a second at most.
    const dueNs = Math.ceil(timeNs / LOOK_GRID_NS) * LOOK_GRID_NS;
    this.due.set(host, dueNs);
    this.nextNs = Math.min(this.nextNs, dueNs);
  }

  forget(host: Host): void {
    this.due.delete(host);
  }
}
