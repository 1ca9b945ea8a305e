// The kernel's tables of TCP sockets (/proc/net/tcp and tcp6): which inode has the socket that talks from here to there.
//
// Read proc_pid_net(5) first, then get_tcp4_sock() in net/ipv4/tcp_ipv4.c, which prints the rows. A table can have many
// thousands of rows and few are wanted, so that no row is parsed: the wanted sockets are spelt as the kernel spells them.

import { endianness } from 'node:os';
import type { PeerAddress } from '../verdict/events.js';
import { type Address, parseAddress } from '../wire/address.js';

const MAPPED_PREFIX = { LE: '0000000000000000FFFF0000', BE: '00000000000000000000FFFF' };
/** Of what follows the two addresses: state, queues, timer, retransmissions, user, probes; then the inode. */
const INODE = /^ [0-9A-F]{2}(?: +[0-9A-F]+:[0-9A-F]+){2} +[0-9A-F]+ +\d+ +\d+ +(\d{1,15})(?= |$)/;

/**
 * How the tables write the socket that talks from `local` to `remote`. An IPv4 connection has two names: a socket of
 * AF_INET6 that carries it stands in tcp6, with mapped addresses.
 */
export function socketNames(local: PeerAddress, remote: PeerAddress, byteOrder = endianness()): string[] {
  const from = parseAddress(local.address);
  const to = parseAddress(remote.address);
  if (from === null || to === null || from.ipVersion !== to.ipVersion) return [];
  const [fromHex, toHex] = [hexAddress(from, byteOrder), hexAddress(to, byteOrder)];
  const name = (prefix: string): string =>
    `${prefix}${fromHex}:${hex(local.port, 4)} ${prefix}${toHex}:${hex(remote.port, 4)}`;
  return from.ipVersion === 4 ? [name(''), name(MAPPED_PREFIX[byteOrder])] : [name('')];
}

/**
 * The inodes of those sockets of a table that have one of the names. Inode 0 is none: no process holds the socket yet
 * (it was not accepted) or any more (it is orphaned, or in TIME-WAIT).
 */
export function findInodes(table: string, names: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (let start = 0, end: number; start < table.length; start = end + 1) {
    end = table.indexOf('\n', start);
    if (end < 0) end = table.length;
    const local = table.indexOf(': ', start) + 2;
    const remote = table.indexOf(' ', local) + 1;
    const rest = table.indexOf(' ', remote);
    if (local < 2 || remote < 1 || rest < 0 || rest >= end) continue;
    const name = table.slice(local, rest);
    if (!names.has(name)) continue;
    const inode = Number(INODE.exec(table.slice(rest, end))?.[1] ?? 0);
    if (inode !== 0) found.set(name, inode);
  }
  return found;
}

/** The words are in network order; the kernel prints each as its own machine reads those four octets. */
function hexAddress({ ipVersion, words }: Address, byteOrder: 'LE' | 'BE'): string {
  let text = '';
  for (let at = 0; at < (ipVersion === 4 ? 1 : 4); at++) {
    const word = words[at];
    const swapped = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    text += hex((byteOrder === 'BE' ? word : swapped) >>> 0, 8);
  }
  return text;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
