// The command as a whole: what it prints where, and its exit code.
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcapFile } from '../support/captures.js';
import { CLOSED, captureOf, conversation, KILLED, REFUSED } from '../support/packet-rows.js';
import { DEFECTIVE } from './defective.js';
import { type Result, type RunOptions, run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-cli-'));
const killed = captureOf(conversation(KILLED));
const both = captureOf(conversation(CLOSED), conversation(KILLED, { clientPort: 40001, from: 10 }));

const FILES = {
  'killed.pcap': killed,
  'refused.pcap.gz': gzipSync(captureOf(conversation(REFUSED, { serverPort: 8080 }))),
  'both.pcap': both,
  'cut-off.pcap': both.subarray(0, -20),
  'no-packets.pcap': pcapFile(),
  'empty.pcap': new Uint8Array(0),
  'notes.txt': new TextEncoder().encode('the capture is in the other file, I think\n'),
};

beforeAll(() => {
  for (const [name, octets] of Object.entries(FILES)) writeFileSync(join(folder, name), octets);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs with words as typed; names of FILES stand for their paths. */
const typed = (line: string, options?: RunOptions): Promise<Result> =>
  run(
    line
      .split(' ')
      .filter(Boolean)
      .map((word) => (word in FILES ? join(folder, word) : word)),
    options,
  );

const stripped = (text: string): string => text.replaceAll(`${folder}/`, '');

describe('usage', () => {
  it.each([
    [
      '',
      'tcpwatch: what to watch? A capture: tcpwatch -r FILE; this machine: sudo tcpwatch -i any (tcpwatch --help shows more)\n',
    ],
    [
      'port 443',
      'tcpwatch: what to watch? A capture: tcpwatch -r FILE port 443; this machine: sudo tcpwatch -i any port 443 (tcpwatch --help shows more)\n',
    ],
    [
      'explian X',
      'tcpwatch: did you mean tcpwatch explain? (what to watch: -r FILE or -i INTERFACE; tcpwatch --help shows more)\n',
    ],
    [
      'ladr killed.pcap',
      'tcpwatch: did you mean tcpwatch ladder? (what to watch: -r FILE or -i INTERFACE; tcpwatch --help shows more)\n',
    ],
    ['ladder', "tcpwatch: missing required argument 'file' (tcpwatch ladder --help shows how)\n"],
    ['-i lo -r killed.pcap', 'tcpwatch: listen (-i) or read (-r), not both\n'],
    ['-r killed.pcap -w copy.pcapng', 'tcpwatch: -w goes with -i: what is read is a file already\n'],
    ['-r killed.pcap --flag error', 'tcpwatch: --flag goes with --write-flagged DIR\n'],
    [
      '-r killed.pcap --duration soon',
      "tcpwatch: option '--duration <seconds>' argument 'soon' is invalid. Give a number of seconds. (tcpwatch --help shows how)\n",
    ],
    ['killed.pcap', 'tcpwatch: to read killed.pcap, type: tcpwatch -r killed.pcap\n'],
    ['-r', "tcpwatch: option '-r, --read <file>' argument missing (tcpwatch --help shows how)\n"],
    ['--raed x', "tcpwatch: unknown option '--raed' (Did you mean --read?) (tcpwatch --help shows how)\n"],
    [
      '-r killed.pcap -o xml',
      "tcpwatch: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, ndjson. (tcpwatch --help shows how)\n",
    ],
    [
      '-r killed.pcap --max-connections none',
      "tcpwatch: option '--max-connections <n>' argument 'none' is invalid. Give a whole number from 1 on. (tcpwatch --help shows how)\n",
    ],
    ['explain nonsense', 'tcpwatch: nothing is called nonsense (tcpwatch explain lists all)\n'],
    [
      'explain host-rebotted',
      'tcpwatch: nothing is called host-rebotted; did you mean host-rebooted? (tcpwatch explain lists all)\n',
    ],
  ])('tcpwatch %s', async (line, stderr) => {
    const result = await typed(line);
    expect({ ...result, stderr: stripped(result.stderr) }).toEqual({ code: 2, signal: null, stdout: '', stderr });
  });

  it('points at what it does not understand in a filter', async () => {
    const { code, stdout, stderr } = await typed('-r killed.pcap host 192.0.2.1 and prot 443');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n').slice(1)).toEqual(['  host 192.0.2.1 and prot 443', '                     ^', '']);
    expect(stderr).toMatch(/^tcpwatch: filter: "prot" /);
  });

  it('says how a second file is given', async () => {
    const { code, stderr } = await typed('-r killed.pcap both.pcap');
    expect(code).toBe(2);
    expect(stripped(stderr).trimEnd().split('\n').at(-1)).toBe(
      'tcpwatch: both.pcap is a file: to read it too, type -r both.pcap',
    );
  });

  it.each(['--help', '-h', 'help', 'explain --help'])('tcpwatch %s fits 80 columns', async (line) => {
    const { code, stdout, stderr } = await typed(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: tcpwatch');
    expect(stdout.split('\n').filter((text) => text.length > 80)).toEqual([]);
  });

  it('every example of the help is understood', async () => {
    const { stdout } = await typed('--help');
    const examples = [...stdout.matchAll(/^ {2}(?:.*\| )?tcpwatch ((?:-|explain|ladder)[^|\n]*)/gm)].map(
      ([, words]) => words,
    );
    expect(examples.length).toBe(9);
    for (const example of examples) {
      const words = example
        .replaceAll(/\S+\.pcap\d?\b/g, 'killed.pcap')
        // Of its connections there is one.
        .replace('-c 7', '-c 1')
        .replaceAll("'", '')
        .trim();
      const code = example.includes('--fail-on') ? 1 : 0;
      expect((await typed(words, { stdin: killed })).code, example).toBe(code);
    }
  });

  it('tells its version', async () => {
    expect((await typed('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('reading', () => {
  it('reads files given with -r each as one capture', async () => {
    const { code, stdout, stderr } = await typed('-r killed.pcap -r refused.pcap.gz');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '2 connections · 1 server process terminated · 1 connection refused by the server · 13 packets · time ran backwards: captures overlap (mergecap makes them one)',
    );
  });

  it('reads them in the order of their time, whatever the order of their names', async () => {
    const fixture = (name: string): string =>
      fileURLToPath(new URL(`../../fixtures/captures/${name}`, import.meta.url));
    const early = fixture('client-closes-first.pcap');
    const late = fixture('address-fails-over.pcap.gz');
    const inOrder = (await typed(`-r ${early} -r ${late}`)).stdout;
    expect((await typed(`-r ${late} -r ${early}`)).stdout).toBe(inOrder);
    expect(inOrder).not.toContain('backwards');
  });

  it('takes the filter from the words that are left, wherever they stand', async () => {
    const { code, stdout } = await typed('-r both.pcap -o ndjson port 40001');
    const connections = stdout.split('\n').filter((line) => line.includes('"type":"connection"'));
    expect(code).toBe(0);
    expect(connections.map((line) => JSON.parse(line).client.port)).toEqual([40001]);
  });

  it('says so of a capture without packets', async () => {
    expect(await typed('-r no-packets.pcap')).toEqual({
      code: 0,
      signal: null,
      stdout: 'no packets in this capture\n',
      stderr: '',
    });
  });

  it.each([
    ['missing.pcap', 'missing.pcap: no such file'],
    ['/', '/: it is a directory'],
    ['empty.pcap', 'empty.pcap: '],
    ['notes.txt', 'notes.txt: '],
  ])('%s cannot be read', async (file, says) => {
    const { code, stdout, stderr } = await typed(`-r ${file}`);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stripped(stderr)).toContain(`tcpwatch: ${says}`);
    expect(stderr.trimEnd().split('\n').length).toBe(1);
    expect(stderr).not.toContain('at byte 0');
  });

  it('reports what could be read before the damage, and of the other files', async () => {
    const { code, stdout, stderr } = await typed('-r cut-off.pcap -r missing.pcap -r refused.pcap.gz');
    expect(code).toBe(3);
    expect(stripped(stderr)).toMatch(
      /^tcpwatch: cut-off.pcap: .*\(at byte \d+\)\ntcpwatch: missing.pcap: no such file\n$/,
    );
    expect(stdout).toContain('normal close');
    expect(stdout).toContain('connection refused by the server');
    expect(stdout).toContain('input incomplete');
  });
});

describe('writing', () => {
  it.skipIf(!existsSync('/dev/full'))('output that cannot be written', async () => {
    for (const format of ['table', 'ndjson']) {
      const stdout = openSync('/dev/full', 'w');
      const { code, stderr } = await typed(`-r killed.pcap -o ${format}`, { stdout });
      closeSync(stdout);
      expect(code).toBe(5);
      expect(stderr).toMatch(/^tcpwatch: cannot write the output: .*ENOSPC.*\n$/);
    }
  });

  it('COLUMNS folds what is piped; without it a line is a line', async () => {
    const longest = async (env: Record<string, string>): Promise<number> => {
      const { stdout } = await typed('-r killed.pcap -v', { env });
      return Math.max(...stdout.split('\n').map((line) => line.length));
    };
    expect(await longest({ COLUMNS: '60' })).toBeLessThanOrEqual(60);
    expect(await longest({})).toBeGreaterThan(80);
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ NO_COLOR: '1' }, false],
  ])('colour with %o: %s', async (env, coloured) => {
    const { stdout } = await typed('-r killed.pcap', { env });
    expect(stdout.includes('\u001b[')).toBe(coloured);
  });
});

it('explains, folded to the width', async () => {
  const { code, stdout } = await typed('explain process-terminated', { env: { COLUMNS: '72' } });
  expect(code).toBe(0);
  expect(stdout).toContain('process-terminated: server process terminated');
  expect(stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
  expect((await typed('explain')).stdout).toContain('process-terminated');
});

it('explains to programs', async () => {
  const one = JSON.parse((await typed('explain process-terminated -o json')).stdout);
  expect(one).toMatchObject({ kind: 'scenario', id: 'process-terminated', document: 1 });
  const all = JSON.parse((await typed('explain --output json')).stdout) as { id: string }[];
  expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(['silent', 'errno-reset', 'tcp.dsack', 'shut-down']));
  // The option of the whole program is another one.
  expect((await typed('explain -o ndjson')).code).toBe(2);
});

it('a defect of its own: 70, and a line that asks for a report', async () => {
  const { code, stderr } = await typed('-r killed.pcap', { nodeOptions: ['--import', DEFECTIVE] });
  expect(code).toBe(70);
  expect(stderr).toMatch(/^tcpwatch: this is a defect in tcpwatch; please report it .*\nError: sabotage\n {4}at /);
});
