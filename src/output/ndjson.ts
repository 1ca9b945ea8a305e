// NDJSON: the public record as it is, one object a line (events.schema.json).

import type { Output } from './output.js';

export function ndjsonOutput(): Output {
  return { event: (event) => `${JSON.stringify(event)}\n`, wantsProvisional: false };
}
