// Root's rights, for as long as they are needed: to open an interface, and not a packet longer. Read setuid(2), sudo(8).

import fs from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Whom a process becomes that was started by root. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Of whoever called sudo; null: `nobody`, since root itself called. */
  readonly user: string | null;
}

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = fs.constants;

/** As most systems have it, should the user database not say. */
const NOBODY = 65_534;

/** @returns null where there is nothing to give up: not started by root. */
export function unprivileged(env: NodeJS.ProcessEnv = process.env): Identity | null {
  if (process.geteuid?.() !== 0) return null;
  const uid = numberOf(env.SUDO_UID);
  const gid = numberOf(env.SUDO_GID);
  if (uid > 0 && gid > 0 && env.SUDO_USER) return { uid, gid, user: env.SUDO_USER };
  return { ...nobody(), user: null };
}

/** Becomes somebody else for good. Throws where the system does not allow it. */
export function dropPrivileges(identity: Identity): void {
  const { uid, gid } = identity;
  takeGroups(identity);
  process.setgid!(gid);
  process.setuid!(uid);
}

/** Does something with the file rights of that identity; still root afterwards. */
export function actingAs<T>(identity: Identity, act: () => T): T {
  const { uid, gid } = identity;
  takeGroups(identity);
  process.setegid!(gid);
  process.seteuid!(uid);
  try {
    return act();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
  }
}

function takeGroups({ gid, user }: Identity): void {
  if (user === null) process.setgroups!([gid]);
  else (process as unknown as { initgroups(user: string, group: number): void }).initgroups(user, gid);
}

/**
 * Opens a file to write that will belong to `identity`. Whoever called sudo needs the right to write there; root itself has it
 * and hands the file over. Throws as openSync does.
 */
export function openForWriting(path: string, identity: Identity | null): number {
  // A FIFO that nobody reads is refused (ENXIO) instead of waited for.
  const open = (): number => fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o644);
  if (identity === null) return open();
  if (identity.user !== null) return actingAs(identity, open);
  const fd = open();
  if (fs.fstatSync(fd).isFile()) fs.fchownSync(fd, identity.uid, identity.gid);
  return fd;
}

/** Makes sure of a folder that `identity` can write to; throws where it cannot. */
export function openFolder(path: string, identity: Identity | null): void {
  const make = (): string[] => makeFolders(resolve(path));
  const probe = (): void => fs.rmdirSync(fs.mkdtempSync(`${path}/.tcpwatch-`));
  if (identity === null) {
    make();
    probe();
    return;
  }
  if (identity.user !== null) actingAs(identity, make);
  else for (const made of make()) fs.chownSync(made, identity.uid, identity.gid);
  actingAs(identity, probe);
}

/** Makes it and what is missing above it. @returns what was made. (Node's own way does not end below /proc.) */
function makeFolders(path: string): string[] {
  if (fs.existsSync(path)) return [];
  const made = path === dirname(path) ? [] : makeFolders(dirname(path));
  fs.mkdirSync(path);
  return [...made, path];
}

function nobody(): { uid: number; gid: number } {
  try {
    const line = fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith('nobody:'));
    const [, , uid, gid] = line?.split(':').map(Number) ?? [];
    if (uid > 0 && gid > 0) return { uid, gid };
  } catch {
    // No such file: as good as no such line.
  }
  return { uid: NOBODY, gid: NOBODY };
}

const numberOf = (text: string | undefined): number => (text && /^\d+$/.test(text) ? Number(text) : Number.NaN);
