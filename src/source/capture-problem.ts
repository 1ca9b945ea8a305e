// What kept a capture from being read to its end, as data: nothing in this room throws for bad input.

/** One problem ends a capture; every frame before it has been delivered. */
export interface CaptureProblem {
  /** One line, without the capture's name and without a newline. */
  readonly message: string;
  /** Octets from the start of the (decompressed) stream to the record that could not be read. */
  readonly offset: number;
  /** Cut off inside a record; contradicting itself; not to be read at all; or no interface to listen on (any more). */
  readonly kind: 'truncated' | 'damaged' | 'unreadable' | 'interface';
}
