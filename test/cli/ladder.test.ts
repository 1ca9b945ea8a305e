// `tcpwatch ladder` as it is typed: which connections are drawn, from where, and what is said if there are none or too many.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { speaksUnicode } from '../../src/cli/terminal.js';
import { isMissing, libpcap } from '../../src/libpcap/library.js';
import { CLOSED, captureOf, conversation, KILLED, REFUSED } from '../support/packet-rows.js';
import { type RunOptions, run, start } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-ladder-'));
const UTF8 = { LC_ALL: 'C.UTF-8' };
const three = captureOf(
  conversation(CLOSED, { clientPort: 40_001 }),
  conversation(KILLED, { clientPort: 40_002, from: 10 }),
  conversation(REFUSED, { clientPort: 40_003, from: 20 }),
);
const many = captureOf(
  ...Array.from({ length: 100 }, (_, n) => conversation(CLOSED, { clientPort: 40_001 + n, from: n })),
  conversation(KILLED, { clientPort: 50_000, from: 100 }),
);
afterAll(() => rmSync(folder, { recursive: true }));

function ladder(capture: Uint8Array, words: readonly string[], options: RunOptions = {}): ReturnType<typeof run> {
  const file = join(folder, 'one.pcap');
  writeFileSync(file, capture);
  return run(['ladder', file, ...words], { env: UTF8, ...options });
}

/** As Ctrl-C does it, as soon as somebody listens to it. */
const STOPS_ITSELF = `process.on('newListener', (name) => {
  if (name === 'SIGINT') queueMicrotask(() => process.emit('SIGINT'));
});`;

const drawn = (stdout: string): string[] => [...stdout.matchAll(/^#(\d+) /gm)].map(([, id]) => id!);

describe('which connections', () => {
  it('draws up to three, worst first', async () => {
    const { code, stdout, stderr } = await ladder(three, []);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(drawn(stdout)).toEqual(['2', '3', '1']);
  });

  it('draws the one that is asked for', async () => {
    expect(drawn((await ladder(three, ['--connection', '3'])).stdout)).toEqual(['3']);
    expect(drawn((await ladder(many, ['--connection', '101'])).stdout)).toEqual(['101']);
    expect(drawn((await ladder(many, ['port', '50000'])).stdout)).toEqual(['1']);
  });

  it('lists the worst where there are more, and how many there were', async () => {
    const { code, stdout, stderr } = await ladder(many, []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [first, worst] = stderr.split('\n');
    expect(first).toBe(
      'tcpwatch: 101 connections; up to 3 are drawn at once: choose one with -c N, or some with a filter',
    );
    expect(worst).toMatch(/^ {2}101 .*:50000 → .* server process terminated/);
    expect(stderr).toMatch(/ {2}and 61 more connections\n$/);
  });

  it('says so where there is none', async () => {
    for (const words of [
      ['--connection', '9'],
      ['port', '9'],
    ]) {
      const { code, stdout, stderr } = await ladder(three, words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  const pcap = libpcap();
  const missing = isMissing(pcap) ? pcap.advice : null;
  it.skipIf(missing !== null)(`draws the whole of one whose packet a filter takes${missing ?? ''}`, async () => {
    const whole = (await ladder(three, ['--connection', '2'])).stdout;
    const { stdout } = await ladder(three, ['tcp[tcpflags] & tcp-rst != 0 and port 40002']);
    expect(stdout).toBe(whole);
  });
});

describe('from a pipe', () => {
  it('draws what had come when Ctrl-C ends it', async () => {
    const watching = start(['ladder', '-'], { env: UTF8 });
    watching.stdin.write(captureOf(conversation(KILLED)));
    await new Promise((done) => setTimeout(done, 1500));
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('server process terminated');
  });
});

it('stopped while it reads a file for the first time, says that nothing is drawn', async () => {
  const stopped = ['--import', `data:text/javascript,${encodeURIComponent(STOPS_ITSELF)}`];
  const { code, stdout, stderr } = await ladder(three, ['-c', '1'], { nodeOptions: stopped });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: 'tcpwatch: stopped before there was anything to draw\n',
  });
});

describe('looks', () => {
  it.each(['40', '60'])('as wide as COLUMNS=%s says, without colour in a pipe', async (COLUMNS) => {
    const { stdout } = await ladder(three, ['-c', '2'], { env: { ...UTF8, COLUMNS } });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(Number(COLUMNS));
    expect(stdout).not.toContain('\x1b');
  });

  it('ASCII where the locale is', async () => {
    const { stdout } = await ladder(three, ['-c', '2'], { env: { LC_ALL: 'C' } });
    expect(stdout).toMatch(/\|-+ SYN 0 -+>\|/);
    expect(stdout).not.toMatch(/[^\n -~]/);
  });

  it.each([
    [{}, {}, true],
    [{}, { LANG: 'de_DE.UTF-8' }, true],
    [{}, { LANG: 'C.utf8' }, true],
    [{}, { LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
    [{}, { LC_ALL: '', LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }, true],
    [{ isTTY: true }, { TERM: 'xterm-256color' }, true],
    [{ isTTY: true }, { TERM: 'linux', LANG: 'en_US.UTF-8' }, false],
    [{ isTTY: true }, { TERM: 'dumb', LANG: 'en_US.UTF-8' }, false],
    [{ isTTY: false }, { TERM: 'linux', LANG: 'en_US.UTF-8' }, true],
  ] as const)('into %j with %j: Unicode %s', (stdout, env, unicode) => {
    expect(speaksUnicode(stdout, env)).toBe(unicode);
  });
});

describe('a table of some connections', () => {
  const filter = 'port 40001 or port 40003';
  const table = (words: readonly string[], name = "some of 'em.pcap") => {
    const file = join(folder, name);
    writeFileSync(file, three);
    return run(['-r', file, ...words], { env: UTF8 });
  };

  it('says how to draw one, which has another number without the filter', async () => {
    const { stdout } = await table(filter.split(' '));
    const id = /^(\d+) +192\.0\.2\.1:40003/m.exec(stdout)?.[1];
    const command = /^to draw one, with its # for N: tcpwatch (.* )N( .*)$/m.exec(stdout)!;
    // As a shell reads it.
    const words = spawnSync('sh', ['-c', `printf '%s\\n' ${command[1]}${id}${command[2]}`], { encoding: 'utf8' });
    const { stdout: drawn } = await run(words.stdout.trimEnd().split('\n'), { env: UTF8 });
    expect(drawn).toContain('client 192.0.2.1:40003');
    expect((await ladder(three, ['-c', id!])).stdout).not.toContain('client 192.0.2.1:40003');
  });

  it('does not where the number is enough, nor where no command would do it', async () => {
    expect((await table([])).stdout).not.toContain('to draw');
    const file = join(folder, 'again.pcap');
    writeFileSync(file, three);
    expect((await table(['-r', file, ...filter.split(' ')])).stdout).not.toContain('to draw');
    const piped = await run(['-r', '-', filter], { env: UTF8, stdin: three });
    expect(piped.stdout).toMatch(/^2 connections/m);
    expect(piped.stdout).not.toContain('to draw');
  });
});
