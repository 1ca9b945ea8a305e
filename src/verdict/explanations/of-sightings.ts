// Explanations of what is seen in a capture, or by a program: facts, endings, anomalies, errors. Each has an excerpt of a real
// capture; what programs see of it and what to do follows from the scenarios behind it, or is told where there is none.

import { ANOMALIES, ANOMALY_INDEX, type AnomalyId } from '../../tcp/anomalies.js';
import type { Role } from '../case.js';
import { inWords, lookalikeWords } from '../classify.js';
import { ENDINGS } from '../endings.js';
import { ERRORS } from '../errors.js';
import { type Explanation, plain, type ReferenceWords, type SightWords, type Use } from '../explanation.js';
import { FACTS, type FactId } from '../facts.js';
import { SCENARIOS, type ScenarioId, type ScenarioRow } from '../scenarios.js';
import { ANOMALY_NOTES } from './anomaly-notes.js';
import { ENDING_NOTES } from './ending-notes.js';
import { ERROR_NOTES } from './error-notes.js';
import { ANOMALY_EXAMPLES, ENDING_EXAMPLES, ERRNO_EXAMPLES, ERROR_EXAMPLES } from './examples.js';
import { FACT_EXAMPLES, FACT_OF_HOST_EXAMPLES } from './examples-of-facts.js';
import type { Example } from './excerpt.js';
import { FACT_NOTES } from './fact-notes.js';
import { excerptOf, recordingOf } from './recordings.js';
import { SIGHTS } from './sights.js';
import type { Told, WhollyTold } from './told.js';
import { TOLD_OF_ENDINGS } from './told-of-endings.js';
import { TOLD_OF_ERRNOS, windowsName } from './told-of-errnos.js';
import { TOLD_OF_ERRORS } from './told-of-errors.js';
import { TOLD_OF_FACTS } from './told-of-facts.js';
import { TOLD_OF_LOSS } from './told-of-loss.js';
import { TOLD_OF_SEGMENTS } from './told-of-segments.js';
import { usesOf } from './uses.js';
import {
  adviceOf,
  adviceWords,
  causeWords,
  confusionWords,
  MOST_OF_ERRORS,
  readMore,
  referenceWords,
  rfcWords,
  seenWords,
  sightsGiving,
  sightsOf,
  spellings,
} from './words.js';

const ALL_FACT_EXAMPLES: Readonly<Record<FactId, Example | null>> = { ...FACT_EXAMPLES, ...FACT_OF_HOST_EXAMPLES };

const TOLD_OF_ANOMALIES: Readonly<Record<AnomalyId, WhollyTold<AnomalyId>>> = { ...TOLD_OF_LOSS, ...TOLD_OF_SEGMENTS };

/** Who is gone in the words of a fact is who is in its example. */
const goneIn = (id: FactId): Role => ALL_FACT_EXAMPLES[id]?.gone ?? 'server';
const factTitle = (id: FactId): string => inWords(FACTS[id].says, goneIn(id));

export function ofFact(id: FactId): Explanation {
  const { says, references } = FACT_NOTES[id];
  const told = TOLD_OF_FACTS[id];
  const example = ALL_FACT_EXAMPLES[id];
  const gone = goneIn(id);
  const title = factTitle(id);
  const rows: readonly ScenarioRow[] = SCENARIOS;
  const usedBy = rows.flatMap((row) =>
    usesOf(id, row, (lookalike) => lookalikeWords(lookalike.id, gone, 'its address').title),
  );
  return {
    // Of both ends alike, or of any: nobody is gone in its words.
    ...(FACTS[id].says.includes('{')
      ? { ...plain('fact', id, title, `A fact about a connection, told here of a ${gone} that is gone.`), gone }
      : plain('fact', id, title, 'A fact about a connection; no end need be gone.')),
    when: says,
    usedBy,
    ...shownBy(example, title),
    ...toldOf(told, sightsIn(example), scenariosOf(usedBy), factTitle, references.map(referenceWords)),
  };
}

/** Those that a fact speaks for: what it only speaks against is no reason to do anything. */
function scenariosOf(uses: readonly Use[]): ScenarioId[] {
  const needed = uses.filter(({ as }) => as === 'requires');
  const speaking = needed.length > 0 ? needed : uses.filter(({ as }) => as !== 'excludes');
  return [...new Set(speaking.map(({ of }) => of as ScenarioId))];
}

export function ofEnding({ id, title, meaning }: (typeof ENDINGS)[number]): Explanation {
  const { says, references } = ENDING_NOTES[id];
  const told = TOLD_OF_ENDINGS[id];
  const example = ENDING_EXAMPLES[id];
  return {
    ...plain('ending', id, title, `What is on the wire: ${meaning}.`),
    follows: says,
    causes: told.scenarios.map(causeWords),
    ...shownBy(example),
    ...toldOf(told, sightsIn(example), told.scenarios, (of) => titleIn(ENDINGS, of), references.map(referenceWords)),
  };
}

