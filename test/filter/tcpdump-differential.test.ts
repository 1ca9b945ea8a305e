// Random filters, in the grammar of pcap-filter(7), against tcpdump itself.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { namesTaken } from './connections.js';
import { NO_TCPDUMP, namesPrinted } from './tcpdump.js';

const RUNS = 400;
const SEED = 20_250_101;

const AND_OR = fc.constantFrom(' and ', ' or ', '&&', ' && ', '||', ' || ');
const NOT = fc.constantFrom('', '', '', 'not ', '!', '! not ');
const DIRECTION = fc.constantFrom('', '', 'src ', 'dst ', 'src or dst ', 'dst or src ', 'src and dst ', 'dst and src ');

const HOST_4 = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.1.7', '172.16.5.4', '10.9.9.9');
const HOST_6 = fc.constantFrom('2001:db8::1', '2001:db8::2', '2001:db8:0:1::9', 'fe80::1', '::1', '::2');
const NET_4 = fc.constantFrom('10', '10.0', '10.0.0.0/15', '10.0.0.2/31', '192.168.1', '172.16.0.0 mask 255.240.0.0');
const NET_6 = fc.constantFrom('2001:db8::/32', '2001:db8:0:1::/64', '::/0', 'fe80::/10', '::1', '2001:db8::/127');
const PORT = fc.constantFrom('22', '53', '80', '443', '6000', '6005', '40000', '65535', 'http', 'domain', '0x50', '7');
const PORT_RANGE = fc.constantFrom('6000-6008', '1-80', '443', '40000-65535', '80-53', '0-65535', 'ssh-http');

/** Qualifiers, and the IDs that may follow them. */
const GROUPS: readonly (readonly [protocols: string[], types: string[], id: fc.Arbitrary<string>])[] = [
  [['', 'ip '], ['host ', ''], HOST_4],
  [['', 'ip6 '], ['host ', ''], HOST_6],
  [[''], ['host '], fc.oneof(HOST_4, HOST_6)],
  [['', 'ip '], ['net '], NET_4],
  [['', 'ip6 '], ['net '], NET_6],
  [[''], ['net '], fc.oneof(NET_4, NET_6)],
  [['', 'tcp '], ['port '], PORT],
  [['', 'tcp '], ['portrange '], PORT_RANGE],
];

const { expression } = fc.letrec<{ expression: string; operand: string; group: string }>((tie) => {
  const word = fc.constantFrom('tcp', 'ip', 'ip6', 'ip proto \\tcp ', 'ip6 proto 6');
  const group = fc.oneof(...GROUPS.map(([protocols, types, id]) => qualified(protocols, types, id)));

  /** `src port 80 or not 443 and (1 or 2) or (host 10.0.0.1) or 22`: bare IDs wherever the grammar has them. */
  function qualified(protocols: string[], types: string[], id: fc.Arbitrary<string>): fc.Arbitrary<string> {
    const head = fc
      .tuple(fc.constantFrom(...protocols), DIRECTION, fc.constantFrom(...types))
      .filter(([, direction, type]) => direction !== '' || type !== '')
      .map((qualifiers) => qualifiers.join(''));
    const idPair = fc.tuple(id, AND_OR, id).map((parts) => `(${parts.join('')})`);
    const ids = fc.tuple(NOT, fc.oneof({ weight: 3, arbitrary: id }, idPair)).map((parts) => parts.join(''));
    const interlude = tie('expression').map((inside) => `(${inside})`);
    const link = fc.tuple(AND_OR, fc.oneof({ weight: 4, arbitrary: ids }, { weight: 1, arbitrary: interlude }));
    const links = fc.array(
      link.map((parts) => parts.join('')),
      { maxLength: 2 },
    );
    return fc.tuple(head, ids, links).map(([qualifiers, first, rest]) => qualifiers + first + rest.join(''));
  }

  return {
    group: fc.oneof({ weight: 5, arbitrary: group }, { weight: 1, arbitrary: word }),
    operand: fc
      .tuple(
        NOT,
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          tie('group'),
          tie('expression').map((inside) => `( ${inside})`),
        ),
      )
      .map((parts) => parts.join('')),
    expression: fc
      .tuple(tie('operand'), fc.array(fc.tuple(AND_OR, tie('operand')), { maxLength: 2 }))
      .map(([first, rest]) => first + rest.flat().join('')),
  };
});

describe('tcpdump prints of the same connections', () => {
  it('for random filters', { timeout: 120_000 }, ({ skip }) => {
    skip(NO_TCPDUMP !== null, NO_TCPDUMP ?? '');
    let taken = 0;
    fc.assert(
      fc.property(expression, (text) => {
        const printed = namesPrinted(text);
        expect(namesTaken(parseFilter(text)), text).toBe(printed);
        if (printed !== '') taken++;
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(taken, 'filters that took anything').toBeGreaterThan(RUNS / 2);
  });
});
