// `tcpwatch explain ID`: the words of a row, whatever table it stands in.

import { ANOMALIES } from '../tcp/anomalies.js';
import { DECODE_STATUSES } from '../wire/status.js';

import { inWords } from './classify.js';
import { ENDINGS } from './endings.js';
import { ERRORS } from './errors.js';
import { FACTS, type FactId } from './facts.js';
import { HOST_FACTS, type HostFactId } from './hosts/facts.js';
import { HOST_MOMENTS, type HostMomentId } from './hosts/moments.js';
import { HOST_RULES, type HostRuleRow } from './hosts/rules.js';
import { LOOKALIKES, type LookalikeId } from './lookalikes.js';
import { SCENARIOS, type ScenarioRow } from './scenarios.js';
import type { Excludable, Weighable } from './weigh.js';

/** Every id that can be explained, by kind. */
export const EXPLAINABLE: Readonly<Record<string, readonly string[]>> = {
  scenarios: SCENARIOS.map((row) => row.id),
  endings: ENDINGS.map((row) => row.id),
  facts: Object.keys(FACTS),
  errors: ERRORS.map((row) => row.id),
  lookalikes: Object.keys(LOOKALIKES),
  'host rules': HOST_RULES.map((row) => row.id),
  'host facts': Object.keys(HOST_FACTS),
  'host moments': Object.keys(HOST_MOMENTS),
  anomalies: ANOMALIES.map((row) => row.id),
  statuses: DECODE_STATUSES.map((row) => row.id),
};

/** The words of the row with this id, as lines; null if there is none. */
export function explain(id: string): string[] | null {
  const scenario = (SCENARIOS as readonly ScenarioRow[]).find((row) => row.id === id);
  if (scenario) return explainScenario(scenario);
  const ending = ENDINGS.find((row) => row.id === id);
  if (ending) return [`${id}: an ending, what is on the wire`, `  ${ending.meaning}`];
  if (Object.hasOwn(FACTS, id)) return [`${id}: a fact`, `  ${inWords(FACTS[id as FactId].says, 'server')}`];
  if (Object.hasOwn(LOOKALIKES, id)) return explainLookalike(id as LookalikeId);
  const error = ERRORS.find((row) => row.id === id);
  if (error) return [`${id}: what a program sees`, `  ${error.title}`];
  const rule = (HOST_RULES as readonly HostRuleRow[]).find((row) => row.id === id);
  if (rule) return explainRule(rule);
  if (Object.hasOwn(HOST_FACTS, id)) return [`${id}: a fact about a host`, `  ${HOST_FACTS[id as HostFactId].says}`];
  if (Object.hasOwn(HOST_MOMENTS, id)) return [`${id}: seen of a host`, `  ${HOST_MOMENTS[id as HostMomentId]}`];
  const anomaly = ANOMALIES.find((row) => row.id === id);
  if (anomaly) return [`${id}: ${anomaly.title}`, `  ${anomaly.meaning}`, `  ${anomaly.reference}`];
  const status = DECODE_STATUSES.find((row) => row.id === id);
  return status ? [`${id}: what became of a frame`, `  ${status.title}`] : null;
}

// Told for the server; every row holds for the client, mirrored.
const say = (id: FactId): string => inWords(FACTS[id].says, 'server');

function explainLookalike(id: LookalikeId): string[] {
  const { title, toTellApart } = LOOKALIKES[id];
  const words = (text: string): string => inWords(text, 'server', 'its address');
  return [`${id}: what a verdict can be confused with`, `  ${words(title)}`, `  would tell: ${words(toTellApart)}`];
}

function explainRule(row: HostRuleRow): string[] {
  const say = (id: HostFactId): string => HOST_FACTS[id].says;
  return [
    `${row.id}: a host ${row.title} (${row.severity})`,
    '',
    row.meaning,
    ...conditions(row, say),
    ...(row.lookalikes.length > 0 ? ['', 'could also be'] : []),
    ...row.lookalikes.flatMap(({ title, toTellApart }) => [`  - ${title}`, `    would tell: ${toTellApart}`]),
  ];
}

/** When a row holds, as lists of facts. */
function conditions<Fact extends string>(row: Weighable<Fact, Excludable<Fact>>, say: (id: Fact) => string): string[] {
  const lines = ['', 'said when'];
  for (const [n, set] of row.requires.entries()) {
    if (n > 0) lines.push('  or');
    for (const id of set) lines.push(`  - ${say(id)}  [${id}]`);
  }
  const list = (heading: string, ids: readonly Fact[]): void => {
    if (ids.length > 0) lines.push('', heading, ...ids.map((id) => `  - ${say(id)}  [${id}]`));
  };
  list('never when', row.excludes);
  list('more likely when', row.corroboratedBy);
  return lines;
}

function explainScenario(row: ScenarioRow): string[] {
  const document = row.document === null ? '' : `, document ${row.document}`;
  const lines = [
    `${row.id}: ${inWords(row.title, 'server')} (${row.severity}${document})`,
    '',
    row.meaning,
    ...conditions(row, say),
  ];
  if (row.lookalikes.length > 0) lines.push('', 'could also be');
  for (const { id, ofMotive } of row.lookalikes) {
    const { title, toTellApart } = LOOKALIKES[id as LookalikeId];
    lines.push(`  - ${inWords(title, 'server', 'its address')}${ofMotive ? ' (another reason, the same fact)' : ''}`);
    lines.push(`    would tell: ${inWords(toTellApart, 'server', 'its address')}`);
  }
  return lines;
}
