// Carries raw IP packets between two tun devices, late if asked to: the lab's only slow cable, where segments can cross.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespaces.js';

export class Pump {
  private constructor(private readonly child: ChildProcess) {}

  /** Makes the devices `near` and `far` in a namespace, to be moved to where they belong. */
  static async start(at: Namespace, delayMs: number): Promise<Pump> {
    const [command, ...rest] = at.enter;
    const main = fileURLToPath(new URL('pump-main.js', import.meta.url));
    const child = spawn(command, [...rest, process.execPath, main, String(delayMs)], {
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
