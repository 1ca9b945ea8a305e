// The clock of everything that is played: processes of one machine agree on it, and it is finer than Date.now().

/** Milliseconds since 1970, with fractions. */
export const epochMs = (): number => performance.timeOrigin + performance.now();
