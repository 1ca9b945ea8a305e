// A parsed filter. Qualifiers are already spread over the IDs they govern, names are numbers, and what means the same is
// the same node: a host is a network of one address, a port a range of one.

/** "Possible directions are src, dst, src or dst, and src and dst" (pcap-filter(7), dir qualifiers). */
export type Direction = 'src' | 'dst' | 'src or dst' | 'src and dst';

export type Operator = 'and' | 'or';

export type Expression =
  /** True of every TCP connection: `tcp`, and the empty filter. */
  | { readonly kind: 'always' }
  /** `ip` and `ip6`. */
  | { readonly kind: 'family'; readonly ipVersion: number }
  | { readonly kind: 'net'; readonly direction: Direction; readonly network: Network }
  | { readonly kind: 'port'; readonly direction: Direction; readonly low: number; readonly high: number }
  | { readonly kind: 'not'; readonly operand: Expression }
  /**
   * Operands joined by `and` and `or`, which "have equal precedence and associate left to right" (pcap-filter(7)): one
   * flat row, read from the left, so that a filter of a thousand hosts is long and not deep.
   */
  | { readonly kind: 'chain'; readonly first: Expression; readonly rest: readonly Link[] };

export interface Link {
  readonly operator: Operator;
  readonly operand: Expression;
}

/** Address words as in wire/segment.ts; `words` has no bit set outside `mask`. */
export interface Network {
  readonly ipVersion: number;
  readonly words: Int32Array;
  readonly mask: Int32Array;
}
