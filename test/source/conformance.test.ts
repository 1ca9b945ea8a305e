// What a CaptureSource promises, asked of every source there is: saved or live, whole or piped, one suite for all of them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureSource } from '../../src/source/open-capture.js';
import { ethernet, ipv4, tcp } from '../support/frames.js';
import { isLive, STAGES, type Stage, type Staged, savedTime, setStage, until } from './staging.js';

let clearStage: () => Promise<void>;
beforeAll(async () => {
  clearStage = await setStage();
});
afterAll(() => clearStage());

/** A live frame was stamped while it was sent, by clocks that may differ by this; milliseconds. */
const SKEW_MS = 25;

/** Frames that differ, of 54 octets up to what an interface carries; the same for all sources. */
function framesOf(count: number, longest = 1514, first = 0): readonly Uint8Array[] {
  const key = `${count} ${longest} ${first}`;
  const made =
    framesMade.get(key) ??
    Array.from({ length: count }, (_, n) => {
      const payload = Uint8Array.from({ length: (n * 37) % (longest - 53) }, (_, at) => (n + at) & 0xff);
      return ethernet(ipv4(tcp({ seq: first + n, payload })));
    });
  framesMade.set(key, made);
  return made;
}
const framesMade = new Map<string, readonly Uint8Array[]>();

interface Got {
  readonly data: Buffer;
  readonly wireLength: number;
  readonly linkType: number;
  readonly timeNs: number;
}

/** A source being read; what no batch may be is looked for in all of them. */
class Reading {
  readonly frames: Got[] = [];
  readonly done: Promise<void>;
  batches = 0;
  /** Batches that moved the clock alone. */
  clocks = 0;
  latestClockNs = Number.NaN;
  /** Frames older than a clock that came before them. */
  readonly tooOld: string[] = [];
  /** Batches of nothing, after the first frame. */
  empty = 0;
  infoAtFirst: unknown = null;

  constructor(
    { source, base }: Pick<Staged, 'source' | 'base'>,
    onBatch: (reading: Reading) => void | Promise<void> = () => {},
  ) {
    this.done = this.read(source, () => base.epochNs !== null, onBatch);
  }

  private async read(
    source: CaptureSource,
    isBased: () => boolean,
    onBatch: (reading: Reading) => void | Promise<void>,
  ): Promise<void> {
    for await (const {
      bytes,
      offset,
      capturedLength,
      wireLength,
      linkType,
      timeNs,
      count,
      clockNs,
    } of source.batches()) {
      this.batches++;
      if (count > 0) this.infoAtFirst ??= source.info();
      for (let f = 0; f < count; f++) {
        if (timeNs[f] < this.latestClockNs) this.tooOld.push(`${timeNs[f]} after ${this.latestClockNs}`);
        const data = Buffer.from(bytes.subarray(offset[f], offset[f] + capturedLength[f]));
        this.frames.push({ data, wireLength: wireLength[f], linkType: linkType[f], timeNs: timeNs[f] });
      }
      // Before the first frame there is no time to say.
      if (count === 0 && Number.isNaN(clockNs) && isBased()) this.empty++;
      if (!Number.isNaN(clockNs)) {
        if (count === 0) this.clocks++;
        this.latestClockNs = Math.max(clockNs, Number.isNaN(this.latestClockNs) ? clockNs : this.latestClockNs);
      }
      await onBatch(this);
    }
  }
}

/** What makes frames equal but their times, in a form that is compared fast and shown short. */
const contentOf = (frames: readonly Got[]): string[] =>
  frames.map(({ data, wireLength, linkType }) => `${linkType} ${wireLength} ${data.toString('hex')}`);
const expected = (frames: readonly Uint8Array[], snaplen = 0): string[] =>
  frames.map(
    (data) => `1 ${data.length} ${Buffer.from(snaplen > 0 ? data.subarray(0, snaplen) : data).toString('hex')}`,
  );

/** Sends, and reads until all of it has come; then the end. */
async function readAll(staged: Staged, frames: readonly Uint8Array[]): Promise<Reading> {
  await staged.send(frames);
  const reading = new Reading(staged, ({ frames: got }) => {
    if (got.length >= frames.length) staged.end();
  });
  await reading.done;
  return reading;
}

