// CAPTURES: what is measured, as rows: made from a seed, kept in a folder, made again when what makes them has changed.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grouped } from '../output/words.js';
import { Chance } from './traffic/chance.js';
import { flood } from './traffic/flood.js';
import { Loss } from './traffic/loss.js';
import { real } from './traffic/real.js';
import { SegmentWriter } from './traffic/segment-writer.js';
import { Talk, type TalkPlan } from './traffic/talk.js';
import type { Truth } from './traffic/truth.js';

/** Of what makes them: another number, and all are made again. */
const MAKER = 1;
const SEED = 9293;
/** As `tcpdump -s 128`: headers. */
const HEADERS = 128;
const WHOLE = 262_144;
const FIXTURES = fileURLToPath(new URL('../../fixtures/captures', import.meta.url));

export interface Recipe {
  readonly name: string;
  /** A line for the table. */
  readonly title: string;
  readonly snaplen: number;
  /** Whatever makes a difference to it. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly write: (writer: SegmentWriter, chance: Chance) => Truth;
}

export interface Capture {
  readonly path: string;
  readonly title: string;
  readonly name: string;
  readonly truth: Truth;
  readonly octets: number;
  /** What it took to make it; null: it was there. */
  readonly madeInSeconds: number | null;
}

const MIXED: Omit<TalkPlan, 'connections' | 'atOnce' | 'warmUpUs'> = {
  clientBits: 14,
  serverBits: 6,
  endings: [0.86, 0.05, 0.03, 0.06],
  requests: (chance) => 1 + Math.floor(chance.around(1.6)),
  responseOctets: (chance) => chance.heavy(500, 0.75, 2e6),
  thinkUs: 1_500_000,
  burst: 10,
  packetsEach: Number.POSITIVE_INFINITY,
};

/** Connections of all kinds side by side; about 42 packets each. */
export function mixed(name: string, connections: number, most = 10_000): Recipe {
  const atOnce = Math.min(most, Math.ceil(connections / 4));
  const plan = { ...MIXED, connections, atOnce, warmUpUs: 8e6 };
  return {
    name,
    title: `${grouped(connections)} connections, up to ${grouped(atOnce)} at a time`,
    snaplen: HEADERS,
    numbers: { connections, atOnce },
    write: (writer, chance) => new Talk(plan, writer, chance).run(),
  };
}

/** So many connections that are open at the end, all at once. */
export function liveAtOnce(name: string, connections: number, packets: number): Recipe {
  const plan: TalkPlan = {
    ...MIXED,
    clientBits: 16,
    connections,
    atOnce: connections,
    warmUpUs: 30e6,
    endings: [0, 0, 0, 1],
    requests: () => Number.POSITIVE_INFINITY,
    responseOctets: () => 800,
    packetsEach: Math.max(4, Math.floor(packets / connections)),
  };
  return {
    name,
    title: `${grouped(connections)} connections open at the same time`,
    snaplen: HEADERS,
    numbers: { connections, packets },
    write: (writer, chance) => new Talk(plan, writer, chance).run(),
  };
}

function bulk(name: string, title: string, snaplen: number, connections: number, packets: number): Recipe {
  // Two segments of data take one acknowledgement.
  const octets = ((packets / connections) * 1448 * 2) / 3;
  const plan: TalkPlan = {
    ...MIXED,
    connections,
    atOnce: connections,
    warmUpUs: 1e6,
    endings: [1, 0, 0, 0],
    requests: () => 1,
    responseOctets: () => octets,
    burst: 40,
  };
  return {
    name,
    title,
    snaplen,
    numbers: { connections, packets },
    write: (writer, chance) => new Talk(plan, writer, chance).run(),
  };
}

function synFlood(syns: number, connections: number): Recipe {
  const plan: TalkPlan = {
    ...MIXED,
    connections,
    atOnce: connections,
    warmUpUs: syns,
    endings: [0.8, 0.2, 0, 0],
    requests: () => 10,
    responseOctets: (chance) => chance.heavy(500, 1.2, 20_000),
    // Ten requests, the last answered about when the flood ends.
    thinkUs: syns,
  };
  return {
    name: 'syn-flood',
    title: `${grouped(syns)} SYNs that nobody means, ${grouped(connections)} real connections among them`,
    snaplen: HEADERS,
    numbers: { syns, connections },
    write: (writer, chance) => flood(syns, plan, writer, chance),
  };
}

/** @param loss share of data segments that are lost */
export function lossy(name: string, connections: number, packets: number, loss: number): Recipe {
  return {
    name,
    title: `${grouped(connections)} transfers, ${loss * 100} % of their segments lost`,
    snaplen: HEADERS,
    numbers: { connections, packets, loss },
    write: (writer, chance) => new Loss({ connections, packets, loss }, writer, chance).run(),
  };
}

function fromLab(packets: number): Recipe {
  return {
    name: 'real',
    title: 'what real kernels sent: the shipped captures, repeated with other addresses',
    snaplen: WHOLE,
    numbers: { packets },
    write: (writer) => real(FIXTURES, packets, writer),
  };
}

/** @param scale 1: as they are meant to be; less: for tests, and for machines that are small */
export function recipes(scale = 1): readonly Recipe[] {
  const scaled = (number: number, least = 1): number => Math.max(least, Math.round(number * scale));
  return [
    mixed('mixed-1m', scaled(24_000, 20)),
    mixed('mixed', scaled(240_000, 20)),
    liveAtOnce('live-at-once', scaled(1_000_000), scaled(6_000_000)),
    bulk('full-size', 'full packets, 1,514 octets of each captured', WHOLE, scaled(200), scaled(1_000_000)),
    synFlood(scaled(10_000_000), scaled(1000, 4)),
    bulk('fat-flow', 'one connection', HEADERS, 1, scaled(5_000_000, 1000)),
    lossy('heavy-loss', scaled(400, 4), scaled(2_000_000), 0.1),
    fromLab(scaled(1_000_000)),
  ];
}

/** Removes it; made again when it is wanted again. */
export function discard({ path }: Capture): void {
  rmSync(path, { force: true });
}

/** The capture of this recipe in a folder, made if it is not there. Throws what the file system says. */
export function obtain(recipe: Recipe, folder: string): Capture {
  const { name, title, snaplen, numbers } = recipe;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.pcap`);
  const beside = join(folder, `${name}.json`);
  const made = JSON.stringify({ MAKER, SEED, snaplen, numbers });
  if (existsSync(path) && existsSync(beside)) {
    const known = JSON.parse(readFileSync(beside, 'utf8'));
    if (known.made === made) return { ...known.capture, path, madeInSeconds: null };
  }
  const began = performance.now();
  const writer = new SegmentWriter(`${path}.new`, snaplen);
  const truth = recipe.write(writer, new Chance(SEED));
  writer.close();
  renameSync(`${path}.new`, path);
  const capture = { name, title, truth, octets: writer.octets };
  writeFileSync(beside, JSON.stringify({ made, capture }));
  return { ...capture, path, madeInSeconds: (performance.now() - began) / 1000 };
}
