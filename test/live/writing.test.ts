// What a live capture leaves behind: with -w all of it, with --write-flagged what ended badly; whole, whatever happens.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start, run as tcpwatch } from '../cli/run.js';
import { canMount, flaggedContents, framesIn, inSmallFileSystem, unlessMounts } from '../sink/written.js';
import { CLOSED, captureOf, conversation, KILLED, REFUSED } from '../support/packet-rows.js';
import { impossibleLive } from './listening.js';
import { burst, eventually, FAR, heard, isOver, listen, onWire, play, portsOf, readBack, refusals } from './wire.js';

const impossible = impossibleLive('ip', 'tcpreplay', 'capinfos');
const suffix = impossible ? ` (skipped: ${impossible})` : '';

describe.skipIf(impossible !== null)(`-w${suffix}`, () => {
  it.concurrent('keeps every frame as it was, and gives the same records again', () =>
    onWire(async (wire) => {
      const { capture, ports, frames } = burst(20);
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['-w', file]);
      await play(wire, capture);
      await running.until((text) => text.includes('"reset-after-fin"'));
      process.kill(running.child.pid!, 'SIGINT');
      const live = await heard(running);
      const again = await readBack(file);
      expect(portsOf(again.finals)).toEqual(ports);
      const apart = ({ revision: _, ...record }: (typeof again.finals)[number]): object => record;
      expect(live.finals.map(apart)).toEqual(again.finals.map(apart));
      const sent = join(wire.folder, 'sent.pcap');
      writeFileSync(sent, capture);
      const octets = (path: string): string[] => framesIn(path).map(({ data }) => Buffer.from(data).toString('hex'));
      expect(octets(file)).toEqual(octets(sent));
      expect(octets(file)).toHaveLength(frames);
    }));

  it.concurrent('of a capture without a packet is a file all the same', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'kept.pcapng');
      const { code } = await heard(await listen(wire, ['-w', file, '--duration', '0.1']));
      expect(code).toBe(0);
      expect((await readBack(file)).summary.packets).toBe(0);
      await wire.run('capinfos', [file]);
    }));

  it.concurrent.each([
    ['a folder', '/', /^tcpwatch: cannot write \/: EISDIR: .*\n$/],
    ['nowhere', '/nowhere/at/all', /^tcpwatch: cannot write \/nowhere\/at\/all: ENOENT: .*\n$/],
  ])('to %s: nothing is captured, exit 5', (_, file, says) =>
    onWire(async (wire) => {
      const { code, stdout, stderr } = await tcpwatch(['-i', FAR, '-w', file], { in: wire.enter });
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(says);
    }),
  );

  it.concurrent.each([
    ['a mistake in the filter', [FAR, 'prot', '80'], 2],
    ['an interface that there is not', ['nowhere'], 4],
  ])('overwrites nothing for %s', (_, args, exit) =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'earlier.pcapng');
      writeFileSync(file, 'earlier');
      const { code } = await tcpwatch(['-w', file, '-i', ...args], { in: wire.enter });
      expect(code).toBe(exit);
      expect(readFileSync(file, 'utf8')).toBe('earlier');
      expect(statSync(file).uid).toBe(0);
    }),
  );

  it.skipIf(!existsSync('/dev/full'))('that takes nothing: exit 5, though no packet came', { concurrent: true }, () =>
    onWire(async (wire) => {
      const { code } = await heard(await listen(wire, ['-w', '/dev/full', '--duration', '0.1']));
      expect(code).toBe(5);
    }),
  );

  it.concurrent('to a pipe that nobody reads: it can be ended all the same', () =>
    onWire(async (wire) => {
      const pipe = join(wire.folder, 'pipe');
      await wire.run('mkfifo', [pipe]);
      const { child, ended } = start(['-i', FAR, '-o', 'ndjson', '-w', pipe], { in: wire.enter });
      // There it waits for a reader, if it waits.
      const waits = (): boolean => readFileSync(`/proc/${child.pid}/wchan`, 'latin1') === 'wait_for_partner';
      await eventually('it has opened the pipe', () => isOver(child.pid!) || waits());
      await eventually('Ctrl-C ends it', () => isOver(child.pid!) || !process.kill(child.pid!, 'SIGINT'));
      await ended;
    }));

  it.skipIf(!canMount)(`on a full disk: said once, and all the rest goes on${unlessMounts}`, { concurrent: true }, () =>
    onWire((wire) =>
      inSmallFileSystem(256 * 1024, async (disk) => {
        await wire.run('chmod', ['-R', '755', join(disk, '..')]);
        const { capture, ports, frames } = burst(399);
        const file = join(disk, 'kept.pcapng');
        const running = await listen(wire, ['-w', file]);
        await play(wire, capture, '--pps=3000');
        process.kill(running.child.pid!, 'SIGINT');
        const { code, stderr, finals, notices, summary } = await heard(running);
        expect(notices.map(({ id }) => id)).toEqual(['write-failed']);
        expect(notices[0].message).toMatch(/: no space left on device$/);
        expect(stderr.split('\n').length).toBeLessThanOrEqual(2);
        expect(portsOf(finals)).toEqual(ports);
        expect(summary).toMatchObject({ packets: frames, droppedByKernel: 0 });
        // Up to the last block there was room for.
        const kept = await readBack(file);
        expect(kept.summary.packets).toBeGreaterThan(2000);
        expect(kept.summary.packets).toBeLessThan(frames);
        const count = await wire.run('capinfos', ['-M', '-r', '-T', '-c', file]);
        expect(count).toMatch(new RegExp(`\\t${kept.summary.packets}\n$`));
        expect(code).toBe(5);
      }),
    ),
  );
});

