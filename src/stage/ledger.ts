// The record of one play: which connections there were, what every call of every program returned, what was done to the hosts.

import { epochMs } from './clock.js';
import type { Endpoint } from './libc.js';
import type { Connection, Deed, End, HostEvent, Truth } from './record.js';
import type { Report } from './steps.js';

export class Ledger {
  readonly connections: Connection[] = [];
  readonly deeds: Record<'client' | 'server', HostEvent[]> = { client: [], server: [] };

  /** Unless told otherwise, what happened in the scenario happened to each of its connections. */
  constructor(
    private readonly truth: Truth,
    private readonly end: End,
  ) {}

  opens(client: Endpoint, server: Endpoint): Connection {
    const connection = { client, server, truth: this.truth, end: this.end, frames: 0, calls: [] };
    this.connections.push(connection);
    return connection;
  }

  /** The latest connection of a client's endpoint. */
  find(client: Endpoint): Connection | null {
    return (
      this.connections.findLast((one) => one.client.port === client.port && one.client.address === client.address) ??
      null
    );
  }

  notes(program: 'client' | 'server', connection: Connection | null, report: Report): void {
    connection?.calls.push({ program, call: report.call, result: report.result, at: report.at });
  }

  /** What was done to a host just now. */
  did(role: 'client' | 'server', did: Deed): void {
    this.deeds[role].push({ did, at: epochMs() });
  }

  /** Replaces absolute times by seconds since the capture began. */
  since(startMs: number): Connection[] {
    for (const list of [...this.connections.map(({ calls }) => calls), ...Object.values(this.deeds)]) {
      for (const one of list) one.at = Number(((one.at - startMs) / 1000).toFixed(6));
      list.sort((a, b) => a.at - b.at);
    }
    return this.connections;
  }
}
