// What holds for any segments whatever: nothing throws, memory is bounded, every connection is told once.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, EVICTED } from '../../src/tcp/connection.js';
import type { TrackerListener } from '../../src/tcp/delivery.js';
import { STATE_NAMES } from '../../src/tcp/state.js';
import { Tracker, type TrackerOptions } from '../../src/tcp/tracker.js';
import { ACK, FIN, RST, Segment, SYN } from '../../src/wire/segment.js';
import {
  type Conversation,
  connectionInTimeWait,
  conversation,
  established,
  type Passed,
  Watcher,
} from '../support/conversation.js';

/** A segment of one of a few tuples, its numbers near those that fit, its time anywhere near the last. */
const frames = fc.record({
  tuple: fc.nat(5),
  network: fc.constantFrom(
    { ipVersion: 4, vlan: 0 } as const,
    { ipVersion: 4, vlan: 7 } as const,
    { ipVersion: 6, vlan: 0 } as const,
  ),
  fromClient: fc.boolean(),
  // Now and then bits that no stack would combine.
  flags: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(SYN, SYN | ACK, ACK, ACK, ACK, FIN | ACK, FIN | ACK, RST, RST | ACK) },
    { weight: 1, arbitrary: fc.nat(0xff) },
  ),
  honest: fc.boolean(),
  seq: fc.oneof(fc.integer({ min: -2, max: 40 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  ack: fc.oneof(fc.integer({ min: -2, max: 40 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  payload: fc.constantFrom(0, 0, 1, 10, 1460),
  window: fc.constantFrom(0, 502, 0xffff),
  isn: fc.constantFrom(0, 0, 0, 1_000_000, -2_000_000_000),
  seconds: fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
    { weight: 1, arbitrary: fc.double({ min: -50, max: 0, noNaN: true }) },
    { weight: 1, arbitrary: fc.double({ min: 100, max: 300, noNaN: true }) },
  ),
  icmp: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
});
type Frame = typeof frames extends fc.Arbitrary<infer F> ? F : never;
const captures = fc.array(frames, { maxLength: 150 });

function play(
  list: readonly Frame[],
  options: Partial<TrackerOptions>,
  each: (watcher: Watcher) => void = () => {},
): Watcher {
  const watcher = new Watcher(options);
  const talks = new Map<string, Conversation>();
  for (const { tuple, network, fromClient, flags, honest, seq, ack, isn, seconds, icmp, ...rest } of list) {
    const name = `${tuple}/${network.ipVersion}/${network.vlan}/${isn}`;
    let talk = talks.get(name);
    if (!talk) {
      const ports = { clientPort: 40_000 + tuple, serverPort: 443 };
      talk = conversation({ on: watcher, ...network, ...ports, clientIsn: isn - 3, serverIsn: isn - 2 });
      talks.set(name, talk);
    }
    watcher.nowNs = Math.round(watcher.nowNs + seconds * 1e9);
    const speaker = fromClient ? talk.client : talk.server;
    // Strange numbers are no part of what the ends of the conversation know.
    const passed: Passed = honest
      ? speaker.sends(flags, rest)
      : speaker.sends(flags, { ...rest, seq: Math.min(seq, speaker.next), ack, lost: true });
    if (icmp) watcher.icmpErrorAbout(passed, 3, 1);
    each(watcher);
  }
  return watcher;
}

interface Insides {
  delivery: { notes: Map<number, unknown>; holes: { lists: Map<number, unknown> } };
  lingering: { size: number };
  roster: { store: { count: number; top: number } };
}

describe('any segments', () => {
  test.each([2, 5, 100])(
    'of at most %i connections at a time: bounded, counted, each final exactly once',
    (maxConnections) => {
      fc.assert(
        fc.property(captures, (list) => {
          const watcher = play(list, { maxConnections }, ({ tracker }) => {
            const { roster, lingering } = tracker as unknown as Insides;
            expect(roster.store.count).toBeLessThanOrEqual(maxConnections);
            expect(roster.store.top).toBeLessThanOrEqual(maxConnections);
            expect(lingering.size).toBeLessThanOrEqual(tracker.roster.connections);
          });
          const { tracker } = watcher;
          const live = watcher.live().map(({ id }) => id);
          const told = watcher.finals.map(({ id }) => id);
          const finals = watcher.close();
          const numbers = Array.from({ length: tracker.roster.connections }, (_, i) => i + 1);
          expect([...told, ...live].sort((a, b) => a - b)).toEqual(numbers);
          expect(finals.map(({ id }) => id).sort((a, b) => a - b)).toEqual(numbers);
          expect(watcher.opened.filter((id, i) => watcher.opened.indexOf(id) !== i)).toEqual([]);
          expect(finals.filter(({ flags }) => flags & EVICTED)).toHaveLength(tracker.roster.evicted);
          // Left over at the end of a capture they are told in the order of their numbers.
          expect(finals.slice(told.length).map(({ id }) => id)).toEqual(live);
          const { delivery, roster } = tracker as unknown as Insides;
          expect([roster.store.count, delivery.notes.size, delivery.holes.lists.size]).toEqual([0, 0, 0]);
        }),
      );
    },
  );

  test('every number stays what it is: states by name, counts of zero or more, no more bytes than were sent', () => {
    fc.assert(
      fc.property(captures, (list) => {
        const octets = list.reduce((sum, { payload }) => sum + payload, 0);
        for (const { client, server } of play(list, {}).close()) {
          for (const end of [client, server]) {
            expect(end.state === null || STATE_NAMES.includes(end.state as 'CLOSED')).toBe(true);
            for (const name of [
              'segments',
              'bytes',
              'retransmissions',
              'outOfOrder',
              'filledHoles',
              'resets',
              'holes',
            ] as const) {
              expect(end[name]).toBeGreaterThanOrEqual(0);
            }
            expect(end.bytes).toBeLessThanOrEqual(octets);
            const { retransmissions, outOfOrder, filledHoles, keepAlives, resets, segments } = end;
            expect(retransmissions + outOfOrder + filledHoles + keepAlives + resets).toBeLessThanOrEqual(segments);
          }
        }
      }),
    );
  });

  test('the same finals in the same order, whatever the key of the hash', () => {
    fc.assert(
      fc.property(
        captures,
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.constantFrom(3, 100),
        (list, hashKey, maxConnections) => {
          const [one, two] = [0, hashKey].map((key) => play(list, { maxConnections, hashKey: key }));
          expect(two.close()).toEqual(one.close());
          expect(two.anomalies).toEqual(one.anomalies);
          expect(two.tracker.roster.lateSegments).toBe(one.tracker.roster.lateSegments);
          expect(two.tracker.roster.evicted).toBe(one.tracker.roster.evicted);
        },
      ),
    );
  });

  test('time that runs backwards never moves the clock back', () => {
    const talk = established();
    const before = talk.watcher.tracker.clockNs;
    talk.client.says(5, { at: -100 });
    expect(talk.watcher.tracker.clockNs).toBe(before);
    talk.closes();
    talk.client.ack({ at: -5000 });
    talk.after(121).tick();
    expect(talk.watcher.finals).toHaveLength(1);
    expect(talk.watcher.finals[0].client.bytes).toBe(10);
  });
});

describe('eviction', () => {
  test('gives up who was quiet longest, tells it as it stands, and counts it', () => {
    const watcher = new Watcher({ maxConnections: 3 });
    const talks = [1, 2, 3].map((n) => established({ on: watcher, clientPort: 40_000 + n }));
    talks[0].client.says(7);
    established({ on: watcher, clientPort: 40_009 });
    expect(watcher.tracker.roster.evicted).toBe(1);
    expect(watcher.finals).toMatchObject([{ id: 2, client: { state: 'ESTABLISHED', bytes: 5 } }]);
    expect(watcher.finals[0].flags & EVICTED).toBe(EVICTED);
    expect(watcher.live().map(({ id }) => id)).toEqual([1, 3, 4]);
  });

  test('a flood of SYNs pushes out itself, not a connection that has long been quiet', () => {
    const watcher = new Watcher({ maxConnections: 50 });
    const quiet = established({ on: watcher });
    for (let n = 0; n < 1000; n++) conversation({ on: watcher, clientPort: 41_000 + n }).client.syn();
    quiet.client.says(7);
    expect(watcher.tracker.roster).toMatchObject({ connections: 1001, evicted: 951 });
    expect(watcher.live()[0]).toMatchObject({ id: 1, client: { bytes: 12 } });
  });

  test('it may live on: its later segments pick it up again', () => {
    const watcher = new Watcher({ maxConnections: 2 });
    const [first] = [1, 2, 3].map((n) => established({ on: watcher, clientPort: 40_000 + n }));
    first.client.says(5);
    first.server.ack();
    expect(watcher.tracker.roster).toMatchObject({ connections: 4, evicted: 2, lateSegments: 0 });
  });

  test('of two connections of one tuple the older goes first', () => {
    const watcher = new Watcher({ maxConnections: 2 });
    const old = established({ on: watcher });
    old.anew().opens();
    established({ on: watcher, clientPort: 40_001 });
    expect(watcher.finals.map(({ id }) => id)).toEqual([1]);
    expect(watcher.tracker.roster.evicted).toBe(1);
    expect(watcher.live().map(({ id }) => id)).toEqual([2, 3]);
  });

  test('a record used again remembers nothing of its last owner', () => {
    const watcher = new Watcher({ maxConnections: 2 });
    const old = established({ on: watcher });
    old.client.says(10, { seq: 500 });
    old.client.fin();
    established({ on: watcher, clientPort: 40_001 });
    const fresh = conversation({ on: watcher, clientPort: 40_002 }).opens();
    expect(watcher.tracker.roster.evicted).toBe(1);
    expect(fresh.seen().client).toMatchObject({ bytes: 0, holes: 0, notes: {}, segments: 2 });
    fresh.client.says(10, { seq: 500 });
    fresh.client.says(10, { seq: 6 });
    expect(fresh.seen().client).toMatchObject({ retransmissions: 0, bytes: 20 });
  });
});

describe('the filter', () => {
  test('is asked for both directions alike; what it turns away is counted and opens nothing', () => {
    const asked: number[] = [];
    const accepts: TrackerOptions['accepts'] = ({ ports }, ipVersion) => {
      asked.push(ipVersion);
      return (ports & 0xffff) === 443 && ports >>> 16 === 40_001;
    };
    const watcher = new Watcher({ accepts });
    established({ on: watcher, clientPort: 40_000, ipVersion: 6 });
    established({ on: watcher, clientPort: 40_001 });
    expect(watcher.tracker.roster).toMatchObject({ connections: 1, filteredSegments: 6 });
    expect(asked).toEqual([6, 6, 6, 6, 6, 6, 4]);
  });
});

describe('the end of a capture', () => {
  test('every connection that is left becomes final, in the order of their numbers', () => {
    const watcher = new Watcher();
    for (const n of [3, 1, 2]) established({ on: watcher, clientPort: 40_000 + n });
    connectionInTimeWait({ on: watcher, clientPort: 40_004 }).anew().opens();
    expect(watcher.close().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(watcher.live()).toEqual([]);
  });

  test('a connection that ends is told once, again when it comes back and ends again, and once as final', () => {
    const talk = established();
    talk.server.rst();
    talk.after(0.5).server.says(10);
    talk.after(0.6).client.says(10);
    talk.server.rst();
    expect(talk.watcher.ended.map(({ id }) => id)).toEqual([1, 1]);
    expect(talk.watcher.close()).toHaveLength(1);
  });
});

test('of a flood of endings the first are final before their time, so that memory stays bounded', () => {
  const segment = new Segment();
  segment.ipVersion = 4;
  const finals: number[] = [];
  const nothing = (): void => {};
  const deaf = new Proxy({} as TrackerListener, { get: (_, name) => (name === 'final' ? final : nothing) });
  const final = ({ id }: Connection): number => finals.push(id);
  const options = { maxConnections: 1_000_000, hashKey: 1, accepts: null, serverPorts: [], looksAgain: false };
  const tracker = new Tracker(segment, options, deaf);
  const passes = (flags: number, from: number, to: number, seq: number, ack: number): void => {
    segment.source[0] = from;
    segment.destination[0] = to;
    Object.assign(segment, { flags, seq, ack, sourcePort: from, destinationPort: to, packet: segment.packet + 1 });
    segment.timeNs += 1000;
    tracker.take();
  };
  const room = 262_144;
  for (let n = 1; n <= room + 100; n++) {
    passes(SYN, 1000 + n, 80, n, 0);
    passes(RST | ACK, 80, 1000 + n, 0, n + 1);
  }
  expect(finals.length).toBeGreaterThanOrEqual(99);
  expect(finals).toEqual(finals.map((_, n) => n + 1));
  expect(tracker.roster.lateSegments).toBe(0);
});
