// Explanations of everything else: facts, endings, errors, anomalies and the words that verdicts use.

import type { ANOMALIES } from '../../tcp/anomalies.js';
import type { DECODE_STATUSES } from '../../wire/status.js';
import { inWords, lookalikeWords } from '../classify.js';
import type { ENDINGS } from '../endings.js';
import type { ERRORS } from '../errors.js';
import { type Explanation, plain, type Use } from '../explanation.js';
import { FACTS, type FactId } from '../facts.js';
import { HOST_FACTS, type HostFactId } from '../hosts/facts.js';
import { HOST_MOMENTS, type HostMomentId } from '../hosts/moments.js';
import { HOST_RULES, type HostRuleRow } from '../hosts/rules.js';
import type { LookalikeId } from '../lookalikes.js';
import { SCENARIOS, type ScenarioRow } from '../scenarios.js';
import type { Excludable, Weighable } from '../weigh.js';
import { ADVICE, type AdviceId } from './advice.js';
import { ANOMALY_NOTES } from './anomaly-notes.js';
import { ENDING_NOTES } from './ending-notes.js';
import { ERROR_NOTES } from './error-notes.js';
import { FACT_NOTES } from './fact-notes.js';
import { HOST_FACT_NOTES } from './host-fact-notes.js';
import { adviceWords, referenceWords } from './words.js';

const titleOf = (id: LookalikeId): string => lookalikeWords(id, 'server', 'its address').title;

export function ofFact(id: FactId): Explanation {
  const { says, references } = FACT_NOTES[id];
  const rows: readonly ScenarioRow[] = SCENARIOS;
  return {
    ...plain(
      'fact',
      id,
      inWords(FACTS[id].says, 'server'),
      'A fact about a connection, told here of a server that is gone.',
    ),
    gone: 'server',
    when: says,
    usedBy: rows.flatMap((row) => usesOf(id, row, (lookalike) => titleOf(lookalike.id))),
    references: references.map(referenceWords),
  };
}

export function ofHostFact(id: HostFactId): Explanation {
  const rows: readonly HostRuleRow[] = HOST_RULES;
  return {
    ...plain('host-fact', id, HOST_FACTS[id].says, 'A fact about a host that has had several connections.'),
    when: HOST_FACT_NOTES[id],
    usedBy: rows.flatMap((row) => usesOf(id, row, ({ title }) => title)),
  };
}

/** All the places of one row where a fact counts. */
function usesOf<Fact extends string, Lookalike extends Excludable<Fact>>(
  id: Fact,
  row: Weighable<Fact, Lookalike> & { readonly id: string },
  title: (lookalike: Lookalike) => string,
): Use[] {
  const use = (as: Use['as'], holds: boolean): Use[] => (holds ? [{ as, of: row.id, what: null }] : []);
  return [
    ...use(
      'requires',
      row.requires.some((facts) => facts.includes(id)),
    ),
    ...use('excludes', row.excludes.includes(id)),
    ...use('corroborates', row.corroboratedBy.includes(id)),
    ...use('tells', row.alsoTells?.includes(id) ?? false),
    ...row.lookalikes
      .filter(({ ruledOutBy }) => ruledOutBy.includes(id))
      .map((lookalike): Use => ({ as: 'rules-out', of: row.id, what: title(lookalike) })),
  ];
}

export function ofEnding({ id, title, meaning }: (typeof ENDINGS)[number]): Explanation {
  const { says, references } = ENDING_NOTES[id];
  return {
    ...plain('ending', id, title, `What is on the wire: ${meaning}.`),
    follows: says,
    references: references.map(referenceWords),
  };
}

export function ofError({ id, title }: (typeof ERRORS)[number]): Explanation {
  const { says, references } = ERROR_NOTES[id];
  return {
    ...plain('error', id, title, 'What the calls of the program at the other end give.'),
    when: says,
    references: references.map(referenceWords),
  };
}

export const ofAnomaly = ({ id, title, meaning, reference }: (typeof ANOMALIES)[number]): Explanation => ({
  ...plain('anomaly', id, title, meaning),
  follows: ANOMALY_NOTES[id],
  references: [{ title: reference, url: null }],
});

export function ofLookalike(id: LookalikeId): Explanation {
  const words = lookalikeWords(id, 'server', 'its address');
  const rows: readonly ScenarioRow[] = SCENARIOS;
  const uses = rows.flatMap((row) => row.lookalikes.filter((use) => use.id === id).map((use) => ({ row, use })));
  const names = uses.map(({ row }) => row.id).join(', ');
  const ruledOutBy = [...new Set(uses.flatMap(({ use }) => use.ruledOutBy))];
  return {
    ...plain('lookalike', id, words.title, `What ${names} can be confused with.`),
    gone: 'server',
    follows: ruledOutBy.length > 0 ? `Ruled out by: ${ruledOutBy.join(', ')}.` : 'No packet rules it out.',
    confusedWith: uses.map(({ row, use: { ofMotive = false, ruledOutBy: facts } }) => ({
      id: row.id,
      scenario: row.id,
      title: inWords(row.title, 'server'),
      toTellApart: words.toTellApart,
      ofMotive,
      ruledOutBy: facts.map((fact) => ({ id: fact, says: inWords(FACTS[fact].says, 'server') })),
    })),
  };
}

export const ofHostMoment = (id: HostMomentId): Explanation =>
  plain('host-moment', id, HOST_MOMENTS[id], 'A line of the report of a host.');

export function ofAdvice(id: AdviceId): Explanation {
  const { title, why, references } = ADVICE[id];
  return {
    ...plain('advice', id, title, why),
    advice: [adviceWords(id)],
    references: references.map(referenceWords),
  };
}

export const ofStatus = ({ id, title, undecodable }: (typeof DECODE_STATUSES)[number]): Explanation =>
  plain(
    'status',
    id,
    title,
    undecodable ? 'A frame that could not be decoded: the summary counts it.' : 'What became of a frame.',
  );
