// What is told of hosts is true: the example of each conclusion is concluded so, after what is told was seen of it in order.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { analyze, type HostEvent } from '../../../src/pipeline.js';
import { explainAll } from '../../../src/verdict/explain.js';
import { HOST_FACT_EXAMPLES } from '../../../src/verdict/explanations/examples-of-hosts.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');

const rules = explainAll().filter(({ kind }) => kind === 'host-rule');

async function concludedOf(id: string, example: string): Promise<HostEvent | undefined> {
  const file = readdirSync(CAPTURES).find((name) => name.startsWith(`${example}.pcap`))!;
  const concluded: HostEvent[] = [];
  for await (const event of analyze({ files: [join(CAPTURES, file)] })) {
    if (event.type === 'host' && event.conclusion?.final) concluded.push(event);
  }
  return concluded.find(({ event }) => event === id);
}

it.each(rules.map((one) => [one.id, one] as const))('%s', async (id, { example, course }) => {
  const one = await concludedOf(id, example!);
  const moments = one?.conclusion?.timeline.map(({ event }) => event);
  // The same of two ports, or of two bursts, is told once.
  expect(moments?.filter((moment, n, all) => moment !== all[n - 1])).toEqual(course.map((moment) => moment.id));
});

it.each(Object.entries(HOST_FACT_EXAMPLES).filter(([, rule]) => rule !== null))(
  '%s is seen in the example of %s',
  async (id, rule) => {
    const one = await concludedOf(rule!, rules.find((row) => row.id === rule)!.example!);
    expect(one?.conclusion?.evidence.map(({ fact }) => fact)).toContain(id);
  },
);
