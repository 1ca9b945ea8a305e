// The parent's end of the helper (holders-main.ts): asks it, and does without it when it is gone.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { MAX_ANSWER_LENGTH, MAX_INODES, readAnswer, writeQuestion } from './holders-protocol.js';
import type { Holders, SocketHolder } from './socket-holders.js';

export const HELPER_MAIN = fileURLToPath(new URL('holders-main.js', import.meta.url));

/** Longer than looking through the files of the busiest machine takes. */
const ANSWER_WITHIN_MS = 10_000;

export class HoldersHelper {
  readonly #child: ChildProcess | null;
  #answered: ((line: string | null) => void) | null = null;
  #text = '';
  #gone = false;

  /** @param main the helper's program. */
  constructor(main: string) {
    this.#child = launch(main);
    if (this.#child === null) {
      this.#gone = true;
      return;
    }
    const { stdin, stdout } = this.#child;
    const end = (): void => this.close();
    this.#child.on('error', end).on('exit', end).unref();
    // Where it could not be started there may be no pipes.
    (stdin as Socket | null)?.on('error', end).unref();
    (stdout as Socket | null)
      ?.setEncoding('utf8')
      .on('data', (chunk: string) => this.#hear(chunk))
      .on('error', end)
      .on('close', end)
      .unref();
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** One question at a time. @returns null: it is gone. */
  async ask(inodes: readonly number[]): Promise<Holders | null> {
    const byInode = new Map<number, SocketHolder>();
    let unreadable = 0;
    for (let at = 0; at < inodes.length; at += MAX_INODES) {
      const line = await this.#answerTo(writeQuestion(inodes.slice(at, at + MAX_INODES)));
      if (line === null) return null;
      const part = readAnswer(line);
      for (const [inode, holder] of part.byInode) byInode.set(inode, holder);
      unreadable = part.unreadable;
    }
    return { byInode, unreadable };
  }

  /** It ends by itself when its questions end: who has given up root's rights cannot kill it. */
  close(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#child?.stdin?.end();
    this.#child?.stdout?.destroy();
    this.#answered?.(null);
  }

  #answerTo(question: string): Promise<string | null> {
    if (this.#gone) return Promise.resolve(null);
    return new Promise((resolve) => {
      const late = setTimeout(() => this.close(), ANSWER_WITHIN_MS).unref();
      this.#answered = (line) => {
        clearTimeout(late);
        this.#answered = null;
        resolve(line);
      };
      this.#child?.stdin?.write(question);
    });
  }

  #hear(chunk: string): void {
    this.#text += chunk;
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      this.#answered?.(line);
    }
    if (this.#text.length > MAX_ANSWER_LENGTH) this.close();
  }
}

function launch(main: string): ChildProcess | null {
  if (process.platform !== 'linux') return null;
  // What is to be loaded into this process, or listen for a debugger, is not for the one that keeps root's rights.
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    return spawn(process.execPath, [main], { cwd: '/', env, stdio: ['pipe', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}
