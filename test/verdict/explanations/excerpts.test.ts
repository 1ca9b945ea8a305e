// Excerpts are true: their rows are those of the captures they name, and what they are said to show holds there.
// `npx vitest run test/verdict/explanations/excerpts.test.ts -u` writes the rows anew.
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { analyze } from '../../../src/pipeline.js';
import {
  ANOMALY_EXAMPLES,
  ENDING_EXAMPLES,
  ERRNO_EXAMPLES,
  ERROR_EXAMPLES,
} from '../../../src/verdict/explanations/examples.js';
import { FACT_EXAMPLES, FACT_OF_HOST_EXAMPLES } from '../../../src/verdict/explanations/examples-of-facts.js';
import { type Example, THE_END } from '../../../src/verdict/explanations/excerpt.js';
import { ERRNOS } from '../../../src/verdict/explanations/of-sightings.js';
import { FACTS, type FactId } from '../../../src/verdict/facts.js';
import { fileOf, oddIn, readCapture, recordingsFile, recordingsFor } from '../../support/recordings.js';

const FOLDER = resolve(import.meta.dirname, '../../../src/verdict/explanations/recordings');

const shown = (examples: Readonly<Record<string, Example | null>>): [string, Example][] =>
  Object.entries(examples).filter((one): one is [string, Example] => one[1] !== null);

const TABLES = {
  ending: ENDING_EXAMPLES,
  error: ERROR_EXAMPLES,
  errno: ERRNO_EXAMPLES,
  anomaly: ANOMALY_EXAMPLES,
  fact: { ...FACT_EXAMPLES, ...FACT_OF_HOST_EXAMPLES },
};
const all = Object.entries(TABLES).flatMap(([kind, table]) =>
  shown(table).map(([id, example]) => [`${kind} ${id}`, example] as const),
);

it.each([
  ['a-to-g', /^[a-g]/],
  ['h', /^h/],
  ['i-to-z', /^[i-z]/],
])('recordings/%s.ts has what the captures have', async (name, initials) => {
  const examples = all.map(([, example]) => example).filter(({ capture }) => initials.test(capture));
  const text = recordingsFile(name, await recordingsFor(examples));
  await expect(text).toMatchFileSnapshot(join(FOLDER, `${name}.ts`));
});

it.each(all)('%s: a few frames in order, one of which decides', (_, { packets, decides }) => {
  expect(packets.length).toBeLessThanOrEqual(7);
  expect([...packets].sort((a, b) => a - b)).toEqual(packets);
  expect(packets).toContain(decides);
  expect(decides).not.toBe(THE_END);
});

describe('endings', () => {
  it.each(shown(ENDING_EXAMPLES))('%s', async (id, { capture, connection, decides }) => {
    const { events } = await readCapture(capture);
    const { ending, lastPacket, verdict } = events.get(connection)!;
    expect(ending).toBe(id);
    const rest = verdict.evidence.map(({ packet }) => packet);
    expect([...rest, lastPacket]).toContain(decides);
  });
});

describe('errors', () => {
  it('of every errno there is an example', () => {
    expect(Object.keys(ERRNO_EXAMPLES).sort()).toEqual([...ERRNOS].sort());
  });

  it.each(shown(ERRNO_EXAMPLES))('%s', async (id, { capture, connection }) => {
    const { client, server } = (await readCapture(capture)).events.get(connection)!.verdict.errors;
    expect([...client, ...server].map(({ error }) => error)).toContain(id);
  });
});

describe('anomalies', () => {
  it.each(shown(ANOMALY_EXAMPLES))('%s', async (id, { capture, connection, decides }) => {
    const { passed } = await readCapture(capture);
    const one = passed.find(({ packet }) => packet === decides)!;
    expect(one.connection).toBe(connection);
    expect(oddIn(one)).toContain(id);
  });
});

describe('facts', () => {
  // Whatever the verdict: the fact that is asked of every connection leads to its case, and that can be asked for all others.
  const ASKED_OF_ALL: FactId = 'both-fins-acknowledged';
  const ask = FACTS[ASKED_OF_ALL].find;
  const found = new Map<string, ReadonlyMap<string, number>>();
  vi.spyOn(FACTS[ASKED_OF_ALL], 'find').mockImplementation((theCase) => {
    const moments = Object.entries(FACTS).flatMap(([id, row]) => {
      const moment = id === ASKED_OF_ALL ? ask(theCase) : row.find(theCase);
      return moment ? [[id, moment.packet] as const] : [];
    });
    found.set(`${theCase.connection.id} ${theCase.gone.role}`, new Map(moments));
    return ask(theCase);
  });
  afterAll(() => vi.restoreAllMocks());

  it.each(shown(TABLES.fact))('%s', async (id, { capture, connection, decides, gone }) => {
    found.clear();
    for await (const _ of analyze({ files: [fileOf(capture)] }));
    expect(found.get(`${connection} ${gone}`)!.get(id)).toBe(decides);
  });
});
