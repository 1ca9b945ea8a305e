// The record of one play: which connections there were and what every call of every program returned.

import type { Connection, End, Truth } from './answers.js';
import type { Endpoint } from './libc.js';
import type { Report } from './steps.js';

export class Ledger {
  readonly connections: Connection[] = [];

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

  /** Replaces absolute times by seconds since the capture began. */
  since(startMs: number): Connection[] {
    for (const { calls } of this.connections) {
      for (const call of calls) call.at = Number(((call.at - startMs) / 1000).toFixed(6));
      calls.sort((a, b) => a.at - b.at);
    }
    return this.connections;
  }
}