for (const stage of STAGES) {
  const { name, skip } = stage;
  describe.skipIf(skip !== null)(`${name}${skip === null ? '' : ` (skipped: ${skip})`}`, () => conforms(stage));
}

function conforms(stage: Stage): void {
  const { live, grows } = stage;
  describe('gives', () => {
    test.each([[0], [54], [96], [1514]])('all frames in order, cut to %d octets (0: whole)', async (snaplen) => {
      const frames = framesOf(400);
      const staged = await stage.open(snaplen);
      const reading = await readAll(staged, frames);
      expect(contentOf(reading.frames)).toEqual(expected(frames, snaplen));
      expect(staged.source.problem).toBeNull();
      expect(reading).toMatchObject({ empty: 0, tooOld: [] });
      expect(reading.infoAtFirst).toEqual(stage.info(snaplen));
      expect(staged.source.info()).toEqual(stage.info(snaplen));
    });

    test('the times they had', async () => {
      const staged = await stage.open(0);
      const beganMs = Date.now();
      const { frames } = await readAll(staged, framesOf(400));
      const endedMs = Date.now();
      const { precision } = staged.source.info();
      const times = frames.map(({ timeNs }) => staged.base.epochNs! + BigInt(timeNs));
      if (!live) expect(times).toEqual(times.map((_, n) => savedTime(n, precision)));
      else {
        expect(times.filter((time, n) => n > 0 && time < times[n - 1])).toEqual([]);
        const [first, last] = [times[0], times.at(-1)!].map((ns) => Number(ns / 1000n) / 1000);
        expect(first).toBeGreaterThanOrEqual(beganMs - SKEW_MS);
        expect(last).toBeLessThanOrEqual(endedMs + SKEW_MS);
      }
      expect(frames[0].timeNs).toBe(0);
      expect(times.some((time) => time % 1000n !== 0n)).toBe(precision === 'ns');
    });

    test('20,000 frames at once, in more than one batch, and loses none', { timeout: 60_000 }, async () => {
      const frames = framesOf(20_000, 120);
      const staged = await stage.open(160);
      // A file is written before it is read, a pipe and an interface meanwhile.
      const meanwhile = grows ? new Reading(staged) : null;
      await staged.send(frames);
      if (meanwhile !== null) await until('all frames', () => meanwhile.frames.length >= frames.length);
      staged.end();
      const got = meanwhile ?? new Reading(staged);
      await got.done;
      expect(got.batches).toBeGreaterThan(1);
      const [ours, wanted] = [contentOf(got.frames), expected(frames)];
      expect(ours.length).toBe(wanted.length);
      expect(ours.findIndex((one, n) => one !== wanted[n])).toBe(-1);
      if (isLive(staged.source)) {
        const none = staged.source.backend === 'libpcap' ? 0 : null;
        expect(staged.source.dropped()).toEqual({ kernel: none, interface: none });
      }
    });

    test('a clock that no later frame is older than', { timeout: 30_000 }, async () => {
      const staged = await stage.open(0);
      const rounds = 3;
      const frames = framesOf(20 * rounds, 100);
      if (!grows) {
        const reading = await readAll(staged, frames);
        expect(reading).toMatchObject({ empty: 0, tooOld: [] });
        return;
      }
      const reading = new Reading(staged);
      for (let round = 0; round < rounds; round++) {
        await staged.send(frames.slice(round * 20, round * 20 + 20));
        await until('its frames', () => reading.frames.length === round * 20 + 20);
        const { clocks } = reading;
        if (live) await until('a clock that goes on', () => reading.clocks >= clocks + 3);
      }
      // Frames and clocks in turn.
      if (live) await staged.send(framesOf(200, 100, 1000), 200);
      staged.end();
      await reading.done;
      expect(reading.frames).toHaveLength(live ? frames.length + 200 : frames.length);
      expect(reading).toMatchObject({ empty: 0, tooOld: [] });
    });

    test('itself once: a second walk throws, also while the first is under way', async () => {
      const staged = await stage.open(0);
      await staged.send(framesOf(5));
      const { source } = staged;
      const reading = new Reading(staged, async ({ frames }) => {
        if (frames.length < 5) return;
        await expect(source.batches().next()).rejects.toThrow('once');
        staged.end();
      });
      await reading.done;
      expect(reading.frames).toHaveLength(5);
      await expect(source.batches().next()).rejects.toThrow('once');
      expect(source.problem).toBeNull();
    });
  });

  describe('closed', () => {
    test('before it is walked: it ends, and is no problem', async () => {
      const staged = await stage.open(0);
      staged.source.close();
      staged.source.close();
      const reading = new Reading(staged);
      await reading.done;
      expect(reading.frames).toEqual([]);
      expect(staged.source.problem).toBeNull();
      staged.end();
    });

    test('from within the loop: it ends, with nothing that is not a frame of it', async () => {
      const frames = framesOf(9000, 80);
      const few = frames.slice(0, 300);
      const more = frames.slice(300, live ? 600 : undefined);
      const staged = await stage.open(0);
      await staged.send(few);
      if (!live) await staged.send(more);
      let closed = false;
      const reading = new Reading(staged, async ({ frames: got }) => {
        if (closed || got.length === 0) return;
        closed = true;
        if (live) await staged.send(more);
        staged.source.close();
        staged.source.close();
      });
      await reading.done;
      const got = contentOf(reading.frames);
      const wanted = expected([...few, ...more]);
      // What an interface had captured by then is still given.
      if (live) expect(got).toEqual(wanted);
      else {
        expect(got.length).toBeGreaterThan(0);
        expect(got.length).toBeLessThan(wanted.length);
        expect(got).toEqual(wanted.slice(0, got.length));
      }
      expect(staged.source.problem).toBeNull();
      staged.source.close();
    });

    test('by leaving the loop', async () => {
      const staged = await stage.open(0);
      await staged.send(framesOf(5));
      let count = 0;
      for await (const batch of staged.source.batches()) if ((count += batch.count) > 0) break;
      expect(count).toBeGreaterThan(0);
      expect(staged.source.problem).toBeNull();
      await expect(staged.source.batches().next()).rejects.toThrow('once');
      staged.source.close();
      if (isLive(staged.source)) expect(staged.source.dropped()).toEqual(staged.source.dropped());
      staged.end();
    });

    if (grows) {
      test.each([[0], [10]])('while it waits for more, after %i frames: it ends', async (count) => {
        const staged = await stage.open(0);
        const reading = new Reading(staged);
        if (count > 0) await staged.send(framesOf(count));
        await until('its frames', () => reading.frames.length === count);
        if (live) {
          const { batches } = reading;
          await until('it waits', () => reading.batches > batches);
        }
        staged.source.close();
        staged.source.close();
        await reading.done;
        expect(reading.frames).toHaveLength(count);
        expect(staged.source.problem).toBeNull();
        staged.end();
      });
    }

    if (!live) return;

    test.each([[300], [3000]])('as soon as the kernel has %i frames: all of them come', async (count) => {
      const frames = framesOf(count, 120);
      const staged = await stage.open(160);
      await staged.send(frames);
      staged.source.close();
      const reading = new Reading(staged);
      await reading.done;
      expect(contentOf(reading.frames)).toEqual(expected(frames));
      expect(staged.source.problem).toBeNull();
    });

    test('while it waits, right after frames have come: all of them are given', async () => {
      const frames = framesOf(320, 120);
      const staged = await stage.open(160);
      const reading = new Reading(staged);
      await staged.send(frames.slice(0, 20));
      await until('the first', () => reading.frames.length === 20);
      await staged.send(frames.slice(20));
      staged.source.close();
      await reading.done;
      expect(contentOf(reading.frames)).toEqual(expected(frames));
    });

    test('under load: it ends, with all that was captured before', { timeout: 30_000 }, async () => {
      const staged = await stage.open(160);
      const frames = framesOf(100, 120);
      await staged.send(frames);
      const reading = new Reading(staged);
      let played = false;
      const playing = staged.send(framesOf(10_000, 120, 1_000_000), 5000).then(() => {
        played = true;
      });
      await until('load', () => reading.frames.length > 500);
      staged.source.close();
      await reading.done;
      expect(played, 'it was still under load').toBe(false);
      expect(contentOf(reading.frames.slice(0, 100))).toEqual(expected(frames));
      expect(staged.source.problem).toBeNull();
      await playing;
    });
  });
}
