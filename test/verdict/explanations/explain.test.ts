// Explanations are whole: every row of every table is explained, in the same shape, and every id that a text names exists.
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explanationLines, listLines } from '../../../src/output/explanation.js';
import { explainAll } from '../../../src/verdict/explain.js';
import { EXCERPTED, type Explanation, plain } from '../../../src/verdict/explanation.js';
import { ADVICE } from '../../../src/verdict/explanations/advice.js';
import { ADVISED, HOST_ADVISED } from '../../../src/verdict/explanations/advised.js';
import { REFERENCES } from '../../../src/verdict/explanations/references.js';
import { STORIES } from '../../../src/verdict/explanations/stories.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');

/** What is seen live only, no saved capture can show. */
const UNSHOWN = ['local-process-exited', 'local-process-lives'];

const all = explainAll();
const text = (one: Explanation, width = 80): string[] => explanationLines(one, { colour: false, width });

describe.each(all.map((one) => [`${one.kind} ${one.id}`, one] as const))('%s', (_, one) => {
  it('has the shape of all others', () => {
    expect(Object.keys(one).sort()).toEqual(Object.keys(plain('fact', '', '', '')).sort());
    expect(one.title.length).toBeGreaterThan(2);
    expect(one.meaning.length).toBeGreaterThan(10);
  });

  it('fits 80 columns and has no placeholder left', () => {
    const lines = text(one);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /\{(gone|survivor|address)\}|undefined|\[object/.test(line))).toEqual([]);
  });

  it('is in plain characters', () => {
    expect(text(one).filter((line) => /[^\x20-\x7e·]/.test(line))).toEqual([]);
  });
});

it('the list fits 80 columns', () => {
  const lines = listLines(all, { colour: false, width: 80 });
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line === '').length).toBe(new Set(all.map(({ kind }) => kind)).size - 1);
});

it('the list is a line each where there is no width', () => {
  const lines = listLines(all, { colour: false, width: Number.POSITIVE_INFINITY });
  expect(lines.filter((line) => line.startsWith('  ')).length).toBe(all.length);
});

it('scenarios and conclusions about hosts name captures that are shipped', () => {
  const examples = all.flatMap(({ example }) => (example === null ? [] : [example]));
  expect(examples.length).toBeGreaterThan(20);
  expect(examples.filter((name) => !existsSync(`${CAPTURES}/${name}.answers.json`))).toEqual([]);
  expect(new Set(Object.values(STORIES).map(({ example }) => example)).size).toBe(Object.keys(STORIES).length);
  expect(readdirSync(CAPTURES).length).toBeGreaterThan(0);
});

it('all advice is given, and all references are used', () => {
  const rows = [...Object.values(ADVISED), ...Object.values(HOST_ADVISED)];
  const scenarios: readonly string[] = rows.flatMap(({ advice }) => advice);
  const anomalies = all.filter(({ kind }) => kind === 'anomaly').flatMap(({ advice }) => advice.map(({ id }) => id));
  const advised = [...scenarios, ...anomalies];
  expect(Object.keys(ADVICE).filter((id) => !advised.includes(id))).toEqual([]);
  const used = new Set(all.flatMap(({ references }) => references.map(({ title }) => title)));
  expect(Object.values(REFERENCES).filter(({ title }) => !used.has(title))).toEqual([]);
});

/** Nobody needs to do anything about these. */
const HARMLESS = [
  'closed',
  'reset-after-close',
  'both-fins-acknowledged',
  'survivor-closed-in-turn',
  'data-after-fin-accepted',
  'tcp.retransmission.syn-data',
  'tcp.syn-data',
  'tcp.urgent',
];

describe('endings, errors, anomalies and facts are told in full', () => {
  const excerpted = all.filter(({ kind }) => EXCERPTED.includes(kind));

  it.each(excerpted.map((one) => [`${one.kind} ${one.id}`, one] as const))('%s', (_, one) => {
    expect(one.sees.length > 0 || one.seen !== null, 'what programs see').toBe(true);
    expect([...one.confusedWith, ...one.causes].length, 'what it can be taken for').toBeGreaterThan(0);
    if (!HARMLESS.includes(one.id)) expect(one.advice.length, 'what to do').toBeGreaterThan(0);
    if (one.example === null) expect(text(one).join('\n')).toContain('No shipped capture shows it.');
    else {
      expect(one.steps.length).toBeGreaterThan(1);
      expect(one.steps.filter(({ decides }) => decides).length).toBe(1);
    }
    expect(one.confusedWith.filter(({ id }) => id === one.id)).toEqual([]);
  });

  it('few of them are shown by no capture', () => {
    expect(excerpted.filter(({ example }) => example === null).map(({ id }) => id)).toEqual(UNSHOWN);
  });
});

it('every ill scenario has advice and every fact says when', () => {
  for (const one of all) {
    if (one.kind === 'scenario' && one.severity !== 'ok') expect(one.advice.length, one.id).toBeGreaterThan(0);
    if (one.kind === 'fact' || one.kind === 'host-fact') {
      expect(one.when?.endsWith('.'), one.id).toBe(true);
      expect(one.usedBy.length, one.id).toBeGreaterThan(0);
    }
  }
});
