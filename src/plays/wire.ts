// The wire of a play, as a parent sees it: a process that listens in a namespace and tells what passes.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Namespace } from '../stage/namespaces.js';
import type { ConnectionEvent } from '../verdict/events.js';
import type { PlayLine } from './line.js';
import type { Told } from './wire-main.js';

const MAIN = fileURLToPath(new URL('wire-main.js', import.meta.url));

/** It cannot be listened to; the message says why. */
export class DeafError extends Error {}

export class Wire {
  /** What is known of each connection when everything is over. */
  readonly connections: ConnectionEvent[] = [];
  private readonly ended: Promise<void>;
  private readonly listening: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly show: (line: PlayLine) => void,
  ) {
    let heard = (): void => {};
    this.listening = new Promise((resolve) => {
      heard = resolve;
    });
    this.ended = new Promise((resolve, reject) => {
      const lines = createInterface({ input: child.stdout! });
      lines.on('line', (line) => {
        const told = JSON.parse(line) as Told;
        if (told.type === 'capture' && told.live) heard();
        if (told.type === 'summary' && told.problems.length > 0) reject(new DeafError(told.problems[0].message));
        this.take(told);
      });
      lines.on('close', resolve);
      child.on('error', reject);
    });
    this.ended.catch(() => {});
  }

  /**
   * Listens from now on. Throws a DeafError.
   *
   * @param keep descriptor of a file to keep what passes; null: it is not kept
   */
  static async listen(
    at: Namespace,
    device: string,
    filter: string,
    keep: number | null,
    show: (line: PlayLine) => void,
  ): Promise<Wire> {
    const [enter, ...rest] = at.enter;
    const command = [...rest, process.execPath, MAIN, device, filter];
    const child =
      keep === null
        ? spawn(enter, command, { stdio: ['pipe', 'pipe', 'inherit'] })
        : spawn(enter, [...command, '3'], { stdio: ['pipe', 'pipe', 'inherit', keep] });
    const wire = new Wire(child, show);
    await Promise.race([wire.listening, wire.ended.then(() => Promise.reject(new DeafError('the capture ended')))]);
    return wire;
  }

  /** Takes in what has passed, and listens no more. */
  async end(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }

  private take(told: Told): void {
    if (told.type === 'segment') {
      this.show({ voice: 'wire', at: milliseconds(told.segment.at), segment: told.segment });
    } else if (told.type === 'connection') {
      if (told.final) this.connections.push(told);
      else if (told.verdict.scenario !== null) {
        this.show({ voice: 'verdict', at: milliseconds(told.ended ?? told.lastPacketAt), event: told });
      }
    }
  }
}

/** Since 1970, with fractions; of a record's time. */
const milliseconds = (at: string): number => Date.parse(`${at.slice(0, 23)}Z`) + Number(at.slice(23, 29)) / 1e6;
