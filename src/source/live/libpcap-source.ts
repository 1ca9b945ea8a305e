// Live frames through libpcap: kernel timestamps, exact loss counts, and no JavaScript per frame. Read pcap(3PCAP) first.
//
// pcap_dispatch() is given pcap_dump() itself as its callback, and that writes into memory. So a batch arrives in the
// savefile format, and the one reader of saved captures reads live ones too.

import { setTimeout as pause } from 'node:timers/promises';
import {
  ERROR_BUFFER_LENGTH,
  errorText,
  type Libpcap,
  PCAP_ERROR_IFACE_NOT_UP,
  PCAP_ERROR_NO_SUCH_DEVICE,
  PCAP_ERROR_PERM_DENIED,
  PCAP_ERROR_PROMISC_PERM_DENIED,
  type Pointer,
} from '../../libpcap/library.js';
import { compileFor } from '../../libpcap/packet-filter.js';
import type { CaptureProblem } from '../capture-problem.js';
import { FrameBatch, type TimeBase } from '../frame-batch.js';
import { MAX_CAPTURED_LENGTH, type OctetWindow, type SourceInfo } from '../frame-reader.js';
import { PcapReader } from '../pcap.js';
import { interfaceProblem, type LiveRequest, type LiveSource, type Notice } from './live-source.js';

const BUFFER_LENGTH = 4 * 1024 * 1024;
const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const NS_PER_MS = 1_000_000n;
/** How long to wait for a frame before the clock is moved on. */
const TICK_MS = 100;
/** What comes within so long of a frame is taken together with it: a wake-up costs more than a frame. */
const GATHER_MS = 5;
/** A frame is stamped a moment before it can be seen here. */
const STAMPED_MS = 10;
/** How often the interface and the counters are looked at. */
const LOOK_MS = 1000;
/** struct pcap_stat: received, dropped, dropped by the interface; 32 bits each, which wrap. */
const STATS_LENGTH = 12;
const ANY = 'any';
export const REMOVED = 'the interface was removed';

export const whyNot: Readonly<Record<number, (name: string) => string>> = {
  [PCAP_ERROR_NO_SUCH_DEVICE]: () => 'no such interface (tcpwatch -D lists them)',
  [PCAP_ERROR_PERM_DENIED]: notAllowed,
  [PCAP_ERROR_PROMISC_PERM_DENIED]: notAllowed,
  [PCAP_ERROR_IFACE_NOT_UP]: (name) => `the interface is down (ip link set ${name} up)`,
};

function notAllowed(): string {
  return `no permission to capture: run it with sudo, or allow it once with: sudo setcap cap_net_raw,cap_net_admin=eip ${process.execPath}`;
}

/** The kernel's buffer may be too small for a single block, or more than there is memory. */
const bufferAdvice = (error: string): string => (/ring/.test(error) ? '; -B says how large the kernel buffer is' : '');

/** Opens the interface; frames are kept by the kernel from now on. @returns why it cannot be listened on, or the source. */
export function openLibpcap(pcap: Libpcap, request: LiveRequest): LiveSource | CaptureProblem {
  const error = Buffer.alloc(ERROR_BUFFER_LENGTH);
  const { interface: name, snaplen, bufferKib, promiscuous } = request;
  const handle = pcap.create(name, error);
  if (handle === null) return interfaceProblem(errorText(error));
  const give = (problem: CaptureProblem): CaptureProblem => {
    pcap.close(handle);
    return problem;
  };
  pcap.setSnaplen(handle, snaplen === 0 ? MAX_CAPTURED_LENGTH : snaplen);
  pcap.setPromisc(handle, promiscuous ? 1 : 0);
  pcap.setBufferSize(handle, Math.min(bufferKib * 1024, 0x7fff_ffff));
  // Without it the last second of a capture - the RST - never arrives.
  pcap.setImmediateMode(handle, 1);
  pcap.setTimestampPrecision(handle, 1);
  const status = pcap.activate(handle);
  if (status < 0)
    return give(
      interfaceProblem(whyNot[status]?.(name) ?? `${pcap.geterr(handle)}${bufferAdvice(pcap.geterr(handle))}`),
    );
  if (pcap.setNonblock(handle, 1, error) < 0) return give(interfaceProblem(errorText(error)));

  let refusal = '';
  for (const text of request.captureFilters) {
    const program = compileFor(pcap, handle, text);
    if (typeof program === 'string') {
      refusal = program;
      continue;
    }
    const failed = pcap.setFilter(handle, program) !== 0;
    pcap.freeCode(program);
    if (failed) return give(interfaceProblem(`the filter cannot be set: ${pcap.geterr(handle)}`));
    refusal = '';
    break;
  }
  if (refusal !== '') return give(interfaceProblem(`the filter cannot be compiled: ${refusal}`));
  return new LibpcapSource(pcap, handle, request);
}

class LibpcapSource implements LiveSource {
  readonly backend = 'libpcap';
  readonly clock = 'kernel';
  readonly name: string;
  problem: CaptureProblem | null = null;

  readonly #pcap: Libpcap;
  readonly #handle: Pointer;
  readonly #base: TimeBase;
  readonly #reader: PcapReader;
  readonly #window: OctetWindow;
  readonly #file: Pointer;
  readonly #dumper: Pointer;
  readonly #framesAtOnce: number;
  readonly #index: number;
  readonly #stats = Buffer.alloc(STATS_LENGTH);
  #notices: Notice[] = [];
  #kernelDrops = 0;
  #interfaceDrops = 0;
  #down = false;
  #removed = false;
  #ended = false;
  #lookedMs = 0;
  /** When `close` was called; 0: it was not. */
  #closedMs = 0;
  #walked = false;

