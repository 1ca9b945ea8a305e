// Every source of frames there is, behind one face: a test says which frames there shall be, and reads what comes.
//
// Saved captures are written here, as files or into pipes; live ones are played by tcpreplay over two interfaces that are
// tied to each other in a namespace where nobody else sends anything. The whole thread lives in that namespace meanwhile,
// as a program that listens there would.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { isMissing, libpcap } from '../../src/libpcap/library.js';
import type { CaptureProblem } from '../../src/source/capture-problem.js';
import { TimeBase } from '../../src/source/frame-batch.js';
import type { SourceInfo } from '../../src/source/frame-reader.js';
import { findCap, openCap } from '../../src/source/live/cap-source.js';
import { openLibpcap } from '../../src/source/live/libpcap-source.js';
import type { LiveRequest, LiveSource } from '../../src/source/live/live-source.js';
import { type CaptureSource, openCapture } from '../../src/source/open-capture.js';
import { makeNamespace, run } from '../../src/stage/namespaces.js';
import { impossibleBecause, leaveNothingBehind } from '../proof/two-kernels.js';
import {
  concatenate,
  enhancedPacket,
  interfaceDescription,
  MICROSECOND_MAGIC,
  NANOSECOND_MAGIC,
  pcapFile,
  pcapRecord,
  sectionHeader,
} from '../support/captures.js';

export const MAX_CAPTURED = { libpcap: 262_144, cap: 65_535 } as const;
const CAP_MAIN = resolve(import.meta.dirname, '../../dist/source/live/cap-supervisor-main.js');
const CLONE_NEWNET = 0x4000_0000;
const NEAR = 'near0';
const FAR = 'far0';
const NAME = 'eth7';
const DEFAULT_BUFFER_KIB = 65_536;

/** What is played is on the wire when `send` is done. */
export interface Staged {
  readonly source: CaptureSource;
  readonly base: TimeBase;
  send(frames: readonly Uint8Array[], packetsPerSecond?: number): Promise<void>;
  /** Nothing more comes: a pipe is ended, a live capture is closed. */
  end(): void;
}

export interface Stage {
  readonly name: string;
  readonly skip: string | null;
  /** Frames may come while it is read. */
  readonly grows: boolean;
  readonly live: boolean;
  /** What `info` is to say. */
  info(snaplen: number): SourceInfo;
  open(snaplen: number): Promise<Staged>;
}

export const isLive = (source: CaptureSource): source is LiveSource => 'dropped' in source;

/** Nanoseconds since 1970 of the n-th frame of a saved capture: no two differ by the same. */
export const savedTime = (n: number, precision: string | null): bigint => {
  const ns = 1_700_000_000_999_000_000n + BigInt(n) * 1_234_567n + BigInt(n % 7);
  return precision === 'ns' ? ns : (ns / 1000n) * 1000n;
};

export async function until(what: string, holds: () => boolean, withinMs = 15_000): Promise<void> {
  for (const deadline = performance.now() + withinMs; !holds(); await sleep(5)) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
  }
}

let folder = '';
let files = 0;
const undo: (() => void | Promise<void>)[] = [];

/** To be called before all tests, and what it returns after them. */
export async function setStage(): Promise<() => Promise<void>> {
  folder = mkdtempSync(join(tmpdir(), `tcpwatch-${process.pid}-`));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  if (NO_WIRE === null) {
    undo.push(leaveNothingBehind(folder));
    const namespace = await makeNamespace('source', 4);
    await namespace.ip(`link add ${NEAR} type veth peer name ${FAR}`, `link set ${NEAR} up`, `link set ${FAR} up`);
    undo.push(enter(`/run/netns/${namespace.name}`));
  }
  return async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
}

/** Moves this thread into a namespace. @returns what moves it back. */
function enter(path: string): () => void {
  const setns = createRequire(import.meta.url)('koffi')
    .load(null)
    .func('int setns(int, int)');
  const go = (fd: number): void => {
    if (setns(fd, CLONE_NEWNET) !== 0) throw new Error('setns failed');
  };
  const here = openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(path, 'r');
  go(there);
  closeSync(there);
  return () => {
    go(here);
    closeSync(here);
  };
}

interface Format {
  readonly name: string;
  readonly format: 'pcap' | 'pcapng';
  readonly precision: 'us' | 'ns';
  header(snaplen: number): Uint8Array;
  record(n: number, data: Uint8Array, wireLength: number): Uint8Array;
}

const pcapFormat = (precision: 'us' | 'ns'): Format => {
  const magic = precision === 'ns' ? NANOSECOND_MAGIC : MICROSECOND_MAGIC;
  return {
    name: `pcap (${precision})`,
    format: 'pcap',
    precision,
    header: (snaplen) => pcapFile({ magic, snaplen }),
    record: (n, data, wireLength) => {
      const ns = savedTime(n, precision);
      const fraction = Number(ns % 1_000_000_000n) / (precision === 'ns' ? 1 : 1000);
      return pcapRecord({ seconds: Number(ns / 1_000_000_000n), fraction, data, wireLength }, 'little', magic);
    },
  };
};

const PCAPNG: Format = {
  name: 'pcapng',
  format: 'pcapng',
  precision: 'ns',
  header: (snaplen) => concatenate(sectionHeader(), interfaceDescription({ snaplen, name: NAME, resolution: 9 })),
  record: (n, data, wireLength) => enhancedPacket({ time: savedTime(n, 'ns'), data, wireLength }),
};

