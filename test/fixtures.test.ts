// The shipped captures, each against what really happened when it was made: every verdict must be the truth or say that it
// could be; every errno a program got must be among those foretold; and the records are golden.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../src/lab/answers.js';
import { type AnalyzeOptions, analyze, type ConnectionEvent, type TcpwatchEvent } from '../src/pipeline.js';
import { SCENARIOS } from '../src/verdict/scenarios.js';
import { outcomeOf } from '../src/verify/outcome.js';
import { expectForetold, expectTruth, readAnswers } from './support/answers.js';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURES = join(ROOT, 'fixtures/captures');
const CAPTURE = /\.pcap(ng)?(\.gz)?$/;

/** Calls whose result no packet can foretell, and why. */
const UNSEEN_CALLS: readonly { fixture: RegExp; call: RegExp; because: string }[] = [
  { fixture: /one-sided/, call: /./, because: 'only one direction was captured: silence there says nothing' },
  {
    fixture: /^server-shuts-both-ways/,
    call: /^server read ECONNRESET/,
    because: 'the RST is the server’s own: its kernel refused data after shutdown(SHUT_RDWR)',
  },
  {
    fixture: /^syn-ack-unanswered/,
    call: /^client connect/,
    because: 'the client’s host was cut off: nothing of it was captured',
  },
];

/** What the kernels counted themselves, by our name for it, and where the two must differ, and why. */
const KERNEL_COUNTS = [
  {
    ours: 'retransmissions',
    kernels: 'TcpRetransSegs',
    but: [
      { fixture: /^host-vanishes-on-same-lan/, because: 'while ARP or ND fails, resends do not reach the wire' },
      { fixture: /^host-shuts-down-then-arp-fails(-lan)?$/, because: 'while ARP fails, resends do not reach the wire' },
      { fixture: /^syn-ack-unanswered/, because: 'the client’s host is cut off before the capture' },
      {
        fixture: /^(late-duplicate-after-close-v6-far|arrives-twice)/,
        because: 'the network delivered one segment twice',
      },
      {
        fixture: /^arrives-late-and-with-a-hole/,
        because: 'of what was lost on its way here, only the second copy was captured',
      },
    ],
  },
  {
    ours: 'resets',
    kernels: 'TcpOutRsts',
    but: [
      {
        fixture: /^host-shuts-down-then-arp-fails(-lan)?$/,
        because: 'while ARP fails, the RST does not reach the wire',
      },
      { fixture: /^(connect-rejected-with|firewall-resets|forged-reset)/, because: 'the RST came from neither kernel' },
      { fixture: /^client-aborts-and-its-reset-is-lost/, because: 'the first RST was lost before the capture' },
      { fixture: /loopback/, because: 'one kernel counts for both ends' },
      { fixture: /one-sided/, because: 'the other direction was not captured' },
    ],
  },
] as const;

const captures = existsSync(CAPTURES) ? readdirSync(CAPTURES).filter((name) => CAPTURE.test(name)) : [];
const nameOf = (capture: string): string => capture.replace(CAPTURE, '');
const answersOf = (name: string): Answers => readAnswers(join(CAPTURES, `${name}.answers.json`));

async function eventsOf(file: string, options: Partial<AnalyzeOptions> = {}): Promise<TcpwatchEvent[]> {
  const events: TcpwatchEvent[] = [];
  for await (const event of analyze({ files: [join(CAPTURES, file)], ...options })) events.push(event);
  return events;
}

const connectionsOf = (events: readonly TcpwatchEvent[]): ConnectionEvent[] =>
  events.filter((event) => event.type === 'connection');

