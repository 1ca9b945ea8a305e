// The pages in docs/ and man/ say what the tables say and show what tcpwatch prints: stale ones fail.
// `npx vitest run test/docs.test.ts -u` makes them anew.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../src/cli/main.js';
import { explainAll } from '../src/verdict/explain.js';
import { manPage } from './support/man-page.js';
import { anchorOf, KIND_PAGES, kindPage, lookFirstTable, scenarioIndex, scenarioPage } from './support/pages.js';

const ROOT = resolve(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');
const CAPTURES = readdirSync(join(ROOT, 'fixtures/captures'));

const all = explainAll();
const scenarios = all.filter(({ kind }) => kind === 'scenario');

const RANK = ['error', 'warning', 'notice', 'ok'];
const worstFirst = [...scenarios].sort((a, b) => RANK.indexOf(a.severity!) - RANK.indexOf(b.severity!));

function printed(command: string): string {
  const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1' };
  return execFileSync(process.execPath, ['bin/tcpwatch.js', ...command.split(' ')], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
}

const captureFile = (example: string): string => CAPTURES.find((name) => name.startsWith(`${example}.pcap`))!;

/** What tcpwatch prints of an example. */
function shownOf(example: string, ...options: string[]): { file: string; text: string } {
  const file = captureFile(example);
  return { file, text: printed(['-r', `fixtures/captures/${file}`, ...options].join(' ')) };
}

/** The report of the host alone. */
function reportOf(example: string): { file: string; text: string } {
  const { file, text } = shownOf(example);
  const lines = text.split('\n');
  const from = lines.findLastIndex((line) => /^host /.test(line));
  const to = lines.indexOf('', from);
  return { file, text: `${lines.slice(from, to).join('\n')}\n` };
}

describe('docs/scenarios', () => {
  it.each(scenarios.map((one) => [`${one.id}.md`, one] as const))('%s', async (_, one) => {
    const shown = shownOf(one.example!, '-v');
    expect(shown.text, 'its example is called so').toContain(`tcpwatch explain ${one.id}\n`);
    await expect(scenarioPage(one, shown)).toMatchFileSnapshot(join(DOCS, `scenarios/${one.id}.md`));
  });

  it('README.md lists them, and there are no others', async () => {
    await expect(scenarioIndex(scenarios)).toMatchFileSnapshot(join(DOCS, 'scenarios/README.md'));
    const expected = [...scenarios.map(({ id }) => `${id}.md`), 'README.md'].sort();
    expect(readdirSync(join(DOCS, 'scenarios')).sort()).toEqual(expected);
  });
});

describe('docs', () => {
  const hosts = all.filter(({ kind }) => kind === 'host-rule');
  it.each(Object.entries(KIND_PAGES))('%s.md', async (name, page) => {
    const reports = new Map(
      name === 'host-conclusions' ? hosts.map(({ id, example }) => [id, reportOf(example!)]) : [],
    );
    await expect(kindPage(page, all, reports, captureFile)).toMatchFileSnapshot(join(DOCS, `${name}.md`));
  });

  const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));

  it.each(pages)('%s points at what is there', (page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [file, anchor] = link.split('#');
        const target = file === '' ? join(DOCS, page) : join(DOCS, dirname(page), file!);
        if (!existsSync(target)) return true;
        const headings = [...readFileSync(target, 'utf8').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
        return anchor !== undefined && !headings.some((heading) => anchorOf(heading) === anchor);
      });
    expect(broken).toEqual([]);
  });

  it('on-call.md has what to look at first, of every scenario, worst first', () => {
    expect(readFileSync(join(DOCS, 'on-call.md'), 'utf8')).toContain(lookFirstTable(worstFirst));
  });

  const handWritten = ['on-call.md', 'learning.md'].filter((page) => pages.includes(page));

  it.each(handWritten)('%s shows what tcpwatch prints', (page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    // What needs a name server is in the test of names.
    const blocks = [...text.matchAll(/```\n\$ tcpwatch (.*)\n([\s\S]*?)```/g)].filter(
      ([, command]) => !command!.includes('--resolve'),
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, command, shown] of blocks) {
      const whole = printed(command!);
      // Where a page leaves lines out, it says "...".
      let from = 0;
      for (const part of shown!.split(/^ *\.\.\.\n/m)) {
        const at = whole.indexOf(part, from);
        expect(at, `tcpwatch ${command} prints:\n${part}\n\nbut printed:\n${whole}`).toBeGreaterThanOrEqual(0);
        from = at + part.length;
      }
    }
  });
});

describe('man/tcpwatch.1', () => {
  const page = manPage(commandLine());

  it('has every command and option', async () => {
    await expect(page).toMatchFileSnapshot(join(ROOT, 'man/tcpwatch.1'));
  });

  const groff = spawnSync('groff', ['--version']).status === 0;
  it.skipIf(!groff)(`is read by groff without a warning${groff ? '' : ' (skipped: no groff)'}`, () => {
    const { stdout, stderr } = spawnSync('groff', ['-man', '-Tascii', '-ww'], { input: page, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/--write-flagged/);
  });
});
