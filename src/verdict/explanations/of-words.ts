// Explanations of the words that verdicts, conclusions and reports use: lookalikes, advice, statuses, states, facts and moments
// of hosts.

import type { DECODE_STATUSES } from '../../wire/status.js';
import { inWords, lookalikeWords } from '../classify.js';
import { type Explanation, plain } from '../explanation.js';
import { HOST_FACTS, type HostFactId } from '../hosts/facts.js';
import { HOST_MOMENTS, type HostMomentId } from '../hosts/moments.js';
import { HOST_RULES, type HostRuleRow } from '../hosts/rules.js';
import type { LookalikeId } from '../lookalikes.js';
import { SCENARIOS, type ScenarioId, type ScenarioRow } from '../scenarios.js';
import { ADVICE, type AdviceId } from './advice.js';
import { HOST_ADVISED } from './advised.js';
import { HOST_FACT_EXAMPLES } from './examples-of-hosts.js';
import { HOST_FACT_NOTES } from './host-fact-notes.js';
import { HOST_MOMENT_NOTES } from './host-moment-notes.js';
import { ofHostRule } from './of-verdicts.js';
import { STATES } from './states.js';
import { STATUS_NOTES } from './status-notes.js';
import { STORIES } from './stories.js';
import type { SocketState } from './story.js';
import { usesOf } from './uses.js';
import { VOCABULARY } from './vocabulary.js';
import { adviceWords, factWords, referenceWords, spellings } from './words.js';

/** How it goes, what it can be confused with and what to do are those of a conclusion that it speaks for. */
export function ofHostFact(id: HostFactId): Explanation {
  const rows: readonly HostRuleRow[] = HOST_RULES;
  const usedBy = rows.flatMap((row) => usesOf(id, row, ({ title }) => title));
  const shownBy = HOST_RULES.find((row) => row.id === HOST_FACT_EXAMPLES[id])!;
  const { example, course, confusedWith, advice } = ofHostRule(shownBy);
  return {
    ...plain('host-fact', id, HOST_FACTS[id].says, 'A fact about a host that has had several connections.'),
    when: HOST_FACT_NOTES[id],
    usedBy,
    example,
    course,
    confusedWith: confusedWith.filter(({ ruledOutBy }) => !ruledOutBy.some((fact) => fact.id === id)),
    advice,
  };
}

export function ofLookalike(id: LookalikeId): Explanation {
  const rows: readonly ScenarioRow[] = SCENARIOS;
  const uses = rows.flatMap((row) => row.lookalikes.filter((use) => use.id === id).map((use) => ({ row, use })));
  // What only a client does is told of one, as in the story of its scenario.
  const gone = uses.every(({ row }) => STORIES[row.id as ScenarioId].gone === 'client') ? 'client' : 'server';
  const words = lookalikeWords(id, gone, 'its address');
  const names = uses.map(({ row }) => row.id).join(', ');
  const ruledOutBy = [...new Set(uses.flatMap(({ use }) => use.ruledOutBy))];
  return {
    ...plain('lookalike', id, words.title, `What ${names} can be confused with.`),
    gone,
    follows: ruledOutBy.length > 0 ? `Ruled out by: ${ruledOutBy.join(', ')}.` : 'No packet rules it out.',
    confusedWith: uses.map(({ row, use: { ofMotive = false, ruledOutBy: facts } }) => ({
      id: row.id,
      scenario: row.id,
      title: inWords(row.title, gone),
      toTellApart: words.toTellApart,
      ofMotive,
      ruledOutBy: facts.map((fact) => factWords(fact, gone)),
    })),
  };
}

/** It is shown by a conclusion whose course it is part of. */
export function ofHostMoment(id: HostMomentId): Explanation {
  const { says, first } = HOST_MOMENT_NOTES[id];
  const concluded = HOST_RULES.filter((row) => HOST_ADVISED[row.id].course.includes(id));
  const shownBy = concluded[0] ? HOST_ADVISED[concluded[0].id] : null;
  return {
    ...plain('host-moment', id, HOST_MOMENTS[id], 'A line of the report of a host.'),
    when: says,
    lookFirst: first,
    causes: concluded.map((row) => ({ id: row.id, says: row.meaning })),
    ...(shownBy && { example: shownBy.example }),
  };
}

export function ofAdvice(id: AdviceId): Explanation {
  const { title, why, references } = ADVICE[id];
  return {
    ...plain('advice', id, title, why),
    advice: [adviceWords(id)],
    references: references.map(referenceWords),
  };
}

export function ofStatus({ id, title, undecodable }: (typeof DECODE_STATUSES)[number]): Explanation {
  const { says, first } = STATUS_NOTES[id];
  const meaning = undecodable
    ? 'A frame that could not be decoded: the summary counts it, and it is part of no connection.'
    : 'What became of a frame.';
  return { ...plain('status', id, title, meaning), when: says, lookFirst: first };
}

export function ofState(id: SocketState): Explanation {
  const { title, meaning, lasts, seen, spelt, advice, references } = STATES[id];
  return {
    ...plain('state', id, title, meaning),
    alsoWritten: spellings(spelt),
    follows: lasts,
    seen: { says: seen, onBsd: null },
    advice: advice.map(adviceWords),
    references: references.map(referenceWords),
  };
}

export function ofWord(id: string): Explanation {
  const { title, meaning, says, spelt = {}, references = [] } = VOCABULARY[id]!;
  return {
    ...plain('word', id, title, meaning),
    alsoWritten: spellings(spelt),
    follows: says,
    references: references.map(referenceWords),
  };
}
