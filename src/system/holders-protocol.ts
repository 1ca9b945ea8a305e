// What the helper and its parent say to each other: a line of inodes, then a line of JSON with their holders.
//
// One end has root's rights and the other reads packets from anywhere: each believes the other nothing but this form.

import type { Holders, SocketHolder } from './socket-holders.js';

/** In one question. */
export const MAX_INODES = 1024;
/** Characters of a line: more than any that is in order. */
export const MAX_QUESTION_LENGTH = 1 << 14;
export const MAX_ANSWER_LENGTH = 1 << 20;

const QUESTION = /^\d{1,15}(?: \d{1,15})*$/;
/** The kernel's limit is 64 octets, which it uses for threads of its own. */
const MAX_COMMAND_LENGTH = 64;

export function writeQuestion(inodes: readonly number[]): string {
  return `${inodes.join(' ')}\n`;
}

/** Null if it is none. */
export function readQuestion(line: string): number[] | null {
  if (line.length > MAX_QUESTION_LENGTH || !QUESTION.test(line)) return null;
  const inodes = line.split(' ').map(Number);
  return inodes.length > MAX_INODES ? null : inodes;
}

export function writeAnswer({ byInode, unreadable }: Holders): string {
  return `${JSON.stringify({ holders: [...byInode].map(([inode, holder]) => ({ inode, ...holder })), unreadable })}\n`;
}

/** What of the answer is in order. */
export function readAnswer(line: string): Holders {
  const byInode = new Map<number, SocketHolder>();
  const { holders, unreadable } = parseObject(line);
  if (Array.isArray(holders)) {
    for (const entry of holders) {
      const { inode, pid, startTicks, command } = (entry ?? {}) as Record<string, unknown>;
      if (isNatural(inode) && isNatural(pid) && isNatural(startTicks) && isCommand(command)) {
        byInode.set(inode, { pid, startTicks, command });
      }
    }
  }
  return { byInode, unreadable: isNatural(unreadable) ? unreadable : 0 };
}

function parseObject(line: string): Record<string, unknown> {
  try {
    return (JSON.parse(line) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Not 0: to kill(2) that is no process but a group of them. */
function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isCommand(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_COMMAND_LENGTH && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value);
}
