// The loop that reads the rows: facts in, one scenario out, with its evidence and what else it could be.

import type { Moment } from '../tcp/notes.js';
import type { Case, Role, Suspicions } from './case.js';
import type { Closer } from './endings.js';
import { FACTS, type FactId, type FactRow } from './facts.js';
import { LOOKALIKES, type LookalikeId, type LookalikeRow } from './lookalikes.js';
import { type LookalikeUse, SCENARIOS, type ScenarioRow } from './scenarios.js';
import { type Confidence, weigh } from './weigh.js';

export interface Evidence {
  readonly fact: FactId;
  readonly moment: Moment;
  /** What only this connection can tell of it, in words; null: nothing. */
  readonly detail: string | null;
}

export interface Verdict {
  readonly row: ScenarioRow;
  /** The end that is suspected to be gone: what the words are about. */
  readonly gone: Role;
  readonly confidence: Confidence;
  /** In the order of the capture. */
  readonly evidence: readonly Evidence[];
  /** Lookalikes that remain. */
  readonly lookalikes: readonly Pick<LookalikeUse, 'id' | 'ofMotive'>[];
}

/** The first row that holds, asked first of the end that closed; null: no scenario can be named honestly. */
export function classify(suspicions: Suspicions, closer: Closer | null): Verdict | null {
  const { server, client } = suspicions;
  const order = closer === 'client' ? [client, server] : [server, client];
  for (const row of SCENARIOS as readonly ScenarioRow[]) {
    for (const theCase of order) {
      const verdict = verdictOf(row, theCase);
      if (verdict) return verdict;
    }
  }
  return null;
}

function verdictOf(row: ScenarioRow, theCase: Case): Verdict | null {
  const find = (id: FactId): Moment | null => FACTS[id].find(theCase);
  const weighed = weigh(row, (id) => find(id) !== null);
  if (!weighed) return null;
  return {
    row,
    gone: theCase.gone.role,
    confidence: weighed.confidence,
    evidence: weighed.facts
      .map((fact) => ({ fact, moment: find(fact)!, detail: (FACTS[fact] as FactRow).detail?.(theCase) ?? null }))
      .sort((a, b) => a.moment.timeNs - b.moment.timeNs || a.moment.packet - b.moment.packet),
    lookalikes: weighed.lookalikes,
  };
}

/** Fills {gone}, {survivor} and {address} into the words of a row. */
export function inWords(template: string, gone: Role, address = ''): string {
  if (!template.includes('{')) return template;
  const survivor = gone === 'server' ? 'client' : 'server';
  const words: Readonly<Record<string, string>> = { gone, survivor, address };
  return template.replace(/\{(\w+)\}/g, (all, name: string) => words[name] ?? all);
}

/** Titles of lookalikes for a verdict, as sentences. */
export function lookalikeWords(id: LookalikeId, gone: Role, address: string): { title: string; toTellApart: string } {
  const row: LookalikeRow = LOOKALIKES[id];
  const test = (gone === 'client' && row.toTellApartOfClient) || row.toTellApart;
  return { title: inWords(row.title, gone, address), toTellApart: inWords(test, gone, address) };
}
