// `tcpwatch completion SHELL`: what the shell needs to complete a command line, from the table of options itself.

import type { Command, Option } from 'commander';
import { PLAYS } from '../plays/catalogue.js';
import { explainAll } from '../verdict/explain.js';
import { SELECTOR_WORDS } from '../verdict/select.js';

/** What may stand where an argument or the value of an option is called so; of all others files. */
const WORDS: Readonly<Record<string, () => readonly string[]>> = {
  id: () => [...new Set(explainAll().map(({ id }) => id))],
  play: () => PLAYS.map(({ id }) => id),
  what: () => SELECTOR_WORDS,
};

/** What only the machine knows: a command that tells it, a word a line. */
const ASKED: Readonly<Record<string, string>> = {
  interface: 'tcpwatch -D 2>/dev/null | cut -d " " -f 1',
};

interface Place {
  /** Empty: before any command. */
  readonly command: string;
  readonly options: readonly Option[];
  readonly words: readonly string[];
}

export const SHELLS = { bash, zsh: (program: Command) => `${BASH_IN_ZSH}${bash(program)}`, fish } as const;

export function completionCommand(program: Command, shell: keyof typeof SHELLS): void {
  process.stdout.write(SHELLS[shell](program));
}

const BASH_IN_ZSH = `(( $+functions[compdef] )) || { autoload -U compinit && compinit }
autoload -U bashcompinit && bashcompinit
`;

function placesOf(program: Command): Place[] {
  const help = program.createHelp();
  return [program, ...program.commands].map((command) => ({
    command: command === program ? '' : command.name(),
    options: help.visibleOptions(command),
    words:
      command === program
        ? help.visibleCommands(command).map((one) => one.name())
        : command.registeredArguments.flatMap((argument) => argument.argChoices ?? WORDS[argument.name()]?.() ?? []),
  }));
}

const namesOf = ({ short, long }: Option): string[] => [short, long].filter((name) => name !== undefined);

/** What the value of an option is called. */
const calledIn = ({ flags }: Option): string => /<(\w+)>/.exec(flags)?.[1] ?? '';

const valuesOf = (option: Option): readonly string[] => option.argChoices ?? WORDS[calledIn(option)]?.() ?? [];

function bash(program: Command): string {
  const places = placesOf(program);
  const commands = places.slice(1).map(({ command }) => command);
  const values = places.flatMap(({ command, options }) =>
    options
      .filter(({ required }) => required)
      .map((option) => {
        const typed = namesOf(option).map((name) => `'${command} ${name}'`);
        const asked = ASKED[calledIn(option)];
        return `    ${typed.join('|')}) words=${asked ? `"$(${asked})"` : `'${valuesOf(option).join(' ')}'`} ;;`;
      }),
  );
  const others = places.flatMap(({ command, options, words }) => [
    `    '${command} -'*) words='${options.flatMap(namesOf).join(' ')}' ;;`,
    `    '${command} '*) words='${words.join(' ')}' ;;`,
  ]);
  return `_tcpwatch() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command= words=
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in ${commands.join('|')}) command="\${COMP_WORDS[1]}" ;; esac
  case "$command $prev" in
${values.join('\n')}
    *) case "$command $cur" in
${others.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _tcpwatch tcpwatch
`;
}

function fish(program: Command): string {
  const places = placesOf(program);
  const commands = places.slice(1).map(({ command }) => command);
  const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  const lines = places.flatMap(({ command, options, words }) => {
    const seen = `__fish_seen_subcommand_from ${command === '' ? commands.join(' ') : command}`;
    const where = `complete -c tcpwatch -n ${quoted(command === '' ? `not ${seen}` : seen)}`;
    const rows = options.map((option) => {
      const names = [option.short?.replace(/^-/, '-s '), option.long?.replace(/^--/, '-l ')].filter(Boolean).join(' ');
      const asked = ASKED[calledIn(option)];
      const values = asked ? `(${asked})` : valuesOf(option).join(' ');
      const takes = option.required ? (values !== '' ? ` -x -a ${quoted(values)}` : ' -r') : '';
      return `${where} ${names}${takes} -d ${quoted(option.description)}`;
    });
    return words.length > 0 ? [...rows, `${where} -f -a ${quoted(words.join(' '))}`] : rows;
  });
  return `${lines.join('\n')}\n`;
}