describe.skipIf(impossible !== null)(`--write-flagged${suffix}`, () => {
  const three = captureOf(
    conversation(CLOSED, { clientPort: 20_000 }),
    conversation(REFUSED, { clientPort: 20_001, from: 1 }),
    conversation(KILLED, { clientPort: 20_002, from: 2 }),
  );

  it.concurrent.each([
    ['what ended abnormally', [], [20_001, 20_002]],
    ['a scenario', ['--flag', 'connect-refused'], [20_001]],
    ['an ending', ['--flag', 'reset-after-fin'], [20_002]],
    ['a severity', ['--flag', 'ok'], [20_000, 20_001, 20_002]],
    ['several words', ['--flag', 'connect-refused', '--flag', 'closed'], [20_000, 20_001]],
  ])('while it happens: %s, with the verdict', (_, flags, wanted) =>
    onWire(async (wire) => {
      const folder = join(wire.folder, 'a', 'flagged');
      const running = await listen(wire, ['--write-flagged', folder, ...flags]);
      await play(wire, three);
      await running.until((text) => text.includes('"reset-after-fin"'));
      process.kill(running.child.pid!, 'SIGINT');
      const { code, stderr, finals, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(summary.flagged).toEqual({ files: wanted.length, notWritten: 0, removed: 0 });
      const files = readdirSync(folder).sort();
      expect(files).toHaveLength(wanted.length);
      const inFiles = await Promise.all(files.map((name) => readBack(join(folder, name))));
      expect(inFiles.flatMap((one) => portsOf(one.finals)).sort()).toEqual(wanted);
      for (const name of files) {
        const { comment, packets } = flaggedContents(join(folder, name));
        const record = finals.find(({ id }) => name.endsWith(`_${id}.pcapng`))!;
        expect(comment).toContain(`:${record.client.port} → `);
        expect(comment).toContain(`verdict: ${record.verdict.title}`);
        expect(packets).toHaveLength(record.counts.client.segments + record.counts.server.segments);
        expect(statSync(join(folder, name)).uid).toBe(statSync(folder).uid);
        expect(statSync(folder).uid).not.toBe(0);
      }
    }),
  );

  it.skipIf(!canMount)(`on a full disk: said once, counted, exit 5${unlessMounts}`, { concurrent: true }, () =>
    onWire((wire) =>
      inSmallFileSystem(256 * 1024, async (disk) => {
        const capture = join(wire.folder, 'refused.pcap');
        writeFileSync(capture, refusals(500));
        const result = tcpwatch(['-r', capture, '-o', 'ndjson', '--write-flagged', disk]);
        const { code, finals, notices, summary } = await heard({ ended: result });
        expect(finals).toHaveLength(500);
        expect(summary.flagged!.files).toBe(readdirSync(disk).length);
        expect(summary.flagged!.files).toBeGreaterThan(0);
        expect(summary.flagged!.files + summary.flagged!.notWritten).toBe(500);
        for (const name of readdirSync(disk)) expect(framesIn(join(disk, name))).toHaveLength(2);
        expect({ code, notices: notices.map(({ id }) => id) }).toEqual({ code: 5, notices: ['write-failed'] });
      }),
    ),
  );

  it.concurrent('where nothing can be written: exit 5 before anything is captured', () =>
    onWire(async (wire) => {
      // Of root; nobody will have to write there.
      const { code, stdout, stderr } = await tcpwatch(['-i', FAR, '--write-flagged', wire.folder], { in: wire.enter });
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/^tcpwatch: cannot write \S+: EACCES: .*\n$/);
    }));

  it.concurrent('of 3,000 connections that end at once, every one has its file or is counted', () =>
    onWire(async (wire) => {
      const capture = join(wire.folder, 'refused.pcap');
      const folder = join(wire.folder, 'flagged');
      writeFileSync(capture, refusals(3000));
      const result = tcpwatch(['-r', capture, '-o', 'ndjson', '--write-flagged', folder]);
      const { code, finals, summary } = await heard({ ended: result });
      expect(code).toBe(0);
      expect(finals).toHaveLength(3000);
      const names = readdirSync(folder);
      expect(summary.flagged!.files).toBe(names.length);
      expect(summary.flagged!.files + summary.flagged!.notWritten).toBe(3000);
      const ids = names.map((name) => Number(/_(\d+)\.pcapng$/.exec(name)?.[1]));
      expect(new Set(ids).size).toBe(names.length);
    }));
});
