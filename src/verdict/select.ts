// Words that choose connections by how they ended: a scenario, an ending, or a severity and all that is worse.

import { ENDINGS } from './endings.js';
import type { ConnectionEvent } from './events.js';
import { SCENARIOS, type Severity } from './scenarios.js';

/** From well to worst. */
const SEVERITIES: readonly Severity[] = ['ok', 'notice', 'warning', 'error'];

export type Selector = (record: ConnectionEvent) => boolean;

/** @returns null for a word that chooses nothing. */
export function selectorOf(word: string): Selector | null {
  const least = SEVERITIES.indexOf(word as Severity);
  if (least >= 0) return ({ verdict }) => SEVERITIES.indexOf(verdict.severity) >= least;
  if (SCENARIOS.some(({ id }) => id === word)) return ({ verdict }) => verdict.scenario === word;
  if (ENDINGS.some(({ id }) => id === word)) return ({ ending }) => ending === word;
  return null;
}

/** Every word there is. */
export const SELECTOR_WORDS: readonly string[] = [
  ...new Set([...SEVERITIES, ...SCENARIOS.map(({ id }) => id), ...ENDINGS.map(({ id }) => id)]),
];
