// Options and words as typed -> what the pipeline is asked for, and with whose rights. Nothing is captured yet when a mistake
// is told.

import { existsSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { OutputName } from '../output/outputs.js';
import type { AnalyzeOptions, BACKENDS, LiveInput } from '../pipeline.js';
import { dropPrivileges, type Identity, openFolder, openForWriting, unprivileged } from '../system/privileges.js';
import { SELECTOR_WORDS, type Selector, selectorOf } from '../verdict/select.js';
import { complain, EXIT } from './exit.js';
import { nearest } from './nearest.js';

export interface WatchOptions {
  readonly read?: readonly string[];
  readonly interface?: string;
  readonly snaplen?: number;
  readonly bufferSize?: number;
  readonly promiscuous: boolean;
  readonly promiscuousMode: boolean;
  readonly backend: (typeof BACKENDS)[number] | 'auto';
  readonly processes: boolean;
  readonly dropPrivileges: boolean;
  readonly count?: number;
  readonly duration?: number;
  readonly write?: string;
  readonly writeFlagged?: string;
  readonly flag?: readonly string[];
  readonly resolve?: true;
  readonly failOn?: readonly string[];
  readonly output: OutputName;
  readonly verbose?: true;
  readonly quiet?: true;
  readonly anomalies?: true;
  readonly maxConnections: number;
}

/** A mistake of whoever typed the command. */
export class UsageError extends Error {}

/** Of connections that ended abnormally. */
export const ABNORMAL = 'warning';

/** Looks through the options before anything is opened. Throws a UsageError. */
export function analyzeOptions(
  words: readonly string[],
  options: WatchOptions,
  commands: readonly string[],
  signal: AbortSignal,
): AnalyzeOptions {
  const { read: files = [], interface: device, write, writeFlagged, flag } = options;
  if (device !== undefined && files.length > 0) throw new UsageError('listen (-i) or read (-r), not both');
  if (device === undefined && files.length === 0) throw new UsageError(whatToType(words, commands));
  if (write !== undefined && device === undefined)
    throw new UsageError('-w goes with -i: what is read is a file already');
  if (write === '-') throw new UsageError('-w takes a file: verdicts go to standard output');
  if (flag && writeFlagged === undefined) throw new UsageError('--flag goes with --write-flagged DIR');
  const selectors = (flag ?? [ABNORMAL]).map(selector);
  const identity = device !== undefined && options.dropPrivileges ? unprivileged() : null;
  let fd = -1;
  const open = (): void => {
    if (write !== undefined) fd = toWrite(write, identity, () => openForWriting(write, identity));
    if (writeFlagged !== undefined) toWrite(writeFlagged, identity, () => openFolder(writeFlagged, identity));
  };
  // What root alone can open is opened before root's rights are given up; nothing is overwritten for an input that fails.
  const opened = (): void => {
    open();
    if (identity) giveUp(identity);
  };
  if (device === undefined) open();
  return {
    files,
    filter: words.join(' '),
    ...(device === undefined ? {} : { interface: liveInput(options, identity, opened) }),
    ...(write === undefined ? {} : { write: () => fd }),
    ...(writeFlagged === undefined
      ? {}
      : { flagged: { directory: writeFlagged, flags: (record) => selectors.some((flags) => flags(record)) } }),
    maxConnections: options.maxConnections,
    ...(options.count === undefined ? {} : { count: options.count }),
    anomalies: options.anomalies ?? false,
    growing: files.some(mayGrow),
    signal,
  };
}

function selector(word: string): Selector {
  const found = selectorOf(word);
  if (!found) throw new UsageError(`--flag ${word}: not one of ${SELECTOR_WORDS.join(', ')}`);
  return found;
}

/** An output that cannot be opened is told before anything is captured. */
function toWrite<T>(path: string, identity: Identity | null, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const as = identity ? ` (as ${identity.user ?? 'nobody'}; --no-drop-privileges stays root)` : '';
    complain(`cannot write ${path}: ${(error as Error).message}${as}`);
    process.exit(EXIT.output);
  }
}

function whatToType(words: readonly string[], commands: readonly string[]): string {
  const [first = ''] = words;
  const [command] = isFile(first) || first in networkInterfaces() ? [] : nearest(first, commands);
  if (command !== undefined)
    return `did you mean tcpwatch ${command}? (what to watch: -r FILE or -i INTERFACE; tcpwatch --help shows more)`;
  const file = words.find(isFile);
  if (file !== undefined) return `to read ${file}, type: tcpwatch -r ${file}`;
  const device = words.find((word) => word in networkInterfaces());
  if (device !== undefined) return `to listen on ${device}, type: sudo tcpwatch -i ${device}`;
  const missing = words.find((word) => /\.(pcap|pcapng|cap)\d*(\.gz)?$/.test(word));
  if (missing !== undefined) return `${missing}: no such file (to read one, type: tcpwatch -r FILE)`;
  const filter = words.length > 0 ? ` ${words.join(' ')}` : '';
  return `what to watch? A capture: tcpwatch -r FILE${filter}; this machine: sudo tcpwatch -i any${filter} (tcpwatch --help shows more)`;
}

/** @param identity whom a process that captures for us shall become; null: nobody else. */
function liveInput(options: WatchOptions, identity: Identity | null, opened: () => void): LiveInput {
  return {
    interface: options.interface!,
    ...(options.snaplen === undefined ? {} : { snaplen: options.snaplen }),
    ...(options.bufferSize === undefined ? {} : { bufferKib: options.bufferSize }),
    promiscuous: options.promiscuous && options.promiscuousMode,
    backend: options.backend,
    processes: options.processes,
    dropTo: identity,
    opened,
  };
}

function giveUp(identity: Identity): void {
  try {
    dropPrivileges(identity);
  } catch (error) {
    const who = identity.user ?? 'nobody';
    complain(`cannot become ${who}: ${(error as Error).message} (--no-drop-privileges stays root)`);
    process.exit(EXIT.interface);
  }
}

export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Whether packets may arrive while we read: there, verdicts are told before they are final. */
const mayGrow = (path: string): boolean => path === '-' || (existsSync(path) && statSync(path).isFIFO());
