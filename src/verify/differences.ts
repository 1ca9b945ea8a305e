// An expectation against what came out: everything the expectation names must be there, and nothing else matters.
//
// Objects are compared by the keys given, lists entry by entry and to the same length. Says what differs in words.

/** A part of T: any keys left out, at any depth. */
export type Expected<T> = T extends readonly (infer Entry)[]
  ? readonly Expected<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Expected<T[Key]> }
    : T;

/**
 * @param name of what is compared, as the differences shall begin: `connection 3`
 * @returns one line a difference, as `connection 3: verdict.scenario: expected "host-crashed", got null`; none if it holds
 */
export function differences<T>(name: string, expected: Expected<T>, actual: T): string[] {
  return walk('', expected, actual).map((difference) => `${name}: ${difference}`);
}

function walk(path: string, expected: unknown, actual: unknown): string[] {
  const at = path === '' ? '' : `${path}: `;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at}expected a list, got ${words(actual)}`];
    const entries = expected.flatMap((entry, n) => (n < actual.length ? walk(`${path}[${n}]`, entry, actual[n]) : []));
    if (expected.length === actual.length) return entries;
    return [`${at}expected ${expected.length} in the list, got ${actual.length}`, ...entries];
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return [`${at}expected an object, got ${words(actual)}`];
    return Object.entries(expected).flatMap(([key, value]) => {
      const below = path === '' ? key : `${path}.${key}`;
      // Own keys: what every object inherits answers no expectation.
      return walk(below, value, Object.hasOwn(actual, key) ? actual[key] : undefined);
    });
  }
  return Object.is(expected, actual) ? [] : [`${at}expected ${words(expected)}, got ${words(actual)}`];
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const words = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
