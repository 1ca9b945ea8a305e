// What every test that listens for real needs: whether it can, and what was said.

import { spawnSync } from 'node:child_process';
import { isMissing, libpcap } from '../../src/libpcap/library.js';
import type { TcpwatchEvent } from '../../src/pipeline.js';

/** Why nothing can be listened to here; null if it can. @param tools commands that are needed too. */
export function impossibleLive(...tools: readonly string[]): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const pcap = libpcap();
  if (isMissing(pcap)) return pcap.advice;
  const missing = tools.find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return missing === undefined ? null : `needs ${missing}`;
}

/** The lines of NDJSON. */
export const eventsOf = (text: string): TcpwatchEvent[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
