// `tcpwatch verify` as a whole: a folder of captures and what is expected of them.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CLOSED, captureOf, conversation, KILLED } from '../support/packet-rows.js';
import { type Result, run } from './run.js';

const ROOT = resolve(import.meta.dirname, '../..');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

const both = captureOf(conversation(CLOSED), conversation(KILLED, { clientPort: 40001, from: 10 }));
const EXPECTED = {
  connections: [{ verdict: { scenario: 'normal-close' } }, { verdict: { scenario: 'process-terminated' } }],
};

/** A folder with these files; objects as JSON. */
function folderOf(files: Readonly<Record<string, Uint8Array | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-verify-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return folder;
}

const verify = async (folder: string, ...words: string[]): Promise<Result> => {
  const result = await run(['verify', folder, ...words]);
  const clean = (text: string): string => text.replaceAll(folder, 'DIR');
  return { ...result, stdout: clean(result.stdout), stderr: clean(result.stderr) };
};

/** A terminal, and a clock that goes fast: what is soon over shows no progress. */
const ON_TERMINAL = `data:text/javascript,let ms = 0; process.stderr.isTTY = true; Date.now = () => (ms += 1000);`;

it('shows on a terminal how far it has come, of all captures together', async () => {
  const folder = folderOf({
    'a.pcap': both,
    'a.expect.json': EXPECTED,
    'b.pcap': both,
    'b.expect.json': EXPECTED,
    'unread.pcap': both,
  });
  const { code, stderr } = await run(['verify', folder], { nodeOptions: ['--import', ON_TERMINAL] });
  expect(code).toBe(0);
  const shown = stderr.split('\r\u001b[K');
  expect(shown.map((text) => text.replace(/,[^,]*\/s.*/, ''))).toEqual([
    '',
    '50 %, 21 packets',
    '100 %, 42 packets',
    '',
  ]);
  expect((await run(['verify', folder])).stderr).toBe('');
});

describe('exits', () => {
  it('0 when all holds, below the folder too, and lists what nothing is expected of', async () => {
    const folder = folderOf({
      'both.pcap': both,
      'both.expect.json': EXPECTED,
      'more/packed.pcap.gz': gzipSync(both),
      'more/packed.expect.json': { filter: 'port 40001', connections: [{ truth: { scenario: 'host-shutdown' } }] },
      'new.pcap': both,
    });
    expect(await verify(folder)).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      stdout: `✔ DIR/both.pcap
✔ DIR/more/packed.pcap.gz
· DIR/new.pcap: has no expectation
    tcpwatch verify --update DIR/new.pcap writes DIR/new.expect.json

3 captures: 2 hold, 1 has no expectation
`,
    });
  });

  it('whatever they are called: pieces, packed, of no name at all; and nothing else', async () => {
    const folder = folderOf({
      'ring.pcap': both,
      'ring.expect.json': EXPECTED,
      'ring.pcap1': both,
      'ring.pcap1.expect.json': EXPECTED,
      'ring.pcap2.gz': gzipSync(both),
      'trace-2026-11-22': both,
      'UPPER.PCAP': both,
      'packed.gz': gzipSync(both),
      'empty.pcap3': new Uint8Array(),
      'else.pcap.zst': new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]),
      'notes.txt': { pcap: 'none' },
      short: new Uint8Array([0xa1]),
      'other.gz': gzipSync('no capture'),
      'broken.gz': new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    });
    const { code, stdout } = await verify(folder);
    // Nothing can ever be expected of one without an octet.
    expect(code).toBe(3);
    const told = [...stdout.matchAll(/^. DIR\/(\S+?)(?:: (.*))?$/gm)].map(([, name, what]) => [name, what ?? 'holds']);
    const without = ['UPPER.PCAP', 'else.pcap.zst', 'packed.gz', 'ring.pcap2.gz', 'trace-2026-11-22'];
    expect(Object.fromEntries(told)).toEqual({
      'ring.pcap': 'holds',
      'ring.pcap1': 'holds',
      'empty.pcap3': 'cannot be read',
      ...Object.fromEntries(without.map((name) => [name, 'has no expectation'])),
    });
    const updated = await verify(folder, '--update');
    expect(updated.code).toBe(3);
    expect(updated.stdout).toContain('✖ DIR/empty.pcap3: cannot be read\n    the input is empty\n');
    expect(updated.stdout).toContain('✖ DIR/else.pcap.zst: cannot be read\n    not a capture file: it is zstd');
    expect((await verify(folder)).stdout).toContain('\n8 captures: 6 hold, 1 cannot be read, 1 has no expectation\n');
  });

  it('each once, where a link leads back into the folder', async () => {
    const folder = folderOf({ 'both.pcap': both, 'both.expect.json': EXPECTED, 'more/new.pcap': both });
    symlinkSync('..', join(folder, 'more', 'back'));
    symlinkSync('nowhere', join(folder, 'broken.pcap'));
    expect((await verify(folder)).stdout).toContain('\n2 captures: 1 holds, 1 has no expectation\n');
  });

  it('1 when something differs, and says how to look', async () => {
    const folder = folderOf({
      'both.pcap': both,
      'both.expect.json': { filter: 'port 40001', connections: [{ verdict: { scenario: 'normal-close' } }] },
    });
    const { code, stdout } = await verify(folder);
    expect(code).toBe(1);
    expect(stdout).toBe(`✖ DIR/both.pcap: differs
    connection #1 192.0.2.1:40001 → 198.51.100.2:443: verdict.scenario: expected "normal-close", got "process-terminated"
    to look: tcpwatch -r DIR/both.pcap -v 'port 40001'

1 capture: 1 differs
`);
  });

  it('3 for what cannot be read, and tells of the others', async () => {
    const folder = folderOf({
      'both.pcap': both,
      'both.expect.json': { connections: [] },
      'cut.pcap': both.subarray(0, -20),
      'cut.expect.json': EXPECTED,
      'misspelt.pcap': both,
      'misspelt.expect.json': { conections: [] },
      'folder.pcap': both,
      'folder.expect.json/file': EXPECTED,
      'lost.expect.json': EXPECTED,
    });
    const { code, stdout, stderr } = await verify(folder);
    expect(code).toBe(3);
    expect(stderr).toBe('');
    expect(stdout).toContain('its capture is not there');
    expect(stdout).toContain('✖ DIR/both.pcap: differs');
    expect(stdout).toContain('✖ DIR/cut.pcap: cannot be read');
    expect(stdout).toContain('DIR/folder.expect.json: EISDIR');
    expect(stdout).toContain('DIR/misspelt.expect.json: "conections" is not one of');
    expect(stdout).toContain('5 captures: 1 differs, 4 cannot be read');
  });

  it('0 for a damaged capture that is expected to be one', async () => {
    const folder = folderOf({
      'cut.pcap': both.subarray(0, -20),
      'cut.expect.json': { summary: { truncatedInput: true, packets: 20 } },
    });
    expect((await verify(folder)).stdout).toContain('✔ DIR/cut.pcap');
  });

  it.each([
    [{}, 'tcpwatch: no captures in DIR\n'],
    [{ 'folder.pcap/notes.txt': {} }, 'tcpwatch: no captures in DIR\n'],
    [
      { 'both.pcap': both },
      'tcpwatch: nothing is expected of what is in DIR: tcpwatch verify --update DIR writes what comes out now, for you to read\n',
    ],
  ])('2 for a folder that verifies nothing', async (files, stderr) => {
    expect(await verify(folderOf(files))).toEqual({ code: 2, signal: null, stdout: '', stderr });
  });

  it('3 for a path that is not there', async () => {
    expect(await verify('/nowhere/at/all')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'tcpwatch: DIR: no such file\n',
    });
  });
});

