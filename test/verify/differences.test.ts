import { describe, expect, it } from 'vitest';
import { differences } from '../../src/verify/differences.js';

const record = {
  id: 3,
  ended: null,
  client: { address: '192.0.2.1', port: 40000 },
  verdict: {
    scenario: 'host-rebooted' as string | null,
    evidence: [
      { fact: 'gone-was-heard', packet: 1 },
      { fact: 'no-socket-rst', packet: 9 },
    ],
  },
};

describe('an expectation that holds', () => {
  it.each([
    ['nothing', {}],
    ['one key', { id: 3 }],
    ['null', { ended: null }],
    ['keys of keys', { verdict: { scenario: 'host-rebooted' }, client: { port: 40000 } }],
    ['entries of a list by the keys given', { verdict: { evidence: [{ packet: 1 }, { fact: 'no-socket-rst' }] } }],
    ['the record itself', record],
  ])('%s', (_, expected) => {
    expect(differences('connection 3', expected as Partial<typeof record>, record)).toEqual([]);
  });
});

describe('what differs, in words', () => {
  it.each([
    [
      'a value',
      { verdict: { scenario: 'host-crashed' } },
      'verdict.scenario: expected "host-crashed", got "host-rebooted"',
    ],
    ['null expected', { verdict: { scenario: null } }, 'verdict.scenario: expected null, got "host-rebooted"'],
    ['null got', { ended: '2026' }, 'ended: expected "2026", got null'],
    ['an object expected, null got', { ended: { at: 1 } }, 'ended: expected an object, got null'],
    ['a list expected', { id: [3] }, 'id: expected a list, got 3'],
    ['a type', { id: '3' }, 'id: expected "3", got 3'],
    ['a key that is not there', { packets: 1 }, 'packets: expected 1, got nothing'],
    ['a key every object inherits', { constructor: 1 }, 'constructor: expected 1, got nothing'],
    ['a shorter list', { verdict: { evidence: [{}] } }, 'verdict.evidence: expected 1 in the list, got 2'],
    ['a longer list', { verdict: { evidence: [{}, {}, {}] } }, 'verdict.evidence: expected 3 in the list, got 2'],
    [
      'an entry out of order',
      { verdict: { evidence: [{ fact: 'no-socket-rst' }, {}] } },
      'verdict.evidence[0].fact: expected "no-socket-rst", got "gone-was-heard"',
    ],
  ])('%s', (_, expected, words) => {
    expect(differences('connection 3', expected as never, record)).toEqual([`connection 3: ${words}`]);
  });

  it('all of them, in the order of the expectation', () => {
    expect(differences('connection 3', { verdict: { scenario: null }, id: 4 }, record)).toEqual([
      'connection 3: verdict.scenario: expected null, got "host-rebooted"',
      'connection 3: id: expected 4, got 3',
    ]);
  });

  it('NaN is NaN', () => {
    expect(differences('x', { n: Number.NaN }, { n: Number.NaN })).toEqual([]);
  });
});
