// `tcpwatch explain ID`: the words of a row, whatever table it stands in.

import { ANOMALIES } from '../tcp/anomalies.js';
import { DECODE_STATUSES } from '../wire/status.js';

import { inWords } from './classify.js';
import { ENDINGS } from './endings.js';
import { ERRORS } from './errors.js';
import { FACTS, type FactId } from './facts.js';
import { LOOKALIKES, type LookalikeId } from './lookalikes.js';
import { SCENARIOS, type ScenarioRow } from './scenarios.js';

/** Every id that can be explained, by kind. */
export const EXPLAINABLE: Readonly<Record<string, readonly string[]>> = {
  scenarios: SCENARIOS.map((row) => row.id),
  endings: ENDINGS.map((row) => row.id),
  facts: Object.keys(FACTS),
  errors: ERRORS.map((row) => row.id),
  lookalikes: Object.keys(LOOKALIKES),
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

function explainScenario(row: ScenarioRow): string[] {
  const document = row.document === null ? '' : `, document ${row.document}`;
  const lines = [
    `${row.id}: ${inWords(row.title, 'server')} (${row.severity}${document})`,
    '',
    row.meaning,
    '',
    'said when',
  ];
  for (const [n, set] of row.requires.entries()) {
    if (n > 0) lines.push('  or');
    for (const id of set) lines.push(`  - ${say(id)}  [${id}]`);
  }
  const list = (heading: string, ids: readonly FactId[]): void => {
    if (ids.length > 0) lines.push('', heading, ...ids.map((id) => `  - ${say(id)}  [${id}]`));
  };
  list('never when', row.excludes);
  list('more likely when', row.corroboratedBy);
  if (row.lookalikes.length > 0) lines.push('', 'could also be');
  for (const { id, ofMotive } of row.lookalikes) {
    const { title, toTellApart } = LOOKALIKES[id as LookalikeId];
    lines.push(`  - ${inWords(title, 'server', 'its address')}${ofMotive ? ' (another reason, the same fact)' : ''}`);
    lines.push(`    would tell: ${inWords(toTellApart, 'server', 'its address')}`);
  }
  return lines;
}
