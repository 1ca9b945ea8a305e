// Community ID v1: the flow hash that Zeek, Suricata and others print, so that records can be joined.
//
// Source: the Community ID flow hashing specification, version 1. Seed 0.

import { hash } from 'node:crypto';
import type { Connection } from '../tcp/connection.js';

const PROTOCOL_TCP = 6;

/** Seed, addresses, protocol, padding, ports. The seed and the padding stay 0. */
const TUPLE_OF_IPV4 = Buffer.alloc(2 + 2 * 4 + 2 + 4);
const TUPLE_OF_IPV6 = Buffer.alloc(2 + 2 * 16 + 2 + 4);

export function communityIdOf(connection: Connection): string {
  const { ints, ipVersion } = connection;
  const words = ipVersion === 4 ? 1 : 4;
  const tuple = words === 1 ? TUPLE_OF_IPV4 : TUPLE_OF_IPV6;
  // The store keeps the smaller address and port first, which is the order the specification hashes in.
  let at = 2;
  for (const end of [connection.lowAddressAt, connection.highAddressAt]) {
    for (let w = 0; w < words; w++, at += 4) tuple.writeInt32BE(ints[end + w], at);
  }
  tuple[at] = PROTOCOL_TCP;
  tuple.writeUInt16BE(connection.lowPort, at + 2);
  tuple.writeUInt16BE(connection.highPort, at + 4);
  return `1:${hash('sha1', tuple, 'base64')}`;
}
