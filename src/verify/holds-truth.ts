// Whether a verdict is honest about what really happened: it names the truth, or it says that it could be the truth.

import type { Role } from '../verdict/case.js';
import type { ConnectionEvent } from '../verdict/events.js';

export interface Truth {
  /** What really happened: id of a scenario or of a lookalike; null: nothing that a verdict could name. */
  readonly scenario: string | null;
  /** The end that is gone; null: not one end more than the other, or not known. */
  readonly end: Role | null;
}

/**
 * A verdict holds the truth if it is the truth; or, where the wire cannot tell, if the truth is among its lookalikes: of a
 * `certain` verdict among those that only give another reason for the same claim.
 *
 * @param silenceHolds the wire need not show anything: saying nothing is honest too
 */
export function holdsTruth({ verdict }: Pick<ConnectionEvent, 'verdict'>, truth: Truth, silenceHolds = false): boolean {
  if (verdict.scenario === null) return truth.scenario === null || silenceHolds;
  if (truth.scenario === null) return false;
  if (truth.end !== null && verdict.end !== null && truth.end !== verdict.end) return false;
  if (verdict.scenario === truth.scenario) return true;
  // Certainty is about the claim; a reason for it may still be open.
  const open = verdict.lookalikes.filter(({ ofMotive }) => ofMotive || verdict.confidence !== 'certain');
  return open.some(({ id, scenario }) => id === truth.scenario || scenario === truth.scenario);
}
