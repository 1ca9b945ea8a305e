// Root's rights: for opening the interface and what is written, and then no more. Whom the process has become is asked of the
// kernel.

import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Running, run } from '../cli/run.js';
import { impossibleLive } from './listening.js';
import { eventually, FAR, heard, isOver, listen, onWire, play, portsOf, refusals, statusOf } from './wire.js';

const impossible = impossibleLive('ip', 'tcpreplay', 'id');

interface User {
  readonly uid: string;
  readonly gid: string;
  readonly groups: string;
}

const asked = (...words: readonly string[]): string => spawnSync('id', words, { encoding: 'utf8' }).stdout.trim();
const userOf = (name: string): User => ({
  uid: asked('-u', name),
  gid: asked('-g', name),
  groups: asked('-G', name),
});

/** Someone who is neither root nor nobody. */
const CALLER = 'daemon';
const caller = userOf(CALLER);
/** As sudo sets them. */
const SUDO = { SUDO_USER: CALLER, SUDO_UID: caller.uid, SUDO_GID: caller.gid };

const threadsOf = (pid: number): string[] => readdirSync(`/proc/${pid}/task`);

const childrenOf = (pid: number): number[] =>
  threadsOf(pid).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );

/** Real, effective, saved and of the file system: all four must be given up. */
const four = (id: string): string => Array(4).fill(id).join('\t');

/** Sockets of an open file that bring frames: those of /proc/net/packet. */
function packetSocketsOf(pid: number): string[] {
  const rows = readFileSync(`/proc/${pid}/net/packet`, 'utf8').trim().split('\n').slice(1);
  const inodes = new Set(rows.map((row) => row.trim().split(/\s+/).at(-1)));
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .filter((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1]));
}

function stop({ child }: Running): void {
  process.kill(child.pid!, 'SIGINT');
}

describe.skipIf(impossible !== null)(`rights${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  it.concurrent.each([
    ['nobody, where root itself called', {}, userOf('nobody')],
    ['whoever called sudo', SUDO, caller],
  ] as const)('are given up before the first packet, by every thread: %s', (_, env, user) =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'kept.pcapng');
      if (user === caller) chownSync(wire.folder, Number(user.uid), Number(user.gid));
      const running = await listen(wire, ['-w', file], { env });
      const { pid } = running.child;
      // No packet has been sent yet.
      for (const thread of threadsOf(pid!)) {
        const of = (field: string): string => statusOf(`${pid}/task/${thread}`, field);
        expect({ uid: of('Uid'), gid: of('Gid'), groups: of('Groups') }).toEqual({
          uid: four(user.uid),
          gid: four(user.gid),
          groups: user.groups,
        });
        for (const field of ['CapEff', 'CapPrm', 'CapInh']) expect(BigInt(`0x${of(field)}`), field).toBe(0n);
      }
      const { uid, gid } = statSync(file);
      expect([uid, gid].map(String)).toEqual([user.uid, user.gid]);
      await play(wire, refusals(1));
      await running.until((text) => text.includes('"connect-refused"'));
      stop(running);
      const { code, finals } = await heard(running);
      expect(code).toBe(0);
      expect(finals).toHaveLength(1);
    }),
  );

  it.concurrent('are kept with --no-drop-privileges', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['--no-drop-privileges', '-w', file], { env: SUDO });
      const { pid } = running.child;
      expect(statusOf(pid!, 'Uid')).toBe(four('0'));
      expect(statusOf(pid!, 'CapEff')).toBe(statusOf('self', 'CapEff'));
      expect(statSync(file).uid).toBe(0);
      stop(running);
      expect((await running.ended).code).toBe(0);
    }));

  it.concurrent.each(['SIGINT', 'SIGKILL'] as const)(
    'of the helper are those of root, and it is gone with the command: %s',
    (signal) =>
      onWire(async (wire) => {
        const running = await listen(wire);
        const { pid } = running.child;
        const helpers = childrenOf(pid!);
        expect(helpers).toHaveLength(1);
        const [helper] = helpers;
        expect(statusOf(helper, 'Uid')).toBe(four('0'));
        process.kill(pid!, signal);
        await running.ended;
        await eventually('the helper is gone', () => isOver(helper));
      }),
  );

  it.concurrent('of root have no access to frames: the helper did not inherit what brings them', () =>
    onWire(async (wire) => {
      const running = await listen(wire);
      const { pid } = running.child;
      expect(packetSocketsOf(pid!)).toHaveLength(1);
      expect(childrenOf(pid!).map(packetSocketsOf)).toEqual([[]]);
      stop(running);
      expect((await running.ended).code).toBe(0);
    }));

  it.concurrent('of a helper are not asked for with --no-processes', () =>
    onWire(async (wire) => {
      const running = await listen(wire, ['--no-processes']);
      expect(childrenOf(running.child.pid!)).toEqual([]);
      stop(running);
      expect((await running.ended).code).toBe(0);
    }));
});

describe.skipIf(impossible !== null)('whoever called sudo', () => {
  const listenAs = (enter: readonly string[], ...args: readonly string[]) =>
    run(['-i', FAR, '--duration', '0.2', ...args], { in: enter, env: SUDO });

  it.concurrent('cannot overwrite with -w what is not theirs', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'precious');
      writeFileSync(file, 'precious');
      const { code, stdout, stderr } = await listenAs(wire.enter, '-w', file);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/^tcpwatch: cannot write \S+precious: EACCES: .*\n$/);
      expect(readFileSync(file, 'utf8')).toBe('precious');
      expect(statSync(file).uid).toBe(0);
    }));

  it.concurrent('nor through a link of their own', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'precious');
      const own = join(wire.folder, 'own');
      writeFileSync(file, 'precious');
      mkdirSync(own);
      symlinkSync(file, join(own, 'link'));
      chownSync(own, Number(caller.uid), Number(caller.gid));
      const { code, stderr } = await listenAs(wire.enter, '-w', join(own, 'link'));
      expect(code).toBe(5);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(readFileSync(file, 'utf8')).toBe('precious');
    }));

  it.concurrent('nor make a folder with --write-flagged where they may not', () =>
    onWire(async (wire) => {
      const folder = join(wire.folder, 'flagged');
      const { code, stdout, stderr } = await listenAs(wire.enter, '--write-flagged', folder);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/^tcpwatch: cannot write \S+flagged: EACCES: .*\n$/);
      expect(existsSync(folder)).toBe(false);
    }));

  it.concurrent('gets what --write-flagged writes', () =>
    onWire(async (wire) => {
      chownSync(wire.folder, Number(caller.uid), Number(caller.gid));
      const folder = join(wire.folder, 'flagged');
      const running = await listen(wire, ['--write-flagged', folder], { env: SUDO });
      await play(wire, refusals(2));
      await running.until((text) => text.includes('"port":20001'));
      stop(running);
      const { code, finals, summary } = await heard(running);
      expect(code).toBe(0);
      expect(portsOf(finals)).toEqual([20_000, 20_001]);
      expect(summary.flagged).toEqual({ files: 2, notWritten: 0, removed: 0 });
      const owners = ['', ...readdirSync(folder)].map((name) => statSync(join(folder, name)).uid);
      expect(owners).toEqual(Array(3).fill(Number(caller.uid)));
    }));
});
