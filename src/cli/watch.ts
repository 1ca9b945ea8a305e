// `tcpwatch -r FILE [filter]`, `tcpwatch -i INTERFACE [filter]`: reads packets and prints what comes of them.

import { OUTPUTS } from '../output/outputs.js';
import { type AnalyzeOptions, analyzeInBatches, FilterError, noticeEvent, type TcpwatchEvent } from '../pipeline.js';
import type { Gate } from '../verify/gate.js';
import { complain, EXIT, raise, reportUnwritable } from './exit.js';
import { gateOf, reportGate } from './fail-on.js';
import { Names } from './names.js';
import { Printer } from './printer.js';
import { complainOf, reportProblems } from './problems.js';
import { octetsOf, Progress } from './progress.js';
import { scribeAll, wantsScribe } from './scribing.js';
import { complainOfStop, onStop } from './stop.js';
import { spelling, wantsColour, widthFor } from './terminal.js';
import { analyzeOptions, isFile, UsageError, type WatchOptions } from './watch-options.js';

const STDOUT_FD = 1;

/**
 * @param words the filter, as the shell split it
 * @param commands what the first of them may have been meant to be
 */
export async function watch(
  words: readonly string[],
  options: WatchOptions,
  commands: readonly string[],
): Promise<void> {
  const stopping = new AbortController();
  const disarm = onStop(() => stopping.abort());
  let timer: NodeJS.Timeout | undefined;
  try {
    const gate = gateOf(options);
    const asked = analyzeOptions(words, options, commands, stopping.signal);
    if (options.duration) timer = setTimeout(() => stopping.abort(), options.duration * 1000);
    if (options.output === 'ndjson' && !gate && wantsScribe(asked)) await scribeAll(asked, STDOUT_FD, stopping.signal);
    else await printAll(asked, options, stopping, gate);
    if (gate) reportGate(gate, options, asked.filter ?? '');
  } catch (error) {
    if (error instanceof FilterError) complainOf(error, words.find(isFile));
    else if (error instanceof UsageError) complain(error.message);
    else throw error;
    raise(EXIT.usage);
  } finally {
    clearTimeout(timer);
    disarm();
  }
}

async function printAll(
  asked: AnalyzeOptions,
  options: WatchOptions,
  stopping: AbortController,
  gate: Gate | null,
): Promise<void> {
  const { stdout, env } = process;
  const live = asked.interface !== undefined;
  const isJson = options.output === 'ndjson';
  // JSON has addresses only.
  const names = options.resolve && !isJson ? new Names() : null;
  const output = OUTPUTS[options.output].make({
    nameOf: names?.nameOf,
    colour: wantsColour(stdout, env),
    width: widthFor(stdout, env),
    verbose: options.verbose ?? false,
    quiet: options.quiet ?? false,
    growing: live || (asked.growing ?? false),
  });
  const spelt = isJson ? (text: string): string => text : spelling(stdout, env);
  const skipped = (count: number) =>
    noticeEvent('output-skipped', Date.now(), `: ${count} ${count === 1 ? 'line' : 'lines'} left out`);
  const progress = new Progress(process.stderr, octetsOf(asked.files ?? []));
  const makeWay = (text: string): string => {
    if (text !== '' && stdout.isTTY) progress.clear();
    return text;
  };
  const shown = { ...output, event: (event: TcpwatchEvent) => makeWay(spelt(output.event(event))) };
  const printer: Printer = new Printer(STDOUT_FD, shown, !live, skipped, () => {
    reportUnwritable(printer.failure!);
    if (live) stopping.abort();
    // A gate judges on for a reader that has seen enough.
    else if (!gate) process.exit();
  });
  const closing = (): void => {
    printer.patient = true;
  };
  const tellProgress = live ? {} : { progress: progress.tell.bind(progress) };
  try {
    const provisional = output.wantsProvisional;
    for await (const events of analyzeInBatches({ ...asked, ...tellProgress, provisional, closing })) {
      const last = events.at(-1);
      if (last?.type === 'summary') progress.clear();
      if (gate) for (const event of events) gate.take(event);
      if (names) {
        for (const event of events) names.expect(event);
        // The table comes with the summary: what is under way by then is waited for.
        if (!live && last?.type === 'summary') await names.settled();
      }
      await printer.print(events);
      if (events.some((event) => event.type === 'notice' && event.id === 'write-failed')) raise(EXIT.output);
      if (last?.type === 'summary') reportProblems(last);
    }
    await printer.flushed();
    if (!live && !asked.growing && stopping.signal.aborted) complainOfStop();
  } finally {
    names?.close();
  }
}
