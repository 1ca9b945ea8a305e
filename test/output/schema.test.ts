// The published schema against the tables it repeats, and against what real runs say.
//
// Shipped, it tolerates fields it does not know, for they may be added. Here a strict copy of it does not: a field that is
// said and not described, or described and not said, fails.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { TcpwatchEvent } from '../../src/pipeline.js';
import { ANOMALIES } from '../../src/tcp/anomalies.js';
import { ROLE_SOURCES } from '../../src/tcp/connection.js';
import { STATE_NAMES } from '../../src/tcp/state.js';
import { ENDINGS } from '../../src/verdict/endings.js';
import { FACTS } from '../../src/verdict/facts.js';
import { HOST_FACTS } from '../../src/verdict/hosts/facts.js';
import { HOST_MOMENTS } from '../../src/verdict/hosts/moments.js';
import { HOST_RULES } from '../../src/verdict/hosts/rules.js';
import { LOOKALIKES } from '../../src/verdict/lookalikes.js';
import { SCENARIOS } from '../../src/verdict/scenarios.js';
import { DECODE_STATUSES } from '../../src/wire/status.js';
import { pcapFile } from '../support/captures.js';
import { CLOSED, captureOf, conversation, KILLED, LATE_RESET, OPEN, REFUSED } from '../support/packet-rows.js';
import { eventsOf, eventsOfFiles } from '../support/render.js';

// By the name a user imports it by.
const path = createRequire(import.meta.url).resolve('tcpwatch/schema.json');
const schema = JSON.parse(readFileSync(path, 'utf8'));
const tolerant = compile(schema);
const strict = compile(strictly(schema));

function compile(value: object): ValidateFunction {
  return new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(value);
}

/** The same, with every object closed that lists its properties. */
function strictly(value: unknown, inCondition = false): object {
  if (Array.isArray(value)) return value.map((entry) => strictly(entry, inCondition));
  if (typeof value !== 'object' || value === null) return value as never;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      strictly(below, inCondition || ['if', 'then', 'else', 'not'].includes(key)),
    ]),
  );
  const closes = !inCondition && 'type' in value && value.type === 'object' && 'properties' in value;
  return closes ? { ...copy, additionalProperties: false } : copy;
}

function troubles(validate: ValidateFunction, events: readonly unknown[]): string[] {
  return events.flatMap((event) => {
    // As it is on the line: undefined is gone, NaN is null.
    const line = JSON.parse(JSON.stringify(event));
    if (validate(line)) return [];
    const own = validate.errors!.filter((error) => error.schemaPath.includes(`/$defs/${line.type}/`));
    return (own.length > 0 ? own : validate.errors!).map((e) => `${line.type} ${e.instancePath} ${e.message}`);
  });
}

describe('vocabularies are those of the tables', () => {
  const defs = schema.$defs;
  it.each([
    ['host rules', defs.hostRule.enum, HOST_RULES.map((row) => row.id)],
    ['host facts', defs.hostFact.enum, Object.keys(HOST_FACTS)],
    ['host moments', defs.hostMoment.enum, Object.keys(HOST_MOMENTS)],
    ['endings', defs.ending.enum, ENDINGS.map((row) => row.id)],
    ['scenarios', defs.scenario.enum, SCENARIOS.map((row) => row.id)],
    ['facts', defs.fact.enum, Object.keys(FACTS)],
    ['lookalikes', defs.lookalikeId.enum, Object.keys(LOOKALIKES)],
    ['anomalies', defs.anomalyId.enum, ANOMALIES.map((row) => row.id)],
    ['states', defs.state.enum, STATE_NAMES.filter((name) => name !== 'UNSEEN')],
    ['role sources', defs.connection.properties.roles.enum, [...ROLE_SOURCES]],
    ['decode statuses', defs.undecodableStatus.enum, DECODE_STATUSES.filter((s) => s.undecodable).map((s) => s.id)],
    ['documents', defs.verdict.properties.document.enum, [...new Set(SCENARIOS.map((row) => row.document))].sort()],
  ])('%s', (_, inSchema, inTable) => {
    expect([...inSchema].sort()).toEqual([...inTable].sort());
  });

  it('severities are all listed', () => {
    const { enum: severities } = defs.verdict.properties.severity;
    expect(SCENARIOS.filter((row) => !severities.includes(row.severity))).toEqual([]);
  });
});

