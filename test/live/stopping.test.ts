// How a live capture ends, and how it does not: asked to stop, it takes in what the kernel still holds; a reader of its output
// that stops reading, or goes away, stops nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findCap } from '../../src/source/live/cap-source.js';
import { start } from '../cli/run.js';
import { captureOf, conversation, OPEN } from '../support/packet-rows.js';
import { eventsOf, impossibleLive } from './listening.js';
import {
  burst,
  eventually,
  FAR,
  heard,
  hold,
  isOver,
  listen,
  onWire,
  passed,
  play,
  portsOf,
  readBack,
  refusals,
  statusOf,
  type Wire,
} from './wire.js';

const COMMAND = resolve(import.meta.dirname, '../../bin/tcpwatch.js');
/** Octets of a pcapng block with a TCP segment without options. */
const LEAST_BLOCK = 88;
const impossible = impossibleLive('ip', 'tcpreplay', 'capinfos');

describe.skipIf(impossible !== null)(`a live capture${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  it.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: what the kernel still holds is told, to the last RST, and every connection once',
    (signal) =>
      onWire(async (wire) => {
        const { capture, ports, frames } = burst(300);
        const running = await listen(wire);
        await hold(running);
        await play(wire, capture);
        // Its ring has all of them, and it has seen none.
        expect(await passed(wire)).toBe(frames);
        process.kill(running.child.pid!, signal);
        process.kill(running.child.pid!, 'SIGCONT');
        const { code, stderr, finals, summary } = await heard(running);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(portsOf(finals)).toEqual(ports);
        expect(finals.find(({ client }) => client.port === ports.at(-1))).toMatchObject({
          ending: 'reset-after-fin',
          counts: { server: { resets: 1 } },
        });
        expect(summary).toMatchObject({ packets: frames, droppedByKernel: 0, droppedByUs: 0, problems: [] });
        expect(summary.connections.total).toBe(ports.length);
      }),
  );

  it.concurrent('--duration: the same, when the time is up', () =>
    onWire(async (wire) => {
      const { capture, ports, frames } = burst(100);
      const running = await listen(wire, ['--duration', '1']);
      const begunMs = Date.now();
      await hold(running);
      await play(wire, capture);
      expect(await passed(wire)).toBe(frames);
      await eventually('its time is up', () => Date.now() > begunMs + 1000);
      process.kill(running.child.pid!, 'SIGCONT');
      const { code, stderr, finals, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(portsOf(finals)).toEqual(ports);
      expect(summary).toMatchObject({ packets: frames, droppedByKernel: 0, droppedByUs: 0 });
    }));

  it.concurrent('--duration waits as long as it says', () =>
    onWire(async (wire) => {
      const begunMs = Date.now();
      const { code } = await (await listen(wire, ['--duration', '1.25'])).ended;
      expect(code).toBe(0);
      expect(Date.now() - begunMs).toBeGreaterThanOrEqual(1250);
    }));

  it.concurrent('-c: so many packets and not one more, in the summary and in the file', () =>
    onWire(async (wire) => {
      const { capture } = burst(50);
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['-c', '123', '-w', file]);
      await play(wire, capture);
      const { code, stderr, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(summary).toMatchObject({ packets: 123, segments: 123, droppedByKernel: 0 });
      expect(await wire.run('capinfos', ['-M', '-r', '-T', '-c', file])).toMatch(/\t123\n$/);
      expect((await readBack(file)).summary.packets).toBe(123);
    }));

  it.concurrent.each(['libpcap', ...(findCap() === null ? [] : ['cap'])])(
    'asked to stop before it listens, it stops all the same: %s',
    (backend) =>
      onWire(async (wire) => {
        const { child, ended } = start(['-i', FAR, '-o', 'ndjson', '--backend', backend, '--duration', '0.001'], {
          in: wire.enter,
        });
        await eventually('it is over', () => isOver(child.pid!));
        expect((await heard({ ended })).code).toBe(0);
      }),
  );

  it.concurrent.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('a reader that stopped reading does not keep it: %s, then %s', (first, second) =>
    onWire(async (wire) => {
      const running = await listen(wire);
      const { child, stdout } = running;
      stdout.pause();
      const { capture, frames } = burst(1000);
      await play(wire, capture);
      expect(await passed(wire)).toBe(frames);
      process.kill(child.pid!, first);
      // Until the first is taken in, the second would be one with it.
      while (child.exitCode === null && child.signalCode === null) {
        process.kill(child.pid!, second);
        await turn();
      }
      expect([first, second]).toContain(child.signalCode);
      stdout.destroy();
    }),
  );

  it.concurrent('a reader that stopped reading does not stop the capture: what it missed is counted, the end is told', () =>
    onWire(async (wire) => {
      const { capture, ports, frames } = burst(1199);
      const loops = 10;
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['-w', file]);
      running.stdout.pause();
      await play(wire, capture, '--pps=40000', `--loop=${loops}`, '--unique-ip');
      expect(await passed(wire)).toBe(loops * frames);
      await eventually('all is in the file', () => statSync(file).size >= loops * frames * LEAST_BLOCK);
      running.stdout.resume();
      process.kill(running.child.pid!, 'SIGINT');
      const { code, stderr, finals, notices, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(summary).toMatchObject({ packets: loops * frames, droppedByKernel: 0, droppedByUs: 0 });
      expect(summary.connections.total).toBe(loops * ports.length);
      // All of these were still remembered, so that none had been told for good before the reader went on.
      expect(portsOf(finals)).toEqual(ports.flatMap((port) => Array(loops).fill(port)));
      expect(notices.map(({ id }) => id)).toEqual(['output-skipped']);
      expect(notices[0].message).toMatch(/: [1-9]\d* lines left out$/);
    }));

  it.concurrent('a reader that reads gets everything, also of very many connections that die in one moment', () =>
    onWire(async (wire) => {
      const running = await listen(wire);
      await hold(running);
      await play(wire, refusals(3000));
      process.kill(running.child.pid!, 'SIGINT');
      process.kill(running.child.pid!, 'SIGCONT');
      const { lines, finals, notices, summary } = await heard(running);
      expect(summary).toMatchObject({ packets: 6000, droppedByKernel: 0 });
      expect(finals).toHaveLength(3000);
      expect(notices).toEqual([]);
      expect(lines.filter((line) => line.type === 'connection' && !line.final)).toHaveLength(3000);
    }));

  it.concurrent('nor does it fill the memory: what waits for it is bounded', () =>
    onWire(async (wire) => {
      const opening = conversation(OPEN);
      const again = captureOf(Array.from({ length: 100 }, () => opening[3]));
      const loops = 10_000;
      const frames = opening.length + loops * 100;
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['--anomalies', '-w', file]);
      const memory = (): number => Number.parseInt(statusOf(running.child.pid!, 'RssAnon'), 10) * 1024;
      running.stdout.pause();
      await play(wire, captureOf(opening));
      const before = memory();
      await play(wire, again, '--pps=100000', `--loop=${loops}`);
      expect(await passed(wire)).toBe(frames);
      let size = -1;
      while (size < statSync(file).size) {
        size = statSync(file).size;
        await pause(1000);
      }
      const grown = memory() - before;
      running.stdout.resume();
      process.kill(running.child.pid!, 'SIGINT');
      const { lines, notices, summary } = await heard(running);
      // A busy machine drops some; each is counted.
      const { packets, droppedByKernel } = summary as { packets: number; droppedByKernel: number };
      expect(packets + droppedByKernel).toBe(frames);
      expect(size).toBeGreaterThanOrEqual(packets * LEAST_BLOCK);
      const told = lines.filter(({ type }) => type === 'anomaly');
      const skipped = Number(/: (\d+) lines left out$/m.exec(notices.map(({ message }) => message).join('\n'))?.[1]);
      // Each of the segments was one, and was told or counted; one that is no copy is told as sent again, and in vain besides.
      expect(told.length + skipped).toBeGreaterThanOrEqual(packets - opening.length);
      expect(told.length + skipped).toBeLessThan(packets + loops);
      expect(grown).toBeLessThan(0.7 * skipped * JSON.stringify(told[0]).length);
    }));

  it.concurrent('| head -3: it ends quietly, and what -w had is whole', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'kept.pcapng');
      const [command, ...words] = [...wire.enter, process.execPath, COMMAND, '-i', FAR, '-o', 'ndjson', '-w', file];
      const line = `set -o pipefail; ${[command, ...words].map((word) => `'${word}'`).join(' ')} | head -3`;
      const shell = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] });
      const over = once(shell, 'close');
      const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr), playUntilOver(wire, shell)]);
      expect(await over).toEqual([0, null]);
      expect(stderr).toBe('');
      expect(eventsOf(stdout)).toHaveLength(3);
      const count = Number(
        await wire.run('capinfos', ['-M', '-r', '-T', '-c', file]).then((row) => row.split('\t')[1]),
      );
      expect(count).toBeGreaterThan(0);
      expect((await readBack(file)).summary.packets).toBe(count);
    }));
});

/** Frames until it has ended: that its reader is gone is met when there is something to write. */
async function playUntilOver(wire: Wire, shell: ChildProcess): Promise<void> {
  const { capture } = burst(20);
  while (shell.exitCode === null && shell.signalCode === null) await play(wire, capture);
}
