// What a machine must have for a play to be played on it.

import { spawnSync } from 'node:child_process';

/** Commands, and where they come from. */
const COMMANDS = [
  ['ip', 'iproute2'],
  ['ss', 'iproute2'],
  ['bridge', 'iproute2'],
  ['sysctl', 'procps'],
] as const;

/** The first thing that is missing, and what to do about it; null: nothing. @param id the play that is wanted */
export function missingFor(id: string): string | null {
  if (process.platform !== 'linux') return 'plays are played by the kernel of a Linux machine, in network namespaces';
  if (process.geteuid?.() !== 0)
    return `a play needs root, to make network namespaces and listen in them: sudo tcpwatch lab ${id}`;
  for (const [command, origin] of COMMANDS) {
    if (spawnSync(command, ['-V']).error) return `a play needs the command ${command}: install ${origin}`;
  }
  return null;
}
