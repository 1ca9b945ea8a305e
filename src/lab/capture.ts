// Captures what a namespace's interface carries, to the last packet, with tcpdump or dumpcap.
//
// Read tcpdump(1) for -U and --immediate-mode: without them the last second - the RST - never arrives. The file grows
// while it is written, so a scenario can wait for what the wire has shown instead of sleeping.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs } from '../stage/clock.js';
import { type Namespace, run } from '../stage/namespaces.js';
import { PlayAgain } from './scenario.js';

export interface CaptureOptions {
  device: string;
  format: 'pcap' | 'pcapng';
  precision: 'micro' | 'nano';
  /** 0: whole frames. */
  snaplen: number;
  /** A DLT name for -y, where the interface offers a choice. */
  linkType: string | null;
  /** What to keep, in pcap-filter(7)'s words; empty: everything. */
  filter: string;
}

/** How long the file must not have grown before the last packet counts as written. */
const QUIET_MS = { pcap: 300, pcapng: 900 } as const;
const STEP_MS = 25;
/** In immediate mode every packet takes a slot of the snapshot's length: the default buffer has but eight of them. */
const BUFFER_KB = '65536';

export class Capture {
  /** What the capturing program said since it began: its counts, at the end. */
  private said = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly file: string,
    private readonly format: 'pcap' | 'pcapng',
    /** Milliseconds since 1970 when the first packet could be seen. */
    readonly startedMs: number,
  ) {}

  static async start(at: Namespace, file: string, options: CaptureOptions): Promise<Capture> {
    const { device, format, precision, snaplen, linkType, filter } = options;
    const link = linkType === null ? [] : ['-y', linkType];
    const common = ['-i', device, ...link, '-s', String(snaplen), '-w', file];
    const command =
      format === 'pcapng'
        ? ['dumpcap', '-q', ...common, ...(filter ? ['-f', filter] : [])]
        : [
            ...['tcpdump', '-n', '-B', BUFFER_KB, '-Z', 'root', '-U', '--immediate-mode'],
            ...[`--time-stamp-precision=${precision}`, ...common, filter],
          ];
    const [enter, ...rest] = at.enter;
    const child = spawn(enter, [...rest, ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    const listening = new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/listening on|Capturing on/.test(said) && (format === 'pcap' || /File: /.test(said))) resolve();
      });
      child.on('exit', () => reject(new Error(`${command[0]} ended: ${said.trim()}`)));
    });
    await listening;
    const capture = new Capture(child, file, format, epochMs());
    child.stderr.on('data', (chunk: Buffer) => {
      capture.said += chunk.toString();
    });
    return capture;
  }

  /** Waits until the capture holds so many packets that a filter accepts. */
  async shows(filter: string, { times = 1, within = 20 } = {}): Promise<void> {
    const deadline = performance.now() + within * 1000;
    for (;;) {
      if ((await this.count(filter)) >= times) return;
      if (performance.now() > deadline) throw new Error(`the wire never showed ${times} of: ${filter}`);
      await sleep(STEP_MS);
    }
  }

  async count(filter: string): Promise<number> {
    return (await this.lines(filter, [])).length;
  }

  /** The octets, from the IP header on, of the last packet that a filter accepts. */
  async last(filter: string): Promise<Buffer> {
    const line = (await this.lines(filter, ['-x'])).at(-1);
    if (line === undefined) throw new Error(`the wire shows none of: ${filter}`);
    const hex = [...line.matchAll(/0x[0-9a-f]{4}:((?: +[0-9a-f]{2,4})+)/g)].map(([, words]) => words).join('');
    return Buffer.from(hex.replaceAll(' ', ''), 'hex');
  }

  /** One text a packet, as tcpdump prints it. The file's last packet may be half written, which is no error here. */
  private async lines(filter: string, options: string[]): Promise<string[]> {
    const reader = run('sh', [
      '-c',
      'tcpdump -n -S "$@" 2>/dev/null || true',
      'sh',
      ...options,
      '-r',
      this.file,
      filter,
    ]);
    return (await reader).split(/\n(?=\S)/).filter((line) => line.trim() !== '');
  }

  /** Waits until nothing more comes, then ends the capture. */
  async stop(): Promise<void> {
    let size = -1;
    let quietSince = performance.now();
    const begun = performance.now();
    for (;;) {
      const now = (await stat(this.file)).size;
      if (now !== size) {
        size = now;
        quietSince = performance.now();
      }
      const quiet = performance.now() - quietSince >= QUIET_MS[this.format];
      if (quiet || performance.now() - begun > 3000) break;
      await sleep(STEP_MS);
    }
    await this.end('SIGINT');
    const [, dropped] = /(\d+) packets? dropped by kernel|received\/dropped on interface[^:]*: \d+\/(\d+)/
      .exec(this.said)
      ?.filter((group) => group !== undefined) ?? ['', '0'];
    if (dropped !== '0') throw new PlayAgain(`the capture missed ${dropped} packets`);
  }

  /** Ends it at once, whatever is still to come. */
  async end(signal: 'SIGINT' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}
