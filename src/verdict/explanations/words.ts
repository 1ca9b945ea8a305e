// Rows of advice, references, sights and what else is told, as explanations have them.

import type { Role } from '../case.js';
import { inWords } from '../classify.js';
import type { AdviceWords, ConfusedWith, FactWords, ReferenceWords, SeenWords, SightWords } from '../explanation.js';
import { FACTS, type FactId } from '../facts.js';
import { SCENARIOS, type ScenarioId } from '../scenarios.js';
import { ADVICE, type AdviceId } from './advice.js';
import { ADVISED } from './advised.js';
import { FACT_EXAMPLES, OF_ONE_ROLE } from './examples-of-facts.js';
import { REFERENCES, type ReferenceId } from './references.js';
import type { Sight } from './sight.js';
import { SIGHTS } from './sights.js';
import { STORIES } from './stories.js';
import type { Confusion, Seen } from './told.js';

export const referenceWords = (id: ReferenceId): ReferenceWords => REFERENCES[id];

/** `RFC 6675, RFC 8985 section 6`, as tables below this room name what they go by, with addresses. */
export const rfcWords = (text: string): ReferenceWords[] =>
  text.split(', ').map((title) => {
    const [, number, section] = /^RFC (\d+)(?: sections? ([\d.]+))?/.exec(title)!;
    return { title, url: `https://www.rfc-editor.org/rfc/rfc${number}${section ? `#section-${section}` : ''}` };
  });

/** What a row names itself, then the sources of what programs see. */
export function readMore(
  own: readonly ReferenceWords[],
  sees: readonly SightWords[],
  seen: SeenWords | null = null,
): ReferenceWords[] {
  const sources = [...sees.flatMap(({ source, onBsd }) => [source, onBsd?.source]), seen?.onBsd?.source];
  const rows: readonly ReferenceWords[] = Object.values(REFERENCES);
  const others = [...new Set(sources)].filter((title) => !own.some((one) => one.title === title));
  return [...own, ...others.flatMap((title) => rows.find((row) => row.title === title) ?? [])];
}

/** Other spellings, and whose they are. */
export const spellings = (spelt: Readonly<Record<string, string>>): FactWords[] =>
  Object.entries(spelt).map(([id, says]) => ({ id, says }));

export function adviceWords(id: AdviceId): AdviceWords {
  const { title, why, code, costs } = ADVICE[id];
  return { id, title, why, code, costs };
}

/** Of what a single fact or ending tells; an errno has more that it can have been. */
const MOST_ADVISED = 5;
export const MOST_OF_ERRORS = 7;

/** What these scenarios advise: first what most of them do. */
export function adviceOf(scenarios: readonly ScenarioId[], most: number = MOST_ADVISED): AdviceWords[] {
  const votes = new Map<AdviceId, number>();
  for (const id of scenarios.flatMap((scenario) => ADVISED[scenario].advice)) votes.set(id, (votes.get(id) ?? 0) + 1);
  const ranked = [...votes].sort(([, a], [, b]) => b - a);
  return ranked.slice(0, most).map(([id]) => adviceWords(id));
}

/**
 * @param gone the end that is gone in these words
 * @param by who says so in the frames that are shown
 */
export const sightsOf = (scenario: ScenarioId, gone: Role = STORIES[scenario].gone, by?: Sight['by']): SightWords[] =>
  SIGHTS[scenario]
    .filter((sight) => !by || !sight.by || sight.by === by)
    .map((sight) => sightWords(scenario, sight, gone));

/** What a call gives on BSD alone is told with its words of BSD. */
export const sightsGiving = (errno: string): SightWords[] =>
  SCENARIOS.flatMap(({ id }) =>
    SIGHTS[id].flatMap((sight) => {
      const words = sightWords(id, sight, STORIES[id].gone);
      if (sight.gives === errno) return [words];
      const { onBsd } = words;
      if (!onBsd || sight.onBsd?.gives !== errno) return [];
      return [{ ...words, gives: errno, when: `on BSD and macOS: ${onBsd.says}`, source: onBsd.source, onBsd: null }];
    }),
  );

function sightWords(scenario: string, sight: Sight, gone: Role): SightWords {
  const { program, always, call, gives, when, onBsd, reference } = sight;
  const survivor = gone === 'server' ? 'client' : 'server';
  return {
    scenario,
    program: always ?? (program === 'either' ? program : program === 'gone' ? gone : survivor),
    call,
    gives,
    when,
    source: reference ? referenceWords(reference).title : null,
    onBsd: onBsdWords(onBsd),
  };
}

export const seenWords = ({ says, onBsd }: Seen): SeenWords => ({ says, onBsd: onBsdWords(onBsd) });

const onBsdWords = (onBsd: Seen['onBsd']): SeenWords['onBsd'] =>
  onBsd ? { says: onBsd.says, source: referenceWords(onBsd.reference).title } : null;

/** @param titleOf of a row of the same table */
export const confusionWords = <Id extends string>(
  { of, title, tells }: Confusion<Id>,
  titleOf: (id: Id) => string,
): ConfusedWith => ({
  id: of ?? null,
  scenario: null,
  title: title ?? titleOf(of!),
  toTellApart: tells,
  ofMotive: false,
  ruledOutBy: [],
});

/** Of a fact of one role only it is said if another end is gone in the words around it. */
export function factWords(id: FactId, gone: Role): FactWords {
  const only = OF_ONE_ROLE.includes(id) ? FACT_EXAMPLES[id as keyof typeof FACT_EXAMPLES]?.gone : undefined;
  if (only === undefined || only === gone) return { id, says: inWords(FACTS[id].says, gone) };
  return { id, says: `where the ${only} is gone: ${inWords(FACTS[id].says, only)}` };
}

/** What happened, if it was this. */
export function causeWords(id: ScenarioId): FactWords {
  const row = SCENARIOS.find((one) => one.id === id)!;
  return { id, says: inWords(row.meaning, STORIES[id].gone) };
}
