// The supervisor of the `cap` backend: starts the worker (cap-worker-main.ts), and a new one when the interface comes
// back.
//
// It keeps the privileges it was started with, because its parent gives them up and could not open the interface anew.
// So it parses nothing from the wire: frames are octets to it, which it keeps while the parent is busy. The worker's
// ring is too small for that.

import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PCAP_ERROR_NO_SUCH_DEVICE } from '../../libpcap/library.js';
import { type CapReport, hearReports, jobLine, readJob, report } from './cap-protocol.js';

const WORKER_MAIN = fileURLToPath(new URL('cap-worker-main.js', import.meta.url));
const STDOUT_FD = 1;
const RETRY_MS = 1000;
/** Of frames that wait for the parent: most of a second at 300,000 a second, as the ring of libpcap holds. */
const QUEUE_OCTETS = 64 * 1024 * 1024;

type Failure = Extract<CapReport, { event: 'failed' }>;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const job = readJob() ?? process.exit();
/** Of the first worker that could open the interface: the savefile's, from then on. */
let linkType: number | null = null;
let worker: ChildProcess | null = null;
let ending = false;
/** When the interface went down; null: it is up. */
let downMs: number | null = null;
let toldDown = false;

const frames = new PassThrough({ writableHighWaterMark: QUEUE_OCTETS });
// Not process.stdout, which waits for its reader.
pipeline(frames, new Socket({ fd: STDOUT_FD, readable: false }), () => process.exit());

process.stdin.on('end', end).on('error', end).resume();
start();

function end(): void {
  ending = true;
  if (worker === null) frames.end();
  else worker.stdin?.end();
}

function start(): void {
  let failure: Failure | null = null;
  const child = spawn(process.execPath, [WORKER_MAIN], { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
  worker = child;
  child.on('error', (error) => {
    failure = { event: 'failed', code: 0, message: `no process can be started: ${error.message}` };
  });
  child.stdin?.on('error', () => {}).write(jobLine({ ...job, linkType }));
  child.stdout?.pipe(frames, { end: false });
  hearReports(child.stdio[3] as Readable, (what) => {
    if (what.event === 'opened') tellOpened(what.linkType);
    else if (what.event === 'failed') failure = what;
  });
  child.on('close', (code, signal) => {
    worker = null;
    if (ending) frames.end();
    else if (failure !== null) retryOrGiveUp(failure);
    else if (signal === 'SIGABRT' && linkType !== null) {
      // It was waiting for frames: what it had written ends with a whole record. No other end can be trusted to.
      downMs = Date.now();
      start();
    } else giveUp({ event: 'failed', code: 0, message: `the capturing process ended (${signal ?? code})` });
  });
}

function tellOpened(type: number): void {
  if (downMs === null) report({ event: 'opened', linkType: type });
  else {
    tellDown(downMs);
    report({ event: 'interface-up', atMs: Date.now() });
  }
  linkType = type;
  downMs = null;
  toldDown = false;
}

function tellDown(atMs: number): void {
  if (!toldDown) report({ event: 'interface-down', atMs });
  toldDown = true;
}

function retryOrGiveUp(failure: Failure): void {
  if (downMs === null) giveUp(failure);
  else if (failure.code === PCAP_ERROR_NO_SUCH_DEVICE) giveUp({ event: 'removed' });
  else {
    tellDown(downMs);
    setTimeout(() => {
      if (!ending) start();
    }, RETRY_MS);
  }
}

function giveUp(why: CapReport): void {
  ending = true;
  report(why);
  frames.end();
}
