// The rows hold together: none shadows another, and every word used is a word known.
import { describe, expect, it } from 'vitest';
import { inWords } from '../../src/verdict/classify.js';
import { ENDINGS } from '../../src/verdict/endings.js';
import { ERRORS } from '../../src/verdict/errors.js';
import { explain, explainAll } from '../../src/verdict/explain.js';
import { FACTS, type FactId } from '../../src/verdict/facts.js';
import { LOOKALIKES } from '../../src/verdict/lookalikes.js';
import { SCENARIOS, type ScenarioRow } from '../../src/verdict/scenarios.js';
import { weigh } from '../../src/verdict/weigh.js';

const rows: readonly ScenarioRow[] = SCENARIOS;
const alternatives = rows.flatMap((row) => row.requires.map((facts) => ({ id: row.id, facts })));
const firstThatHolds = (facts: readonly FactId[]): string | undefined =>
  rows.find((row) => weigh(row, (id) => facts.includes(id)))?.id;

describe('scenarios', () => {
  it.each(alternatives)('$facts alone make $id: no earlier row shadows it', ({ id, facts }) => {
    expect(firstThatHolds(facts)).toBe(id);
  });

  it('have no alternative that a shorter one of the same row makes needless', () => {
    for (const { id, facts } of alternatives) {
      const shorter = alternatives.filter((other) => other.id === id && other.facts !== facts);
      expect(shorter.filter((other) => other.facts.every((fact) => facts.includes(fact)))).toEqual([]);
    }
  });

  it('exclude nothing they require', () => {
    for (const row of rows) expect(row.requires.flat().filter((id) => row.excludes.includes(id))).toEqual([]);
  });

  it('use every fact and every lookalike there is', () => {
    const facts = rows.flatMap((row) => [
      ...row.requires.flat(),
      ...row.excludes,
      ...row.corroboratedBy,
      ...(row.alsoTells ?? []),
      ...row.lookalikes.flatMap(({ ruledOutBy, onlyIf }) => (onlyIf ? [...ruledOutBy, onlyIf] : ruledOutBy)),
    ]);
    expect(Object.keys(FACTS).filter((id) => !facts.includes(id as FactId))).toEqual([]);
    const lookalikes = rows.flatMap((row) => row.lookalikes.map((lookalike) => lookalike.id as string));
    expect(Object.keys(LOOKALIKES).filter((id) => !lookalikes.includes(id))).toEqual([]);
  });

  it('are what lookalikes that name one name', () => {
    const named = Object.values(LOOKALIKES).flatMap(({ scenario }) => (scenario === null ? [] : [scenario as string]));
    expect(named.filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
  });
});

describe('confidence is counted', () => {
  const rebooted = rows.find((row) => row.id === 'host-rebooted')!;
  const confidence = (row: ScenarioRow, ...facts: FactId[]) => weigh(row, (id) => facts.includes(id))?.confidence;

  it('possible while a lookalike remains', () => {
    expect(confidence(rebooted, 'gone-was-heard', 'no-socket-rst')).toBe('possible');
  });

  it('likely with a corroborating fact', () => {
    expect(confidence(rebooted, 'gone-was-heard', 'no-socket-rst', 'unanswered-before-rst')).toBe('likely');
  });

  it('certain only with every lookalike of the claim ruled out', () => {
    const middlebox = rows.find((row) => row.id === 'reset-by-middlebox')!;
    expect(confidence(middlebox, 'rst-ttl-differs')).toBe('possible');
    expect(confidence(middlebox, 'sender-talked-on')).toBe('certain');
  });

  it('a required fact never corroborates', () => {
    const crashed = rows.find((row) => row.id === 'host-crashed')!;
    expect(confidence(crashed, 'neighbour-silent-to-survivor')).toBe('possible');
    expect(confidence(crashed, 'neighbour-silent-to-survivor', 'survivor-unanswered')).toBe('likely');
  });

  it('an excluded fact takes the row away', () => {
    expect(confidence(rebooted, 'gone-was-heard', 'no-socket-rst', 'capture-hole')).toBeUndefined();
  });
});

describe('words', () => {
  const templates = [
    ...Object.values(FACTS).map((row) => row.says),
    ...rows.map((row) => row.title),
    ...Object.values(LOOKALIKES).flatMap((row) => [row.title, row.toTellApart]),
  ];

  it.each(['client', 'server'] as const)('leave no placeholder when the %s is gone', (gone) => {
    expect(templates.filter((template) => /[{}]/.test(inWords(template, gone, '10.0.0.1:80')))).toEqual([]);
  });

  it('can be asked for, every one', () => {
    for (const { id } of explainAll()) expect(explain(id)?.id).toBe(id);
    for (const id of ['no-such-thing', 'constructor', '__proto__', 'toString']) expect(explain(id), id).toBeNull();
  });

  it('name no two things alike, but for one ending that is its own scenario', () => {
    const ids = [
      ...rows.map((row) => row.id),
      ...ENDINGS.map((row) => row.id),
      ...Object.keys(FACTS),
      ...ERRORS.map((row) => row.id),
    ];
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual(['connect-unreachable']);
  });
});
