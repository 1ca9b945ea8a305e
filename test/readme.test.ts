// What README shows is what tcpwatch prints.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../src/verdict/scenarios.js';

const ROOT = resolve(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README', () => {
  it('shows a real verdict and a real ladder', () => {
    const screens = [...README.matchAll(/```\n\$ (?:COLUMNS=(\d+) )?tcpwatch ([^|\n]*)\n([\s\S]*?)```/g)];
    expect(screens.length).toBe(2);
    for (const [, columns = '80', command, shown] of screens) {
      const env = { ...process.env, COLUMNS: columns, NO_COLOR: '1' };
      const words = ['bin/tcpwatch.js', ...command.split(' ')];
      expect(execFileSync(process.execPath, words, { cwd: ROOT, env, encoding: 'utf8' })).toBe(shown);
    }
  });

  it('shows of a play what the page shows of it, which is held against the program', () => {
    const [, play, shown] = /```\n\$ sudo tcpwatch lab (\S+)\n\.\.\.\n([\s\S]*?)\.\.\.\n```/.exec(README)!;
    const page = readFileSync(join(ROOT, 'docs/learning.md'), 'utf8');
    expect(page).toContain(`$ sudo tcpwatch lab ${play}\n`);
    expect(page).toContain(shown);
  });

  it('has commands that can be pasted', () => {
    const [, block] = /## Use it\n[\s\S]*?\n```\n([\s\S]*?)```/.exec(README)!;
    const commands = [...block.matchAll(/^tcpwatch ([^|\n]*)/gm)].map(([, words]) => words.trim().split(' '));
    expect(commands.length).toBe(7);
    for (const words of commands)
      execFileSync(process.execPath, ['bin/tcpwatch.js', ...words], { cwd: ROOT, stdio: 'pipe' });
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
