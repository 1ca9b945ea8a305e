// Runs the command as a user does: the built program, in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const COMMAND = resolve(import.meta.dirname, '../../bin/tcpwatch.js');

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  /** For node itself, before the command. */
  readonly nodeOptions?: readonly string[];
  /** A file descriptor in place of the pipe. */
  readonly stdout?: number;
  /** A command before all of it that makes it run elsewhere: `ip netns exec NAME`. */
  readonly in?: readonly string[];
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** When it is over. */
  readonly ended: Promise<Result>;
  /** Resolves as soon as standard output holds what is wanted; rejects if it ends without. */
  until(wanted: (stdout: string) => boolean): Promise<void>;
}

export function start(args: readonly string[], options: RunOptions = {}): Running {
  const [command, ...before] = [...(options.in ?? []), process.execPath];
  const child = spawn(command, [...before, ...(options.nodeOptions ?? []), COMMAND, ...args], {
    // Nothing of ours that would change what is printed.
    env: { PATH: process.env.PATH, TZ: 'UTC', ...options.env },
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...said }));
  // A command that does not want its input may be gone before it is written.
  const stdin = child.stdin!.on('error', () => {});
  const stdout = child.stdout!;
  const until = async (wanted: (stdout: string) => boolean): Promise<void> => {
    while (!wanted(said.stdout)) {
      await Promise.race([
        once(stdout, 'data'),
        ended.then(({ stderr }) => Promise.reject(new Error(`ended without it: ${said.stdout}${stderr}`))),
      ]);
    }
  };
  return { child, stdin, stdout, ended, until };
}

export async function run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { stdin, ended } = start(args, options);
  stdin.end(options.stdin);
  return ended;
}
