// `tcpwatch -r FILE [filter]`, `tcpwatch -i INTERFACE [filter]`: reads packets and prints what comes of them.

import { existsSync, statSync } from 'node:fs';
import { OUTPUTS, type OutputName } from '../output/outputs.js';
import {
  type AnalyzeOptions,
  analyzeInBatches,
  type BACKENDS,
  FilterError,
  noticeEvent,
  type SummaryEvent,
} from '../pipeline.js';
import { type Identity, openFolder, openForWriting, unprivileged } from '../system/privileges.js';
import { SELECTOR_WORDS, type Selector, selectorOf } from '../verdict/select.js';
import { complain, EXIT, raise, reportUnwritable } from './exit.js';
import { liveInput } from './live-input.js';
import { Printer } from './printer.js';
import { wantsColour, widthFor } from './terminal.js';

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
  readonly output: OutputName;
  readonly verbose?: true;
  readonly anomalies?: true;
  readonly maxConnections: number;
}

/** A mistake of whoever typed the command. */
class UsageError extends Error {}

const STDOUT_FD = 1;
/** Of connections that ended abnormally. */
export const ABNORMAL = 'warning';

/** @param words the filter, as the shell split it. */
export async function watch(words: readonly string[], options: WatchOptions): Promise<void> {
  const stopping = new AbortController();
  const disarm = onStop(() => stopping.abort());
  try {
    const asked = analyzeOptions(words, options, stopping.signal);
    await printAll(asked, options, stopping);
  } catch (error) {
    if (error instanceof FilterError) complainOf(error, words.find(isFile));
    else if (error instanceof UsageError) complain(error.message);
    else throw error;
    raise(EXIT.usage);
  } finally {
    disarm();
  }
}

async function printAll(asked: AnalyzeOptions, options: WatchOptions, stopping: AbortController): Promise<void> {
  const { stdout, env } = process;
  const live = asked.interface !== undefined;
  const output = OUTPUTS[options.output].make({
    colour: wantsColour(stdout, env),
    width: widthFor(stdout, env),
    verbose: options.verbose ?? false,
    growing: live || (asked.growing ?? false),
  });
  const skipped = (count: number) => noticeEvent('output-skipped', Date.now(), `: ${count} lines left out`);
  const printer: Printer = new Printer(STDOUT_FD, output, !live, skipped, () => {
    reportUnwritable(printer.failure!);
    if (live) stopping.abort();
    else process.exit();
  });
  const closing = (): void => {
    printer.patient = true;
  };
  const timer = options.duration ? setTimeout(() => stopping.abort(), options.duration * 1000) : undefined;
  try {
    const provisional = output.wantsProvisional;
    for await (const events of analyzeInBatches({ ...asked, provisional, closing })) {
      await printer.print(events);
      if (events.some((event) => event.type === 'notice' && event.id === 'write-failed')) raise(EXIT.output);
      const last = events.at(-1);
      if (last?.type === 'summary') reportProblems(last);
    }
    await printer.flushed();
  } finally {
    clearTimeout(timer);
  }
}

/** Looks through the options before anything is opened. Throws a UsageError. */
function analyzeOptions(words: readonly string[], options: WatchOptions, signal: AbortSignal): AnalyzeOptions {
  const { read: files = [], interface: device, write, writeFlagged, flag } = options;
  if (device !== undefined && files.length > 0) throw new UsageError('listen (-i) or read (-r), not both');
  if (device === undefined && files.length === 0) throw new UsageError(whatToType(words));
  if (write !== undefined && device === undefined)
    throw new UsageError('-w goes with -i: what is read is a file already');
  if (flag && writeFlagged === undefined) throw new UsageError('--flag goes with --write-flagged DIR');
  const selectors = (flag ?? [ABNORMAL]).map(selector);
  const root = options.dropPrivileges ? unprivileged() : null;
  const identity = device === undefined ? null : root;
  return {
    files,
    filter: words.join(' '),
    ...(device === undefined ? {} : { interface: liveInput(options, identity) }),
    ...(write === undefined ? {} : { write: toWrite(write, () => openForWriting(write, identity)) }),
    ...(writeFlagged === undefined
      ? {}
      : {
          flagged: {
            directory: toWrite(writeFlagged, () => folder(writeFlagged, identity)),
            flags: (record) => selectors.some((flags) => flags(record)),
          },
        }),
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

function folder(path: string, identity: Identity | null): string {
  openFolder(path, identity);
  return path;
}

/** An output that cannot be opened is told before anything is captured. */
function toWrite<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    complain(`cannot write ${path}: ${(error as Error).message}`);
    process.exit(EXIT.output);
  }
}

function whatToType(words: readonly string[]): string {
  const file = words.find(isFile);
  if (file !== undefined) return `to read ${file}, type: tcpwatch -r ${file}`;
  const filter = words.length > 0 ? ` ${words.join(' ')}` : '';
  return `what to watch? A capture: tcpwatch -r FILE${filter}; this machine: sudo tcpwatch -i any${filter} (tcpwatch --help shows more)`;
}

/** Calls `stop` at the first Ctrl-C or SIGTERM; the second one meets no handler and ends the process at once. */
function onStop(stop: () => void): () => void {
  const disarm = (): void => {
    process.off('SIGINT', first).off('SIGTERM', first);
  };
  const first = (): void => {
    disarm();
    stop();
  };
  process.on('SIGINT', first).on('SIGTERM', first);
  return disarm;
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Whether packets may arrive while we read: there, verdicts are told before they are final. */
const mayGrow = (path: string): boolean => path === '-' || (existsSync(path) && statSync(path).isFIFO());

/** @param file a word of the filter that is a file: most likely meant to be read. */
function complainOf({ message, filter, position }: FilterError, file: string | undefined): void {
  const visible = filter.replaceAll(/\p{C}/gu, '?');
  complain(`filter: ${message}`, `  ${visible}`, `  ${' '.repeat(position)}^`);
  if (file !== undefined) complain(`${file} is a file: to read it too, type -r ${file}`);
}

function reportProblems({ problems }: SummaryEvent): void {
  for (const { source, message, kind, offset } of problems) {
    const place = kind === 'truncated' || kind === 'damaged' ? ` (at byte ${offset})` : '';
    complain(`${source === '-' ? 'standard input' : source}: ${message}${place}`);
    raise(kind === 'interface' ? EXIT.interface : EXIT.input);
  }
}
