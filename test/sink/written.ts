// What the tests of src/sink share: batches to write, records to flag, and other eyes on what was written.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlightRecorder, type FlightRecorderOptions } from '../../src/sink/flight-recorder.js';
import { FrameBatch, TimeBase } from '../../src/source/frame-batch.js';
import type { ConnectionEvent, EvidenceRecord } from '../../src/verdict/events.js';
import { parse, type ReadFrame } from '../source/reading.js';
import { payload } from '../support/captures.js';

/** 2026-11-22T12:00:00.123456789Z */
export const NOON_NS = 1_795_348_800_123_456_789n;

export function baseAt(epochNs = NOON_NS): TimeBase {
  const base = new TimeBase();
  base.epochNs = epochNs;
  return base;
}

export type Frame = Pick<ReadFrame, 'data'> & Partial<ReadFrame>;

/** Frames that stand apart in the batch's octets, as a reader leaves them. */
export function batchOf(frames: readonly Frame[]): FrameBatch {
  const batch = new FrameBatch();
  batch.bytes = new Uint8Array(frames.reduce((sum, { data }) => sum + data.length + 3, 0));
  batch.view = new DataView(batch.bytes.buffer);
  let at = 0;
  for (const [f, { data, timeNs = f * 1000, linkType = 1, wireLength = data.length }] of frames.entries()) {
    at += 3;
    batch.bytes.set(data, at);
    batch.offset[f] = at;
    batch.capturedLength[f] = data.length;
    batch.wireLength[f] = wireLength;
    batch.linkType[f] = linkType;
    batch.timeNs[f] = timeNs;
    at += data.length;
  }
  batch.count = frames.length;
  return batch;
}

/** The frames of a file that is whole. */
export function framesIn(path: string, base = baseAt()): readonly ReadFrame[] {
  const octets = readFileSync(path);
  const { frames, problem, cutOffAt } = parse(octets, octets.length, base);
  if (problem !== null || cutOffAt !== null) throw new Error(`${path}: ${problem?.message ?? 'cut off'}`);
  return frames;
}

export interface Block {
  readonly type: number;
  readonly body: DataView;
  readonly options: ReadonlyMap<number, DataView>;
}

const OPTIONS_AT: Readonly<Record<number, (body: DataView) => number>> = {
  168627466: () => 16,
  1: () => 8,
  5: () => 12,
  6: (body) => 20 + Math.ceil(body.getUint32(12, true) / 4) * 4,
};

/** Blocks of a file, whose lengths must be right. */
export function blocksOf(file: Uint8Array): Block[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (length % 4 !== 0 || view.getUint32(at + length - 4, true) !== length) throw new Error(`block length at ${at}`);
    const body = new DataView(file.buffer, file.byteOffset + at + 8, length - 12);
    const options = new Map<number, DataView>();
    for (let option = OPTIONS_AT[type](body); option < body.byteLength; ) {
      const code = body.getUint16(option, true);
      const size = body.getUint16(option + 2, true);
      if (code !== 0) options.set(code, new DataView(body.buffer, body.byteOffset + option + 4, size));
      option += 4 + Math.ceil(size / 4) * 4;
    }
    blocks.push({ type, body, options });
    at += length;
  }
  return blocks;
}

export const textOf = (view: DataView | undefined): string | undefined =>
  view && new TextDecoder('utf-8', { fatal: true }).decode(view);

/** Section comment, and each packet with its comment. */
export function flaggedContents(path: string): { comment: string; packets: number[]; comments: Map<number, string> } {
  const blocks = blocksOf(readFileSync(path));
  const comments = new Map<number, string>();
  const packets = blocks
    .filter(({ type }) => type === 6)
    .map(({ options }) => {
      const packet = Number(options.get(5)!.getBigUint64(0, true));
      const comment = textOf(options.get(1));
      if (comment !== undefined) comments.set(packet, comment);
      return packet;
    });
  return { comment: textOf(blocks[0].options.get(1))!, packets, comments };
}

export const evidence = (packet: number, says: string): EvidenceRecord => ({
  fact: 'syn-refused',
  packet,
  at: '2026-11-22T12:00:00.123456789Z',
  says,
});

