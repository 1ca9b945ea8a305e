// The lab's catalogue against itself and against what lies in fixtures/. Playing it needs root: npm run fixtures does.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Answers } from '../../src/lab/answers.js';
import { catalogue } from '../../src/lab/catalogue.js';
import { fixtureName } from '../../src/lab/scenario.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const captures = `${root}fixtures/captures/`;
const jobs = catalogue.flatMap((scenario) =>
  scenario.in.map((setting) => ({ name: fixtureName(scenario, setting), scenario, setting })),
);
const answersOf = (name: string): Answers => JSON.parse(readFileSync(`${captures}${name}.answers.json`, 'utf8'));

describe('the catalogue', () => {
  test('gives every capture a name and a network of its own', () => {
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
    const nets = jobs.map(({ setting }) => setting.net);
    expect(new Set(nets).size).toBe(jobs.length);
    expect(nets.every((net) => Number.isInteger(net) && net >= 1 && net <= 254)).toBe(true);
  });

  test('is what lies in fixtures/captures, no more and no less', () => {
    const expected = jobs.flatMap(({ name, setting }) => [
      `${name}.answers.json`,
      `${name}.${setting.format ?? 'pcap'}${setting.gzip ? '.gz' : ''}`,
      `${name}.ndjson`,
    ]);
    expect(readdirSync(captures).sort()).toEqual(expected.sort());
  });

  test('is told by the answers beside the captures', () => {
    for (const { name, scenario } of jobs) {
      const { name: told, scenario: truth, end, what } = answersOf(name);
      expect({ told, truth, end, what }, name).toEqual({
        told: name,
        truth: scenario.truth,
        end: scenario.end,
        what: scenario.what,
      });
    }
  });
});

describe('the answers', () => {
  test('have the scenario happen to at least one of the connections', () => {
    for (const { name } of jobs) {
      const { scenario, end, connections } = answersOf(name);
      expect(
        connections.some((one) => one.truth === scenario && one.end === end),
        name,
      ).toBe(true);
    }
  });

  test('share no endpoint between two captures', () => {
    const owner = new Map<string, string>();
    for (const { name } of jobs) {
      for (const { client } of answersOf(name).connections) {
        expect(owner.get(client.address) ?? name).toBe(name);
        owner.set(client.address, name);
      }
    }
  });
});

test('the showcase names captures that exist, one a scenario', () => {
  const lines = readFileSync(`${root}fixtures/showcase`, 'utf8').trimEnd().split('\n');
  for (const line of lines) expect(existsSync(`${root}${line}`), line).toBe(true);
  const truths = lines.map((line) => answersOf(line.replace(/^.*\/|\.pcap.*$/g, '')).scenario);
  expect(new Set(truths).size).toBe(lines.length);
});
