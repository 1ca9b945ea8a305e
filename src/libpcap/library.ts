// The system's libpcap through koffi: the few functions that are needed, bound once. Read pcap(3PCAP) first.
//
// Both are optional: a machine without them reads files and pipes. Everything that C may touch later (buffers above all)
// must stay referenced by the caller: a collected one crashes without a word.

import { createRequire } from 'node:module';

/** What pcap_dispatch() and friends answer; pcap/pcap.h. */
export const PCAP_ERROR_NO_SUCH_DEVICE = -5;
export const PCAP_ERROR_PERM_DENIED = -8;
export const PCAP_ERROR_IFACE_NOT_UP = -9;
export const PCAP_ERROR_PROMISC_PERM_DENIED = -11;
export const PCAP_NETMASK_UNKNOWN = 0xffff_ffff;
/** PCAP_ERRBUF_SIZE, octets. */
export const ERROR_BUFFER_LENGTH = 256;

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFFLAGS = 0x8913;
const IFNAMSIZ = 16;
const IFREQ_LENGTH = 40;
/** IFF_UP and IFF_RUNNING. */
const IFF_WORKS = 0x41;
const POLLFD_LENGTH = 8;
const POLLIN = 1;

/** Where libpcap is found: Debian and most others, some others, development files, macOS. */
const LIBRARY_NAMES = ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so', 'libpcap.dylib'];

/** A pointer that only C looks behind. */
export type Pointer = unknown;

/** Named like the functions of pcap(3PCAP) without their prefix, which also say what they answer. */
export interface Libpcap {
  version(): string;

  create(device: string, error: Buffer): Pointer | null;
  setSnaplen(handle: Pointer, octets: number): number;
  setPromisc(handle: Pointer, on: number): number;
  /** Octets. */
  setBufferSize(handle: Pointer, octets: number): number;
  setImmediateMode(handle: Pointer, on: number): number;
  /** 0: microseconds, 1: nanoseconds. */
  setTimestampPrecision(handle: Pointer, precision: number): number;
  activate(handle: Pointer): number;
  setNonblock(handle: Pointer, on: number, error: Buffer): number;
  geterr(handle: Pointer): string;
  selectableFd(handle: Pointer): number;
  snapshot(handle: Pointer): number;
  close(handle: Pointer): void;
  /** struct pcap_stat: received, dropped by the kernel, dropped by the interface; 32 bits each. */
  stats(handle: Pointer, into: Buffer): number;

  /** The file is closed with the handle. */
  openOffline(file: Pointer, error: Buffer): Pointer | null;
  compile(handle: Pointer, program: Buffer, text: string, optimize: number, netmask: number): number;
  setFilter(handle: Pointer, program: Buffer): number;
  freeCode(program: Buffer): void;
  offlineFilter(program: Buffer, header: Buffer, frame: Uint8Array): number;

  /** With `dump` and a dumper, C calls C, and no packet passes through JavaScript. */
  dispatch(handle: Pointer, count: number, callback: Pointer, dumper: Pointer): number;
  readonly dump: Pointer;
  dumpFopen(handle: Pointer, file: Pointer): Pointer | null;
  dumpFlush(dumper: Pointer): number;
  dumpFtell(dumper: Pointer): number;
  dumpClose(dumper: Pointer): void;

  findAllDevices(into: Buffer, error: Buffer): number;
  freeAllDevices(list: Pointer): void;

  /** Octets in memory as a FILE of C; fmemopen(3). */
  fmemopen(buffer: Uint8Array, length: number, mode: string): Pointer | null;
  rewind(file: Pointer): void;
  /** The index of a network interface, 0 if there is none of that name; if_nametoindex(3). */
  interfaceIndex(name: string): number;
  /** Whether an interface is up and has a carrier; null where that cannot be asked; netdevice(7). */
  isUp(name: string): boolean | null;
  /** Waits in a thread until the descriptor can be read, or the time is up. */
  readable(fd: number, timeoutMs: number): Promise<void>;
  /** The text that a pointer in memory points to; null for none. */
  textAt(address: bigint): string | null;
  /** Octets behind a pointer. */
  octetsAt(address: bigint, length: number): Uint8Array;
}

/** Why there is none. */
export interface Missing {
  readonly missing: 'koffi' | 'libpcap';
  /** One line: what to install. */
  readonly advice: string;
}

export const HOW_TO_INSTALL = 'Debian, Ubuntu: apt install libpcap0.8';

let loaded: Libpcap | Missing | undefined;

/** The library; loaded at the first call. */
export function libpcap(): Libpcap | Missing {
  loaded ??= load();
  return loaded;
}

