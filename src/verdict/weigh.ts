// How a row of a table is weighed against what is known: the same for one connection (scenarios.ts) and for a host
// (hosts/rules.ts). Pure, so that tests can try any set of facts.

export type Confidence = 'certain' | 'likely' | 'possible';

export interface Weighable<Fact extends string, Lookalike extends Excludable<Fact>> {
  /** Any one of these sets of facts, all of them. */
  readonly requires: readonly (readonly Fact[])[];
  /** None of these. */
  readonly excludes: readonly Fact[];
  readonly corroboratedBy: readonly Fact[];
  /** Facts worth telling that change nothing. */
  readonly alsoTells?: readonly Fact[];
  readonly lookalikes: readonly Lookalike[];
}

export interface Excludable<Fact extends string> {
  /** Any of these facts rules it out. */
  readonly ruledOutBy: readonly Fact[];
  /** It comes into question only where this holds. */
  readonly onlyIf?: Fact;
  /** It would change why, not what. */
  readonly ofMotive?: true;
}

export interface Weighed<Fact extends string, Lookalike> {
  readonly confidence: Confidence;
  readonly facts: readonly Fact[];
  /** Lookalikes that remain. */
  readonly lookalikes: readonly Lookalike[];
}

/** What a row makes of the facts that are known; null: it does not hold. */
export function weigh<Fact extends string, Lookalike extends Excludable<Fact>>(
  row: Weighable<Fact, Lookalike>,
  known: (id: Fact) => boolean,
): Weighed<Fact, Lookalike> | null {
  const required = row.requires.find((facts) => facts.every(known));
  if (!required || row.excludes.some(known)) return null;
  const meant = row.lookalikes.filter(({ onlyIf }) => onlyIf === undefined || known(onlyIf));
  const left = meant.filter((lookalike) => !lookalike.ruledOutBy.some(known));
  // A required fact never corroborates: it is the claim itself.
  const corroborating = row.corroboratedBy.filter((id) => !required.includes(id) && known(id));
  const excluding = meant.flatMap((lookalike) => lookalike.ruledOutBy).filter(known);
  const doubted = left.some((lookalike) => !lookalike.ofMotive);
  return {
    confidence: !doubted ? 'certain' : corroborating.length > 0 ? 'likely' : 'possible',
    facts: [...new Set([...required, ...corroborating, ...excluding, ...(row.alsoTells ?? []).filter(known)])],
    lookalikes: left,
  };
}
