// The answers beside a capture: what was really done and what every program and kernel really said, never what a tool would.

import { writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Connection, End, HostEvent, Truth } from '../stage/record.js';

/** What really happened to a host, or to all of its connections on the way; told by several of them together. */
export type HostTruth =
  | 'shut-down'
  | 'shut-down-and-rebooted'
  | 'services-restarted'
  | 'crashed'
  | 'crashed-and-rebooted'
  | 'outage-healed'
  | 'process-terminated'
  | 'processes-terminated'
  | 'worker-terminated'
  | 'path-lost'
  | 'nat-flushed'
  | 'failed-over';

/** A host whose connections tell something together. */
export interface HostAnswer {
  role: 'client' | 'server';
  address: string;
  truth: HostTruth;
  events: HostEvent[];
}

/** What every capture's answers have. */
export interface CaptureAnswers {
  name: string;
  scenario: Truth;
  end: End;
  what: string;
  vantage: string;
  linkType: string;
  snaplen: number;
  /** What the capture was told to keep, if not everything. */
  filter: string | null;
  connections: Connection[];
  /** Where the scenario is about a whole host. */
  hosts?: HostAnswer[];
  kernelRelease: string;
  made: string;
}

export interface Answers extends CaptureAnswers {
  /** Counters of each host's kernel at the end, those that are not zero. */
  kernel: Record<'client' | 'server', Record<string, number>>;
  /** Packets that each host's own firewall counted as it dropped them. */
  dropped: Record<'client' | 'server', number>;
  /** `ss -tanH` on each host at the end. */
  ss: Record<'client' | 'server', string[]>;
}

/** Where the server's host is a machine with a kernel of its own, which may be in no state to be asked. */
export interface MachineAnswers extends CaptureAnswers {
  machine: {
    kernelRelease: string;
    /** What its process 1 and its kernel said while it happened, and when that was heard. */
    console: { line: string; at: number }[];
  };
}

/** Writes them where they belong: one record a connection, one line a call. */
export async function writeAnswers<T extends CaptureAnswers>(
  path: string,
  answers: Omit<T, 'kernelRelease' | 'made'>,
): Promise<void> {
  const whole = { ...answers, kernelRelease: release(), made: new Date().toISOString().slice(0, 10) };
  const text = JSON.stringify(whole, null, 2).replace(/\{\n\s+"(?:program|address|did|line)": [^{}]*\}/g, (record) =>
    record.replace(/\n\s*/g, ' '),
  );
  await writeFile(path, `${text}\n`);
}
