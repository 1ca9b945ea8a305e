// `--fail-on WHAT`: the gate, and what stderr says of it: each connection that may not be, the rule, and how to look.

import { unglue } from '../output/layout.js';
import { shellWord } from '../output/shell-word.js';
import { claimWords, plural } from '../output/words.js';
import type { ConnectionEvent } from '../pipeline.js';
import { placeOf } from '../verdict/record.js';
import { Gate, type Offence } from '../verify/gate.js';
import { RuleError, ruleOf } from '../verify/rules.js';
import { complain, EXIT, raise } from './exit.js';
import { UsageError, type WatchOptions } from './watch-options.js';

/** @returns null if nothing is asked for. Throws a UsageError. */
export function gateOf({ failOn }: WatchOptions): Gate | null {
  if (!failOn) return null;
  try {
    return new Gate(failOn.map(ruleOf));
  } catch (error) {
    throw error instanceof RuleError ? new UsageError(`--fail-on ${error.message}`) : error;
  }
}

/** Says what the gate found, and sets the exit code. */
export function reportGate(gate: Gate, options: WatchOptions, filter: string): void {
  // A gate that nothing came through is no proof of anything.
  if (gate.judged === 0 && gate.offended === 0)
    complain("--fail-on: no connection was seen, so none was judged (--fail-on 'connections<1' fails then)");
  if (gate.offended === 0) return;
  for (const offence of gate.offences) complain(offenceWords(offence));
  const more = gate.offended - gate.offences.length;
  if (more > 0) complain(`--fail-on: and ${plural(more, 'more connection')} (--output ndjson has all)`);
  const example = gate.offences.find(({ record }) => record)?.record;
  if (example) complain(`to look: ${howToLook(example, options, filter)}`);
  raise(EXIT.gate);
}

function offenceWords({ rules, values, record }: Offence): string {
  const rule = `--fail-on ${rules.join(', ')}: `;
  if (!record) return `${rule}${values.join(', ')}`;
  const { id, client, server } = record;
  const what = [unglue(claimWords(record)), ...values].join(', ');
  return `${rule}#${id} ${placeOf(client)} → ${placeOf(server)}: ${what}`;
}

/** The evidence for one connection, of the packets that are kept; in one file, with all that the rest of it says of the hosts. */
function howToLook(
  { id, client, verdict }: ConnectionEvent,
  { read = [], write }: WatchOptions,
  filter: string,
): string {
  const [file] = read;
  if (read.length === 1 && file !== '-')
    return `tcpwatch ladder ${shellWord(file)} -c ${id}${filter === '' ? '' : ` ${shellWord(filter)}`}`;
  const files = [...read, ...(write === undefined ? [] : [write])].filter((file) => file !== '-');
  if (files.length > 0) {
    const reads = files.map((file) => `-r ${shellWord(file)}`).join(' ');
    return `tcpwatch ${reads} -v 'host ${client.address} and port ${client.port}'`;
  }
  const explain = verdict.scenario ? `tcpwatch explain ${verdict.scenario}; ` : '';
  return `${explain}-w FILE keeps the packets`;
}
