// `tcpwatch explain`: every id there is, in whatever table it stands, with all that is known of it. The tables under
// explanations/ add to the rows that judge what those have no use for: stories, sights, advice, notes, references.

import { ANOMALIES } from '../tcp/anomalies.js';
import { DECODE_STATUSES } from '../wire/status.js';
import { ENDINGS } from './endings.js';
import { ERRORS } from './errors.js';
import type { Explanation } from './explanation.js';
import { ADVICE, type AdviceId } from './explanations/advice.js';
import { ERRNOS, ofAnomaly, ofEnding, ofErrno, ofError, ofFact } from './explanations/of-sightings.js';
import { ofHostRule, ofScenario } from './explanations/of-verdicts.js';
import { ofAdvice, ofHostFact, ofHostMoment, ofLookalike, ofState, ofStatus, ofWord } from './explanations/of-words.js';
import { STATES } from './explanations/states.js';
import type { SocketState } from './explanations/story.js';
import { VOCABULARY } from './explanations/vocabulary.js';
import { FACTS, type FactId } from './facts.js';
import { HOST_FACTS, type HostFactId } from './hosts/facts.js';
import { HOST_MOMENTS, type HostMomentId } from './hosts/moments.js';
import { HOST_RULES } from './hosts/rules.js';
import { LOOKALIKES, type LookalikeId } from './lookalikes.js';
import { SCENARIOS } from './scenarios.js';

const idsOf = <Id extends string>(table: Readonly<Record<Id, unknown>>): Id[] => Object.keys(table) as Id[];

/** Everything that can be explained, kind by kind. */
export const explainAll = (): Explanation[] => withNamesakes(everyRow());

const everyRow = (): Explanation[] => [
  ...SCENARIOS.map(ofScenario),
  ...HOST_RULES.map(ofHostRule),
  ...ENDINGS.map(ofEnding),
  ...ERRNOS.map(ofErrno),
  ...ERRORS.map(ofError),
  ...ANOMALIES.map(ofAnomaly),
  ...idsOf<FactId>(FACTS).map(ofFact),
  ...idsOf<HostFactId>(HOST_FACTS).map(ofHostFact),
  ...idsOf<HostMomentId>(HOST_MOMENTS).map(ofHostMoment),
  ...idsOf<LookalikeId>(LOOKALIKES).map(ofLookalike),
  ...idsOf<AdviceId>(ADVICE).map(ofAdvice),
  ...DECODE_STATUSES.map(ofStatus),
  ...idsOf<SocketState>(STATES).map(ofState),
  ...idsOf<string>(VOCABULARY).map(ofWord),
];

function withNamesakes(all: readonly Explanation[]): Explanation[] {
  const called = new Map<string, Explanation[]>();
  for (const one of all) called.set(one.id, [...(called.get(one.id) ?? []), one]);
  return all.map((one) => {
    const others = called.get(one.id)!.filter((other) => other !== one);
    return {
      ...one,
      namesakes: others.map((other) => ({ kind: other.kind, asked: inFull(other), title: other.title })),
    };
  });
}

/** `ending:aborted`: where two things have an id, one of them. */
const inFull = ({ kind, id }: Explanation): string => `${kind}:${id}`;

/**
 * What is known of an id; of a title, another spelling, or the short name that counts give a class, in letters of any size; null
 * if nothing is called so. Where two things share an id, it is the verdict; its kind before it,
 * `ending:aborted`, asks for the other.
 */
export function explain(asked: string): Explanation | null {
  const all = explainAll();
  const named = (by: (one: Explanation) => readonly string[]): Explanation | undefined =>
    all.find((one) => by(one).some((name) => plainly(name) === plainly(asked)));
  return (
    all.find((one) => one.id === asked || inFull(one) === asked) ??
    named(namesOf) ??
    named(({ title }) => [title]) ??
    named(shortNames) ??
    inLogLine(asked, all) ??
    null
  );
}

const namesOf = ({ id, alsoWritten }: Explanation): string[] => [id, ...alsoWritten.map((other) => other.id)];

/** `Error: connect ECONNREFUSED 10.0.0.1:80`, `write: broken pipe`: a line of a log names an errno among other words. */
function inLogLine(line: string, all: readonly Explanation[]): Explanation | undefined {
  const words = ` ${line.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ')} `;
  // Numbers say nothing among others.
  const names = (one: Explanation): string[] => namesOf(one).filter((name) => !/^\d+$/.test(name));
  return all.find(
    (one) => one.kind === 'errno' && names(one).some((name) => words.includes(` ${name.toLowerCase()} `)),
  );
}

/** `tail-loss-probe` of `tcp.retransmission.tail-loss-probe`. */
export const shortNames = ({ kind, id }: Explanation): readonly string[] =>
  kind === 'anomaly' ? [id.replace(/^.*\./, '')] : [];

/** What cells of tables and lines have around a title: `no verdict: half closed`, `closed (4 segm.)`, `... · likely`. */
const ROUND_A_TITLE = /^no verdict: | · \w+$| \([^)]*\)$/g;

/** FIN_WAIT1 and "fin wait1" are one; which end it is told of makes no difference. */
const plainly = (name: string): string =>
  name
    .replaceAll(ROUND_A_TITLE, '')
    .toLowerCase()
    .replaceAll(/\b(client|server)\b|\{\w+\}/g, '*')
    .replaceAll(/[ _]/g, '-');
