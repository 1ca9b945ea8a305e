// Plays, played: real programs on a real kernel, what they see and what is said of it; and nothing is left behind, whatever happens.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PLAYS } from '../../src/plays/catalogue.js';
import { missingFor } from '../../src/plays/requirements.js';
import { impossibleLive } from '../live/listening.js';

const TCPWATCH = resolve(import.meta.dirname, '../../bin/tcpwatch.js');
/** What docs/learning.md shows of a play. */
const SHOWN = ((): { play: string; lines: string[] } => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/learning.md'), 'utf8');
  const [, play, text] = /```\n\$ sudo tcpwatch lab (\S+)\n([\s\S]*?)```/.exec(page)!;
  return { play: play!, lines: text!.split('\n').filter((line) => line !== '...') };
})();
/** Without the numbers that are others each time. */
const anyTime = (line: string): string =>
  line
    .replace(/^ *\d+\.\d{3} /, '')
    .replace(/\[\d+\] +/, '[] ')
    .replace(/^(director +kill -9) \d+/, '$1');
const impossible = impossibleLive('ip') ?? missingFor('any');

const start = (...words: string[]) =>
  spawn(process.execPath, [TCPWATCH, 'lab', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // As the page shows it.
    env: words[0] === SHOWN.play ? { ...process.env, COLUMNS: '80' } : process.env,
  });

async function typed(...words: string[]): Promise<{ code: number; stdout: string; stderr: string; pid: number }> {
  const child = start(...words);
  const over = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: (await over)[0], stdout, stderr, pid: child.pid! };
}

/** Namespaces of the run with this process id. */
const leftBy = (pid: number): string[] =>
  execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith(`tcpwatch-${pid}-`));

/** Its stage stands, and something is played on it. */
async function isPlaying(pid: number): Promise<void> {
  while (leftBy(pid).length === 0) await pause(100);
  await pause(1000);
}

/** What the first client's calls give in the end, and the verdict on its connection. */
const SEEN: Readonly<Record<string, { readonly call: RegExp; readonly verdict: RegExp }>> = {
  'normal-close': { call: /read\(\) = 0 \(EOF\)/, verdict: /normal close · certain/ },
  'process-terminated': { call: /write\(.*\) = -1 EPIPE/, verdict: /server process terminated · certain/ },
  'host-crashed': { call: /= -1 ETIMEDOUT/, verdict: /host of the server crashed or unreachable/ },
  'host-rebooted': { call: /read\(\) = -1 ECONNRESET/, verdict: /host of the server crashed and rebooted/ },
  'host-shutdown': { call: /= 0 \(EOF\)/, verdict: /host of the server shut down/ },
  'connect-refused': { call: /connect\(\) = -1 ECONNREFUSED/, verdict: /connection refused by the server · certain/ },
  aborted: { call: /read\(\) = -1 ECONNRESET/, verdict: /aborted by the server/ },
};

describe('tcpwatch lab', () => {
  it('lists its plays, with or without root', async () => {
    const { code, stdout } = await typed();
    expect(code).toBe(0);
    for (const { id } of PLAYS) expect(stdout).toContain(`  ${id} `);
  });

  it('knows its plays', async () => {
    expect(await typed('nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('tcpwatch lab lists them'),
    });
  });

  it.skipIf(process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).error)('needs root, and says so', () => {
    const words = ['--reuid=65534', '--clear-groups', process.execPath, TCPWATCH, 'lab', 'aborted'];
    const { status, stderr } = spawnSync('setpriv', words, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringContaining('sudo tcpwatch lab aborted') });
  });
});

describe.skipIf(impossible !== null)(`plays${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  it.concurrent.each(PLAYS.map(({ id }) => id))('%s', { timeout: 120_000 }, async (id) => {
    const { code, stdout, stderr, pid } = await typed(id);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(SEEN[id]!.call);
    expect(stdout).toMatch(SEEN[id]!.verdict);
    expect(leftBy(pid)).toEqual([]);
    if (id === SHOWN.play)
      expect(stdout.split('\n').map(anyTime)).toEqual(expect.arrayContaining(SHOWN.lines.map(anyTime)));
  });

  it.concurrent('is told in the order of its times, and what is kept are the segments that were shown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
    const kept = join(folder, 'kept.pcapng');
    const { stdout } = await typed('aborted', '-w', kept);
    const rows = stdout.split('\n').filter((line) => /^ *\d+\.\d{3} /.test(line));
    const times = rows.map(Number.parseFloat);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const shown = rows.filter((row) => row.includes(' wire #')).length;
    expect(shown).toBeGreaterThan(6);
    const read = execFileSync(process.execPath, [TCPWATCH, '-r', kept, '-o', 'ndjson'], { encoding: 'utf8' });
    expect(read).toContain(`"segments":${shown},`);
    rmSync(folder, { recursive: true });
  }, 60_000);

  it.concurrent('a reader that has seen enough ends it, and nothing is left', { timeout: 60_000 }, async () => {
    const child = start('aborted');
    const over = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect((await over)[0]).toBe(0);
    expect(leftBy(child.pid!)).toEqual([]);
  });

  it.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it, and nothing is left',
    { timeout: 60_000 },
    async (signal) => {
      const child = start('host-crashed');
      const over = once(child, 'close');
      await pause(5000);
      expect(leftBy(child.pid!).length).toBeGreaterThan(0);
      child.kill(signal);
      await over;
      expect(leftBy(child.pid!)).toEqual([]);
    },
  );

  // By itself: another play that begins meanwhile takes it away before it is looked at.
  it('what a killed one leaves, the next one takes away', { timeout: 90_000 }, async () => {
    const child = start('host-rebooted');
    const over = once(child, 'close');
    await isPlaying(child.pid!);
    child.kill('SIGKILL');
    await over;
    expect(leftBy(child.pid!).length).toBeGreaterThan(0);
    expect((await typed('connect-refused')).code).toBe(0);
    expect(leftBy(child.pid!)).toEqual([]);
  });
});