  constructor(pcap: Libpcap, handle: Pointer, { interface: name, base }: LiveRequest) {
    this.#pcap = pcap;
    this.#handle = handle;
    this.#base = base;
    this.name = name;
    this.#index = pcap.interfaceIndex(name);
    const bytes = new Uint8Array(BUFFER_LENGTH);
    this.#window = { bytes, view: new DataView(bytes.buffer), start: 0, end: 0, streamOffset: 0 };
    this.#reader = new PcapReader(base);
    const file = pcap.fmemopen(bytes, bytes.length, 'w+');
    const dumper = file === null ? null : pcap.dumpFopen(handle, file);
    if (dumper === null) throw new Error('no memory stream for captured frames');
    this.#file = file;
    this.#dumper = dumper;
    const batch = new FrameBatch();
    // pcap_dump() reports nothing: its memory must hold whatever one call can bring.
    this.#framesAtOnce = Math.min(
      batch.capacity,
      Math.floor((BUFFER_LENGTH - FILE_HEADER_LENGTH) / (RECORD_HEADER_LENGTH + pcap.snapshot(handle))),
    );
    pcap.dumpFlush(dumper);
    this.#window.end = FILE_HEADER_LENGTH;
    this.#reader.read(this.#window, batch);
  }

  info(): SourceInfo {
    const { linkTypes, snaplen, precision } = this.#reader;
    return { format: 'pcap', gzip: false, linkTypes, snaplen, precision, interfaces: [this.name] };
  }

  dropped(): { kernel: number; interface: number } {
    const before = [this.#stats.readUInt32LE(4), this.#stats.readUInt32LE(8)];
    // On lo, frames received are counted twice: what we were given says better how many there were.
    if (!this.#ended && this.#pcap.stats(this.#handle, this.#stats) === 0) {
      this.#kernelDrops += (this.#stats.readUInt32LE(4) - before[0]) >>> 0;
      this.#interfaceDrops += (this.#stats.readUInt32LE(8) - before[1]) >>> 0;
    }
    return { kernel: this.#kernelDrops, interface: this.#interfaceDrops };
  }

  takeNotices(): Notice[] {
    const notices = this.#notices;
    if (notices.length > 0) this.#notices = [];
    return notices;
  }

  close(): void {
    this.#closedMs ||= Date.now();
  }

  #free(): void {
    this.dropped();
    this.#ended = true;
    this.#pcap.dumpClose(this.#dumper);
    this.#pcap.close(this.#handle);
  }

  async *batches(): AsyncIterableIterator<FrameBatch> {
    if (this.#walked) throw new Error('a capture can be walked once');
    this.#walked = true;
    const batch = new FrameBatch();
    try {
      for (;;) {
        const beforeMs = Date.now();
        if (beforeMs - this.#lookedMs >= LOOK_MS) this.#look(beforeMs);
        if (!this.#fill(batch)) return;
        if (batch.count > 0) {
          const lastNs = batch.timeNs[batch.count - 1];
          yield batch;
          // What came after the end was asked for is not waited for: under load there would always be more.
          if (this.#closedMs > 0 && lastNs > this.#sinceBase(this.#closedMs)) return;
          continue;
        }
        // Nothing is held back, so nothing older than this moment can come.
        batch.clockNs = this.#sinceBase(beforeMs - STAMPED_MS);
        yield batch;
        if (this.#closedMs > 0) return;
        if (this.#removed) {
          this.problem = interfaceProblem(REMOVED);
          return;
        }
        await this.#pcap.readable(this.#pcap.selectableFd(this.#handle), TICK_MS);
        if (this.#closedMs === 0) await pause(GATHER_MS);
      }
    } finally {
      this.#free();
    }
  }

  /** Moves what the kernel holds into the batch. @returns false when there will be no more. */
  #fill(batch: FrameBatch): boolean {
    const pcap = this.#pcap;
    batch.count = 0;
    batch.clockNs = Number.NaN;
    pcap.rewind(this.#file);
    const frames = pcap.dispatch(this.#handle, this.#framesAtOnce, pcap.dump, this.#dumper);
    if (frames < 0) {
      const error = pcap.geterr(this.#handle);
      this.#look(Date.now());
      this.problem = interfaceProblem(this.#removed ? REMOVED : error);
      return false;
    }
    if (frames === 0) return true;
    pcap.dumpFlush(this.#dumper);
    this.#window.start = 0;
    this.#window.end = pcap.dumpFtell(this.#dumper);
    if (this.#reader.read(this.#window, batch) !== this.#window.end) throw new Error('libpcap gave a broken batch');
    return true;
  }

  /** What libpcap does not tell: the interface went down, came up, was removed. */
  #look(nowMs: number): void {
    this.#lookedMs = nowMs;
    this.dropped();
    if (this.name !== ANY) {
      this.#removed = this.#pcap.interfaceIndex(this.name) !== this.#index;
      const down = !this.#removed && this.#pcap.isUp(this.name) === false;
      if (down !== this.#down) this.#notices.push({ id: down ? 'interface-down' : 'interface-up', atMs: nowMs });
      this.#down = down;
    }
  }

  #sinceBase(ms: number): number {
    const { epochNs } = this.#base;
    return epochNs === null ? Number.NaN : Number(BigInt(ms) * NS_PER_MS - epochNs);
  }
}
