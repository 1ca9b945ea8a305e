import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/wire/address.js';

const reformat = (text: string): string | null => {
  const parsed = parseAddress(text);
  return parsed === null ? null : formatAddress(parsed.words, parsed.ipVersion);
};

describe('text to text', () => {
  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.1', '192.0.2.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::00A', '2001:db8::a'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is written %s', (text, written) => {
    expect(reformat(text)).toBe(written);
  });

  test.each([
    '',
    ':',
    ':::',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    ':1::',
    '1:::2',
  ])('%j is no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

test('words may stand anywhere in a column', () => {
  const words = Int32Array.of(9, 0x20010db8, 0, 0, 1, 0xc0000201);
  expect(formatAddress(words, 6, 1)).toBe('2001:db8::1');
  expect(formatAddress(words, 4, 5)).toBe('192.0.2.1');
});

const zeroOftenWord = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer(), fc.integer({ min: 0, max: 0xffff }));

test('what is written reads back as the same address', () => {
  fc.assert(
    fc.property(
      fc.tuple(zeroOftenWord, zeroOftenWord, zeroOftenWord, zeroOftenWord),
      fc.constantFrom(4, 6),
      (four, version) => {
        const words = Int32Array.from(version === 4 ? [four[0], 0, 0, 0] : four);
        const text = formatAddress(words, version);
        expect(isIP(text)).toBe(version);
        expect(parseAddress(text)).toEqual({ ipVersion: version, words });
      },
    ),
    { numRuns: 2000 },
  );
});

test('whatever node:net calls an address is one here, and nothing else', () => {
  const addressLike = fc.string({
    unit: fc.constantFrom('0', '1', 'f', ':', ':', '.', '::', '10', '255'),
    maxLength: 16,
  });
  fc.assert(
    fc.property(fc.oneof(addressLike, fc.ipV4(), fc.ipV6()), (text) => {
      expect(parseAddress(text)?.ipVersion ?? 0).toBe(isIP(text));
    }),
    { numRuns: 5000 },
  );
});
