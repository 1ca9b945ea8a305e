// The command line: options in, exit code out. Knows names, not protocol.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OUTPUTS } from '../output/outputs.js';
import { DEFAULT_MAX_CONNECTIONS, VERSION } from '../pipeline.js';
import { complain, EXIT, guardProcess, raise, reportDefect } from './exit.js';
import { explainCommand } from './explain-command.js';
import { HELP } from './help.js';
import { type WatchOptions, watch } from './watch.js';

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

function commandLine(): Command {
  const formats = Object.entries(OUTPUTS).map(([name, { title }]) => `${name}: ${title}`);
  const program = new Command('tcpwatch')
    .description('Says why TCP connections died: reads packets, follows both ends, names the cause and its evidence.')
    .argument('[filter...]', 'pcap-filter expression choosing connections')
    .option('-r, --read <file>', 'pcap or pcapng, also gzipped, - for a pipe; repeat for more', collect)
    .addOption(new Option('-o, --output <format>', formats.join('; ')).choices(Object.keys(OUTPUTS)).default('table'))
    .option('-v, --verbose', 'evidence with packet numbers, what the programs saw, what else it could be')
    .option('--anomalies', 'print each retransmission, ignored RST, hole ... as it happens')
    .option('--max-connections <n>', 'most connections kept at a time', positive, DEFAULT_MAX_CONNECTIONS)
    .version(VERSION, '-V, --version')
    .helpCommand(true)
    .addHelpText('after', HELP)
    .configureOutput({ outputError: (text) => complain(`${oneLine(text)} (tcpwatch --help shows how)`) })
    .exitOverride()
    .action((words: string[], options: WatchOptions) => watch(words, options));
  program
    .command('explain')
    .description('what a scenario, ending, fact or error means')
    .argument('[id]', 'without it: the list of ids')
    .action(explainCommand);
  return program;
}

const oneLine = (text: string): string =>
  text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s+/g, ' ');

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return number;
}
