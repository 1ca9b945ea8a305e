// What the user types after the options, in tcpdump's own language: read pcap-filter(7) first.
//
// tcpdump decides packet by packet; here a connection is wanted whole or not at all. A connection is in if a packet of it,
// in either direction, would be printed by `tcpdump FILTER`; whether such a packet was captured does not matter. So
// `src port 80` and `dst port 80` take the same connections, and `not src port 80` leaves out next to none: one direction
// of them always comes from another port. `not port 80` is what leaves out.

import { captureFilters } from './capture-filter.js';
import { compileExpression } from './compile-expression.js';
import type { Expression } from './expression.js';
import { parseExpression } from './parse-expression.js';

export { FilterError } from './filter-error.js';

export interface Filter {
  readonly text: string;
  /** Addresses as in wire/segment.ts. Which end is A does not matter. */
  matches(ipVersion: number, addressA: Int32Array, portA: number, addressB: Int32Array, portB: number): boolean;
  /**
   * Ports named and not negated, each once, in the order written: likely the server's, where a capture begins mid-stream.
   * A range names no port.
   */
  readonly ports: readonly number[];
  /** What a capture must let in for it, as pcap-filter(7) texts, best first (see capture-filter.ts). */
  readonly captureFilters: readonly string[];
}

/** Compiles a filter; empty text takes every connection. Throws a FilterError, which knows where. */
export function parseFilter(text: string): Filter {
  const expression = parseExpression(text);
  const accepts = compileExpression(expression);
  return {
    text,
    ports: [...new Set(namedPorts(expression, true))],
    captureFilters: captureFilters(expression),
    matches: (ipVersion, addressA, portA, addressB, portB) =>
      accepts(ipVersion, addressA, portA, addressB, portB) || accepts(ipVersion, addressB, portB, addressA, portA),
  };
}

function* namedPorts(expression: Expression, positive: boolean): Generator<number> {
  switch (expression.kind) {
    case 'port':
      if (positive && expression.low === expression.high) yield expression.low;
      break;
    case 'not':
      yield* namedPorts(expression.operand, !positive);
      break;
    case 'chain':
      yield* namedPorts(expression.first, positive);
      for (const { operand } of expression.rest) yield* namedPorts(operand, positive);
      break;
  }
}
