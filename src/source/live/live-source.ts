// What a live capture is beyond a saved one: it is asked for with options, counts what it lost, and has moments of its own.

import type { CaptureProblem } from '../capture-problem.js';
import type { TimeBase } from '../frame-batch.js';
import type { CaptureSource } from '../open-capture.js';

/** Octets of each frame: every header up to TCP with all its options, in two VLAN tags, and what an ICMPv6 error quotes. */
export const DEFAULT_SNAPLEN = 160;
/** KiB of kernel buffer: about 270,000 frames of the default snaplen, most of a second at 300,000 a second. */
export const DEFAULT_BUFFER_KIB = 65_536;

export interface LiveOptions {
  /** Name of the interface; `any` on Linux. */
  readonly interface: string;
  /** Octets; 0: whole frames. */
  readonly snaplen?: number;
  readonly bufferKib?: number;
  readonly promiscuous?: boolean;
}

/** As {@link LiveOptions}, complete, with what the kernel is to let through. */
export interface LiveRequest extends Required<LiveOptions> {
  /** Whom a child process that captures shall be, once it has opened the interface; null: it stays who it is. */
  readonly dropTo: { readonly uid: number; readonly gid: number } | null;
  readonly base: TimeBase;
  /** pcap-filter texts, best first: the first that libpcap can compile for this link type is used. */
  readonly captureFilters: readonly string[];
}

export const BACKENDS = ['libpcap', 'cap'] as const;
export type Backend = (typeof BACKENDS)[number];

/** What happened to the capture itself. */
export interface Notice {
  readonly id: 'interface-down' | 'interface-up';
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface LiveSource extends CaptureSource {
  readonly backend: Backend;
  /** Who stamps the frames. */
  readonly clock: 'kernel' | 'userspace';
  /** Frames lost so far; null: not known. */
  dropped(): { readonly kernel: number | null; readonly interface: number | null };
  /** What happened since the last call. */
  takeNotices(): Notice[];
  /** Ends `batches` once what the kernel still holds has been delivered. */
  close(): void;
}

/** Why an interface cannot be listened on (any more). */
export const interfaceProblem = (message: string): CaptureProblem => ({ message, offset: 0, kind: 'interface' });
