// The rows about hosts hold together, as those about connections do.
import { describe, expect, it } from 'vitest';
import { explainAll } from '../../../src/verdict/explain.js';
import { HOST_FACTS, type HostFactId } from '../../../src/verdict/hosts/facts.js';
import { HOST_RULES, type HostRuleRow } from '../../../src/verdict/hosts/rules.js';
import { weigh } from '../../../src/verdict/weigh.js';

const rows: readonly HostRuleRow[] = HOST_RULES;
const alternatives = rows.flatMap((row) => row.requires.map((facts) => ({ id: row.id, facts })));
const firstThatHolds = (facts: readonly HostFactId[]): string | undefined =>
  rows.find((row) => weigh(row, (id) => facts.includes(id)))?.id;

describe('rules', () => {
  it.each(alternatives)('$facts alone make $id: no earlier row shadows it', ({ id, facts }) => {
    expect(firstThatHolds(facts)).toBe(id);
  });

  it('exclude nothing they require', () => {
    for (const row of rows) expect(row.requires.flat().filter((id) => row.excludes.includes(id))).toEqual([]);
  });

  it('use every fact there is', () => {
    const facts = rows.flatMap((row) => [
      ...row.requires.flat(),
      ...row.excludes,
      ...row.corroboratedBy,
      ...row.lookalikes.flatMap((lookalike) => lookalike.ruledOutBy),
    ]);
    expect(Object.keys(HOST_FACTS).filter((id) => !facts.includes(id as HostFactId))).toEqual([]);
  });

  it('are never certain of a crash: a cut path looks the same, and is named', () => {
    const crashed = rows.find(({ id }) => id === 'crashed-or-cut')!;
    const weighed = weigh(crashed, () => true);
    expect(weighed?.lookalikes.length).toBeGreaterThan(0);
  });
});

it('nothing about hosts has the id of anything else', () => {
  const idsOf = (ofHosts: boolean): string[] =>
    explainAll().flatMap(({ kind, id }) => (kind.startsWith('host-') === ofHosts ? [id] : []));
  const hosts = idsOf(true);
  expect(hosts.filter((id) => idsOf(false).includes(id))).toEqual([]);
  expect(new Set(hosts).size).toBe(hosts.length);
});
