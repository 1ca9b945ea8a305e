// A word as a shell must be given it, for commands that are shown to be typed.

export const shellWord = (word: string): string =>
  /^[\w./@%+,:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
