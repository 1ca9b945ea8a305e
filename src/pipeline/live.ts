// A live input: the interface, opened with the rights of now, and the processes of this machine that its packets belong to.

import { type Device, listDevices } from '../libpcap/devices.js';
import { isMissing, libpcap } from '../libpcap/library.js';
import type { CaptureProblem } from '../source/capture-problem.js';
import type { TimeBase } from '../source/frame-batch.js';
import type { Backend, LiveOptions, LiveSource } from '../source/live/live-source.js';
import { DEFAULT_BUFFER_KIB, DEFAULT_SNAPLEN } from '../source/live/live-source.js';
import { openInterface } from '../source/live/open-interface.js';
import { LocalProcesses } from '../system/local-processes.js';
import { CAPTURE_ALL, type ConnectionFilter } from './connection-filter.js';

export interface LiveInput extends LiveOptions {
  readonly backend?: Backend | 'auto';
  /** Name the processes of this machine at the ends of connections. */
  readonly processes?: boolean;
  /** Whom a child process that captures shall be, once it has opened the interface. */
  readonly dropTo?: { readonly uid: number; readonly gid: number } | null;
  /** Called once the interface is open, before the first packet is parsed: the moment to give up privileges. */
  readonly opened?: () => void;
}

/** What can be listened on, or why that cannot be told. */
export function listInterfaces(): Device[] | string {
  const pcap = libpcap();
  return isMissing(pcap) ? pcap.advice : listDevices(pcap);
}

export interface Live {
  readonly source: LiveSource;
  readonly processes: LocalProcesses | null;
}

/** Opens it. @returns why it cannot be listened on, or the input. */
export async function openLive(
  input: LiveInput,
  filter: ConnectionFilter | null,
  base: TimeBase,
): Promise<Live | CaptureProblem> {
  // Both want the rights that are given up right after. The helper first: it shall not inherit what captures.
  const processes = input.processes === false ? null : LocalProcesses.start();
  const source = await openInterface(
    {
      interface: input.interface,
      snaplen: input.snaplen ?? DEFAULT_SNAPLEN,
      // Whole frames take more room each.
      bufferKib: input.bufferKib ?? (input.snaplen === 0 ? 4 * DEFAULT_BUFFER_KIB : DEFAULT_BUFFER_KIB),
      promiscuous: input.promiscuous ?? true,
      dropTo: input.dropTo ?? null,
      captureFilters: filter?.captureFilters ?? CAPTURE_ALL,
      base,
    },
    input.backend ?? 'auto',
  );
  if (!('batches' in source)) {
    processes?.close();
    return source;
  }
  input.opened?.();
  return { source, processes };
}
