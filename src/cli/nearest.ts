// What somebody may have meant who mistyped a name.

/** Names this many edits away, by a third of their length, may be meant. */
const MOST_EDITS = 3;
const MOST_NAMES = 3;

/** The nearest of `names`, best first: those that contain the word, or are few edits away. */
export function nearest(word: string, names: readonly string[]): string[] {
  const asked = word.toLowerCase();
  const rate = (name: string): number => {
    const known = name.toLowerCase();
    if (known === asked) return 0;
    return asked.length > 2 && known.includes(asked) ? 0.5 : edits(asked.slice(0, 2 * known.length), known);
  };
  return names
    .map((name) => ({ name, far: rate(name) }))
    .filter(({ name, far }) => far <= Math.min(MOST_EDITS, name.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST_NAMES)
    .map(({ name }) => name);
}

/** Letters to insert, delete or replace (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
