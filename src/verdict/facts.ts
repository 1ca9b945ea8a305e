// FACTS: the closed vocabulary that verdicts are made of. A row says one thing about a case, and where it was seen.
//
// A fact is told by role: {gone} is the end under suspicion, {survivor} its peer. `find` answers the moment that proves
// it, or null. Rows of scenarios.ts name facts by id; a misspelt one does not compile.

import type { Moment } from '../tcp/notes.js';
import type { Case } from './case.js';
import { FACTS_FROM_HOSTS } from './facts-from-hosts.js';
import { FACTS_OF_CLOSING } from './facts-of-closing.js';
import { FACTS_OF_OPENING } from './facts-of-opening.js';
import { FACTS_OF_RESETS } from './facts-of-resets.js';
import { FACTS_OF_SILENCE } from './facts-of-silence.js';

export interface FactRow {
  /** One clause, with {gone} and {survivor} for the ends. */
  readonly says: string;
  readonly find: (theCase: Case) => Moment | null;
  /** What this case adds to the clause, in brackets. */
  readonly detail?: (theCase: Case) => string | null;
}

export const FACTS = {
  ...FACTS_OF_OPENING,
  ...FACTS_OF_CLOSING,
  ...FACTS_OF_SILENCE,
  ...FACTS_OF_RESETS,
  ...FACTS_FROM_HOSTS,
} as const satisfies Record<string, FactRow>;

export type FactId = keyof typeof FACTS;
