// Machines with a kernel of their own that really panicked, rebooted, was switched off or frozen: what is said of each of their
// connections, and what is concluded of the machine. fixtures/machines/README.md says how they were played.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MachineAnswers } from '../src/lab/answers.js';
import { catalogue } from '../src/lab/catalogue.js';
import { stories } from '../src/lab/machines/stories.js';
import { captureName } from '../src/lab/machines/story.js';
import { analyze } from '../src/pipeline.js';
import { type Outcome, outcomeOf } from '../src/verify/outcome.js';
import { CONCLUSIONS, expectForetold, expectTruth, pairs, readAnswers } from './support/answers.js';

const MACHINES = resolve(import.meta.dirname, '../fixtures/machines');

/** A claim that a whole host is gone: certain and wrong, it sends people to the wrong machine. */
const OF_A_HOST = new Set<string | null>(['host-shutdown', 'host-rebooted', 'host-crashed']);

/** Calls whose result no packet can foretell, and why. */
const UNSEEN_CALLS: readonly { story: string; call: RegExp; because: string }[] = [
  {
    story: 'vm-freeze',
    call: /^server read ECONNRESET/,
    because: 'the RST of a client that gave up waited for the frozen machine, as it would not have for a dead one',
  },
];

const plays = stories.flatMap((story) =>
  story.in.map((setting) => ({ name: captureName(story, setting), story, setting })),
);
const answersOf = (name: string): MachineAnswers => readAnswers(join(MACHINES, `${name}.answers.json`));

const hear = (name: string): Promise<Outcome> => outcomeOf(analyze({ files: [join(MACHINES, `${name}.pcap.gz`)] }));

describe.each(plays)('$name', ({ name, story }) => {
  it('is told by the answers', () => {
    const { name: told, scenario, end, what, hosts } = answersOf(name);
    expect({ told, scenario, end, what, host: hosts?.[0]?.truth }).toEqual({
      told: name,
      scenario: story.truth,
      end: story.end,
      what: story.what,
      host: story.host,
    });
  });

  it('holds what really happened to every connection', async () => {
    expectTruth(answersOf(name), await hear(name));
  });

  it('is not certain that a host is gone where it is not', async () => {
    const { connections } = await hear(name);
    const wrong = pairs(answersOf(name), connections).filter(
      ({ answer, record }) =>
        record?.verdict.confidence === 'certain' &&
        OF_A_HOST.has(record.verdict.scenario) &&
        record.verdict.scenario !== answer.truth,
    );
    expect(
      wrong.map(({ answer, record }) => `${answer.client.port}: ${record!.verdict.scenario}, not ${answer.truth}`),
    ).toEqual([]);
  });

  it('foretells the errno of every call', async () => {
    const { connections } = await hear(name);
    expectForetold(answersOf(name), connections, (call) =>
      UNSEEN_CALLS.some((row) => row.story === name && row.call.test(call)),
    );
  });

  it('concludes what became of the machine, and nothing of the clients’ host', async () => {
    const { hosts } = await hear(name);
    const [machine] = answersOf(name).hosts!;
    const of = (own: boolean) => hosts.filter(({ address }) => (address === machine!.address) === own);
    expect(CONCLUSIONS[machine!.truth]).toContain(of(true)[0]?.event ?? null);
    expect(of(false).map(({ address, event }) => `${address} ${event}`)).toEqual([]);
  });
});

describe('the machines', () => {
  it('are what lies in fixtures/machines, no more and no less', () => {
    const expected = plays.flatMap(({ name }) => [`${name}.answers.json`, `${name}.pcap.gz`]);
    expect(readdirSync(MACHINES).sort()).toEqual(['README.md', ...expected].sort());
  });

  it('share no address with each other or with another fixture', () => {
    const nets = [...plays.map(({ setting }) => setting), ...catalogue.flatMap((scenario) => scenario.in)].map(
      ({ net }) => net,
    );
    expect(new Set(nets).size).toBe(nets.length);
  });
});
