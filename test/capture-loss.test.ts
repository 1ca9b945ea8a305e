// What a capture missed proves nothing. Of every shipped capture one frame is taken away, each in turn, and then some by
// chance: what is said of what is left may be less, or less sure; it may not become another story that is likely, or certain.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../src/lab/answers.js';
import { analyze, type ConnectionEvent } from '../src/pipeline.js';
import { holdsTruth } from '../src/verify/holds-truth.js';
import { IN_OUR_WORDS, readAnswers } from './support/answers.js';
import { concatenate } from './support/captures.js';
import { numbers } from './support/numbers.js';

const CAPTURES = resolve(import.meta.dirname, '../fixtures/captures');
/** Longer ones say the same again and again. */
const MOST_FRAMES = 250;
const ONE_IN = 7;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Not the whole story, but true as far as it goes: the frame that tells the rest is the one that is missing. */
const ALSO_TRUE: Readonly<Record<string, readonly (string | null)[]>> = {
  'host-crashed': ['host-rebooted', 'failover', 'host-shutdown', 'given-up-in-outage'],
  'host-shutdown': ['normal-close'],
  'connect-timed-out': ['connect-unreachable'],
  'connect-unreachable': ['connect-timed-out'],
  // It was, until it was let in.
  'accept-queue-full': [null],
};

interface Parts {
  readonly header: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** A little-endian pcap, as the lab writes them; null: another format. */
function partsOf(file: string): Parts | null {
  const read = readFileSync(file);
  const octets = file.endsWith('.gz') ? gunzipSync(read) : read;
  if (octets[3] !== 0xa1) return null;
  const records: Uint8Array[] = [];
  for (let at = 24; at < octets.length; ) {
    const end = at + 16 + octets.readUInt32LE(at + 8);
    records.push(octets.subarray(at, end));
    at = end;
  }
  return { header: octets.subarray(0, 24), records };
}

const ends = ({ client, server }: Pick<ConnectionEvent, 'client' | 'server'>): string =>
  [client, server].map(({ address, port }) => `${address}:${port}`).join(' ');

async function sureOf({ header }: Parts, records: readonly Uint8Array[]): Promise<ConnectionEvent[]> {
  const sure: ConnectionEvent[] = [];
  const stdin = Readable.from([concatenate(header, ...records)]);
  for await (const event of analyze({ files: ['-'], stdin })) {
    if (event.type !== 'connection' || event.verdict.scenario === null) continue;
    if (event.verdict.confidence !== 'possible') sure.push(event);
  }
  return sure;
}

/** Whether it is what really happened to one of the connections between these ends, or part of it. */
function isTrue(event: ConnectionEvent, { connections }: Answers): boolean {
  const meant = connections.filter((one) => ends(one) === ends(event));
  // Where its SYN is missing the two ends may have changed their roles.
  if (meant.length === 0) return true;
  return meant.some(({ truth, end }) => {
    const scenario = truth !== null && truth in IN_OUR_WORDS ? IN_OUR_WORDS[truth]! : truth;
    const also = ALSO_TRUE[event.verdict.scenario!] ?? [];
    return also.includes(scenario) || holdsTruth(event, { scenario, end }, true);
  });
}

const wordsOf = (missing: string, { id, verdict }: ConnectionEvent): string =>
  `without ${missing}: #${id} ${verdict.scenario} ${verdict.end} ${verdict.confidence}`;

const files = readdirSync(CAPTURES).filter((name) => /\.pcap(\.gz)?$/.test(name));
const captures = files.flatMap((file): [string, Parts, Answers][] => {
  const parts = partsOf(join(CAPTURES, file));
  const answers = readAnswers<Answers>(join(CAPTURES, `${file.replace(/\.pcap(\.gz)?$/, '')}.answers.json`));
  return parts && parts.records.length <= MOST_FRAMES ? [[file, parts, answers]] : [];
});

describe('a capture that misses', () => {
  it('are most of the shipped ones', () => {
    expect(captures.length).toBeGreaterThan(150);
  });

  it.each(captures)('one frame of %s', async (_, parts, answers) => {
    const whole = new Set((await sureOf(parts, parts.records)).map((event) => wordsOf('any', event)));
    const wrong: string[] = [];
    const holds = async (missing: string, records: readonly Uint8Array[]): Promise<void> => {
      for (const event of await sureOf(parts, records))
        if (!isTrue(event, answers) && !whole.has(wordsOf('any', event))) wrong.push(wordsOf(missing, event));
    };
    for (const n of parts.records.keys()) {
      await holds(
        `frame ${n + 1}`,
        parts.records.filter((_, at) => at !== n),
      );
    }
    for (const seed of SEEDS) {
      const chance = numbers(seed);
      await holds(
        `some (seed ${seed})`,
        parts.records.filter(() => chance(ONE_IN) > 0),
      );
    }
    expect(wrong).toEqual([]);
  });
});
