// Connections that have just opened are told of with the names of their processes, which take a moment to be looked up:
// what is said of a connection waits for that, in its order, but never long.

import type { TcpwatchEvent, TransitionEvent } from '../verdict/events.js';

/** As long as a look at a busy machine's processes may take; packet time. */
const WAITS_NS = 300e6;

interface Held {
  readonly event: TransitionEvent;
  readonly sinceNs: number;
}

export class Openings {
  private readonly held = new Map<number, Held>();

  /**
   * @param pending whether the names of a connection's processes may yet come
   * @param named the event as it is with the names known now
   */
  constructor(
    private readonly pending: (id: number) => boolean,
    private readonly named: (event: TransitionEvent) => TransitionEvent,
  ) {}

  /** Takes in what has happened, gives out what can be told. @param nowNs packet time; Infinity: all of it. */
  pass(events: readonly TcpwatchEvent[], nowNs: number): TcpwatchEvent[] {
    const told: TcpwatchEvent[] = [];
    for (const { event, sinceNs } of this.held.values()) {
      if (nowNs - sinceNs >= WAITS_NS || !this.pending(event.connection)) this.release(event.connection, told);
    }
    for (const event of events) {
      const id = event.type === 'connection' ? event.id : 'connection' in event ? event.connection : 0;
      this.release(id, told);
      const opens = event.type === 'transition' && event.transition !== 'fin';
      if (opens && this.pending(id) && nowNs !== Number.POSITIVE_INFINITY) this.held.set(id, { event, sinceNs: nowNs });
      else told.push(event.type === 'transition' ? this.named(event) : event);
    }
    return told;
  }

  private release(id: number, told: TcpwatchEvent[]): void {
    const held = this.held.get(id);
    if (!held) return;
    this.held.delete(id);
    told.push(this.named(held.event));
  }
}
