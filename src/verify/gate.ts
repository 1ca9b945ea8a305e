// A gate: judges final records by rules, counts those that break one, and remembers the first of them.

import type { ConnectionEvent, TcpwatchEvent } from '../verdict/events.js';
import type { Rule } from './rules.js';

/** Offences remembered; the others are counted. */
const MOST_REMEMBERED = 20;

export interface Offence {
  /** Words of the rules that are broken. */
  readonly rules: readonly string[];
  /** What was measured, where a rule has a limit. */
  readonly values: readonly string[];
  /** null: the run as a whole. */
  readonly record: ConnectionEvent | null;
}

export class Gate {
  /** The first of them, in the order they were told. */
  readonly offences: Offence[] = [];
  /** All of them. */
  offended = 0;
  /** Connections judged. */
  judged = 0;

  constructor(readonly rules: readonly Rule[]) {}

  take(event: TcpwatchEvent): void {
    if (event.type === 'connection' && event.final) {
      this.judged++;
      this.judge(event, (rule) => rule.ofConnection(event));
    } else if (event.type === 'summary') this.judge(null, (rule) => rule.ofRun(event));
  }

  private judge(record: ConnectionEvent | null, broken: (rule: Rule) => string | null): void {
    const found = this.rules
      .map((rule) => ({ word: rule.word, value: broken(rule) }))
      .filter(({ value }) => value !== null);
    if (found.length === 0) return;
    this.offended++;
    if (this.offences.length >= MOST_REMEMBERED) return;
    this.offences.push({
      rules: found.map(({ word }) => word),
      values: found.flatMap(({ value }) => value || []),
      record,
    });
  }
}
