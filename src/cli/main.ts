// The command line: options in, exit code out. Knows names, not protocol.

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OUTPUTS } from '../output/outputs.js';
import { REPORTERS } from '../output/verify/reporters.js';
import { BACKENDS, DEFAULT_BUFFER_KIB, DEFAULT_MAX_CONNECTIONS, DEFAULT_SNAPLEN, VERSION } from '../pipeline.js';
import { complain, EXIT, guardProcess, raise, reportDefect } from './exit.js';
import { HELP } from './help.js';
import type { LabOptions } from './lab-command.js';
import { watch } from './watch.js';
import { ABNORMAL, type WatchOptions } from './watch-options.js';

/** Runs the command and sets the process's exit code. @param argv as process.argv. */
export async function main(argv: readonly string[]): Promise<void> {
  guardProcess();
  try {
    await commandLine().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) reportDefect(error);
    else raise(error.exitCode === 0 ? EXIT.done : EXIT.usage);
  }
}

/** What a command alone needs is loaded when it is typed: a capture's verdict shall not wait for it. */
export function commandLine(): Command {
  const formats = Object.entries(OUTPUTS).map(([name, { title }]) => `${name}: ${title}`);
  const program = new Command('tcpwatch')
    .description('Says why TCP connections died: reads packets, follows both ends, names the cause and its evidence.')
    .argument('[filter...]', 'pcap-filter expression choosing connections')
    .option('-i, --interface <interface>', 'listen on an interface, or on any; needs root once, to open it', once)
    .option('-r, --read <file>', 'pcap or pcapng, also gzipped, - for a pipe; repeat for more', collect)
    .option('-D, --list-interfaces', 'list what can be listened on')
    .addOption(new Option('-o, --output <format>', formats.join('; ')).choices(Object.keys(OUTPUTS)).default('table'))
    .option('-v, --verbose', 'evidence with packet numbers, what the programs saw, what else it could be')
    .option('-q, --quiet', 'the table and what follows it, without a line for each as it falls')
    .option('--anomalies', 'print each retransmission, ignored RST, hole ... as it happens')
    .option('--resolve', 'names of hosts (reverse DNS) where the table and the lines have addresses')
    .option('-c, --count <n>', 'end after n packets captured or read', positive)
    .option('--duration <seconds>', 'end after so long', seconds)
    .option('-w, --write <file>', 'keep what -i captures, as pcapng')
    .option('--write-flagged <dir>', 'keep each connection that ended abnormally, as a pcapng with its verdict')
    .option('--flag <what>', `what to keep so: scenario, ending or severity (default ${ABNORMAL}); repeatable`, collect)
    .option('--fail-on <what>', 'exit 1 for this: as --flag, or a limit as retransmissions>1%; repeatable', collect)
    .option(
      '-s, --snaplen <octets>',
      `octets of each packet to capture (default ${DEFAULT_SNAPLEN}: headers; 0: all)`,
      snaplen,
    )
    .option(
      '-B, --buffer-size <KiB>',
      `kernel buffer (default ${DEFAULT_BUFFER_KIB}; four times that with -s 0)`,
      positive,
    )
    .option('-p, --no-promiscuous', 'only what is meant for this machine')
    .addOption(new Option('--no-promiscuous-mode').hideHelp())
    .addOption(new Option('--backend <name>', 'what captures').choices(['auto', ...BACKENDS]).default('auto'))
    .option('--no-processes', 'do not look up the local process of each connection')
    .option('--no-drop-privileges', 'stay root after opening: to write where only root may')
    .option('--max-connections <n>', 'most connections kept at a time', positive, DEFAULT_MAX_CONNECTIONS)
    .version(VERSION, '-V, --version')
    .helpCommand(true)
    // What follows a command belongs to the command.
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .configureOutput({ outputError: (text) => misused(text, 'tcpwatch') })
    .exitOverride()
    .action((words: string[], options: WatchOptions & { listInterfaces?: true }) =>
      options.listInterfaces
        ? import('./list-interfaces.js').then((it) => it.listInterfacesCommand())
        : watch(
            words,
            options,
            program.commands.map((command) => command.name()),
          ),
    );
  program
    .command('explain')
    .description('what a word that is printed means: verdict, ending, error, state ...; what to do')
    .argument('[id]', 'a name, or words as printed; without it: the list of all')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action((id, options) => import('./explain-command.js').then((it) => it.explainCommand(id, options)));
  const reporters = Object.entries(REPORTERS).map(([name, { title }]) => `${name}: ${title}`);
  program
    .command('verify')
    .description('captures against what is expected of them: NAME.expect.json beside NAME.pcap')
    .argument('<path...>', 'captures, or folders of them')
    .option('-u, --update', 'write what comes out now as what is expected')
    .addOption(new Option('--reporter <name>', reporters.join('; ')).choices(Object.keys(REPORTERS)).default('text'))
    .action((paths, options) => import('./verify-command.js').then((it) => it.verifyCommand(paths, options)));
  program
    .command('ladder')
    .description('draws a connection segment by segment: both ends, what passed, what decided')
    .argument('<file>', 'a capture, - for a pipe')
    .argument('[filter...]', 'pcap-filter expression choosing connections')
    .option('-c, --connection <n>', 'the one with this number in the table of the same filter', positive)
    .option('--resolve', 'names of hosts (reverse DNS) where it has addresses')
    .action((file, words, options) =>
      import('./ladder-command.js').then((it) => it.ladderCommand(file, words, options)),
    );
  program
    .command('lab')
    .description('plays how a connection ends, on this machine, and shows it as it happens; needs root')
    .argument('[play]', 'without it: the list of plays')
    .option('-w, --write <file>', 'keep what passes, as pcapng')
    .action((play: string | undefined, options: LabOptions) =>
      import('./lab-command.js').then((it) => it.labCommand(play, options)),
    );
  program
    .command('completion')
    .description('what a shell needs to complete tcpwatch: eval "$(tcpwatch completion bash)"')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell) => import('./completion-command.js').then((it) => it.completionCommand(program, shell)));
  for (const command of program.commands)
    command.configureOutput({ outputError: (text) => misused(text, `tcpwatch ${command.name()}`) });
  return program;
}

function misused(text: string, command: string): void {
  const oneLine = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s+/g, ' ');
  complain(`${oneLine} (${command} --help shows how)`);
}

/** Less than the headers shows no connection; more than this no frame has. */
const LEAST_SNAPLEN = 54;
const MOST_SNAPLEN = 262_144;

/** What a timer can wait for, less than 25 days. */
const MAX_SECONDS = 2_147_483;

function once(value: string, before?: string): string {
  if (before !== undefined) throw new InvalidArgumentError('Give one interface, or any.');
  return value;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return number;
}

function snaplen(value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const enough = number === 0 || (Number.isInteger(number) && number >= LEAST_SNAPLEN && number <= MOST_SNAPLEN);
  if (enough) return number;
  throw new InvalidArgumentError(`Give 0, or ${LEAST_SNAPLEN} (Ethernet, IPv4 and TCP headers) to ${MOST_SNAPLEN}.`);
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0) || number > MAX_SECONDS) throw new InvalidArgumentError('Give a number of seconds.');
  return number;
}
