// The loop that reads the rows: facts in, one scenario out, with its evidence and what else it could be.

import type { Moment } from '../tcp/notes.js';
import type { Case, Role, Suspicions } from './case.js';
import { closedBy } from './endings.js';
import { FACTS, type FactId } from './facts.js';
import { LOOKALIKES, type LookalikeId } from './lookalikes.js';
import { SCENARIOS, type ScenarioRow } from './scenarios.js';

export type Confidence = 'certain' | 'likely' | 'possible';

export interface Evidence {
  readonly fact: FactId;
  readonly moment: Moment;
}

export interface Verdict {
  readonly row: ScenarioRow;
  /** The end that is gone; null where the row tells of both alike. */
  readonly end: Role | null;
  readonly theCase: Case;
  readonly confidence: Confidence;
  /** In the order of the capture. */
  readonly evidence: readonly Evidence[];
  /** Lookalikes that remain. */
  readonly lookalikes: readonly LookalikeId[];
}

/** The first row that holds, asked first of the end that closed; null: no scenario can be named honestly. */
export function classify(suspicions: Suspicions): Verdict | null {
  const { server, client } = suspicions;
  const order = closedBy(suspicions) === 'client' ? [client, server] : [server, client];
  for (const row of SCENARIOS as readonly ScenarioRow[]) {
    for (const theCase of order) {
      const verdict = judge(row, theCase);
      if (verdict) return verdict;
    }
  }
  return null;
}

function judge(row: ScenarioRow, theCase: Case): Verdict | null {
  const find = (id: FactId): Moment | null => FACTS[id].find(theCase);
  const set = row.requires.find((facts) => facts.every(find));
  if (!set || row.excludes.some(find)) return null;
  const left = row.lookalikes.filter((lookalike) => !lookalike.ruledOutBy.some(find));
  const corroborating = row.corroboratedBy.filter((id) => !set.includes(id) && find(id));
  const telling = row.lookalikes.flatMap((lookalike) => lookalike.ruledOutBy).filter(find);
  const counts = left.some((lookalike) => !lookalike.ofMotive);
  const facts = [...new Set([...set, ...corroborating, ...telling])];
  return {
    row,
    end: row.symmetric ? null : theCase.gone.role,
    theCase,
    confidence: !counts ? 'certain' : corroborating.length > 0 ? 'likely' : 'possible',
    evidence: facts
      .map((fact) => ({ fact, moment: find(fact)! }))
      .sort((a, b) => a.moment.timeNs - b.moment.timeNs || a.moment.packet - b.moment.packet),
    lookalikes: left.map((lookalike) => lookalike.id),
  };
}

/** Fills {gone}, {survivor} and {address} into the words of a row. */
export function inWords(template: string, gone: Role, address = ''): string {
  const survivor = gone === 'server' ? 'client' : 'server';
  const words: Readonly<Record<string, string>> = { gone, survivor, address };
  return template.replace(/\{(\w+)\}/g, (all, name: string) => words[name] ?? all);
}

/** Titles of lookalikes for a verdict, as sentences. */
export function lookalikeWords(id: LookalikeId, gone: Role, address: string): { title: string; toTellApart: string } {
  const row = LOOKALIKES[id];
  return { title: inWords(row.title, gone, address), toTellApart: inWords(row.toTellApart, gone, address) };
}