/** Writes frames as a capture, the header with the first of them; each call gives what is to follow. */
function writer(format: Format, gzip: boolean, snaplen: number): (frames: readonly Uint8Array[]) => Uint8Array {
  let n = 0;
  let begun = false;
  return (frames) => {
    const records = frames.map((frame) => {
      const data = snaplen > 0 ? frame.subarray(0, snaplen) : frame;
      return format.record(n++, data, frame.length);
    });
    const octets = concatenate(...(begun ? [] : [format.header(snaplen)]), ...records);
    begun = true;
    // A member each time: what has come can be read without what follows.
    return gzip ? gzipSync(octets) : octets;
  };
}

function file(octets: Uint8Array): string {
  const path = join(folder, `${files++}`);
  writeFileSync(path, octets);
  return path;
}

/** In no order that falls together with anything. */
const ODD = [1, 3, 61, 4099, 7, 65_537, 23] as const;

function writeInChunks(octets: Uint8Array, to: Writable): void {
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const length = ODD[turn % ODD.length];
    to.write(octets.subarray(at, at + length));
    at += length;
  }
}

/** A FIFO, and its other end: a process, which may wait for us without keeping us. */
function fifo(): { path: string; into: Writable } {
  const path = join(folder, `fifo-${files++}`);
  execFileSync('mkfifo', [path]);
  const child = spawn('sh', ['-c', 'exec cat > "$1"', 'sh', path], { stdio: ['pipe', 'ignore', 'ignore'] });
  undo.push(() => void child.kill('SIGKILL'));
  return { path, into: child.stdin.on('error', () => {}) };
}

function saved(format: Format, gzip: boolean, way: 'file' | 'standard input' | 'FIFO'): Stage {
  const { format: kind, precision } = format;
  const interfaces = kind === 'pcapng' ? [NAME] : [];
  return {
    name: `${format.name}${gzip ? ', gzip' : ''}, ${way}`,
    skip: null,
    grows: way !== 'file',
    live: false,
    info: (snaplen) => ({ format: kind, gzip, linkTypes: [1], snaplen, precision, interfaces }),
    open: async (snaplen) => {
      const base = new TimeBase();
      const next = writer(format, gzip, snaplen);
      if (way === 'file') {
        const path = file(next([]));
        const send = async (frames: readonly Uint8Array[]): Promise<void> => {
          writeFileSync(path, next(frames), { flag: 'a' });
        };
        return { source: openCapture(path, base), base, send, end: () => {} };
      }
      const other = way === 'FIFO' ? fifo() : null;
      const into = other?.into ?? new PassThrough();
      const stdin = other === null ? { stdin: into as PassThrough } : {};
      const source = openCapture(other?.path ?? '-', base, stdin);
      const send = async (frames: readonly Uint8Array[]): Promise<void> => writeInChunks(next(frames), into);
      return { source, base, send, end: () => into.end() };
    },
  };
}

const pcap = libpcap();
const NO_WIRE =
  impossibleBecause() ??
  (spawnSync('tcpreplay', ['--version']).error === undefined ? null : 'tcpreplay is not installed');
const NO_LIBPCAP = NO_WIRE ?? (isMissing(pcap) ? pcap.advice : null);
const NO_CAP =
  NO_WIRE ??
  (findCap() === null ? 'the npm package cap is not installed' : existsSync(CAP_MAIN) ? null : 'it is not built');

/** Frames that have left the near end, and so have come to the far one. */
function passed(): number {
  const row = readFileSync('/proc/thread-self/net/dev', 'utf8').split(`${NEAR}:`)[1];
  return Number(row.trim().split(/\s+/)[9]);
}

/** Plays frames into the near end, and waits until they have come out of the far one. */
async function play(frames: readonly Uint8Array[], packetsPerSecond: number | null): Promise<void> {
  const path = file(pcapFile({ records: frames.map((data) => ({ data })) }));
  const before = passed();
  const speed = packetsPerSecond === null ? '--topspeed' : `--pps=${packetsPerSecond}`;
  await run('tcpreplay', ['-q', '-i', NEAR, speed, path]);
  await until('all frames on the wire', () => passed() >= before + frames.length);
}

function liveStage(
  backend: 'libpcap' | 'cap',
  skip: string | null,
  open: (request: LiveRequest) => LiveSource | CaptureProblem | Promise<LiveSource | CaptureProblem>,
): Stage {
  const snaplenOf = (snaplen: number): number => snaplen || MAX_CAPTURED[backend];
  return {
    name: `live, ${backend}`,
    skip,
    grows: true,
    live: true,
    info: (snaplen) => ({
      ...{ format: 'pcap', gzip: false, linkTypes: [1], precision: 'ns', interfaces: [FAR] },
      snaplen: snaplenOf(snaplen),
    }),
    open: async (snaplen) => {
      const base = new TimeBase();
      const request = { interface: FAR, snaplen, bufferKib: DEFAULT_BUFFER_KIB, promiscuous: true, dropTo: null };
      const source = await open({ ...request, captureFilters: [''], base });
      if (!('batches' in source)) throw new Error(source.message);
      // Of a ring of cap's a thousand frames is all that it holds: it must be able to keep up.
      const pace = backend === 'cap' ? CAP_PACE : null;
      return { source, base, send: (frames, pps) => play(frames, pps ?? pace), end: () => source.close() };
    },
  };
}
const CAP_PACE = 10_000;

const FORMATS = [pcapFormat('us'), pcapFormat('ns'), PCAPNG] as const;
const WAYS = ['file', 'standard input', 'FIFO'] as const;

export const STAGES: readonly Stage[] = [
  ...WAYS.flatMap((way) => FORMATS.flatMap((format) => [false, true].map((gzip) => saved(format, gzip, way)))),
  liveStage('libpcap', NO_LIBPCAP, (request) =>
    openLibpcap(pcap as Exclude<typeof pcap, { missing: string }>, request),
  ),
  liveStage('cap', NO_CAP, (request) => openCap(findCap()!, request, null, CAP_MAIN)),
];
