// Hot path: once per new connection. No allocation, string or exception; the closures are made when the filter is.
//
// Expression -> a predicate on one direction of a connection, that is, on what a packet's headers say.

import type { Direction, Expression, Link, Network } from './expression.js';

export type PacketPredicate = (
  ipVersion: number,
  source: Int32Array,
  sourcePort: number,
  destination: Int32Array,
  destinationPort: number,
) => boolean;

export function compileExpression(expression: Expression): PacketPredicate {
  switch (expression.kind) {
    case 'always':
      return () => true;
    case 'family': {
      const wanted = expression.ipVersion;
      return (ipVersion) => ipVersion === wanted;
    }
    case 'net':
      return compileNetwork(expression.direction, expression.network);
    case 'port':
      return compilePort(expression.direction, expression.low, expression.high);
    case 'not': {
      const operand = compileExpression(expression.operand);
      return (v, source, sourcePort, destination, destinationPort) =>
        !operand(v, source, sourcePort, destination, destinationPort);
    }
    case 'chain':
      return compileChain(expression.first, expression.rest);
  }
}

function compileNetwork(direction: Direction, network: Network): PacketPredicate {
  const holds = membership(network);
  switch (direction) {
    case 'src':
      return (v, source) => holds(v, source);
    case 'dst':
      return (v, _source, _sourcePort, destination) => holds(v, destination);
    case 'src or dst':
      return (v, source, _sourcePort, destination) => holds(v, source) || holds(v, destination);
    case 'src and dst':
      return (v, source, _sourcePort, destination) => holds(v, source) && holds(v, destination);
  }
}

function membership({ ipVersion: wanted, words, mask }: Network): (ipVersion: number, address: Int32Array) => boolean {
  const [word0, word1, word2, word3] = words;
  const [mask0, mask1, mask2, mask3] = mask;
  // What the words beyond an IPv4 address hold is the decoder's business.
  if (wanted === 4) return (ipVersion, address) => ipVersion === 4 && (address[0] & mask0) === word0;
  return (ipVersion, address) =>
    ipVersion === wanted &&
    (address[0] & mask0) === word0 &&
    (address[1] & mask1) === word1 &&
    (address[2] & mask2) === word2 &&
    (address[3] & mask3) === word3;
}

function compilePort(direction: Direction, low: number, high: number): PacketPredicate {
  const holds = (port: number) => low <= port && port <= high;
  switch (direction) {
    case 'src':
      return (_v, _source, sourcePort) => holds(sourcePort);
    case 'dst':
      return (_v, _source, _sourcePort, _destination, destinationPort) => holds(destinationPort);
    case 'src or dst':
      return (_v, _source, sourcePort, _destination, destinationPort) => holds(sourcePort) || holds(destinationPort);
    case 'src and dst':
      return (_v, _source, sourcePort, _destination, destinationPort) => holds(sourcePort) && holds(destinationPort);
  }
}

function compileChain(first: Expression, rest: readonly Link[]): PacketPredicate {
  const start = compileExpression(first);
  const operands = rest.map(({ operand }) => compileExpression(operand));
  const isAnd = rest.map(({ operator }) => operator === 'and');
  return (v, source, sourcePort, destination, destinationPort) => {
    let result = start(v, source, sourcePort, destination, destinationPort);
    for (let i = 0; i < operands.length; i++) {
      // What is so far true stays true under `or`, what is false stays false under `and`.
      if (result === isAnd[i]) result = operands[i](v, source, sourcePort, destination, destinationPort);
    }
    return result;
  };
}
