// The store against a plain Map.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../src/tcp/connection.js';
import { ConnectionStore, Tuple } from '../../src/tcp/store.js';
import { Segment } from '../../src/wire/segment.js';

interface Key {
  readonly ipVersion: 4 | 6;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly ports: readonly [number, number];
  readonly vlan: number;
}

/** Few values each, at the edges of their range, so that tuples often differ in one field only. */
const word = fc.constantFrom(0, 1, -1, -0x80000000, 0x7fffffff);
const port = fc.constantFrom(0, 1, 443, 0x8000, 0xffff);
const keys: fc.Arbitrary<Key> = fc.record({
  ipVersion: fc.constantFrom(4, 6),
  a: fc.array(word, { minLength: 4, maxLength: 4 }),
  b: fc.array(word, { minLength: 4, maxLength: 4 }),
  ports: fc.tuple(port, port),
  vlan: fc.constantFrom(0, 1, 101, 4096, 0x3ffffff),
});

const segment = new Segment();
function load({ ipVersion, a, b, ports, vlan }: Key, swapped = false): void {
  segment.ipVersion = ipVersion;
  segment.source.set(swapped ? b : a);
  segment.destination.set(swapped ? a : b);
  [segment.sourcePort, segment.destinationPort] = swapped ? [ports[1], ports[0]] : ports;
  segment.vlanKey = vlan;
}

/** @param bits of the hash that stay: 0 makes every tuple collide, and keeps the probe runs long. */
function tupleOf(store: ConnectionStore, key: Key, bits = 32, swapped = false): Tuple {
  const tuple = new Tuple();
  load(key, swapped);
  store.tupleOf(segment, tuple);
  if (bits < 32) tuple.hash = (tuple.hash & ((1 << bits) - 1)) | 0x3fe;
  return tuple;
}

/** The tuple as a Map's key: both directions the same. */
function nameOf({ ipVersion, a, b, ports, vlan }: Key): string {
  const words = ipVersion === 4 ? 1 : 4;
  const ends = [a, b].map((address, i) => [...address.slice(0, words).map((w) => w >>> 0), ports[i]].join('.'));
  return [ipVersion, vlan, ...ends.sort()].join(' ');
}

const steps = fc.array(fc.record({ key: keys, action: fc.constantFrom('add', 'add', 'find', 'remove', 'point') }), {
  maxLength: 200,
});

describe('ConnectionStore', () => {
  test.each([32, 2, 0])('is a Map, with %i bits of the hash', (bits) => {
    fc.assert(
      fc.property(fc.integer(), steps, (hashKey, list) => {
        const store = new ConnectionStore(hashKey);
        const model = new Map<string, number>();
        const live = new Set<number>();
        const connection = new Connection();
        for (const { key, action } of list) {
          const tuple = tupleOf(store, key, bits);
          const name = nameOf(key);
          const known = model.get(name);
          if (action === 'add' && known === undefined) {
            const index = store.add(tuple);
            expect(live.has(index)).toBe(false);
            live.add(index);
            model.set(name, index);
            store.move(connection, index);
            // What an earlier owner of the record left behind.
            expect([connection.id, connection.flags, connection.lastNs, connection.high.bytes]).toEqual([0, 0, 0, 0]);
            connection.id = index + 1;
            connection.flags = connection.lastNs = connection.high.bytes = 7;
          } else if (action === 'remove' && known !== undefined) {
            store.remove(known);
            live.delete(known);
            model.delete(name);
          } else if (action === 'point' && known !== undefined) {
            // A newer connection of the same tuple; the older one loses its name, not its record.
            const newer = store.add(tuple);
            expect(store.find(tuple)).toBe(newer);
            store.point(tuple, known);
            expect(store.find(tuple)).toBe(known);
            store.remove(newer);
          }
          expect(store.find(tuple)).toBe(model.get(name) ?? -1);
          expect(store.find(tupleOf(store, key, bits, true))).toBe(model.get(name) ?? -1);
          expect(store.count).toBe(live.size);
          expect(store.top).toBeLessThanOrEqual(list.length + 1);
        }
        for (const { key } of list) expect(store.find(tupleOf(store, key, bits))).toBe(model.get(nameOf(key)) ?? -1);
      }),
    );
  });

  test('both directions give one tuple, and say who sent', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const store = new ConnectionStore(1);
        const { fromHigh, ...there } = tupleOf(store, key);
        const { fromHigh: back, ...andBack } = tupleOf(store, key, 32, true);
        expect(andBack).toEqual(there);
        const same = nameOf(key) === nameOf({ ...key, b: key.a, ports: [key.ports[0], key.ports[0]] });
        if (!same) expect(back).toBe(!fromHigh);
      }),
    );
  });

  test('reads back the tuple it was given, IPv6 with all its words', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const store = new ConnectionStore(9);
        const tuple = tupleOf(store, key);
        const index = store.add(tuple);
        const read = new Tuple();
        store.tupleAt(index, read);
        expect(read).toEqual(Object.assign(tuple, { fromHigh: false }));
        const connection = new Connection();
        store.move(connection, index);
        expect(connection.ipVersion).toBe(key.ipVersion);
        expect(connection.vlanKey).toBe(key.vlan);
        expect([connection.lowPort, connection.highPort].sort()).toEqual([...key.ports].sort());
      }),
    );
  });

  test('grows over many slabs and keeps every record and its neighbours apart', () => {
    const store = new ConnectionStore(77);
    const keyOf = (n: number): Key => ({
      ipVersion: n % 3 === 0 ? 6 : 4,
      a: [n, 0, 0, n],
      b: [-5, 0, 0, 1],
      ports: [n & 0xffff, 443],
      vlan: 0,
    });
    const connection = new Connection();
    const total = 10_000;
    for (let n = 0; n < total; n++) {
      store.move(connection, store.add(tupleOf(store, keyOf(n))));
      connection.id = n + 1;
      connection.low.segments = n;
      connection.high.bytes = n / 2;
      connection.high.ints[connection.high.i + 26] = n;
    }
    for (let n = 0; n < total; n++) {
      store.move(connection, store.find(tupleOf(store, keyOf(n))));
      const { id, low, high } = connection;
      expect([id, low.segments, high.bytes, low.flags, high.state]).toEqual([n + 1, n, n / 2, 0, 0]);
    }
    for (let n = 0; n < total; n += 2) store.remove(store.find(tupleOf(store, keyOf(n))));
    for (let n = 0; n < total; n++) expect(store.find(tupleOf(store, keyOf(n))) < 0).toBe(n % 2 === 0);
    for (let n = 0; n < total; n += 2) store.add(tupleOf(store, keyOf(n)));
    expect(store.top).toBe(total);
    expect(store.count).toBe(total);
  });

  test('the same tuples fall elsewhere under another key', () => {
    const key: Key = { ipVersion: 4, a: [1, 0, 0, 0], b: [2, 0, 0, 0], ports: [1, 2], vlan: 0 };
    const hashes = Array.from({ length: 100 }, (_, n) => tupleOf(new ConnectionStore(n), key).hash);
    expect(new Set(hashes).size).toBe(100);
  });
});
