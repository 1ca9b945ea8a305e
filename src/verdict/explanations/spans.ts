// Times in words, so that a text says the number that the code has.

/** `30 ms`, `3 s`. @param ns nanoseconds */
export const span = (ns: number): string => (ns < 1e9 ? `${ns / 1e6} ms` : `${ns / 1e9} s`);
