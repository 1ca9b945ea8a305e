// Time is a parameter: it is moved by frames, or by the clock of a capture while none come. How often, and in what steps,
// changes nothing of what is told, nor the moment at which it is.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TrackerOptions } from '../../src/tcp/tracker.js';
import { type Conversation, conversation, established, type Passed } from '../support/conversation.js';
import { Listening } from './listening.js';

/** Moves the clock on the way to each segment as often as there are fractions, and never beyond it. */
class Ticking extends Listening {
  private turn = 0;
  ticks = 0;

  constructor(
    options: Partial<TrackerOptions>,
    private readonly fractions: readonly (readonly number[])[],
  ) {
    super(options);
  }

  override pass(passed: Passed): void {
    this.approach(passed.timeNs);
    super.pass(passed);
  }

  override icmpErrorAbout(passed: Passed, icmpType: number, icmpCode: number): boolean {
    this.approach(this.nowNs);
    return super.icmpErrorAbout(passed, icmpType, icmpCode);
  }

  approach(timeNs: number): void {
    if (this.fractions.length === 0) return;
    const from = Number.isFinite(this.tracker.clockNs) ? this.tracker.clockNs : timeNs - 1e9;
    for (const fraction of this.fractions[this.turn++ % this.fractions.length]) {
      // Where time runs backwards, so do these ticks: none of them counts.
      this.tracker.tick(Math.min(timeNs, from + (timeNs - from) * fraction));
      this.ticks++;
    }
  }
}

/** What an act lets pass: a segment or a few. */
const ACTS = {
  opens: (talk) => talk.opens(),
  syn: ({ client }) => client.syn({ seq: 0 }),
  says: ({ client }) => client.says(10),
  answers: ({ server }) => server.says(10),
  asksInVain: ({ client }) => client.says(10, { lost: true }),
  fin: ({ client }) => client.fin(),
  finOfServer: ({ server }) => server.fin(),
  acks: ({ client }) => client.ack(),
  acksOfServer: ({ server }) => server.ack(),
  closes: (talk) => talk.closes('client'),
  closesFromServer: (talk) => talk.closes('server'),
  rst: ({ client }) => client.rst(),
  rstOfServer: ({ server }) => server.rst(),
  late: ({ client, watcher }) => client.ack({ at: watcher.nowNs / 1e9 - 3 }),
  icmp: ({ client, watcher }) => watcher.icmpErrorAbout(client.says(1), 3, 1),
} as const satisfies Record<string, (talk: Conversation) => unknown>;

const scenes = fc.array(
  fc.record({
    tuple: fc.nat(3),
    act: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom('opens', 'closes', 'closesFromServer', 'rst') },
      { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])) },
    ),
    anew: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    // Around what is waited for: a second, a minute, two.
    seconds: fc.oneof(
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.constantFrom(0, 0.5, 0.999, 1, 60, 118, 119.999, 120, 120.001),
      fc.double({ min: 0, max: 300, noNaN: true }),
    ),
  }),
  { minLength: 1, maxLength: 40 },
);
type Scene = typeof scenes extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

function play(list: readonly Scene[], watcher: Listening): Listening {
  const talks = new Map<number, Conversation>();
  for (const { tuple, act, anew, seconds } of list) {
    let talk = talks.get(tuple) ?? conversation({ on: watcher, clientPort: 40_000 + tuple });
    if (anew) talk = talk.anew();
    talks.set(tuple, talk);
    watcher.nowNs = Math.round(watcher.nowNs + seconds * 1e9);
    ACTS[act](talk);
  }
  return watcher;
}

const fractions = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 5,
});

describe('the clock, ticked between segments as well', () => {
  test.each([
    [{ looksAgain: false, maxConnections: 100 }],
    [{ looksAgain: true, maxConnections: 100 }],
    [{ looksAgain: true, maxConnections: 2 }],
  ])('%o: the same is told, in the same order, with the clock at the same moments', (options) => {
    let ticks = 0;
    let finalsBeforeTheEnd = 0;
    fc.assert(
      fc.property(scenes, fractions, (list, steps) => {
        const [plain, ticked] = [[], steps].map((each) => new Ticking(options, each));
        play(list, plain);
        play(list, ticked);
        expect(ticked.told).toEqual(plain.told);
        expect(ticked.finals).toEqual(plain.finals);
        expect(ticked.tracker.clockNs).toBe(plain.tracker.clockNs);
        finalsBeforeTheEnd += plain.finals.length;
        ticks += ticked.ticks;
        // Once nothing comes any more: in one step, and in many.
        const endNs = plain.nowNs + 300e9;
        plain.tracker.tick(endNs);
        for (let i = 0; i < 7; i++) ticked.approach(endNs);
        ticked.tracker.tick(endNs);
        expect(ticked.told).toEqual(plain.told);
        expect(ticked.close()).toEqual(plain.close());
        expect(ticked.told).toEqual(plain.told);
      }),
      { numRuns: 300 },
    );
    expect(ticks, 'ticks between segments').toBeGreaterThan(1000);
    expect(finalsBeforeTheEnd, 'connections that became final by the clock').toBeGreaterThan(50);
  });

  test('a connection is final two minutes after its end, to the nanosecond, whatever moves the clock', () => {
    for (const ticks of [[1000], [100, 119.9, 120, 121], [120.0000001]]) {
      const watcher = new Listening();
      const talk = established({ on: watcher }).closes();
      const { endedNs } = talk.seen();
      for (const seconds of ticks) watcher.tracker.tick(endedNs + seconds * 1e9);
      expect(watcher.told.filter(({ what }) => what === 'final')).toMatchObject([{ clockNs: endedNs + 120e9 }]);
    }
  });

  test('and not a nanosecond earlier', () => {
    const watcher = new Listening();
    const { endedNs } = established({ on: watcher }).closes().seen();
    watcher.tracker.tick(endedNs + 120e9 - 1);
    expect(watcher.finals).toEqual([]);
    watcher.tracker.tick(endedNs + 120e9);
    expect(watcher.finals).toHaveLength(1);
  });

  test('never goes back, and a tick that would take it back does nothing', () => {
    const watcher = new Listening({ looksAgain: true });
    established({ on: watcher }).closes();
    const { clockNs } = watcher.tracker;
    const told = watcher.told.length;
    for (const timeNs of [clockNs, clockNs - 1, 0, Number.NEGATIVE_INFINITY]) watcher.tracker.tick(timeNs);
    expect(watcher.tracker.clockNs).toBe(clockNs);
    expect(watcher.told).toHaveLength(told);
  });
});
