// What came of a capture, as expectations speak of it: the last word on everything.

import type { ConnectionEvent, HostEvent, SummaryEvent, TcpwatchEvent } from '../verdict/events.js';

export interface Outcome {
  /** Final records, in the order in which they opened. */
  readonly connections: readonly ConnectionEvent[];
  /** What became of each host that several connections tell of. */
  readonly hosts: readonly HostEvent[];
  readonly summary: SummaryEvent;
}

/** @param events to their end, as `analyze` tells them */
export async function outcomeOf(events: AsyncIterable<TcpwatchEvent>): Promise<Outcome> {
  const connections: ConnectionEvent[] = [];
  const hosts: HostEvent[] = [];
  let summary: SummaryEvent | undefined;
  for await (const event of events) {
    if (event.type === 'connection' && event.final) connections.push(event);
    else if (event.type === 'host' && event.conclusion?.final) hosts.push(event);
    else if (event.type === 'summary') summary = event;
  }
  return { connections: connections.sort((a, b) => a.id - b.id), hosts, summary: summary! };
}
