// Explanations of the rows that judge: scenarios and conclusions about hosts, with all that is derived from their facts.

import { inWords, lookalikeWords } from '../classify.js';
import { type ConfusedWith, type Explanation, type FactWords, plain } from '../explanation.js';
import type { FactId } from '../facts.js';
import { HOST_FACTS, type HostFactId } from '../hosts/facts.js';
import { HOST_MOMENTS } from '../hosts/moments.js';
import type { HOST_RULES, HostRuleRow } from '../hosts/rules.js';
import { LOOKALIKES } from '../lookalikes.js';
import type { SCENARIOS, ScenarioRow } from '../scenarios.js';
import type { Excludable, Weighable } from '../weigh.js';
import { ADVISED, HOST_ADVISED } from './advised.js';
import { STORIES } from './stories.js';
import { adviceWords, factWords, readMore, referenceWords, sightsOf } from './words.js';

/** What a step of a story has not. */
const IN_A_STORY = {
  packet: null,
  afterSeconds: null,
  label: null,
  anomalies: [],
  takenBack: null,
  decides: false,
} as const;

export function ofScenario(typed: (typeof SCENARIOS)[number]): Explanation {
  const row: ScenarioRow = typed;
  const { example, gone, steps } = STORIES[typed.id];
  const { first, advice, references, couldAlsoBe = [] } = ADVISED[typed.id];
  const sees = sightsOf(typed.id);
  const say = (id: FactId): FactWords => factWords(id, gone);
  return {
    ...plain('scenario', row.id, inWords(row.title, gone), row.meaning),
    severity: row.severity,
    document: row.document,
    gone: row.symmetric ? null : gone,
    ...conditions(row, say),
    lookFirst: first,
    example,
    steps: steps.map((step) => ({ ...IN_A_STORY, ...step, lost: step.lost ?? false })),
    sees,
    confusedWith: [
      ...row.lookalikes.map(({ id, ruledOutBy, ofMotive = false }) => ({
        id,
        scenario: LOOKALIKES[id].scenario,
        ...lookalikeWords(id, gone, 'its address'),
        ofMotive,
        ruledOutBy: ruledOutBy.map(say),
      })),
      ...couldAlsoBe.map(([title, toTellApart]) => ({
        id: null,
        scenario: null,
        title,
        toTellApart,
        // The claim stands: the host is out of reach, whoever says so.
        ofMotive: true,
        ruledOutBy: [],
      })),
    ],
    advice: advice.map(adviceWords),
    references: readMore(references.map(referenceWords), sees),
  };
}

export function ofHostRule(typed: (typeof HOST_RULES)[number]): Explanation {
  const row: HostRuleRow = typed;
  const { example, course, first, advice, references } = HOST_ADVISED[typed.id];
  const say = (id: HostFactId): FactWords => ({ id, says: HOST_FACTS[id].says });
  return {
    ...plain('host-rule', row.id, row.title, row.meaning),
    severity: row.severity,
    ...conditions(row, say),
    lookFirst: first,
    example,
    course: course.map((id) => ({ id, says: HOST_MOMENTS[id] })),
    confusedWith: row.lookalikes.map(
      ({ title, toTellApart, ruledOutBy, ofMotive = false }): ConfusedWith => ({
        id: null,
        scenario: null,
        title,
        toTellApart,
        ofMotive,
        ruledOutBy: ruledOutBy.map(say),
      }),
    ),
    advice: advice.map(adviceWords),
    references: references.map(referenceWords),
  };
}

function conditions<Fact extends string>(row: Weighable<Fact, Excludable<Fact>>, say: (id: Fact) => FactWords) {
  return {
    requires: row.requires.map((facts) => facts.map(say)),
    excludes: row.excludes.map(say),
    corroboratedBy: row.corroboratedBy.map(say),
  };
}
