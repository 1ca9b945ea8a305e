// The package as a stranger gets it: packed, installed into an empty prefix, run and imported by Node 20 and 24.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURE = join(ROOT, 'fixtures/captures/worker-killed-then-client-writes.pcap');
const LIBRARY_USER = `
import { analyze } from 'tcpwatch';
for await (const event of analyze({ files: [process.argv[2]] })) {
  if (event.type === 'connection') console.log(event.verdict.scenario);
}`;
const TYPED_USER = `
import { analyze, type ConnectionEvent } from 'tcpwatch';
export async function scenarios(file: string): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const event of analyze({ files: [file] })) {
    if (event.type === 'connection') found.push((event satisfies ConnectionEvent).verdict.scenario);
  }
  return found;
}`;

const MATCHER_USER = `
import { expect, it } from 'vitest';
import 'tcpwatch/vitest';
it('fails, and says why', async () => {
  const capture: string = process.env.CAPTURE!;
  await expect(capture).toEndAs({ scenario: 'process-terminated', end: 'server' });
  await expect(capture).toEndAs({ scenario: 'normal-close' });
});`;
const VITEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies.vitest;

const npm = (cwd: string, ...words: string[]): string =>
  execFileSync('npm', ['--no-audit', '--no-fund', '--loglevel=error', ...words], { cwd, encoding: 'utf8' });

const online = ((): boolean => {
  try {
    npm(ROOT, 'view', 'commander', 'version', '--fetch-retries=0', '--fetch-timeout=5000');
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!online)(`the packed package${online ? '' : ' (skipped: no npm registry)'}`, () => {
  const prefix = mkdtempSync(join(tmpdir(), 'tcpwatch-package-'));
  const nodes: Record<string, string> = { [process.version]: process.execPath };

  beforeAll(() => {
    npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', prefix);
    const tarball = readdirSync(prefix).find((name) => name.endsWith('.tgz')) as string;
    npm(prefix, 'init', '-y');
    // A TypeScript project for Node has its types.
    npm(prefix, 'install', join(prefix, tarball), '@types/node@20');
    const other = process.version.startsWith('v24.') ? '20' : '24';
    const elsewhere = mkdtempSync(join(prefix, 'node-'));
    npm(elsewhere, 'init', '-y');
    npm(elsewhere, 'install', `node@${other}`);
    nodes[other] = join(elsewhere, 'node_modules/node/bin/node');
    writeFileSync(join(prefix, 'use.mjs'), LIBRARY_USER);
    writeFileSync(join(prefix, 'use.ts'), TYPED_USER);
  }, 180_000);

  afterAll(() => rmSync(prefix, { recursive: true, force: true }));

  it('runs on Node 20 and on Node 24', () => {
    const bin = join(prefix, 'node_modules/tcpwatch/bin/tcpwatch.js');
    const versions = Object.values(nodes).map((node) => {
      const table = execFileSync(node, [bin, '-r', CAPTURE], { encoding: 'utf8' });
      expect(table).toContain('server process terminated');
      return execFileSync(node, ['--version'], { encoding: 'utf8' }).split('.')[0];
    });
    expect(versions.sort()).toEqual(['v20', 'v24']);
  });

  it('is a library on both', () => {
    for (const node of Object.values(nodes)) {
      expect(execFileSync(node, ['use.mjs', CAPTURE], { cwd: prefix, encoding: 'utf8' })).toBe('process-terminated\n');
    }
  });

  it('has types', () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const settings = '--noEmit --strict --module nodenext --target es2023 --types node use.ts'.split(' ');
    execFileSync(tsc, settings, { cwd: prefix, encoding: 'utf8' });
  });

  it('has a matcher for vitest, and does without vitest where it is not', () => {
    expect(existsSync(join(prefix, 'node_modules/vitest'))).toBe(false);
    npm(prefix, 'install', `vitest@${VITEST}`);
    writeFileSync(join(prefix, 'matcher.test.ts'), MATCHER_USER);
    const settings = '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --types node matcher.test.ts';
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), settings.split(' '), { cwd: prefix, encoding: 'utf8' });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], {
      cwd: prefix,
      env: { PATH: process.env.PATH, CAPTURE, NO_COLOR: '1' },
      encoding: 'utf8',
    });
    expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('1 failed') });
    expect(stderr).toContain('connection #1: verdict.scenario: expected "normal-close", got "process-terminated"');
  }, 120_000);

  const installed = (): string => join(prefix, 'node_modules/tcpwatch');

  it('has the captures that explain names, wherever one is', () => {
    const bin = join(installed(), 'bin/tcpwatch.js');
    for (const cwd of [prefix, installed(), tmpdir()]) {
      const env = { ...process.env, COLUMNS: '400' };
      const explained = execFileSync(process.execPath, [bin, 'explain', 'aborted'], { cwd, env, encoding: 'utf8' });
      const [, path] = /As in (\S+)\*\. /.exec(explained)!;
      const table = execFileSync(process.execPath, [bin, '-r', path!], { cwd, encoding: 'utf8' });
      expect(table).toContain('aborted by the server');
    }
    const captures = (root: string): string[] =>
      readdirSync(join(root, 'fixtures/captures')).filter((file) => file.includes('.pcap'));
    expect(captures(installed())).toEqual(captures(ROOT));
  });

  it('has the pages, and what they and the first of them point at; not what only those need who change it', () => {
    const pages = readdirSync(join(installed(), 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file));
    expect(pages.length).toBeGreaterThan(25);
    const broken = ['README.md', ...pages].flatMap((page) => {
      const text = readFileSync(join(installed(), page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#:]+)[^):]*\)/g)].map((match) => match[1]!);
      const missing = links.filter((link) => !existsSync(join(installed(), dirname(page), link)));
      return missing.map((link) => `${page}: ${link}`);
    });
    // The map of the sources.
    expect(broken.filter((link) => !/: (src\/|CONTRIBUTING)/.test(link))).toEqual([]);
  });

  it('ships no lab, no tests, no answers', () => {
    const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /(^|\/)lab\/|(^|\/)test|\.ndjson|answers/.test(file))).toEqual([]);
  });
});
