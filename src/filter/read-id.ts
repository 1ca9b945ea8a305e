// The IDs of a filter: text -> numbers. Nothing is looked up, neither in the DNS nor in /etc/services: a filter means the
// same on every machine.

import { parseAddress } from '../wire/address.js';
import type { Network } from './expression.js';
import { FilterError, type Place } from './filter-error.js';

/** The services people type by name; all others by number. */
const PORT_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['ftp-data', 20],
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['http', 80],
  ['pop3', 110],
  ['imap', 143],
  ['ldap', 389],
  ['https', 443],
  ['mysql', 3306],
  ['postgresql', 5432],
]);

const HIGHEST_PORT = 65_535;
const SHORT_IPV4 = /^\d+(\.\d+){0,2}$/;

/** What may follow a network: `/8`, or ` mask 255.0.0.0`. */
export interface NetworkSize {
  readonly kind: 'prefix' | 'mask';
  readonly place: Place;
}

/** pcap-filter(7), `port portnamenum`. */
export function readPort(filter: string, place: Place): number {
  return portNumber(place.text, filter, place);
}

/** pcap-filter(7), `portrange portnamenum1-portnamenum2`; as tcpdump: one port will do, and either end may come first. */
export function readPortRange(filter: string, place: Place): { low: number; high: number } {
  const dash = place.text.indexOf('-');
  const ends = dash < 0 ? [place.text] : [place.text.slice(0, dash), place.text.slice(dash + 1)];
  const ports = ends.map((end) => portNumber(end, filter, place));
  return { low: Math.min(...ports), high: Math.max(...ports) };
}

function portNumber(text: string, filter: string, place: Place): number {
  const named = PORT_BY_NAME.get(unescaped(text));
  if (named !== undefined) return named;
  if (!/^\d+$/.test(text) && !/^0x[\da-f]+$/i.test(text)) {
    const problem = /^[a-z][\w-]*$/i.test(text)
      ? 'is not one of the few service names known here; write the port number'
      : 'is not a port number';
    throw new FilterError(problem, filter, place);
  }
  if (/^0\d/.test(text)) throw new FilterError('would be octal; write the port without leading zeros', filter, place);
  const port = Number(text);
  if (port > HIGHEST_PORT) throw new FilterError(`is not a port number: the highest is ${HIGHEST_PORT}`, filter, place);
  return port;
}

/** Could this word be meant as a host when nothing says so? A name could not. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

/** pcap-filter(7), `host hostnameaddr`, without the names. */
export function readHost(filter: string, place: Place): Network {
  const address = parseAddress(place.text);
  if (address === null) throw new FilterError(whyNoHost(place.text), filter, place);
  return { ...address, mask: prefixMask(address.ipVersion, widthOf(address.ipVersion)) };
}

function whyNoHost(text: string): string {
  if (/^\d+$/.test(text)) return `is not an address; for a port write "port ${text}"`;
  if (SHORT_IPV4.test(text)) return `is a part of an address; for a network write "net ${text}"`;
  return whyNoAddress(text);
}

function whyNoAddress(text: string): string {
  if (/[g-z]/i.test(text) && !text.includes(':')) return 'is not an address: names are not looked up, write the number';
  return 'is not an IPv4 or IPv6 address';
}

/**
 * pcap-filter(7), `net netnameaddr`, `net netaddr/len`, `net netaddr mask netmask`. An IPv4 network may be cut short
 * ("dotted triple, dotted pair, or single number") and is then as long as what was written of it.
 */
export function readNetwork(filter: string, place: Place, size: NetworkSize | null): Network {
  const { text } = place;
  const isShort = SHORT_IPV4.test(text);
  const address = parseAddress(isShort ? padded(text) : text);
  if (address === null) throw new FilterError(whyNoAddress(text), filter, place);
  const { ipVersion, words } = address;
  const mask =
    size?.kind === 'mask'
      ? readMask(filter, size.place, ipVersion)
      : prefixMask(
          ipVersion,
          size !== null
            ? readPrefixLength(filter, size.place, ipVersion)
            : isShort
              ? 8 * text.split('.').length
              : widthOf(ipVersion),
        );
  if (words.some((word, i) => (word & ~mask[i]) !== 0)) {
    throw new FilterError('has non-network bits set: it is not the first address of that network', filter, place);
  }
  return { ipVersion, words, mask };
}

function readPrefixLength(filter: string, place: Place, ipVersion: number): number {
  const width = widthOf(ipVersion);
  const length = /^\d{1,3}$/.test(place.text) ? Number(place.text) : Number.NaN;
  if (!(length <= width)) throw new FilterError(`is not a prefix length: 0 to ${width}`, filter, place);
  return length;
}

function readMask(filter: string, place: Place, ipVersion: number): Int32Array {
  const address = parseAddress(SHORT_IPV4.test(place.text) ? padded(place.text) : place.text);
  if (ipVersion !== 4 || address?.ipVersion !== 4) {
    const problem = ipVersion === 4 ? 'is not an IPv4 mask' : 'is a mask, but an IPv6 network takes a length: /64';
    throw new FilterError(problem, filter, place);
  }
  return address.words;
}

/** `10.1` -> `10.1.0.0` */
function padded(short: string): string {
  return short + '.0'.repeat(4 - short.split('.').length);
}

function widthOf(ipVersion: number): number {
  return ipVersion === 4 ? 32 : 128;
}

function prefixMask(ipVersion: number, length: number): Int32Array {
  const mask = new Int32Array(4);
  for (let i = 0; i < widthOf(ipVersion) / 32; i++) {
    const ones = Math.min(32, Math.max(0, length - 32 * i));
    // A shift by 32 is a shift by 0.
    mask[i] = ones === 0 ? 0 : -1 << (32 - ones);
  }
  return mask;
}

/** "\tcp": a backslash says that a word is an ID although it is also a keyword (pcap-filter(7), `ip proto`). */
export function unescaped(word: string): string {
  return word.startsWith('\\') ? word.slice(1) : word;
}