describe('--update', () => {
  it('writes what comes out, and it holds; then changes only what differs, and says what', async () => {
    const folder = folderOf({ 'both.pcap': both });
    const file = join(folder, 'both.expect.json');
    expect((await verify(folder, '--update')).stdout).toContain(
      '· DIR/both.pcap: written\n    1 normal-close, 1 process-terminated\n',
    );
    expect(JSON.parse(readFileSync(file, 'utf8')).connections).toHaveLength(2);
    expect((await verify(folder)).code).toBe(0);
    writeFileSync(file, '{"connections":[{"ending":"reset"},{"ending":"reset-after-fin"}]}');
    const { code, stdout } = await verify(folder, '-u');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'updated\n    connection #1 192.0.2.1:40000 → 198.51.100.2:443: ending: expected "reset", got "closed"\n',
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      connections: [{ ending: 'closed' }, { ending: 'reset-after-fin' }],
    });
    const kept = '{"connections":[{},{}]}';
    writeFileSync(file, kept);
    expect((await verify(folder, '-u')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(kept);
  });

  it('writes nothing for what cannot be read', async () => {
    const folder = folderOf({ 'cut.pcap': both.subarray(0, -20) });
    expect((await verify(folder, '-u')).code).toBe(3);
    expect(readdirSync(folder)).toEqual(['cut.pcap']);
  });

  it('cannot make true what did not happen', async () => {
    const folder = folderOf({
      'one.pcap': captureOf(conversation(CLOSED)),
      'one.expect.json': { connections: [{ truth: { scenario: 'host-crashed' } }] },
    });
    const { code, stdout } = await verify(folder, '-u');
    expect(code).toBe(1);
    expect(stdout).toContain('truth: host-crashed happened, normal-close certain was said');
  });

  it('of the showcase of this project: what is written holds', async () => {
    const folder = folderOf({});
    for (const capture of readFileSync(join(ROOT, 'fixtures/showcase'), 'utf8').trim().split('\n'))
      cpSync(join(ROOT, capture), join(folder, basename(capture)));
    expect((await verify(folder, '-u')).code).toBe(0);
    expect((await verify(folder)).stdout).toMatch(/^(\d+) captures: \1 hold$/m);
  });
});

it('an expectation that is named, as a shell does for *, stands for its capture', async () => {
  const folder = folderOf({ 'both.pcap': both, 'both.expect.json': EXPECTED });
  const names = readdirSync(folder).map((name) => join(folder, name));
  expect(await run(['verify', ...names])).toMatchObject({ code: 0, stderr: '' });
  expect((await run(['verify', names[0]])).stdout).toContain('1 capture: 1 holds');
});

it('tells of twenty differences, and how many more', async () => {
  const many = captureOf(
    ...Array.from({ length: 25 }, (_, n) => conversation(CLOSED, { clientPort: 1000 + n, from: n })),
  );
  const { stdout } = await verify(folderOf({ 'many.pcap': many, 'many.expect.json': { connections: [] } }));
  expect(stdout.match(/was not expected/g)).toHaveLength(20);
  expect(stdout).toContain('    and 5 more\n');
});
