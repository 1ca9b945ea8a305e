// A note to a row of another table: what the row itself has no room for.

import type { ReferenceId } from './references.js';

export interface Note {
  /** When it is said, with the numbers and where they come from; or what follows. Whole sentences. */
  readonly says: string;
  readonly references: readonly ReferenceId[];
}
