// Where a fact counts: every place of every row that names it.

import type { Use } from '../explanation.js';
import type { Excludable, Weighable } from '../weigh.js';

/** All the places of one row. */
export function usesOf<Fact extends string, Lookalike extends Excludable<Fact>>(
  id: Fact,
  row: Weighable<Fact, Lookalike> & { readonly id: string },
  title: (lookalike: Lookalike) => string,
): Use[] {
  const use = (as: Use['as'], holds: boolean): Use[] => (holds ? [{ as, of: row.id, what: null }] : []);
  return [
    ...use(
      'requires',
      row.requires.some((facts) => facts.includes(id)),
    ),
    ...use('excludes', row.excludes.includes(id)),
    ...use('corroborates', row.corroboratedBy.includes(id)),
    ...use('tells', row.alsoTells?.includes(id) ?? false),
    ...row.lookalikes
      .filter(({ ruledOutBy }) => ruledOutBy.includes(id))
      .map((lookalike): Use => ({ as: 'rules-out', of: row.id, what: title(lookalike) })),
    ...row.lookalikes
      .filter(({ onlyIf }) => onlyIf === id)
      .map((lookalike): Use => ({ as: 'brings-up', of: row.id, what: title(lookalike) })),
  ];
}
