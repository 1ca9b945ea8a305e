// Completion: what bash and fish offer of a line is what the table of options has. (zsh runs what bash does.)
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/main.js';
import { PLAYS } from '../../src/plays/catalogue.js';
import { run } from './run.js';

const program = commandLine();
const help = program.createHelp();
const shells = ['bash', 'fish'] as const;
type Shell = (typeof shells)[number];

const installed = (shell: Shell): boolean => spawnSync(shell, ['--version']).status === 0;

/** Behind the script of ours: the line, as the shell itself would ask for it. */
const ASKS: Readonly<Record<Shell, string>> = {
  bash: `read -ra COMP_WORDS <<< "$LINE"; [[ $LINE == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _tcpwatch; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: `complete -C "$LINE" | string replace -r '\\t.*' ''`,
};

/** A machine with two interfaces, as `tcpwatch -D` lists them. */
const LISTS: Readonly<Record<Shell, string>> = {
  bash: `tcpwatch() { [ "$*" = -D ] && printf '%s\\n' 'eth0  up' 'lo    up, loopback'; }`,
  fish: `function tcpwatch; test "$argv" = -D; and printf '%s\\n' 'eth0  up' 'lo    up, loopback'; end`,
};

/** What is offered at the end of the line. */
async function offered(shell: Shell, line: string): Promise<string[]> {
  const script = (await run(['completion', shell])).stdout;
  const env = { ...process.env, LINE: line };
  const asking = `${LISTS[shell]}\n${script}${ASKS[shell]}`;
  const { stdout, stderr } = spawnSync(shell, ['-c', asking], { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n').sort();
}

describe.each(shells)('%s', (shell) => {
  const missing = installed(shell) ? '' : ` (skipped: no ${shell})`;
  it.skipIf(missing).each([
    ['tcpwatch ver', ['verify']],
    ['tcpwatch -r a.pcap --fail', ['--fail-on']],
    ['tcpwatch -r a.pcap --flag host-', ['host-crashed', 'host-rebooted', 'host-shutdown']],
    ['tcpwatch --output ', ['ndjson', 'table']],
    ['tcpwatch -i ', ['eth0', 'lo']],
    ['tcpwatch -v --interface e', ['eth0']],
    ['tcpwatch verify --reporter ', ['github', 'junit', 'text']],
    ['tcpwatch explain ECONN', ['ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET']],
    ['tcpwatch lab ', PLAYS.map(({ id }) => id).sort()],
    ['tcpwatch completion ', ['bash', 'fish', 'zsh']],
  ])(`offers for '%s' what there is${missing}`, async (line, expected) => {
    expect(await offered(shell, line)).toEqual(expected);
  });

  it
    .skipIf(missing)
    .each([['tcpwatch', program] as const, ...program.commands.map((one) => [`tcpwatch ${one.name()}`, one] as const)])(
    `offers every option of %s${missing}`,
    async (line, command) => {
      const names = help.visibleOptions(command).map(({ long }) => long);
      expect((await offered(shell, `${line} --`)).filter((name) => name.startsWith('--'))).toEqual(names.sort());
    },
  );
});

it('of another shell is a usage error', async () => {
  const { code, stdout, stderr } = await run(['completion', 'csh']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
