// What there is to say of an anomaly beyond its name, as records have it.

import type { AnomalyDetails } from '../tcp/delivery.js';
import type { AnomalyEvent } from '../verdict/events.js';

const SECOND_NS = 1e9;

export function detailsOf(details: AnomalyDetails): Omit<AnomalyEvent['details'], 'seq' | 'ack' | 'length'> {
  const { count, afterNs, expectedNs, behind, proof, reason, about } = details;
  return {
    ...(count === undefined ? {} : { count }),
    ...(afterNs === undefined ? {} : { afterSeconds: Math.max(0, afterNs) / SECOND_NS }),
    ...(expectedNs === undefined ? {} : { expectedSeconds: expectedNs / SECOND_NS }),
    ...(behind === undefined ? {} : { behind }),
    ...(proof === undefined ? {} : { proof }),
    ...(about === undefined ? {} : { about }),
    ...(reason === undefined ? {} : { reason }),
  };
}