describe.each(captures)('%s', (capture) => {
  const name = nameOf(capture);

  it('holds what really happened', async () => {
    const outcome = await outcomeOf(analyze({ files: [join(CAPTURES, capture)] }));
    expectTruth(answersOf(name), outcome, /one-sided/.test(name));
  });

  it('foretells the errno of every call', async () => {
    const unseen = (call: string): boolean => UNSEEN_CALLS.some((row) => row.fixture.test(name) && row.call.test(call));
    expectForetold(answersOf(name), connectionsOf(await eventsOf(capture)), unseen);
  });

  it.each(KERNEL_COUNTS)('counts the $ours that the kernels counted', async ({ ours, kernels, but }) => {
    const records = connectionsOf(await eventsOf(capture));
    const { kernel } = answersOf(name);
    const ends = ['client', 'server'] as const;
    const seen = ends.map((end) => records.reduce((sum, { counts }) => sum + counts[end][ours], 0));
    const counted = ends.map((end) => kernel[end]?.[kernels] ?? 0);
    if (!but.some(({ fixture }) => fixture.test(name))) expect(seen).toEqual(counted);
  });

  it('gives the same records through a pipe that hands it over in small pieces', async () => {
    const octets = readFileSync(join(CAPTURES, capture));
    const pieces = Array.from({ length: Math.ceil(octets.length / 61) }, (_, n) =>
      octets.subarray(n * 61, n * 61 + 61),
    );
    const piped: TcpwatchEvent[] = [];
    for await (const event of analyze({ files: ['-'], stdin: Readable.from(pieces) })) piped.push(event);
    expect(connectionsOf(piped)).toEqual(connectionsOf(await eventsOf(capture)));
  });

  it('gives the golden records', async () => {
    const lines = (await eventsOf(capture)).map((event) => {
      if (event.type === 'capture') return { ...event, source: relative(ROOT, join(CAPTURES, capture)), tool: null };
      return event;
    });
    await expect(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`).toMatchFileSnapshot(
      join(CAPTURES, `${name}.ndjson`),
    );
  });
});

describe('the shipped captures', () => {
  it('exist', () => expect(captures.length).toBeGreaterThan(40));

  it('have answers, and answers have captures', () => {
    const answered = readdirSync(CAPTURES).filter((file) => file.endsWith('.answers.json'));
    expect(answered.map((file) => file.replace('.answers.json', '')).sort()).toEqual(captures.map(nameOf).sort());
  });

  it('were made of every scenario at least twice', () => {
    const truths = captures.flatMap((capture) => [
      ...new Set(answersOf(nameOf(capture)).connections.map(({ truth }) => truth)),
    ]);
    const made = (id: string): number => truths.filter((truth) => truth === id).length;
    expect(SCENARIOS.filter(({ id }) => made(id) < 2).map(({ id }) => id)).toEqual([]);
  });

  it('show every scenario at least twice', async () => {
    const shown = new Map<string, number>();
    for (const capture of captures) {
      const scenarios = new Set(
        connectionsOf(await eventsOf(capture)).map(({ verdict }) => verdict.scenario ?? 'none'),
      );
      for (const scenario of scenarios) shown.set(scenario, (shown.get(scenario) ?? 0) + 1);
    }
    expect(SCENARIOS.filter(({ id }) => (shown.get(id) ?? 0) < 2).map(({ id }) => id)).toEqual([]);
  }, 60_000);

  it('can be read as one, and give the records they give alone', async () => {
    const showcase = readFileSync(join(ROOT, 'fixtures/showcase'), 'utf8').trim().split('\n');
    const together: TcpwatchEvent[] = [];
    for await (const event of analyze({ files: showcase.map((file) => join(ROOT, file)) })) together.push(event);
    const alone: ConnectionEvent[] = [];
    for (const file of showcase) alone.push(...connectionsOf(await eventsOf(relative(CAPTURES, join(ROOT, file)))));
    const verdicts = (records: readonly ConnectionEvent[]) =>
      records
        .map(({ client, verdict }) => `${client.address}:${client.port} ${verdict.scenario} ${verdict.confidence}`)
        .sort();
    expect(verdicts(connectionsOf(together))).toEqual(verdicts(alone));
  });

  it('show one capture a scenario in the showcase', async () => {
    const showcase = readFileSync(join(ROOT, 'fixtures/showcase'), 'utf8').trim().split('\n');
    const shown = new Set<string | null>();
    for (const file of showcase) {
      for (const { verdict } of connectionsOf(await eventsOf(relative(CAPTURES, join(ROOT, file)))))
        shown.add(verdict.scenario);
    }
    expect(SCENARIOS.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });
});
