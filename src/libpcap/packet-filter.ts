// pcap-filter(7) in full, as libpcap compiles and runs it: for what our own reading of the language leaves out.

import {
  ERROR_BUFFER_LENGTH,
  errorText,
  isMissing,
  type Libpcap,
  libpcap,
  PCAP_NETMASK_UNKNOWN,
  type Pointer,
} from './library.js';

/** sizeof(struct bpf_program): a count and a pointer. */
const PROGRAM_LENGTH = 16;
/** struct pcap_pkthdr on 64 bits: a timeval, then the two lengths. */
const HEADER_LENGTH = 24;
const HEADER_CAPTURED = 16;
const HEADER_WIRE = 20;
const MAX_SNAPLEN = 262_144;
const LINKTYPE_NULL = 0;
const LINKTYPE_ETHERNET = 1;
/** Raw IP has a number of its own on OpenBSD. */
const LINKTYPE_RAW = 101;
const OPENBSD_RAW = 14;

/** A savefile without frames: what is compiled for it is decided by octets alone, as it must be here. */
const SAVEFILE_LENGTH = 24;
const SAVEFILE_MAGIC = 0xa1b2c3d4;
const THIS_ORDER_IS_LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Compiles a filter for an open capture. @returns the program, or libpcap's own words on what is wrong. */
export function compileFor(pcap: Libpcap, handle: Pointer, text: string): Buffer | string {
  const program = Buffer.alloc(PROGRAM_LENGTH);
  const failed = pcap.compile(handle, program, text, 1, PCAP_NETMASK_UNKNOWN) !== 0;
  return failed ? pcap.geterr(handle) : program;
}

/** A filter on single frames of any link type. */
export class PacketFilter {
  private readonly programs = new Map<number, Buffer | null>();
  private readonly header = Buffer.alloc(HEADER_LENGTH);

  private constructor(
    private readonly pcap: Libpcap,
    readonly text: string,
  ) {}

  /** @returns the filter; or why there is none: what libpcap says of the text, or that libpcap is missing. */
  static compile(text: string): PacketFilter | { readonly error: string } | { readonly advice: string } {
    const pcap = libpcap();
    if (isMissing(pcap)) return { advice: pcap.advice };
    const filter = new PacketFilter(pcap, text);
    const program = filter.compileFor(LINKTYPE_ETHERNET, false);
    if (typeof program === 'string') return { error: program };
    filter.programs.set(keyOf(LINKTYPE_ETHERNET, false), program);
    return filter;
  }

  /**
   * @param linkType LINKTYPE_ value; a filter that makes no sense for it matches nothing.
   * @param captured octets at `bytes[at]`; `wire`: what the frame had
   */
  matches(linkType: number, bytes: Uint8Array, at: number, captured: number, wire: number): boolean {
    // BSD loopback begins with a small number in the order of the machine that captured.
    const swapped = linkType === LINKTYPE_NULL && (bytes[at] === 0) === THIS_ORDER_IS_LITTLE;
    let program = this.programs.get(keyOf(linkType, swapped));
    if (program === undefined) {
      const compiled = this.compileFor(linkType, swapped);
      program = typeof compiled === 'string' ? null : compiled;
      this.programs.set(keyOf(linkType, swapped), program);
    }
    if (program === null) return false;
    this.header.writeUInt32LE(captured, HEADER_CAPTURED);
    this.header.writeUInt32LE(wire, HEADER_WIRE);
    return this.pcap.offlineFilter(program, this.header, bytes.subarray(at, at + captured)) !== 0;
  }

  /** @param swapped for captures of a machine with the other byte order */
  private compileFor(linkType: number, swapped: boolean): Buffer | string {
    const { pcap } = this;
    const savefile = savefileOf(linkType === OPENBSD_RAW ? LINKTYPE_RAW : linkType, swapped);
    const error = Buffer.alloc(ERROR_BUFFER_LENGTH);
    const file = pcap.fmemopen(savefile, savefile.length, 'r');
    const handle = file === null ? null : pcap.openOffline(file, error);
    if (handle === null) return errorText(error);
    try {
      return compileFor(pcap, handle, this.text);
    } finally {
      pcap.close(handle);
    }
  }
}

const keyOf = (linkType: number, swapped: boolean): number => linkType * 2 + (swapped ? 1 : 0);

/** Read pcap-savefile(5). */
function savefileOf(linkType: number, swapped: boolean): Uint8Array {
  const octets = new Uint8Array(SAVEFILE_LENGTH);
  const view = new DataView(octets.buffer);
  const little = THIS_ORDER_IS_LITTLE !== swapped;
  view.setUint32(0, SAVEFILE_MAGIC, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, MAX_SNAPLEN, little);
  view.setUint32(20, linkType, little);
  return octets;
}
