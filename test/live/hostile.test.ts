// A hostile minute: frames broken in every way, at full speed, while everything is switched on. Nothing of it is a reason to
// end, and what was captured reads the same again.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { framesIn } from '../sink/written.js';
import { type PcapRecord, pcapFile } from '../support/captures.js';
import { numbers } from '../support/numbers.js';
import { impossibleLive } from './listening.js';
import { FAR, heard, listen, NEAR, onWire, passed, play, readBack } from './wire.js';

const impossible = impossibleLive('ip', 'tcpreplay');
const CAPTURES = resolve(import.meta.dirname, '../../fixtures/captures');
const LINKTYPE_ETHERNET = 1;
const SEED = 0x7c9;

/** Frames of every fixture on Ethernet. */
function realFrames(): Uint8Array[] {
  return readdirSync(CAPTURES)
    .filter((name) => name.endsWith('.pcap'))
    .flatMap((name) => {
      const octets = readFileSync(join(CAPTURES, name));
      if (octets.readUInt32LE(20) !== LINKTYPE_ETHERNET) return [];
      return framesIn(join(CAPTURES, name)).map(({ data }) => Uint8Array.from(data));
    });
}

const MAX_FRAME = 1500;

/** Most keep their way through the kernel's filter; the worst of them are behind it. */
function mutated(frames: readonly Uint8Array[], count: number): PcapRecord[] {
  const next = numbers(SEED);
  return Array.from({ length: count }, () => {
    const data = frames[next(frames.length)].slice(0, MAX_FRAME);
    const how = next(8);
    if (how === 0) return { data: Uint8Array.from({ length: 14 + next(200) }, () => next(256)) };
    const from = how < 6 ? 14 : 0;
    for (let flips = 1 + next(8); flips > 0; flips--) {
      if (data.length > from) data[from + next(data.length - from)] = next(256);
    }
    return { data: how === 7 ? data.subarray(0, 14 + next(Math.max(1, data.length - 14))) : data };
  });
}

describe.skipIf(impossible !== null)(`hostile frames${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  const records = impossible === null ? mutated(realFrames(), 8000) : [];

  it.concurrent.each([
    ['whole', ['-s', '1600']],
    ['cut off in their headers', ['-s', '60']],
    ['that libpcap filters, too', ['tcp[tcpflags] & tcp-rst != 0']],
    ['with few connections kept', ['--max-connections', '16']],
  ])('%s', (_, args) =>
    onWire(async (wire) => {
      await wire.ip(`link set ${NEAR} mtu 9000`, `link set ${FAR} mtu 9000`);
      const file = join(wire.folder, 'kept.pcapng');
      const flagged = join(wire.folder, 'flagged');
      const running = await listen(wire, ['--anomalies', '-w', file, '--write-flagged', flagged, ...args]);
      await play(wire, pcapFile({ records }), '--pps=4000');
      expect(await passed(wire)).toBe(records.length);
      process.kill(running.child.pid!, 'SIGINT');
      const { code, stderr, finals, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(summary.packets).toBeGreaterThan(records.length / 2);
      expect(summary.droppedByKernel).toBe(0);
      expect(finals.length).toBeGreaterThan(50);
      expect(Object.keys(summary.undecodable).length).toBeGreaterThan(3);
      expect((await readBack(file)).summary.packets).toBe(summary.packets);
    }),
  );
});
