// man/tcpwatch.1, from the table of options and what --help says below it.

import type { Command, Help } from 'commander';
import { HELP } from '../../src/cli/help.js';

/** Roff takes a dot or an apostrophe at the beginning of a line for its own, and hyphens that are typed for typography. */
const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');

const item = (term: string, says: string): string => `.TP\n.B ${plain(term)}\n${plain(says)}`;

export function manPage(program: Command): string {
  const help = program.createHelp();
  const [examples, ...paragraphs] = HELP.trim().split('\n\n');
  const [exit, ...about] = paragraphs.reverse();
  return [
    '.\\" Made by test/docs.test.ts: npx vitest run test/docs.test.ts -u',
    '.TH TCPWATCH 1',
    `.SH NAME\ntcpwatch \\- says why TCP connections died`,
    `.SH SYNOPSIS\n${[program, ...program.commands].map((one) => `.B ${plain(help.commandUsage(one))}`).join('\n.br\n')}`,
    `.SH DESCRIPTION\n${plain(help.commandDescription(program))}`,
    ...about.reverse().map((paragraph) => `.PP\n${plain(paragraph)}`),
    `.SH OPTIONS`,
    ...optionsOf(help, program),
    '.SH COMMANDS',
    ...program.commands.flatMap((one) => [
      `.SS ${plain(one.name())}\n${plain(help.commandDescription(one))}`,
      ...help
        .visibleArguments(one)
        .map((argument) => item(help.argumentTerm(argument), help.argumentDescription(argument))),
      ...optionsOf(help, one),
    ]),
    `.SH EXIT STATUS\n${plain(exit!.replace(/^Exit codes: /, ''))}`,
    `.SH EXAMPLES\n.nf\n${plain(examples!.replace(/^Examples:\n/, ''))}\n.fi`,
    '.SH SEE ALSO\n.BR pcap\\-filter (7),\n.BR tcpdump (8)',
    '',
  ].join('\n');
}

const optionsOf = (help: Help, command: Command): string[] =>
  help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help' || command.parent === null)
    .map((option) => item(help.optionTerm(option), help.optionDescription(option)));
