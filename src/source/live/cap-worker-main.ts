// The worker of the `cap` backend: captures, and does nothing else. It may be aborted at any moment: libuv calls back
// with an error when the interface goes down, and cap asserts that it never does. So it is a process of its own, below
// a supervisor (cap-supervisor-main.ts) that outlives it. Nothing here may touch `process.stdout`, as importing
// node:process does: that would make the descriptor non-blocking.

import { readSync } from 'node:fs';
import { PCAP_ERROR_NO_SUCH_DEVICE } from '../../libpcap/library.js';
import { openWithCap } from './cap-interface.js';
import { readJob, report } from './cap-protocol.js';
import { CapSavefile } from './cap-savefile.js';

const STDIN_FD = 0;
const STDOUT_FD = 1;
/** How long after the end was asked for frames may still be on their way from the interface to the ring. */
const SETTLE_MS = 50;
/** Without immediate mode the kernel keeps them for as long as cap's read timeout, a second. */
const HELD_BACK_MS = 1200;
/** The least that the kernel keeps in the ring with each frame: TPACKET2_HDRLEN. Elsewhere the ring is much smaller. */
const SLOT_HEADER_LENGTH = 52;

// Ctrl-C is for the whole foreground group, and the parent wants the last frames.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const job = readJob() ?? process.exit();
const opened = openWithCap(job);
if ('message' in opened) fail(opened.code, opened.message);
const { handle, frame, linkType } = opened;
if (job.linkType !== null && job.linkType !== linkType) {
  fail(PCAP_ERROR_NO_SUCH_DEVICE, 'another interface has that name now');
}
try {
  if (job.dropTo !== null) {
    process.setgroups!([job.dropTo.gid]);
    process.setgid!(job.dropTo.gid);
    process.setuid!(job.dropTo.uid);
  }
} catch (error) {
  fail(0, `privileges cannot be given up: ${(error as Error).message}`);
}

/** What the ring may still hold of the time before the end was asked for. */
let leftOctets = Number.POSITIVE_INFINITY;
const savefile = new CapSavefile(STDOUT_FD, job.snaplen, () => {
  if (inputHasEnded()) settle();
});
try {
  if (job.linkType === null) savefile.writeHeader(linkType);
} catch {
  process.exit(1);
}
// Also when nobody reads any more: then nobody is left who could be told.
process.on('uncaughtException', () => process.exit(1));
handle.on('packet', (length) => {
  savefile.add(frame, length);
  leftOctets -= length + SLOT_HEADER_LENGTH;
  // Under load there would always be more.
  if (leftOctets < 0) finish();
});
process.stdin.on('end', settle).on('error', settle).resume();
report({ event: 'opened', linkType });

/** The end is asked for: what the interface has brought comes first. The timer has no turn before the ring is empty. */
function settle(): void {
  if (leftOctets !== Number.POSITIVE_INFINITY) return;
  leftOctets = job.ringOctets;
  setTimeout(finish, hasImmediateMode() ? SETTLE_MS : HELD_BACK_MS);
}

function finish(): never {
  savefile.flush();
  process.exit();
}

/** Asked under load, when no event comes through. libuv has made the descriptor non-blocking. */
function inputHasEnded(): boolean {
  try {
    return readSync(STDIN_FD, Buffer.alloc(1)) === 0;
  } catch {
    return false;
  }
}

/** As cap decides it: by whether this name can be loaded. */
function hasImmediateMode(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    process.dlopen({ exports: {} }, 'libpcap.so');
    return true;
  } catch (error) {
    return !/cannot open|no such file/i.test((error as Error).message);
  }
}

function fail(code: number, message: string): never {
  report({ event: 'failed', code, message });
  process.exit(1);
}
