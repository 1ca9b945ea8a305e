// Which process holds a socket: looks through the open files of all processes, as `ss -p` does.
//
// Read proc_pid_fd(5) first: an open socket is a link to `socket:[INODE]`. Who may not trace a process cannot read them.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parseStat } from './process-stat.js';

export interface SocketHolder {
  readonly pid: number;
  /** Tells it from a later process with the same number. */
  readonly startTicks: number;
  /** Its short name; the process chooses it freely, so that only what can be shown is left of it. */
  readonly command: string;
}

export interface Holders {
  /** Holder by inode. */
  readonly byInode: ReadonlyMap<number, SocketHolder>;
  /** Processes whose open files may not be read: those that were not found may be held by them. */
  readonly unreadable: number;
}

/**
 * A socket may have several holders, after fork(); the one that started last is told: the worker, not the parent that made
 * it. That is why every process is looked at, even if all sockets were found.
 *
 * @param proc where the process file system is.
 */
export function findHolders(inodes: readonly number[], proc = '/proc'): Holders {
  const wanted = new Map(inodes.map((inode) => [`socket:[${inode}]`, inode]));
  const byInode = new Map<number, SocketHolder>();
  let unreadable = 0;
  for (const pid of processes(proc)) {
    let found: number[];
    try {
      found = heldBy(`${proc}/${pid}/fd`, wanted);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') unreadable++;
      continue;
    }
    if (found.length === 0) continue;
    const holder = describe(proc, pid);
    if (holder === null) continue;
    for (const inode of found) {
      const other = byInode.get(inode);
      if (other === undefined || isNewer(holder, other)) byInode.set(inode, holder);
    }
  }
  return { byInode, unreadable };
}

/** The highest number first: that is most likely the newest process, and those are the first to vanish. */
function processes(proc: string): number[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  } catch {
    return [];
  }
}

function heldBy(folder: string, wanted: ReadonlyMap<string, number>): number[] {
  const found: number[] = [];
  for (const name of readdirSync(folder)) {
    try {
      const inode = wanted.get(readlinkSync(`${folder}/${name}`));
      if (inode !== undefined) found.push(inode);
    } catch {
      // Closed meanwhile.
    }
  }
  return found;
}

/** Null if it is gone. */
function describe(proc: string, pid: number): SocketHolder | null {
  try {
    const stat = parseStat(readFileSync(`${proc}/${pid}/stat`, 'latin1'));
    const command = readFileSync(`${proc}/${pid}/comm`, 'utf8')
      .replace(/\n$/, '')
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
    return stat && { pid, startTicks: stat.startTicks, command };
  } catch {
    return null;
  }
}

/** Within one tick, the higher number is most likely the child. */
function isNewer(one: SocketHolder, other: SocketHolder): boolean {
  return one.startTicks === other.startTicks ? one.pid > other.pid : one.startTicks > other.startTicks;
}