export const isMissing = (library: Libpcap | Missing): library is Missing => 'missing' in library;

function load(): Libpcap | Missing {
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return { missing: 'koffi', advice: 'the npm package koffi is not there (npm install koffi)' };
  }
  for (const name of LIBRARY_NAMES) {
    try {
      return bind(koffi, koffi.load(name));
    } catch {
      // The next name.
    }
  }
  return { missing: 'libpcap', advice: `libpcap is not there (${HOW_TO_INSTALL})` };
}

type Koffi = typeof import('koffi');

function bind(koffi: Koffi, library: ReturnType<Koffi['load']>): Libpcap {
  const libc = koffi.load(null);
  const poll = libc.func('int poll(void *, unsigned long, int)');
  const socket = libc.func('int socket(int, int, int)');
  const ioctl = libc.func('int ioctl(int, unsigned long, ...)');
  const close = libc.func('int close(int)');
  return {
    version: library.func('const char *pcap_lib_version()'),

    create: library.func('void *pcap_create(const char *, void *)'),
    setSnaplen: library.func('int pcap_set_snaplen(void *, int)'),
    setPromisc: library.func('int pcap_set_promisc(void *, int)'),
    setBufferSize: library.func('int pcap_set_buffer_size(void *, int)'),
    setImmediateMode: library.func('int pcap_set_immediate_mode(void *, int)'),
    setTimestampPrecision: library.func('int pcap_set_tstamp_precision(void *, int)'),
    activate: library.func('int pcap_activate(void *)'),
    setNonblock: library.func('int pcap_setnonblock(void *, int, void *)'),
    geterr: library.func('const char *pcap_geterr(void *)'),
    selectableFd: library.func('int pcap_get_selectable_fd(void *)'),
    snapshot: library.func('int pcap_snapshot(void *)'),
    close: library.func('void pcap_close(void *)'),
    stats: library.func('int pcap_stats(void *, void *)'),

    openOffline: library.func('void *pcap_fopen_offline(void *, void *)'),
    compile: library.func('int pcap_compile(void *, void *, const char *, int, uint32_t)'),
    setFilter: library.func('int pcap_setfilter(void *, void *)'),
    freeCode: library.func('void pcap_freecode(void *)'),
    offlineFilter: library.func('int pcap_offline_filter(void *, void *, void *)'),

    dispatch: library.func('int pcap_dispatch(void *, int, void *, void *)'),
    dump: library.symbol('pcap_dump', 'void'),
    dumpFopen: library.func('void *pcap_dump_fopen(void *, void *)'),
    dumpFlush: library.func('int pcap_dump_flush(void *)'),
    dumpFtell: library.func('long pcap_dump_ftell(void *)'),
    dumpClose: library.func('void pcap_dump_close(void *)'),

    findAllDevices: library.func('int pcap_findalldevs(void *, void *)'),
    freeAllDevices: library.func('void pcap_freealldevs(void *)'),

    fmemopen: libc.func('void *fmemopen(void *, size_t, const char *)'),
    rewind: libc.func('void rewind(void *)'),
    interfaceIndex: libc.func('unsigned int if_nametoindex(const char *)'),
    isUp: (name) => {
      if (process.platform !== 'linux') return null;
      const fd = socket(AF_INET, SOCK_DGRAM, 0) as number;
      if (fd < 0) return null;
      const request = Buffer.alloc(IFREQ_LENGTH);
      request.write(name, 0, IFNAMSIZ - 1);
      const failed = (ioctl(fd, SIOCGIFFLAGS, 'void *', request) as number) !== 0;
      close(fd);
      return failed ? null : (request.readUInt16LE(IFNAMSIZ) & IFF_WORKS) === IFF_WORKS;
    },
    readable: (fd, timeoutMs) => {
      const set = Buffer.alloc(POLLFD_LENGTH);
      set.writeInt32LE(fd, 0);
      set.writeInt16LE(POLLIN, 4);
      return new Promise((resolve) => {
        // Referenced from the callback until poll() is done with it.
        poll.async(set, 1, timeoutMs, () => resolve(void set));
      });
    },
    textAt: (address) => (address === 0n ? null : (koffi.decode(address, 'char', -1) as string)),
    octetsAt: (address, length) => koffi.decode(address, koffi.array('uint8_t', length, 'Typed')) as Uint8Array,
  };
}

/** What C wrote into an error buffer. */
export const errorText = (buffer: Buffer): string => {
  const end = buffer.indexOf(0);
  return buffer.toString('utf8', 0, end < 0 ? buffer.length : end).trim();
};
