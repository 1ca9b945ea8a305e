// Carries raw IP packets between two tun devices, late if asked to: the lab's only slow cable, where segments can cross.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespaces.js';

/** What the cable does to packets. */
export interface Cable {
  /** How late it delivers, each way. */
  delayMs: number;
  /** Of the packets from near to far, every so many is this much later still. */
  reorder?: { every: number; byMs: number };
  /** Those of the packets from near to far that never arrive, the first being 1. */
  lose?: readonly number[];
  /** Those of them that arrive once more, so much later. */
  twice?: { which: readonly number[]; byMs: number };
  /** When so many packets have gone from near to far, nothing is delivered for a while, and nothing is lost. */
  pause?: { after: number; forMs: number };
}

export class Pump {
  private constructor(private readonly child: ChildProcess) {}

  /** Makes the devices `near` and `far` in a namespace, to be moved to where they belong. */
  static async start(at: Namespace, cable: Cable): Promise<Pump> {
    const [command, ...rest] = at.enter;
    const main = fileURLToPath(new URL('pump-main.js', import.meta.url));
    const child = spawn(command, [...rest, process.execPath, main, JSON.stringify(cable)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the pump ended')));
    ended.catch(() => {});
    await Promise.race([once(child.stdout!, 'data'), ended]);
    return new Pump(child);
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}
