// A handful of connections, as arguments of Filter.matches() and as an Ethernet capture for tcpdump to filter.

import type { Filter } from '../../src/filter/parse-filter.js';
import { parseAddress } from '../../src/wire/address.js';

interface End {
  readonly address: string;
  readonly port: number;
}

/** Named in the tests by one letter; upper case: IPv6. */
export const CONNECTIONS = {
  a: [end('10.0.0.1', 40_000), end('10.0.0.2', 80)],
  b: [end('10.0.0.1', 40_001), end('10.1.2.3', 443)],
  c: [end('192.168.1.7', 6000), end('192.168.1.8', 22)],
  d: [end('192.168.1.7', 53), end('172.16.5.4', 53)],
  e: [end('172.16.5.4', 65_535), end('10.0.0.2', 80)],
  F: [end('2001:db8::1', 40_000), end('2001:db8::2', 80)],
  G: [end('2001:db8::1', 6008), end('2001:db8:0:1::9', 443)],
  H: [end('fe80::1', 1), end('fe80::2', 6005)],
  I: [end('::1', 50_000), end('::1', 22)],
} as const satisfies Record<string, readonly [End, End]>;

export const NAMES = Object.keys(CONNECTIONS) as (keyof typeof CONNECTIONS)[];

/** The names of the connections a filter takes, in one word: `abF`. */
export function namesTaken(filter: Filter, swapEnds = false): string {
  const taken = NAMES.filter((name) => {
    const [a, b] = swapEnds ? CONNECTIONS[name].toReversed() : CONNECTIONS[name];
    const { ipVersion, words } = decoded(a.address);
    return filter.matches(ipVersion, words, a.port, decoded(b.address).words, b.port);
  });
  return taken.join('');
}

/** A classic pcap with a packet of each direction of each connection; the packets' times say whose they are. */
export function captureOfConnections(): Buffer {
  const fileHeader = Buffer.alloc(24);
  fileHeader.writeUInt32LE(0xa1b2c3d4, 0);
  fileHeader.writeUInt16LE(2, 4);
  fileHeader.writeUInt16LE(4, 6);
  fileHeader.writeUInt32LE(65_535, 16);
  fileHeader.writeUInt32LE(1, 20);
  const records = NAMES.flatMap((name, i) => {
    const [a, b] = CONNECTIONS[name];
    return [record(i, a, b), record(i, b, a)];
  });
  return Buffer.concat([fileHeader, ...records]);
}

function record(timeSeconds: number, source: End, destination: End): Buffer {
  const { ipVersion } = decoded(source.address);
  const addresses = Buffer.concat([bytesOf(source.address), bytesOf(destination.address)]);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(source.port, 0);
  tcp.writeUInt16BE(destination.port, 2);
  tcp[12] = 5 << 4;
  tcp[13] = 0x10;
  const ip = Buffer.alloc(ipVersion === 4 ? 12 : 8);
  if (ipVersion === 4) {
    ip[0] = 0x45;
    ip.writeUInt16BE(40, 2);
    ip[8] = 64;
    ip[9] = 6;
  } else {
    ip[0] = 0x60;
    ip.writeUInt16BE(20, 4);
    ip[6] = 6;
    ip[7] = 64;
  }
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(ipVersion === 4 ? 0x0800 : 0x86dd, 12);
  const frame = Buffer.concat([ethernet, ip, addresses, tcp]);
  const recordHeader = Buffer.alloc(16);
  recordHeader.writeUInt32LE(timeSeconds, 0);
  recordHeader.writeUInt32LE(frame.length, 8);
  recordHeader.writeUInt32LE(frame.length, 12);
  return Buffer.concat([recordHeader, frame]);
}

function end(address: string, port: number): End {
  return { address, port };
}

/** The words of an address; those an IPv4 address does not use hold what no filter may look at. */
function decoded(text: string): { ipVersion: number; words: Int32Array } {
  const address = parseAddress(text);
  if (address === null) throw new Error(`test address ${text}`);
  const { ipVersion, words } = address;
  return { ipVersion, words: ipVersion === 4 ? Int32Array.of(words[0], -1, 0x0a000001, 80) : words };
}

function bytesOf(text: string): Buffer {
  const { ipVersion, words } = decoded(text);
  const bytes = Buffer.alloc(16);
  for (let i = 0; i < 4; i++) bytes.writeInt32BE(words[i], 4 * i);
  return bytes.subarray(0, ipVersion === 4 ? 4 : 16);
}
