// What explanations say of endings and errors is what the shipped captures show, both ways.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent, TcpwatchEvent } from '../../../src/pipeline.js';
import { ENDINGS } from '../../../src/verdict/endings.js';
import { TOLD_OF_ENDINGS } from '../../../src/verdict/explanations/told-of-endings.js';
import { TOLD_OF_ERRORS } from '../../../src/verdict/explanations/told-of-errors.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');

/** As the golden records of all captures have them. */
const connections = readdirSync(CAPTURES)
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => readFileSync(join(CAPTURES, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as TcpwatchEvent)
  .filter((event): event is ConnectionEvent => event.type === 'connection');

describe('endings', () => {
  it.each(ENDINGS.map(({ id }) => id))('%s: the scenarios that end so', (id) => {
    const scenarios = connections.filter(({ ending }) => ending === id).map(({ verdict }) => verdict.scenario);
    const known = [...new Set(scenarios)].filter((scenario) => scenario !== null);
    expect([...TOLD_OF_ENDINGS[id].scenarios].sort()).toEqual(known.sort());
  });
});

describe('errors', () => {
  const told = Object.values(TOLD_OF_ERRORS).flatMap(({ calls, gives }) =>
    calls.flatMap((call) => gives.map((error) => `${call} ${error}`)),
  );

  it('tell everything that calls give', () => {
    const given = connections.flatMap(({ verdict: { errors } }) => [...errors.client, ...errors.server]);
    const all = [...new Set(given.map(({ call, error }) => `${call} ${error}`))];
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((one) => !told.includes(one))).toEqual([]);
  });
});
