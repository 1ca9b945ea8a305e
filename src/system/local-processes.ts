// Names the processes of this machine at the ends of connections, and says whether they are still there.
//
// Read socket-table.ts and socket-holders.ts first: addresses -> inode is anybody's to read, inode -> process only root's,
// so a helper does that which was started in time (holders-helper.ts). Nothing here throws: where anything is missing,
// nothing is known. Only sockets of this network namespace are seen.

import type { PeerAddress } from '../verdict/events.js';
import { HELPER_MAIN, HoldersHelper } from './holders-helper.js';
import { isGone } from './process-stat.js';
import { readSlowly } from './read-slowly.js';
import type { SocketHolder } from './socket-holders.js';
import { findInodes, socketNames } from './socket-table.js';

export interface LocalProcess {
  readonly pid: number;
  readonly command: string;
}

/** Whether what held the socket is still there. */
export type Presence = 'lives' | 'exited';

type EndName = 'client' | 'server';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/**
 * When a connection is looked for, from when it was wanted. What a server has not accepted yet has no holder, hence again;
 * and a holder may hand the socket to another (fork() after accept()), hence the last look also for what was found.
 */
const LOOKS_MS = [3, 100, 400, 1200, 3000];
/** From one look to the next; and so many times what a look took, so that no machine is too big for it. */
const REST_MS = 100;
const REST_FACTOR = 4;
/** Timers may be that early, and what is due so soon after can come along. */
const SLACK_MS = 5;
const MAX_CONNECTIONS = 1 << 16;
const MAX_LOOKED_FOR = 1 << 13;

interface End {
  /** In the tables; none when it is looked for no more. */
  names: readonly string[];
  /** 0: not found. */
  inode: number;
  holder: SocketHolder | null;
  exited: boolean;
}

interface Connection {
  readonly client: End;
  readonly server: End;
  readonly wantedMs: number;
  looks: number;
}

export class LocalProcesses {
  readonly #helper: HoldersHelper;
  readonly #connections = new Map<number, Connection>();
  /** Those of them that will be looked for (again). */
  readonly #open = new Map<number, Connection>();
  #timer: NodeJS.Timeout | null = null;
  #timerMs = 0;
  #looking = false;
  #restedMs = 0;
  #ignored = 0;
  #unreadable = 0;

  private constructor(helper: HoldersHelper) {
    this.#helper = helper;
  }

  /**
   * Starts the helper with the privileges of now; call before they are dropped.
   *
   * @param helperMain its program.
   */
  static start(helperMain = HELPER_MAIN): LocalProcesses {
    return new LocalProcesses(new HoldersHelper(helperMain));
  }

  /** Connections that were wanted when too many already were. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Processes that the last look could not see into: whose sockets are not known. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Wants to know who holds either end of connection `id`. Cheap; nothing is read until the next look. */
  want(id: number, client: PeerAddress, server: PeerAddress): void {
    if (this.#helper.gone || this.#connections.has(id)) return;
    if (this.#connections.size >= MAX_CONNECTIONS || this.#open.size >= MAX_LOOKED_FOR) {
      this.#ignored++;
      return;
    }
    const connection: Connection = {
      client: { names: socketNames(client, server), inode: 0, holder: null, exited: false },
      server: { names: socketNames(server, client), inode: 0, holder: null, exited: false },
      wantedMs: performance.now(),
      looks: 0,
    };
    this.#connections.set(id, connection);
    this.#open.set(id, connection);
    this.#lookAt(dueMs(connection));
  }

  /** Null: this end is not on this machine, or it is not known (yet). */
  of(id: number, end: EndName): LocalProcess | null {
    const holder = this.#connections.get(id)?.[end].holder;
    return holder ? { pid: holder.pid, command: holder.command } : null;
  }

  /** Looks at the process that {@link of} names. Null where that is null. */
  presence(id: number, end: EndName): Presence | null {
    const it = this.#connections.get(id)?.[end];
    if (!it?.holder) return null;
    it.exited ||= isGone(it.holder.pid, it.holder.startTicks);
    return it.exited ? 'exited' : 'lives';
  }

  /** Whether the first look for this connection is still to come or going on: an answer may come soon. */
  pending(id: number): boolean {
    return this.#open.get(id)?.looks === 0;
  }

  forget(id: number): void {
    this.#connections.delete(id);
    this.#open.delete(id);
  }

  /** Ends the helper. What is known stays. */
  close(): void {
    this.#helper.close();
    this.#stop();
  }

  #stop(): void {
    this.#open.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lookAt(timeMs: number): void {
    const atMs = Math.max(timeMs, this.#restedMs);
    if (this.#looking || (this.#timer !== null && this.#timerMs <= atMs)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        void this.#lookForAll();
      },
      Math.max(1, atMs - performance.now()),
    ).unref();
  }

  async #lookForAll(): Promise<void> {
    const startMs = performance.now();
    const due = [...this.#open].filter(([, connection]) => dueMs(connection) <= startMs + SLACK_MS);
    this.#looking = true;
    await this.#lookFor(due.map(([, connection]) => connection));
    this.#looking = false;
    if (this.#helper.gone) {
      this.#stop();
      return;
    }
    for (const [id, connection] of due) {
      if (isLookedForAgain(connection) || this.#open.get(id) !== connection) continue;
      this.#open.delete(id);
      for (const end of [connection.client, connection.server]) end.names = [];
    }
    const endMs = performance.now();
    if (due.length > 0) this.#restedMs = endMs + Math.max(REST_MS, REST_FACTOR * (endMs - startMs));
    if (this.#open.size > 0) this.#lookAt(Math.min(...[...this.#open.values()].map(dueMs)));
  }

  async #lookFor(connections: readonly Connection[]): Promise<void> {
    const ends = connections.flatMap((connection) => {
      const both = [connection.client, connection.server];
      return isLastLook(connection) ? both : both.filter(({ holder }) => holder === null);
    });
    await findEnds(ends.filter(({ inode }) => inode === 0));
    const inodes = ends.map(({ inode }) => inode).filter((inode) => inode !== 0);
    const answer = inodes.length > 0 ? await this.#helper.ask([...new Set(inodes)]) : null;
    if (answer !== null) this.#unreadable = answer.unreadable;
    for (const end of ends) {
      const holder = answer?.byInode.get(end.inode);
      // What nobody holds any more was last held by whom we know.
      if (holder === undefined) continue;
      if (holder.pid !== end.holder?.pid || holder.startTicks !== end.holder.startTicks) end.exited = false;
      end.holder = holder;
    }
    for (const connection of connections) {
      const found = connection.client.holder !== null && connection.server.holder !== null;
      connection.looks = found ? Math.max(connection.looks + 1, LOOKS_MS.length - 1) : connection.looks + 1;
    }
  }
}

async function findEnds(ends: readonly End[]): Promise<void> {
  if (ends.length === 0) return;
  const names = new Set(ends.flatMap((end) => end.names));
  for (const path of TABLES) {
    const found = findInodes(await readSlowly(path), names);
    for (const end of ends) {
      for (const name of end.names) end.inode = found.get(name) ?? end.inode;
    }
  }
}

function dueMs({ wantedMs, looks }: Connection): number {
  return wantedMs + LOOKS_MS[looks];
}

function isLastLook({ looks }: Connection): boolean {
  return looks === LOOKS_MS.length - 1;
}

function isLookedForAgain({ looks }: Connection): boolean {
  return looks < LOOKS_MS.length;
}
