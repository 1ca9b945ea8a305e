// `tcpwatch lab [PLAY]`: lists the plays; plays one on this machine while listening, and says what became of it.

import { closeSync } from 'node:fs';
import { evidenceLines } from '../output/evidence.js';
import { glue, hang } from '../output/layout.js';
import { paint } from '../output/style.js';
import { PLAYS } from '../plays/catalogue.js';
import { perform } from '../plays/perform.js';
import type { Play } from '../plays/play.js';
import { missingFor } from '../plays/requirements.js';
import type { Namespace } from '../stage/namespaces.js';
import { openForWriting, unprivileged } from '../system/privileges.js';
import { complain, EXIT, raise } from './exit.js';
import { LabScreen } from './lab-screen.js';
import { spelling, wantsColour, widthFor } from './terminal.js';

const SHORTENED =
  'For this play the kernel gives up sooner than by default, of which the verdict speaks: what the programs said is what happened.';

export interface LabOptions {
  readonly write?: string;
}

export async function labCommand(id: string | undefined, options: LabOptions): Promise<void> {
  if (id === undefined) return list();
  const play = PLAYS.find((one) => one.id === id);
  if (!play) {
    complain(`no play is called ${id}: tcpwatch lab lists them`);
    return raise(EXIT.usage);
  }
  const missing = missingFor(play.id);
  if (missing !== null) {
    complain(missing);
    return raise(EXIT.interface);
  }
  const keep = options.write === undefined ? null : openToKeep(options.write);
  if (keep === 'failed') return;
  try {
    await show(play, keep, options.write);
  } finally {
    if (keep !== null) closeSync(keep);
  }
}

function list(): void {
  const width = Math.max(...PLAYS.map(({ id }) => id.length));
  print(
    'How a TCP connection ends, played with real programs and a real kernel:',
    '',
    ...PLAYS.flatMap(({ id, title }) => hang(`  ${id.padEnd(width)}  `, title, screen().width)),
    '',
    'sudo tcpwatch lab PLAY plays one (Linux), in namespaces of its own, in less than',
    'a minute; tcpwatch explain PLAY says what its verdict means.',
  );
}

async function show(play: Play, keep: number | null, file: string | undefined): Promise<void> {
  const { colour, width } = screen();
  const stage = new LabScreen(width, colour);
  try {
    const connections = await perform(play, keep, {
      begins: (at, device) => print(...opening(play, at, device, width)),
      hears: (line) => print(...stage.lines(line)),
    });
    for (const event of connections) {
      print('', ...evidenceLines(event, { colour, width, verbose: true, growing: false }));
    }
    if (play.tuning) print('', ...hang('', SHORTENED, width));
    print('', ...closing(play, file, width).map((line) => paint(line, 'dim', colour)));
  } catch (error) {
    complain(`the play cannot be played: ${(error as Error).message}`);
    raise(EXIT.interface);
  }
}

function opening({ id, title, seconds }: Play, at: Namespace, device: string, width: number): string[] {
  return [
    ...hang('', `${id}: ${title}; ${glue(`about ${seconds} s`)}`, width, 2),
    `The wire is ${device} of a namespace; to look too:`,
    `  sudo ip netns exec ${at.name} tcpdump -ni ${device}`,
  ];
}

function closing({ id }: Play, file: string | undefined, width: number): string[] {
  const next = PLAYS[(PLAYS.findIndex((one) => one.id === id) + 1) % PLAYS.length];
  return [
    ...(file === undefined ? [] : hang('kept  ', `tcpwatch -r ${file} -v`, width)),
    `next  sudo tcpwatch lab ${next.id}`,
  ];
}

function openToKeep(file: string): number | 'failed' {
  try {
    return openForWriting(file, unprivileged());
  } catch (error) {
    complain(`cannot write ${file}: ${(error as Error).message}`);
    raise(EXIT.output);
    return 'failed';
  }
}

const screen = (): { colour: boolean; width: number } => ({
  colour: wantsColour(process.stdout, process.env),
  width: widthFor(process.stdout, process.env),
});

function print(...lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join('');
  process.stdout.write(spelling(process.stdout, process.env)(text));
}
