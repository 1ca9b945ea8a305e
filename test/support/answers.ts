// The answers beside a capture - what really happened - and whether a record says it.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { CaptureAnswers, HostTruth } from '../../src/lab/answers.js';
import type { ConnectionEvent, HostEvent } from '../../src/pipeline.js';
import type { Connection } from '../../src/stage/record.js';
import { compare } from '../../src/verify/expectation.js';
import type { Outcome } from '../../src/verify/outcome.js';

/** Answers in plain words: the verdict, or lookalike, that says the same. */
export const IN_OUR_WORDS: Readonly<Record<string, string | null>> = {
  'unread-input-abort': 'aborted',
  'outage-healed': 'normal-close',
  'forged-reset-ignored': 'normal-close',
  'left-while-data-came': null,
};

/** What may be concluded of a host to which this happened; null: nothing at all. */
export const CONCLUSIONS: Readonly<Record<HostTruth, readonly (HostEvent['event'] | null)[]>> = {
  'shut-down': ['shut-down'],
  'shut-down-and-rebooted': ['shut-down-and-rebooted'],
  'services-restarted': ['services-restarted'],
  crashed: ['crashed-or-cut'],
  'crashed-and-rebooted': ['rebooted'],
  'outage-healed': ['outage'],
  // Until a newcomer is refused it could have been closed on purpose.
  'process-terminated': ['service-gone', 'service-closed'],
  'processes-terminated': ['services-closed'],
  'worker-terminated': [null],
  'path-lost': ['path-to-one-lost'],
  // After a silence the two are the same to a watcher: "likely" at most, and the other is named as what it could also be.
  'nat-flushed': ['connections-forgotten', 'rebooted'],
  'failed-over': ['failed-over'],
};

export const readAnswers = <T extends CaptureAnswers>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));

/** The records of one tuple, in the order they opened, against its answers in that order. */
export function pairs(answers: CaptureAnswers, records: readonly ConnectionEvent[]) {
  const left = [...records];
  return answers.connections.map((answer) => {
    const at = left.findIndex(
      ({ client }) => client.port === answer.client.port && client.address === answer.client.address,
    );
    return { answer, record: at < 0 ? null : left.splice(at, 1)[0] };
  });
}

/** Every connection of the answers has a record that is honest about what happened to it, and nobody else has one. */
export function expectTruth(answers: CaptureAnswers, outcome: Outcome, orSilence = false): void {
  const order = new Map(pairs(answers, outcome.connections).map(({ answer, record }) => [answer, record?.id]));
  const place = (answer: Connection): number => order.get(answer) ?? Number.POSITIVE_INFINITY;
  const seen = answers.connections.filter(({ frames }) => frames > 0).sort((a, b) => place(a) - place(b) || 0);
  const connections = seen.map(({ client, server, ...answer }) => ({
    client,
    server,
    truth: { ...inOurWords(answer), orSilence },
  }));
  expect(compare({ connections }, outcome)).toEqual([]);
}

function inOurWords({ truth, end }: Pick<Connection, 'truth' | 'end'>) {
  return { scenario: truth !== null && truth in IN_OUR_WORDS ? IN_OUR_WORDS[truth]! : truth, end };
}

/** Every errno that a program got is among those that its record foretells. `unseen`: `client read ECONNRESET` and the like. */
export function expectForetold(
  answers: CaptureAnswers,
  records: readonly ConnectionEvent[],
  unseen: (call: string) => boolean = () => false,
): void {
  for (const { answer, record } of pairs(answers, records)) {
    if (!record) continue;
    const failed = { client: false, server: false };
    for (const { program, call, result } of answer.calls) {
      if (typeof result !== 'string' || !/^E[A-Z]+$/.test(result)) continue;
      // A socket that has given its error gives EPIPE to every write after it.
      if (failed[program] && result === 'EPIPE') continue;
      failed[program] = result !== 'EOF';
      if (unseen(`${program} ${call} ${result}`)) continue;
      const foretold = record.verdict.errors[program].map(({ error }) => error);
      expect(foretold, `${answer.client.port}: the ${program}'s ${call}() gave ${result}`).toContain(result);
    }
  }
}
