// What the machine's console tells: calls of its servers, and what was done to it. Lines of guest/ and of the kernel.

import type { Endpoint, Outcome } from '../../stage/libc.js';
import type { Deed } from '../../stage/record.js';

export interface ServerCall {
  /** null: of a server's parent. */
  peer: Endpoint | null;
  call: string;
  result: Outcome;
}

/** A call of a server, if the line tells one: `@call PORT PEER CALL RESULT`. */
export function serverCall(line: string): ServerCall | null {
  const [, peer, call, result] = /^@call \d+ (\S+) (\S+) (\S+)$/.exec(line) ?? [];
  if (peer === undefined || call === undefined || result === undefined) return null;
  const [address, port] = peer.split(':');
  return {
    peer: port === undefined ? null : { address: address!, port: Number(port) },
    call,
    result: outcome(call, result),
  };
}

function outcome(call: string, result: string): Outcome {
  if (call === 'read' && result === '0') return 'EOF';
  return result === '0' ? 'ok' : /^\d+$/.test(result) ? Number(result) : result;
}

const DEEDS: readonly (readonly [RegExp, Deed])[] = [
  [/^@ up /, 'rebooted'],
  [/^@ SIGTERM to all/, 'SIGTERM'],
  [/^@ SIGKILL to all/, 'SIGKILL'],
  [/Kernel panic - not syncing/, 'panicked'],
  [/reboot: Restarting system/, 'reset'],
  [/reboot: Power down/, 'powered-off'],
  [/^@call \d+ - listen 0/, 'listens'],
];

/** What was done to the machine, if the line tells that. */
export const deedOf = (line: string): Deed | null =>
  /end Kernel panic/.test(line) ? null : (DEEDS.find(([pattern]) => pattern.test(line))?.[1] ?? null);

/** Whether the line belongs to the record: what process 1 says, and the kernel's last words. */
export const isWorthKeeping = (line: string): boolean =>
  line.startsWith('@ ') || /Kernel panic|sysrq: |reboot: |Rebooting in/.test(line);

/** The line without the kernel's clock. */
export const withoutClock = (line: string): string => line.replace(/^\[\s*[\d.]+\] /, '');
