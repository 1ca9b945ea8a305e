// The npm package `cap` 0.2.1, as far as it is used: opens an interface. Read its src/binding.cc first.
//
// What it does not say, and breaks by: it keeps neither its buffer nor itself from being collected, and the destructor
// of one that was never opened reads memory nobody wrote. So all of them are kept for the life of the process.

import { createRequire } from 'node:module';
import {
  HOW_TO_INSTALL,
  PCAP_ERROR_IFACE_NOT_UP,
  PCAP_ERROR_NO_SUCH_DEVICE,
  PCAP_ERROR_PERM_DENIED,
} from '../../libpcap/library.js';
import { CAP_NOT_LOADED, type CapJob } from './cap-protocol.js';

/** What cap asks libpcap for, whatever is wanted. */
export const CAP_SNAPLEN = 65_535;

interface CapHandle {
  /** @returns the link type's name. Throws what libpcap says. */
  open(device: string, filter: string, ringOctets: number, frame: Buffer): string;
  close(): boolean;
  on(event: 'packet', listener: (length: number) => void): void;
}

export interface CapInterface {
  readonly handle: CapHandle;
  /** Where each frame is put, before `packet` is emitted. */
  readonly frame: Buffer;
  readonly linkType: number;
}

/** Why an interface cannot be opened. */
export interface CapFailure {
  /** Of the PCAP_ERROR_ family; 0: none of those that are told apart. */
  readonly code: number;
  readonly message: string;
}

/** LINKTYPE_ values by cap's names. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
};

/** cap passes on libpcap's words, but not its numbers. */
const FAILURES = [
  { code: PCAP_ERROR_NO_SUCH_DEVICE, words: /no such device|not configured/i },
  { code: PCAP_ERROR_PERM_DENIED, words: /permi/i },
  { code: PCAP_ERROR_IFACE_NOT_UP, words: /not up|network is down/i },
] as const;

const keptForLife: unknown[] = [];

/** Opens an interface with the first filter that can be compiled. */
export function openWithCap(job: CapJob): CapInterface | CapFailure {
  let Cap: new () => CapHandle;
  try {
    ({ Cap } = createRequire(import.meta.url)(job.cap));
  } catch (error) {
    const why = firstLine(error);
    const advice = why.includes('libpcap') ? `; libpcap is needed (${HOW_TO_INSTALL})` : '';
    return { code: CAP_NOT_LOADED, message: `the npm package cap cannot be loaded: ${why}${advice}` };
  }
  const frame = Buffer.alloc(CAP_SNAPLEN);
  const open = (filter: string): CapInterface | string => {
    const handle = new Cap();
    keptForLife.push(handle, frame);
    try {
      return { handle, frame, linkType: linkTypeOf(handle.open(job.interface, filter, job.ringOctets, frame)) };
    } catch (error) {
      return firstLine(error);
    }
  };
  let refusal = '';
  for (const filter of job.captureFilters) {
    const opened = open(filter);
    if (typeof opened !== 'string') return opened;
    refusal = opened;
  }
  // It was the filter, or the interface: without a filter it can only be the latter.
  const opened = open('');
  if (typeof opened === 'string') {
    const code = FAILURES.find(({ words }) => words.test(opened))?.code ?? 0;
    return { code, message: opened };
  }
  if (refusal === '') return opened;
  opened.handle.close();
  return { code: 0, message: `the filter cannot be compiled: ${refusal}` };
}

function linkTypeOf(name: string): number {
  return LINK_TYPES[name] ?? Number(/^Unknown linktype (\d+)$/.exec(name)?.[1]);
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0];
}
