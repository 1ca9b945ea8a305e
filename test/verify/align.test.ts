import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from '../../src/verify/align.js';

const aligned = (as: string, bs: string): string[] =>
  align([...as], [...bs], (a, b) => a === b).map(([a, b]) => `${a ?? '-'}${b ?? '-'}`);

describe('align', () => {
  it.each([
    ['nothing', '', '', []],
    ['all that hold', 'abc', 'abc', ['aa', 'bb', 'cc']],
    ['one that differs', 'abc', 'axc', ['aa', 'bx', 'cc']],
    ['one that was added in the middle', 'ac', 'abc', ['aa', '-b', 'cc']],
    ['one that is missing at the front', 'abc', 'bc', ['a-', 'bb', 'cc']],
    ['one that is missing at the end', 'abc', 'ab', ['aa', 'bb', 'c-']],
    ['a list that repeats itself', 'aa', 'aaa', ['aa', 'aa', '-a']],
    ['nothing in common', 'ab', 'xyz', ['ax', 'by', '-z']],
    ['all missing', 'ab', '', ['a-', 'b-']],
  ])('%s', (_, as, bs, pairs) => {
    expect(aligned(as, bs)).toEqual(pairs);
  });

  it('leaves out no entry and tells none twice, in order', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(list, list, (as, bs) => {
        const pairs = align(as, bs, (a, b) => a === b);
        expect(pairs.flatMap(([a]) => a ?? [])).toEqual(as);
        expect(pairs.flatMap(([, b]) => b ?? [])).toEqual(bs);
      }),
    );
  });
});
