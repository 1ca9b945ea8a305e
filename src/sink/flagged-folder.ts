// The folder of flagged connections: no more octets and files than it may have, the oldest go first. Files that are not
// ours by their name are never touched.

import { constants } from 'node:fs';
import { lstat, open, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFlaggedName, UNFINISHED } from './flagged-name.js';

/** What a person, a file manager and our own memory of the names can still take. */
const MAX_FILES = 50_000;

interface Entry {
  readonly octets: number;
  /** Written by this run. */
  readonly ours: boolean;
}

export class FlaggedFolder {
  readonly #path: string;
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();
  /** Names in their order; null until the folder has been looked through. */
  #names: string[] | null = null;
  #octets = 0;
  #files = 0;
  #fileOctets = 0;
  #removed = 0;

  /** @param limit octets that all files of ours may have together. */
  constructor(path: string, limit: number) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Files of this run that are there, and their octets. */
  get files(): number {
    return this.#files;
  }

  get bytes(): number {
    return this.#fileOctets;
  }

  /** Files given up for the sake of newer ones, of this run or an earlier one. */
  get removed(): number {
    return this.#removed;
  }

  /**
   * Writes a file, whole or not at all. Throws what the system throws.
   *
   * @param replaced name of the file that this one takes the place of
   * @returns false if it is larger than all files may be together.
   */
  async put(name: string, octets: Uint8Array, replaced: string | null): Promise<boolean> {
    if (octets.length > this.#limit) return false;
    const names = await this.#lookThrough();
    for (;;) {
      if (this.#octets + octets.length <= this.#limit && names.length < MAX_FILES) break;
      const oldest = names[names[0] === replaced ? 1 : 0] ?? names[0];
      if (oldest !== replaced) this.#removed++;
      await this.#remove(oldest);
    }
    const unfinished = `${name}${UNFINISHED}`;
    // Never through a link that somebody has put there.
    await this.#remove(unfinished);
    try {
      await writeFile(join(this.#path, unfinished), octets, { flag: 'wx' });
      await rename(join(this.#path, unfinished), join(this.#path, name));
    } catch (error) {
      await unlink(join(this.#path, unfinished)).catch(() => {});
      throw error;
    }
    this.#drop(name);
    this.#enter(name, { octets: octets.length, ours: true });
    if (replaced !== null && replaced !== name) await this.#remove(replaced);
    return true;
  }

  /** The octets of a file of this run; null if it is no longer there. */
  async read(name: string): Promise<Uint8Array | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    try {
      const file = await open(join(this.#path, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const octets = new Uint8Array(entry.octets);
        const { bytesRead } = await file.read(octets, 0, octets.length, 0);
        return octets.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch {
      return null;
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#entries.has(name)) await this.#remove(name);
  }

  async #lookThrough(): Promise<string[]> {
    if (this.#names !== null) return this.#names;
    const found: [string, number][] = [];
    for (const name of await readdir(this.#path)) {
      if (!isFlaggedName(name)) continue;
      // Another run may be tidying up at the same time.
      const status = await lstat(join(this.#path, name)).catch(() => null);
      if (status?.isFile()) found.push([name, status.size]);
    }
    this.#names = [];
    for (const [name, octets] of found.sort(([a], [b]) => (a < b ? -1 : 1))) this.#enter(name, { octets, ours: false });
    return this.#names;
  }

  async #remove(name: string): Promise<void> {
    try {
      await unlink(join(this.#path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    this.#drop(name);
  }

  #enter(name: string, entry: Entry): void {
    this.#names!.splice(this.#placeOf(name), 0, name);
    this.#entries.set(name, entry);
    this.#count(entry, 1);
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#names!.splice(this.#placeOf(name), 1);
    this.#entries.delete(name);
    this.#count(entry, -1);
  }

  #count({ octets, ours }: Entry, by: 1 | -1): void {
    this.#octets += by * octets;
    if (!ours) return;
    this.#files += by;
    this.#fileOctets += by * octets;
  }

  /** Index of the name, or where it belongs. */
  #placeOf(name: string): number {
    const names = this.#names!;
    let low = 0;
    let high = names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (names[middle] < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
