// Sights are true: what the programs of all shipped captures got from their calls is what explanations say, both ways.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaptureAnswers } from '../../../src/lab/answers.js';
import { SIGHTS } from '../../../src/verdict/explanations/sights.js';
import type { ScenarioId } from '../../../src/verdict/scenarios.js';
import { readAnswers } from '../../support/answers.js';

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures');

/** Truths in plain words, and the scenario that says the same of what programs see. */
const SAME: Readonly<Record<string, ScenarioId>> = {
  'unread-input-abort': 'aborted',
  'firewall-reject': 'connect-refused',
  'outage-healed': 'normal-close',
  'forged-reset-ignored': 'normal-close',
};

/** What calls of one connection's programs gave: `survivor read EOF`. A program that has closed cannot fail any more. */
function gotten(scenario: string): Set<string> {
  const got = new Set<string>();
  for (const folder of ['captures', 'machines']) {
    for (const file of readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith('.answers.json'))) {
      const { connections } = readAnswers<CaptureAnswers>(join(FIXTURES, folder, file));
      for (const { truth, end, calls } of connections.filter(
        (one) => (SAME[one.truth ?? ''] ?? one.truth) === scenario,
      )) {
        for (const { program, call, result } of calls) {
          const who = end === null ? 'either' : program === end ? 'gone' : 'survivor';
          if (typeof result === 'string' && /^(E[A-Z]+)$/.test(result)) got.add(`${who} ${call} ${result}`);
          if (truth === 'accept-queue-full' && call === 'connect') got.add(`${who} ${call} ${result}`);
        }
      }
    }
  }
  return got;
}

describe.each(Object.entries(SIGHTS))('%s', (scenario, sights) => {
  const told = sights.map(({ program, call, gives }) => `${program} ${call} ${gives}`);

  it('tells everything that programs got', () => {
    expect([...gotten(scenario as ScenarioId)].filter((one) => !told.includes(one))).toEqual([]);
  });

  it('tells nothing that none got, unless it names who says so', () => {
    const got = gotten(scenario as ScenarioId);
    const unseen = sights.filter(({ program, call, gives }) => !got.has(`${program} ${call} ${gives}`));
    expect(unseen.filter(({ reference }) => reference === undefined).map(({ gives }) => gives)).toEqual([]);
  });
});

it('what ICMP or ARP makes of a call is another thing on BSD', () => {
  const reported = Object.values(SIGHTS)
    .flat()
    .filter(({ gives }) => ['EHOSTUNREACH', 'ENETUNREACH', 'EACCES'].includes(gives));
  expect(reported.length).toBeGreaterThan(5);
  expect(reported.filter(({ onBsd }) => !onBsd).map(({ when }) => when)).toEqual([]);
});
