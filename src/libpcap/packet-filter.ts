// pcap-filter(7) in full, as libpcap compiles and runs it: for what our own reading of the language leaves out.

import { isMissing, type Libpcap, libpcap, PCAP_NETMASK_UNKNOWN, type Pointer } from './library.js';

/** sizeof(struct bpf_program): a count and a pointer. */
const PROGRAM_LENGTH = 16;
/** struct pcap_pkthdr on 64 bits: a timeval, then the two lengths. */
const HEADER_LENGTH = 24;
const HEADER_CAPTURED = 16;
const HEADER_WIRE = 20;
const MAX_SNAPLEN = 262_144;
const LINKTYPE_ETHERNET = 1;
/** The one LINKTYPE_ in use whose DLT_ has another number (on all but OpenBSD). */
const LINKTYPE_RAW = 101;
const DLT_RAW = 12;

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
    const program = filter.compileFor(LINKTYPE_ETHERNET);
    if (typeof program === 'string') return { error: program };
    filter.programs.set(LINKTYPE_ETHERNET, program);
    return filter;
  }

  /**
   * @param linkType LINKTYPE_ value; a filter that makes no sense for it matches nothing.
   * @param captured octets at `bytes[at]`; `wire`: what the frame had
   */
  matches(linkType: number, bytes: Uint8Array, at: number, captured: number, wire: number): boolean {
    let program = this.programs.get(linkType);
    if (program === undefined) {
      const compiled = this.compileFor(linkType);
      program = typeof compiled === 'string' ? null : compiled;
      this.programs.set(linkType, program);
    }
    if (program === null) return false;
    this.header.writeUInt32LE(captured, HEADER_CAPTURED);
    this.header.writeUInt32LE(wire, HEADER_WIRE);
    return this.pcap.offlineFilter(program, this.header, bytes.subarray(at, at + captured)) !== 0;
  }

  private compileFor(linkType: number): Buffer | string {
    const handle = this.pcap.openDead(linkType === LINKTYPE_RAW ? DLT_RAW : linkType, MAX_SNAPLEN);
    try {
      return compileFor(this.pcap, handle, this.text);
    } finally {
      this.pcap.close(handle);
    }
  }
}
