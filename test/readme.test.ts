// What README shows is what tcpwatch prints.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../src/verdict/scenarios.js';

const ROOT = resolve(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README', () => {
  it('shows a real verdict', () => {
    const [, command, shown] = /```\n\$ tcpwatch (.*)\n([\s\S]*?)```/.exec(README)!;
    const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1' };
    expect(
      execFileSync(process.execPath, ['bin/tcpwatch.js', ...command.split(' ')], { cwd: ROOT, env, encoding: 'utf8' }),
    ).toBe(shown);
  });

  it('shows a real report of a host', () => {
    const [, command, shown] = /```\n\$ tcpwatch (.*\| tail.*)\n([\s\S]*?)```/.exec(README)!;
    const env = { ...process.env, COLUMNS: '', NODE: process.execPath };
    const typed = `"$NODE" bin/tcpwatch.js ${command}`;
    expect(execFileSync('sh', ['-c', typed], { cwd: ROOT, env, encoding: 'utf8' })).toBe(shown);
  });

  it('ends npm start with commands that can be typed next', () => {
    const { start } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
    const next = [...start.matchAll(/' *(?:next: +)?node (bin\/tcpwatch\.js [^']+)'/g)].map(([, words]) =>
      words.split(' '),
    );
    expect(next.map(([, command]) => command)).toEqual(['ladder', 'explain']);
    for (const words of next) expect(execFileSync(process.execPath, words, { cwd: ROOT }).length).toBeGreaterThan(0);
  });

  it('lists every scenario with the words of its row', () => {
    const rows = SCENARIOS.map(({ id, meaning }) => `| \`${id}\` | ${meaning} |`);
    expect(rows.filter((row) => !README.includes(row))).toEqual([]);
  });

  it('points at files that are there', () => {
    const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });
});
