// The command line: options in, exit code out. Knows names, not protocol.
//
// Exit codes: 0 done; 2 usage; 3 input unreadable or damaged (what could be read was reported); 5 output could not be
// written; 70 a defect of tcpwatch. The highest wins.

import { once } from 'node:events';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OUTPUTS, type OutputName } from '../output/output.js';
import { analyzeInBatches, DEFAULT_MAX_CONNECTIONS, FilterError, type SummaryEvent, VERSION } from '../pipeline.js';
import { EXPLAINABLE, explain } from '../verdict/explain.js';

const EXIT = { done: 0, usage: 2, input: 3, output: 5, defect: 70 } as const;

interface Options {
  readonly read: readonly string[];
  readonly output: OutputName;
  readonly verbose: boolean;
  readonly anomalies: boolean;
  readonly maxConnections: number;
}

/** Runs the command and sets the process's exit code. @param argv as process.argv. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no error.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.done);
    complain(`cannot write: ${error.message}`);
    process.exit(EXIT.output);
  });
  try {
    await commandLine().parseAsync([...argv]);
  } catch (error) {
    raise(error instanceof CommanderError ? exitOf(error) : crash(error));
  }
}

const exitOf = (error: CommanderError): number => (error.exitCode === 0 ? EXIT.done : EXIT.usage);

function crash(error: unknown): number {
  complain(`a defect in tcpwatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.defect;
}

function raise(code: number): void {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), code);
}

function complain(line: string): void {
  process.stderr.write(`tcpwatch: ${line}\n`);
}

const EXAMPLES = `
Examples:
  tcpwatch -r incident.pcap                        every connection in a capture, worst first
  tcpwatch -r incident.pcap port 9998 -v           the evidence, for the connections of one port
  tcpwatch -r a.pcap -r b.pcapng.gz host 10.0.2.2  two files as one capture
  ssh web1 sudo tcpdump -U -w - port 443 or icmp | tcpwatch -r -
  tcpwatch -r incident.pcap --output ndjson | jq 'select(.verdict.severity == "error")'
  tcpwatch explain process-terminated              what a verdict means

The filter is pcap-filter(7): host, net, port, portrange, src, dst, tcp, ip, ip6, and, or, not, parentheses. It chooses
connections, so it also matches inside VLANs and keeps the ICMP errors that belong to them.

Exit codes: 0 done, 2 usage, 3 input unreadable or damaged (what could be read was reported), 5 output not written,
70 a defect in tcpwatch.`;

function commandLine(): Command {
  const program = new Command('tcpwatch')
    .description('Says why TCP connections died: reads packets, follows both ends, names the cause and its evidence.')
    .argument('[filter...]', 'pcap-filter expression choosing connections')
    .option(
      '-r, --read <file>',
      'capture to read: pcap, pcapng, either gzipped, - for a pipe; repeat for more',
      collect,
      [],
    )
    .addOption(new Option('-o, --output <format>', 'how to say it').choices(Object.keys(OUTPUTS)).default('table'))
    .option('-v, --verbose', 'evidence with packet numbers, what the programs saw, what else it could be', false)
    .option('--anomalies', 'print each retransmission, ignored RST, hole ... as it happens', false)
    .option('--max-connections <n>', 'most connections kept at a time', positive, DEFAULT_MAX_CONNECTIONS)
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(tcpwatch --help shows how)')
    .exitOverride()
    .action((words: string[], options: Options) => watch(words, options));
  program
    .command('explain')
    .description('what a scenario, ending, fact or error means')
    .argument('[id]', 'without it: the list of ids')
    .action(explainCommand);
  return program;
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on is wanted.');
  return number;
}

async function watch(words: readonly string[], options: Options): Promise<void> {
  if (options.read.length === 0) {
    complain('nothing to read: give a capture with -r FILE, or - for a pipe (tcpwatch --help shows how)');
    raise(EXIT.usage);
    return;
  }
  const { stdout } = process;
  const output = OUTPUTS[options.output].make({
    colour: stdout.isTTY === true && stdout.hasColors() && !process.env.NO_COLOR,
    width: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    verbose: options.verbose,
  });
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const growing = options.read.includes('-');
  try {
    const batches = analyzeInBatches({
      files: options.read,
      filter: words.join(' '),
      maxConnections: options.maxConnections,
      anomalies: options.anomalies,
      provisional: output.wantsProvisional || growing,
      signal: stopping.signal,
    });
    for await (const events of batches) {
      const text = events.map((event) => output.event(event)).join('');
      if (text && !stdout.write(text)) await once(stdout, 'drain');
      const last = events.at(-1);
      if (last?.type === 'summary') reportProblems(last);
    }
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    complain(`filter: ${error.message}`);
    process.stderr.write(`  ${error.filter}\n  ${' '.repeat(error.position)}^\n`);
    raise(EXIT.usage);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function reportProblems({ problems }: SummaryEvent): void {
  for (const { source, message, offset } of problems) {
    complain(`${source}: ${message} (at byte ${offset})`);
    raise(EXIT.input);
  }
}

function explainCommand(id: string | undefined): void {
  if (id === undefined) {
    for (const [kind, ids] of Object.entries(EXPLAINABLE)) process.stdout.write(`${kind}: ${ids.join(', ')}\n`);
    return;
  }
  const lines = explain(id);
  if (lines) process.stdout.write(`${lines.join('\n')}\n`);
  else {
    complain(`nothing is called ${id}; tcpwatch explain lists what can be explained`);
    raise(EXIT.usage);
  }
}