export function ofAnomaly({ id, title, meaning, reference }: (typeof ANOMALIES)[number]): Explanation {
  const told = TOLD_OF_ANOMALIES[id];
  return {
    ...plain('anomaly', id, title, meaning),
    follows: ANOMALY_NOTES[id],
    ...shownBy(ANOMALY_EXAMPLES[id]),
    ...toldOf(told, [], [], (of) => ANOMALIES[ANOMALY_INDEX[of]]!.title, rfcWords(reference)),
  };
}

export function ofError({ id, title }: (typeof ERRORS)[number]): Explanation {
  const { says, references } = ERROR_NOTES[id];
  const told = TOLD_OF_ERRORS[id];
  const example = ERROR_EXAMPLES[id];
  const { calls, gives } = told;
  const given = (sight: SightWords): boolean =>
    (calls as readonly string[]).includes(sight.call) && gives.includes(sight.gives);
  return {
    ...plain('error', id, title, 'What the calls of the program at the other end give.'),
    when: says,
    follows: `What it can have been: tcpwatch explain ${gives.join(', or ')}.`,
    ...shownBy(example),
    ...toldOf(
      told,
      sightsIn(example).filter(given),
      scenariosIn(sightsAnywhere(given)),
      (of) => titleIn(ERRORS, of),
      references.map(referenceWords),
    ),
  };
}

/** Everything that a call can give when a connection ends, and after it. */
export const ERRNOS: readonly string[] = [
  ...new Set([
    ...Object.values(SIGHTS)
      .flat()
      .flatMap(({ gives, onBsd }) => [gives, onBsd?.gives ?? gives])
      .filter((gives) => gives !== 'ok'),
    ...Object.keys(TOLD_OF_ERRNOS),
  ]),
];

/** A log has an errno: the scenarios in which a program sees it. */
export function ofErrno(id: string): Explanation {
  const sees = sightsGiving(id);
  const scenarios = scenariosIn(sees);
  const told = TOLD_OF_ERRNOS[id]!;
  const calls = told.alone?.calls ?? [...new Set(sees.map(({ call }) => `${call}()`))].join(' or ');
  const windows = windowsName(id);
  return {
    ...plain(
      'errno',
      id,
      `${calls} gave ${id}`,
      'What a program is given tells less than packets do: this is what it can have been.',
    ),
    alsoWritten: [...spellings(told.spelt), ...(windows ? spellings({ [windows]: 'Windows' }) : [])],
    gone: 'server',
    lookFirst: told.first ?? null,
    causes: scenarios.map(causeWords),
    ...shownBy(ERRNO_EXAMPLES[id] ?? null),
    ...toldOf(told, sees, scenarios, (of) => of, told.references.map(referenceWords)),
    advice: told.alone ? told.alone.advice.map(adviceWords) : adviceOf(scenarios, MOST_OF_ERRORS),
  };
}

/** @param elsewhere what it shows where a frame of another connection decides */
function shownBy(example: Example | null, elsewhere?: string): Pick<Explanation, 'example' | 'connection' | 'steps'> {
  if (!example) return { example: null, connection: null, steps: [] };
  const { capture, connection } = example;
  return { example: capture, connection, steps: excerptOf(example, elsewhere) };
}

/**
 * @param scenarios those that stand behind it
 * @param own what its row names
 */
function toldOf<Id extends string>(
  told: Told<Id>,
  sees: readonly SightWords[],
  scenarios: readonly ScenarioId[],
  titleOf: (id: Id) => string,
  own: readonly ReferenceWords[],
): Pick<Explanation, 'sees' | 'seen' | 'confusedWith' | 'advice' | 'references'> {
  const { confusedWith, advice } = told;
  const seen = told.seen ? seenWords(told.seen) : null;
  return {
    sees: seen ? [] : sees,
    seen,
    confusedWith: confusedWith.map((one) => confusionWords(one, titleOf)),
    advice: advice ? advice.map(adviceWords) : adviceOf(scenarios),
    references: readMore(own, seen ? [] : sees, seen),
  };
}

/** What the programs of an example got, as sights tell it of its scenario. */
function sightsIn(example: Example | null): SightWords[] {
  if (!example) return [];
  const { scenario, gave, rows } = recordingOf(example);
  if (!scenario) return [];
  const reported = rows.find(([packet, , , sends]) => sends === 'ICMP' && example.packets.includes(packet!));
  const by = reported ? (/prohibited|port|policy/.test(reported[4]) ? 'filter' : 'router') : 'link';
  return sightsOf(scenario, example.gone, by).filter(({ call, gives }) => gave.includes(`${call} ${gives}`));
}

const sightsAnywhere = (holds: (sight: SightWords) => boolean): SightWords[] =>
  SCENARIOS.flatMap(({ id }) => sightsOf(id)).filter(holds);

const scenariosIn = (sees: readonly SightWords[]): ScenarioId[] => [
  ...new Set(sees.map(({ scenario }) => scenario as ScenarioId)),
];

const titleIn = <Id extends string>(rows: readonly { readonly id: Id; readonly title: string }[], id: Id): string =>
  rows.find((row) => row.id === id)!.title;