describe('every line is as described', () => {
  const all = { anomalies: true, provisional: true };
  const ipv6 = { client: '2001:db8::1', server: '2001:db8::2' };
  const lacksFin = conversation(KILLED.filter(([, , flags]) => flags !== 'FA'));

  it.each([
    ['orderly', captureOf(conversation(CLOSED))],
    ['killed', captureOf(conversation(KILLED))],
    ['a late RST', captureOf(conversation(LATE_RESET))],
    ['refused, IPv6', captureOf(conversation(REFUSED, ipv6))],
    ['open', captureOf(conversation(OPEN))],
    ['mid-stream', captureOf(conversation(OPEN).slice(3))],
    ['no FIN', captureOf(lacksFin)],
    ['several', captureOf(conversation(KILLED), conversation(CLOSED, { clientPort: 41000 }))],
    ['resent', captureOf(conversation(OPEN), conversation(OPEN, { from: 1 }))],
    ['cut off', captureOf(conversation(CLOSED)).slice(0, -3)],
    ['undecodable', pcapFile({ linkType: 250, records: conversation(OPEN) })],
    ['empty', pcapFile()],
    ['no capture', new TextEncoder().encode('hello, this is text')],
    ['nothing', new Uint8Array(0)],
  ])('%s', async (_, capture) => {
    const events = await eventsOf(capture, all);
    expect(events.map((event) => event.type)).toEqual([
      'capture',
      ...events.slice(1, -1).map((e) => e.type),
      'summary',
    ]);
    expect(troubles(strict, events)).toEqual([]);
    expect(troubles(tolerant, events)).toEqual([]);
  });

  it('where reading was stopped: that is said, and nowhere else', async () => {
    const capture = captureOf(conversation(CLOSED));
    const stopped = await eventsOf(capture, { ...all, count: 3 });
    expect(stopped.at(-1)).toMatchObject({ type: 'summary', packets: 3, stopped: 'count' });
    expect(troubles(strict, stopped)).toEqual([]);
    expect((await eventsOf(capture, all)).at(-1)).not.toHaveProperty('stopped');
  });

  it('of a list of files', async () => {
    expect(troubles(strict, await eventsOfFiles(['missing', 'either'], all))).toEqual([]);
  });

  const captures = resolve(import.meta.dirname, '../../fixtures/captures');
  const files = readdirSync(captures).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name));
  it(`of the ${files.length} captures in fixtures`, async () => {
    const kinds = new Set<string>();
    for (const file of files) {
      const events = await eventsOfFiles([join(captures, file)], all);
      for (const event of events) kinds.add(event.type);
      expect(troubles(strict, events), file).toEqual([]);
    }
    if (files.length > 0) expect([...kinds].sort()).toEqual(['anomaly', 'capture', 'connection', 'host', 'summary']);
  });
});

describe('what is not as described is refused', () => {
  type Line = Record<string, unknown>;
  const lines = (async (): Promise<TcpwatchEvent[]> => {
    const again = conversation(KILLED).slice(3, 4);
    return eventsOf(captureOf(conversation(KILLED), [{ ...again[0], fraction: 500_000 }]), { anomalies: true });
  })();

  it.each(['capture', 'connection', 'anomaly', 'summary'])('%s without one of its fields', async (type) => {
    const line = (await lines).find((event) => event.type === type) as unknown as Line;
    for (const key of Object.keys(line)) {
      const { [key]: _, ...rest } = line;
      expect(tolerant(rest), `without ${key}`).toBe(false);
    }
  });

  it('verdict, evidence, counts ... without one of their fields', async () => {
    const line = (await lines).find((event) => event.type === 'connection') as unknown as Line;
    const verdict = line.verdict as Line;
    const [lookalike] = verdict.lookalikes as Line[];
    const [fact] = verdict.evidence as Line[];
    const { client } = line.counts as { client: Line };
    const without = <T extends Line>(record: T): Line[] =>
      Object.keys(record).map((key) => ({ ...record, [key]: undefined }));
    const broken = [
      ...without(verdict).map((v) => ({ ...line, verdict: v })),
      ...without(lookalike).map((l) => ({ ...line, verdict: { ...verdict, lookalikes: [l] } })),
      ...without(fact).map((f) => ({ ...line, verdict: { ...verdict, evidence: [f] } })),
      ...without(client).map((c) => ({ ...line, counts: { ...(line.counts as Line), client: c } })),
    ];
    expect(broken.length).toBeGreaterThan(20);
    for (const one of broken) expect(tolerant(JSON.parse(JSON.stringify(one)))).toBe(false);
  });

  it.each([
    ['an unknown ending', { ending: 'vanished' }],
    ['a time without nanoseconds', { opened: '2026-11-22T12:00:00.000Z' }],
    ['a packet 0', { firstPacket: 0 }],
    ['a state no one has', { states: { client: 'OPEN', server: 'CLOSED' } }],
    ['NaN', { durationSeconds: Number.NaN }],
  ])('%s', async (_, change) => {
    const line = (await lines).find((event) => event.type === 'connection');
    expect(tolerant(JSON.parse(JSON.stringify(line)))).toBe(true);
    expect(tolerant(JSON.parse(JSON.stringify({ ...line, ...change })))).toBe(false);
  });

  it('a field more: refused by the strict copy, tolerated as shipped', async () => {
    for (const event of await lines) {
      const more = { ...event, colour: 'blue' };
      expect(strict(more), event.type).toBe(false);
      expect(tolerant(more), event.type).toBe(true);
    }
  });
});
