// `tcpwatch verify DIR`: every capture against the expectation beside it.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { shellWord } from '../output/shell-word.js';
import { REPORTERS, type ReporterName } from '../output/verify/reporters.js';
import { type AnalyzeOptions, analyze, FilterError } from '../pipeline.js';
import { compare, type Expectation, ExpectationError, parseExpectation } from '../verify/expectation.js';
import { type Outcome, outcomeOf } from '../verify/outcome.js';
import type { CaptureResult, ResultStatus } from '../verify/result.js';
import { refreshed } from '../verify/update.js';
import { complain, EXIT, raise } from './exit.js';
import { type CaptureFile, findCaptures, hasExpectation } from './expectation-files.js';
import { octetsOf, Progress } from './progress.js';
import { spelling, wantsColour, widthFor } from './terminal.js';

export interface VerifyOptions {
  readonly update?: boolean;
  readonly reporter: ReporterName;
}

export async function verifyCommand(
  paths: readonly string[],
  { update = false, reporter }: VerifyOptions,
): Promise<void> {
  const { captures, orphans, unreadable, twins } = findCaptures(paths);
  const typed = paths.map(shellWord).join(' ');
  for (const { path, why } of unreadable) complain(`${path}: ${why}`);
  if (twins.length > 0)
    return misused(`${twins.join(' and ')} have one expectation, of the same name: give one another name`);
  if (unreadable.length + orphans.length > 0) raise(EXIT.input);
  else if (captures.length === 0) return misused(`no captures in ${typed}`);
  else if (!update && !captures.some(hasExpectation))
    return misused(
      `nothing is expected of what is in ${typed}: tcpwatch verify --update ${typed} writes what comes out now, for you to read`,
    );
  const { stdout, env } = process;
  const report = REPORTERS[reporter].make({ colour: wantsColour(stdout, env), width: widthFor(stdout, env) });
  // What a program reads has its own ways to say what it is written in.
  const spelt = reporter === 'text' ? spelling(stdout, env) : (text: string): string => text;
  const results: CaptureResult[] = [];
  for (const expectation of orphans) {
    const lost = {
      capture: expectation,
      expectation,
      status: 'unreadable',
      lines: ['its capture is not there'],
    } as const;
    results.push(lost);
    stdout.write(spelt(report.result(lost)));
  }
  const isRead = (file: CaptureFile): boolean => update || hasExpectation(file);
  const progress = new Progress(process.stderr, octetsOf(captures.filter(isRead).map(({ capture }) => capture)));
  let packets = 0;
  for (const file of captures) {
    const before = packets;
    const result = await verify(file, update, (now, octets, name) => {
      packets = before + now;
      progress.tell(packets, octets, name);
    });
    if (stdout.isTTY) progress.clear();
    results.push(result);
    stdout.write(spelt(report.result(result)));
    raise(EXITS[result.status]);
  }
  progress.clear();
  if (results.length > 0) stdout.write(spelt(report.end(results)));
}

const EXITS: Readonly<Record<ResultStatus, number>> = {
  holds: EXIT.done,
  updated: EXIT.done,
  written: EXIT.done,
  'no-expectation': EXIT.done,
  differs: EXIT.gate,
  unreadable: EXIT.input,
};

function misused(message: string): void {
  complain(message);
  raise(EXIT.usage);
}

async function verify(
  file: CaptureFile,
  update: boolean,
  progress: NonNullable<AnalyzeOptions['progress']>,
): Promise<CaptureResult> {
  const result = (status: ResultStatus, lines: readonly string[] = []): CaptureResult => ({
    ...file,
    status,
    lines,
  });
  const differing = (differences: readonly string[], filter = ''): CaptureResult => {
    const command = `tcpwatch -r ${shellWord(file.capture)} -v${filter === '' ? '' : ` ${shellWord(filter)}`}`;
    return result('differs', [...bounded(differences), `to look: ${command}`]);
  };
  const expected = hasExpectation(file);
  // A capture that failed leaves a file of no octets: nobody will ever write down what to expect of that.
  const isEmpty = statSync(file.capture, { throwIfNoEntry: false })?.size === 0;
  if (!expected && !update) return isEmpty ? result('unreadable', ['it is empty']) : result('no-expectation');
  try {
    const expectation = expected ? read(file.expectation) : null;
    const outcome = await outcomeOf(analyze({ files: [file.capture], filter: expectation?.filter ?? '', progress }));
    const problems = unforeseen(expectation, outcome);
    if (problems.length > 0) return result('unreadable', problems);
    const differences = expectation ? compare(expectation, outcome) : [];
    if (expectation && differences.length === 0) return result('holds');
    if (expectation && !update) return differing(differences, expectation.filter);
    const fresh = refreshed(expectation, outcome);
    write(file.expectation, fresh);
    // What really happened stays, and may still not be what is said.
    const left = compare(fresh, outcome);
    if (left.length > 0) return differing(left, fresh.filter);
    return expectation ? result('updated', bounded(differences)) : result('written', [wordsOf(fresh)]);
  } catch (error) {
    if (error instanceof ExpectationError) return result('unreadable', [`${file.expectation}: ${error.message}`]);
    if (error instanceof FilterError) return result('unreadable', [`${file.expectation}: filter: ${error.message}`]);
    throw error;
  }
}

function read(file: string): Expectation {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ExpectationError((error as Error).message);
  }
  return parseExpectation(text);
}

/** What kept the capture from being read to its end, unless that is expected. */
const unforeseen = (expectation: Expectation | null, { summary }: Outcome): string[] =>
  summary.problems
    .filter(({ kind }) => !(expectation?.summary?.truncatedInput && (kind === 'truncated' || kind === 'damaged')))
    .map(({ message }) => message);

const MOST_LINES = 20;
const bounded = (lines: readonly string[]): readonly string[] =>
  lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`] : lines;

function write(file: string, expectation: Expectation): void {
  try {
    writeFileSync(file, `${JSON.stringify(expectation, null, 2)}\n`);
  } catch (error) {
    complain(`cannot write ${file}: ${(error as Error).message}`);
    process.exit(EXIT.output);
  }
}

/** How many connections ended how. */
function wordsOf({ connections = [] }: Expectation): string {
  const counts = new Map<string, number>();
  for (const { verdict, ending } of connections) {
    const how = verdict?.scenario ?? `no verdict (${ending})`;
    counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  return [...counts].map(([how, n]) => `${n} ${how}`).join(', ') || 'no connections';
}
