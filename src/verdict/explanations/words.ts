// Rows of advice and references as explanations have them.

import type { AdviceWords, ReferenceWords } from '../explanation.js';
import { ADVICE, type AdviceId } from './advice.js';
import { REFERENCES, type ReferenceId } from './references.js';

export const referenceWords = (id: ReferenceId): ReferenceWords => REFERENCES[id];

export function adviceWords(id: AdviceId): AdviceWords {
  const { title, why, code, costs } = ADVICE[id];
  return { id, title, why, code, costs };
}