/** Of the file of `recordWith({})`. */
export const NAME = '20261122T120000.123456Z_192.0.2.1.40000_198.51.100.2.443_connect-refused_1.pcapng';

export interface RecordOptions extends Partial<Omit<ConnectionEvent, 'verdict'>> {
  readonly verdict?: Partial<ConnectionEvent['verdict']>;
}

export function recordWith({ verdict, ...more }: RecordOptions): ConnectionEvent {
  const counts = {
    segments: 1,
    bytes: 0,
    retransmissions: 0,
    duplicateAcks: 0,
    outOfOrder: 0,
    filledHoles: 0,
    keepAlives: 0,
    zeroWindows: 0,
    resets: 0,
  };
  return {
    type: 'connection',
    id: 1,
    final: true,
    revision: 1,
    client: { address: '192.0.2.1', port: 40000 },
    server: { address: '198.51.100.2', port: 443 },
    vlan: [],
    roles: 'syn',
    communityId: '1:x',
    opened: '2026-11-22T12:00:00.123456789Z',
    ended: '2026-11-22T12:00:01.123456789Z',
    lastPacketAt: '2026-11-22T12:00:01.123456789Z',
    durationSeconds: 1,
    firstPacket: 1,
    lastPacket: 2,
    states: { client: 'CLOSED', server: 'CLOSED' },
    timeWait: null,
    ending: 'refused',
    form: null,
    closedBy: null,
    history: 'Sr',
    zeekState: 'REJ',
    completeness: 33,
    counts: { client: counts, server: counts },
    capturedTwice: 0,
    unacknowledgedBytes: { client: 0, server: 0 },
    unanswered: { client: null, server: null },
    rttSeconds: { client: null, server: null },
    roundTrip: { client: null, server: null },
    timeouts: { client: null, server: null },
    mostInFlight: { client: 0, server: 0 },
    longestStallSeconds: { client: 0, server: 0 },
    anomalies: { client: {}, server: {} },
    processes: { client: null, server: null },
    revised: null,
    ...more,
    verdict: {
      scenario: 'connect-refused',
      end: 'server',
      document: 3,
      title: 'the server refused the connection',
      severity: 'error',
      confidence: 'certain',
      errors: { client: [{ call: 'connect', error: 'ECONNREFUSED', when: 'now' }], server: [] },
      evidence: [],
      lookalikes: [],
      ...verdict,
    },
  };
}

export const KIB = 1024;

/** A recorder and the capture that feeds it: packets count from 1 over all connections. */
export class Feed {
  readonly recorder: FlightRecorder;
  packet = 0;

  constructor(directory: string, options: Partial<FlightRecorderOptions> = {}) {
    const all = {
      application: 'tcpwatch 9.9.9',
      interfaceName: 'eth7',
      memoryBytes: 256 * KIB,
      directoryBytes: 1024 * KIB,
    };
    this.recorder = new FlightRecorder(baseAt(), { directory, ...all, ...options });
  }

  /** Frames of a connection. @returns the number of the last one. */
  pass(id: number, count = 1, length = 100): number {
    const data = [...payload(length, id)];
    const batch = batchOf([{ data }]);
    for (let i = 0; i < count; i++) {
      const packet = ++this.packet;
      batch.timeNs[0] = packet * 1000;
      batch.view.setUint32(batch.offset[0], packet);
      this.recorder.keep(id, packet, batch, 0);
    }
    return this.packet;
  }
}

/** Runs `body` with a folder of its own. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-sink-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `body` with a file system of `octets`. */
export function inSmallFileSystem(octets: number, body: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (parent) => {
    const folder = join(parent, 'small');
    mkdirSync(folder);
    run('mount', '-t', 'tmpfs', '-o', `size=${octets}`, 'tmpfs', folder);
    try {
      await body(folder);
    } finally {
      run('umount', folder);
    }
  });
}

function mounts(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status !== 0) return false;
    return spawnSync('umount', [folder]).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const canMount = mounts();
export const unlessMounts = canMount ? '' : ' (skipped: needs root, to mount a small file system)';

const installed = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
export const wireshark = installed('tshark') && installed('capinfos');
export const unlessWireshark = wireshark ? '' : ' (skipped: no tshark and capinfos)';

/** What a program prints. */
export function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}
