// Hosts whose fate is known, because the lab decided it: what is concluded of them, and what their first connection alone would
// have said. docs/hosts.md is the page of it.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../src/lab/answers.js';
import { analyze, type ConnectionEvent, type HostEvent } from '../src/pipeline.js';
import { HOST_RULES } from '../src/verdict/hosts/rules.js';
import { CONCLUSIONS, readAnswers } from './support/answers.js';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURES = join(ROOT, 'fixtures/captures');

const stories = readdirSync(CAPTURES)
  .filter((file) => file.endsWith('.answers.json'))
  .map((file) => readAnswers<Answers>(join(CAPTURES, file)))
  .filter(({ hosts }) => hosts !== undefined);

async function hear(name: string, filter = ''): Promise<{ records: ConnectionEvent[]; hosts: HostEvent[] }> {
  const file = readdirSync(CAPTURES).find((one) => one.startsWith(`${name}.pcap`))!;
  const records: ConnectionEvent[] = [];
  const hosts: HostEvent[] = [];
  for await (const event of analyze({ files: [join(CAPTURES, file)], filter })) {
    if (event.type === 'connection') records.push(event);
    if (event.type === 'host') hosts.push(event);
  }
  return { records: records.sort((a, b) => a.id - b.id), hosts };
}

const finalOf = (hosts: readonly HostEvent[], address: string): HostEvent | undefined =>
  hosts.find((event) => event.address === address && event.conclusion?.final);

describe.each(stories)('$name', ({ name, hosts: truths }) => {
  it('is concluded as it happened', async () => {
    const { hosts } = await hear(name);
    for (const { address, truth } of truths!) {
      const final = finalOf(hosts, address);
      expect(CONCLUSIONS[truth], `${address} ${truth}`).toContain(final?.event ?? null);
      if (truth !== 'nat-flushed') continue;
      expect(final?.conclusion?.confidence).not.toBe('certain');
      expect(final?.conclusion?.lookalikes.length).toBeGreaterThan(0);
    }
  });

  it('says nothing of hosts that nothing happened to but what follows', async () => {
    const { hosts } = await hear(name);
    const untouched = hosts.filter(
      ({ address, conclusion }) => conclusion?.final && !truths!.some((truth) => truth.address === address),
    );
    expect(untouched.map(({ address, event }) => `${address} ${event}`)).toEqual([]);
  });
});

it('every rule has a capture that shows it', async () => {
  const shown = new Set<string>();
  for (const { name } of stories) {
    const { hosts } = await hear(name);
    for (const { event, conclusion } of hosts) if (conclusion) shown.add(event);
  }
  expect(HOST_RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
});

it('docs/hosts.md says what was said with one connection, and with all', async () => {
  const rows: { rank: number; text: string }[] = [];
  const rules = HOST_RULES.map(({ id }): string => id);
  for (const { name, what, hosts: truths } of stories) {
    const { records, hosts } = await hear(name);
    // The first connection that something was said of.
    const first = records.find(({ verdict }) => verdict.scenario !== null && verdict.severity !== 'ok') ?? records[0]!;
    const alone = await hear(name, `port ${first.client.port}`);
    const host = truths!.map(({ address }) => finalOf(hosts, address)).find((event) => event !== undefined);
    const rank = host ? rules.indexOf(host.event) : rules.length;
    rows.push({
      rank,
      text: `| \`${name}\` | ${what} | ${claimOf(alone.records[0]!)} | ${claimOf(first)} | ${host ? `${host.event}, ${host.conclusion!.confidence}` : '-'} |`,
    });
  }
  const page = `# Hosts: what one connection cannot tell

Each capture is of real kernels; \`fixtures/README.md\` says how it was made. "Alone": what tcpwatch says of the first connection
that went wrong if it is the only one captured. "With all": what it says of the same connection with the others. "Host": what it
concludes of the host (\`tcpwatch explain ID\`), in the order of [host-conclusions.md](host-conclusions.md).

| capture | what happened | alone | with all | host |
|---|---|---|---|---|
${rows
  .sort((a, b) => a.rank - b.rank)
  .map(({ text }) => text)
  .join('\n')}
`;
  await expect(page).toMatchFileSnapshot(join(ROOT, 'docs/hosts.md'));
}, 60_000);

const claimOf = ({ verdict, ending }: ConnectionEvent): string =>
  verdict.scenario ? `${verdict.scenario}, ${verdict.confidence}` : `no verdict (${ending})`;
