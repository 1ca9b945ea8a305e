// The reference: tcpdump itself, asked which connections of connections.ts a filter prints a packet of.

import { spawnSync } from 'node:child_process';
import { captureOfConnections, NAMES } from './connections.js';

/** Why a comparison is skipped; null where tcpdump is there to compare with. */
export const NO_TCPDUMP =
  spawnSync('tcpdump', ['--version']).error === undefined ? null : 'tcpdump, the reference, is not installed';

/**
 * Not optimized (-O): libpcap 1.10.3 gets `src and dst net (2001:db8::/127 and 10) or not (net 2001:db8::/32 and (10 and
 * 10) or (2001:db8::/127 or 10))` wrong when it optimizes. That is false of 2001:db8::1 <-> 2001:db8::2, which it prints.
 */
const OPTIONS = ['-O', '-nn', '-tt', '-r', '-'];

const capture = captureOfConnections();

/** As namesTaken(); null where tcpdump does not take the filter at all. */
export function namesPrinted(filter: string): string | null {
  const { status, stdout, stderr } = spawnSync('tcpdump', [...OPTIONS, filter], { encoding: 'utf8', input: capture });
  if (status !== 0) {
    // Not a mistake to tcpwatch: what is true of nothing takes nothing.
    return stderr.includes('expression rejects all packets') ? '' : null;
  }
  const seconds = new Set(Array.from(stdout.matchAll(/^(\d+)\./gm), ([, digits]) => Number(digits)));
  return NAMES.filter((_, i) => seconds.has(i)).join('');
}
