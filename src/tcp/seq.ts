// The only place with modulo-2^32 arithmetic (RFC 9293 section 3.4).
//
// Sequence numbers are signed 32-bit integers throughout: V8 keeps those without allocating, and the difference of two,
// cut to 32 bits, is negative exactly when the first comes before the second in sequence space.

/** How far `a` is beyond `b` in sequence space, -2^31 .. 2^31-1. */
export const seqDiff = (a: number, b: number): number => (a - b) | 0;

/** `seq` moved on by `octets`. */
export const seqAdd = (seq: number, octets: number): number => (seq + octets) | 0;

/** The number as it stands on the wire, 0 .. 2^32-1. */
export const seqOnWire = (seq: number): number => seq >>> 0;
