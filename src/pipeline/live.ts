// A live input: the interface, opened with the rights of now, and the processes of this machine that its packets belong to.

import { type Device, listDevices } from '../libpcap/devices.js';
import { isMissing, libpcap } from '../libpcap/library.js';
import type { CaptureProblem } from '../source/capture-problem.js';
import type { TimeBase } from '../source/frame-batch.js';
import type { Backend, LiveOptions, LiveSource } from '../source/live/live-source.js';
import { DEFAULT_BUFFER_KIB, DEFAULT_SNAPLEN } from '../source/live/live-source.js';
import { openInterface } from '../source/live/open-interface.js';
import { LocalProcesses } from '../system/local-processes.js';
import type { ProcessAt } from '../verdict/case.js';
import type { NoticeEvent, NoticeId, ProcessRecord } from '../verdict/events.js';
import type { Bystander } from './analysis.js';
import { CAPTURE_ALL, type ConnectionFilter } from './connection-filter.js';

/** Nothing seen for so long is worth a word. */
const QUIET_MS = 10_000;

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

export function processBystander(processes: LocalProcesses): Bystander {
  return {
    opened: ({ id, client, server }) => processes.want(id, client, server),
    processesOf: (id) => processAt(processes, id),
    forgotten: (id) => processes.forget(id),
  };
}

export const processAt =
  (processes: LocalProcesses, id: number): ProcessAt =>
  (role): ProcessRecord | null => {
    const process = processes.of(id, role);
    return process && { ...process, exited: processes.presence(id, role) === 'exited' };
  };

const WORDS: Readonly<Record<NoticeId, string>> = {
  'interface-down': 'the interface is down, or has no carrier; listening goes on when it is up again',
  'interface-up': 'the interface is up again',
  'nothing-seen': 'no TCP packet so far that matches; still listening',
  'write-failed': 'what is captured can no longer be written',
  'output-skipped': 'the output is read too slowly',
};

/** Tells once that nothing has come of a capture that has been running for a while. */
export function quietWatch(): (seen: boolean) => NoticeEvent[] {
  let untilMs = Date.now() + QUIET_MS;
  return (seen) => {
    const nowMs = Date.now();
    if (seen || nowMs < untilMs) return [];
    untilMs = Number.POSITIVE_INFINITY;
    return [noticeEvent('nothing-seen', nowMs)];
  };
}

/** @param more what the sentence goes on with. */
export function noticeEvent(id: NoticeId, atMs: number, more = ''): NoticeEvent {
  const at = new Date(atMs).toISOString().replace('Z', '000000Z');
  return { type: 'notice', id, at, message: `${WORDS[id]}${more}` };
}
