// What could not be read, and what could not be understood, as stderr says it.

import type { FilterError, SummaryEvent } from '../pipeline.js';
import { complain, EXIT, raise } from './exit.js';

/** @param file a word of the filter that is a file: most likely meant to be read. */
export function complainOf({ message, filter, position }: FilterError, file: string | undefined): void {
  complain(`filter: ${message}`, `  ${filter}`, `  ${' '.repeat(position)}^`);
  if (file !== undefined) complain(`${file} is a file: to read it too, type -r ${file}`);
}

export function reportProblems({ problems }: SummaryEvent): void {
  for (const { source, message, kind, offset } of problems) {
    const place = kind === 'truncated' || kind === 'damaged' ? ` (at byte ${offset})` : '';
    const name = source === '-' && kind !== 'interface' ? 'standard input' : source;
    complain(`${name}: ${message}${place}`);
    raise(kind === 'interface' ? EXIT.interface : EXIT.input);
  }
}
