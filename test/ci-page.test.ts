// What docs/ci.md shows is what happens.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/pipeline.js';
import '../src/vitest.js';
import { compare, parseExpectation } from '../src/verify/expectation.js';
import { CONNECTION_MEASURES, RUN_MEASURES } from '../src/verify/measures.js';
import { outcomeOf } from '../src/verify/outcome.js';
import { ruleOf } from '../src/verify/rules.js';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
const CAPTURE = join(ROOT, 'fixtures/captures/worker-killed-then-client-writes.pcap');

describe('docs/ci.md', () => {
  it('shows what the gate says', () => {
    const [, command, said] = /```\n\$ (tcpwatch .*)\n([\s\S]*?)```/.exec(PAGE)!;
    const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-page-'));
    const typed = command.replace('tcpwatch', '"$NODE" bin/tcpwatch.js').replace('> ', `> ${folder}/`);
    const env = { PATH: process.env.PATH, NODE: process.execPath };
    const { status, stderr } = spawnSync('sh', ['-c', typed], { cwd: ROOT, env, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 1, stderr: said });
  });

  it('shows what verify says', () => {
    const [, folder, said] = /```\n\$ tcpwatch verify (\w+)\n([\s\S]*?)```/.exec(PAGE)!;
    const cwd = mkdtempSync(join(tmpdir(), 'tcpwatch-page-'));
    mkdirSync(join(cwd, folder!));
    for (const [, name] of said!.matchAll(/^\S (?:\w+)\/([\w.-]+?\.pcap)/gm)) {
      copyFileSync(join(ROOT, 'fixtures/captures', name!), join(cwd, folder!, name!));
      const expectation = join(cwd, folder!, name!.replace('.pcap', '.expect.json'));
      writeFileSync(expectation, '{ "connections": [{ "verdict": { "scenario": "normal-close" } }] }');
    }
    const env = { PATH: process.env.PATH, COLUMNS: '80' };
    const words = [join(ROOT, 'bin/tcpwatch.js'), 'verify', folder!];
    const { status, stdout } = spawnSync(process.execPath, words, { cwd, env, encoding: 'utf8' });
    rmSync(cwd, { recursive: true });
    expect({ status, stdout }).toEqual({ status: 1, stdout: said });
  });

  it('shows what the matcher says', async () => {
    const [, code, options] = /toEndAs\((\{.*?\}), (\{.*?\})\)/.exec(PAGE)!;
    const [, said] = /```\nError: ([\s\S]*?)\.\.\.\n```/.exec(PAGE)!;
    const json = (text: string): object => JSON.parse(text.replaceAll(/(\w+):/g, '"$1":').replaceAll("'", '"'));
    const message: string = await expect(CAPTURE)
      .toEndAs(json(code!), json(options!))
      .then(
        () => '',
        (error) => error.message,
      );
    expect(message.replace(CAPTURE, 'run.pcap').startsWith(said!)).toBe(true);
  });

  it('lists every measure with the words of its row, and no rule that is none', () => {
    const rows = Object.entries({ ...CONNECTION_MEASURES, ...RUN_MEASURES }).map(
      ([name, { meaning }]) => `| \`${name}\` | ${meaning}`,
    );
    expect(rows.filter((row) => !PAGE.includes(row))).toEqual([]);
    const rules = [...PAGE.matchAll(/`([a-z.-]+[<>][^`]*)`/g)].map(([, rule]) => rule);
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) expect(ruleOf(rule).word).toBe(rule);
  });

  it('shows an expectation that holds', async () => {
    const expectation = parseExpectation(/```json\n([\s\S]*?)```/.exec(PAGE)![1]);
    const filter = expectation.filter!;
    expect(compare(expectation, await outcomeOf(analyze({ files: [CAPTURE], filter })))).toEqual([]);
    const schema = expectation.$schema!.replace('../node_modules/tcpwatch/', '');
    expect(existsSync(join(ROOT, schema))).toBe(true);
  });

  it('points at files that are there', () => {
    const links = [...PAGE.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
  });
});
