// What is told of a row of another table besides what it means: what programs see of it, what it can be taken for and what
// would tell, what to do.

import type { AdviceId } from './advice.js';
import type { OnBsd } from './sight.js';

export interface Seen {
  readonly says: string;
  /** Where BSD, or macOS, is known to differ. */
  readonly onBsd?: OnBsd;
}

/** What it can be taken for: another row of the same table by its id, or something without one. */
export type Confusion<Id extends string> = (
  | { readonly of: Id; readonly title?: never }
  | { readonly of?: never; readonly title: string }
) & {
  /** What would tell. */
  readonly tells: string;
};

export interface Told<Id extends string> {
  readonly confusedWith: readonly Confusion<Id>[];
  /** In words, where no call fails of it; where calls do, explanations derive that from sights.ts. */
  readonly seen?: Seen;
  /** Most useful first; where it is left out, what the scenarios advise. */
  readonly advice?: readonly AdviceId[];
}

/** All of it is told by hand: no scenario stands behind it. */
export type WhollyTold<Id extends string> = Required<Told<Id>>;
