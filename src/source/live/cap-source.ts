// Live frames through the npm package `cap`, for machines without libpcap's library or koffi. The second choice: frames
// are stamped when a program sees them, and nobody knows how many were lost.
//
// Its addon can abort the process that loads it, so a worker captures, below a supervisor (cap-supervisor-main.ts), and
// writes a savefile to a pipe. What reads saved captures from pipes reads it here.

import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CaptureProblem } from '../capture-problem.js';
import { FrameBatch, type TimeBase } from '../frame-batch.js';
import type { SourceInfo } from '../frame-reader.js';
import { STANDARD_INPUT } from '../octet-input.js';
import { type CaptureSource, openCapture } from '../open-capture.js';
import { CAP_SNAPLEN } from './cap-interface.js';
import { CAP_NOT_LOADED, type CapReport, hearReports, jobLine } from './cap-protocol.js';
import { REMOVED, whyNot } from './libpcap-source.js';
import { interfaceProblem, type LiveRequest, type LiveSource, type Notice } from './live-source.js';

const SUPERVISOR_MAIN = fileURLToPath(new URL('cap-supervisor-main.js', import.meta.url));

/** Every frame takes 64 KiB of the ring, however short: this holds a thousand. */
const MIN_RING_OCTETS = 64 * 1024 * 1024;
const MAX_RING_OCTETS = 0x7fff_ffff;
const NS_PER_MS = 1_000_000n;
/** How long to wait for a frame before the clock is moved on. */
const TICK_MS = 100;
/** A frame is stamped after it was sent, and here later still: the clock stays behind by more than that. */
const CLOCK_BEHIND_MS = 500;

/** @returns the path of the addon's main module; null: there is none, or it was never compiled. Loads nothing. */
export function findCap(): string | null {
  const { resolve } = createRequire(import.meta.url);
  try {
    resolve('cap/build/Release/cap.node');
    return resolve('cap');
  } catch {
    return null;
  }
}

/**
 * Opens the interface; frames are kept by the kernel once the promise is fulfilled. What needs privileges has been
 * started when this returns: the caller may give up its own without waiting.
 *
 * @param unloadable what to say where the addon cannot be loaded: of what is missing to who never asked for cap; null: why
 * @param main the supervisor's program
 * @returns why it cannot be listened on, or the source.
 */
export async function openCap(
  cap: string,
  request: LiveRequest,
  unloadable: string | null = null,
  main = SUPERVISOR_MAIN,
): Promise<LiveSource | CaptureProblem> {
  const child = launch(main);
  if (child === null) return interfaceProblem('no process can be started to capture in');
  const source = new CapSource(child, cap, request, unloadable);
  return (await source.opening) ?? source;
}

function launch(main: string): ChildProcess | null {
  // What is to be loaded into this process, or listen for a debugger, is not for one that keeps root's rights.
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    const child = spawn(process.execPath, [main], { cwd: '/', env, stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    child.on('error', () => {});
    // Where it could not be started there may be no pipes.
    return child.pid === undefined ? null : child;
  } catch {
    return null;
  }
}

class CapSource implements LiveSource {
  readonly backend = 'cap';
  readonly clock = 'userspace';
  readonly name: string;
  problem: CaptureProblem | null = null;
  /** Fulfilled when the interface is open, or with why it is not. */
  readonly opening: Promise<CaptureProblem | null>;

  readonly #base: TimeBase;
  readonly #snaplen: number;
  readonly #input: Writable;
  readonly #capture: CaptureSource;
  #linkType = 0;
  #notices: Notice[] = [];
  #walked = false;
  #closed = false;
  /** There are no children left. */
  #gone = false;
  #wake = (): void => {};

  constructor(
    child: ChildProcess,
    cap: string,
    request: LiveRequest,
    private readonly unloadable: string | null,
  ) {
    this.name = request.interface;
    this.#base = request.base;
    this.#snaplen = Math.min(request.snaplen || CAP_SNAPLEN, CAP_SNAPLEN);
    this.#input = child.stdin!.on('error', () => {});
    this.#input.write(
      jobLine({
        cap,
        interface: request.interface,
        captureFilters: request.captureFilters,
        ringOctets: Math.min(Math.max(request.bufferKib * 1024, MIN_RING_OCTETS), MAX_RING_OCTETS),
        snaplen: this.#snaplen,
        dropTo: request.dropTo,
        linkType: null,
      }),
    );
    this.#capture = openCapture(STANDARD_INPUT, request.base, { stdin: child.stdout! });
    const reports = child.stdio[3] as Socket;
    this.opening = new Promise((resolve) => {
      hearReports(reports, (what) => {
        this.#hear(what);
        if (what.event === 'opened') resolve(null);
      });
      reports.on('close', () => {
        this.#gone = true;
        if (!this.#closed) this.problem ??= interfaceProblem('the capturing process ended');
        this.#wake();
        resolve(this.problem);
      });
    });
    // None of them keeps this process from exiting, and that ends them.
    void this.opening.then(() => {
      child.unref();
      for (const pipe of [child.stdin, child.stdout, reports]) (pipe as Socket).unref();
    });
  }

  info(): SourceInfo {
    const linkTypes = [this.#linkType];
    return { format: 'pcap', gzip: false, linkTypes, snaplen: this.#snaplen, precision: 'ns', interfaces: [this.name] };
  }

  dropped(): { kernel: null; interface: null } {
    return { kernel: null, interface: null };
  }

  takeNotices(): Notice[] {
    const notices = this.#notices;
    if (notices.length > 0) this.#notices = [];
    return notices;
  }

  /** The children are asked, not killed: whoever gave up root's rights cannot kill them. */
  close(): void {
    this.#closed = true;
    this.#input.end();
  }

  async *batches(): AsyncIterableIterator<FrameBatch> {
    if (this.#walked) throw new Error('a capture can be walked once');
    this.#walked = true;
    const frames = this.#capture.batches();
    const idle = new FrameBatch();
    let came: IteratorResult<FrameBatch> | null = null;
    // One callback for each batch: racing a promise that is long in coming would add one every tick.
    const ask = (): void => {
      came = null;
      void frames.next().then((result) => {
        came = result;
        this.#wake();
      });
    };
    const arrived = (): IteratorResult<FrameBatch> | null => came;
    try {
      ask();
      for (;;) {
        if (arrived() === null) await this.#tick();
        const result = arrived();
        if (result === null) {
          idle.clockNs = this.#clockNs();
          yield idle;
          continue;
        }
        if (result.done) break;
        yield result.value;
        ask();
      }
      // Why there are no more frames is told on another pipe.
      while (!this.#gone) await this.#tick();
    } finally {
      this.close();
      this.#capture.close();
    }
  }

  #hear(what: CapReport): void {
    switch (what.event) {
      case 'opened':
        this.#linkType = what.linkType;
        break;
      case 'failed':
        this.problem = interfaceProblem(
          (what.code === CAP_NOT_LOADED && this.unloadable) || (whyNot[what.code]?.(this.name) ?? what.message),
        );
        break;
      case 'removed':
        this.problem = interfaceProblem(REMOVED);
        break;
      default:
        this.#notices.push({ id: what.event, atMs: what.atMs });
    }
  }

  /** Until something comes, but not for long. What came while this process was busy comes before the clock moves. */
  #tick(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => setImmediate(resolve), TICK_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #clockNs(): number {
    const { epochNs } = this.#base;
    return epochNs === null ? Number.NaN : Number(BigInt(Date.now() - CLOCK_BEHIND_MS) * NS_PER_MS - epochNs);
  }
}
