// The shipped captures, each against what really happened when it was made: every verdict must be the truth or say that it
// could be; every errno a program got must be among those foretold; and the records are golden.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze, type ConnectionEvent, type TcpwatchEvent } from '../src/pipeline.js';
import { SCENARIOS } from '../src/verdict/scenarios.js';
import { differences } from '../src/verify/differences.js';
import { holdsTruth } from '../src/verify/holds-truth.js';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURES = join(ROOT, 'fixtures/captures');
const CAPTURE = /\.pcap(ng)?(\.gz)?$/;

/** Answers in plain words: the verdict, or lookalike, that says the same. */
const IN_OUR_WORDS: Readonly<Record<string, string | null>> = {
  'unread-input-abort': 'aborted',
  'outage-healed': 'normal-close',
  'forged-reset-ignored': 'normal-close',
  'left-while-data-came': null,
};

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
      { fixture: /^late-duplicate-after-close-v6-far/, because: 'the network delivered one segment twice' },
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
      { fixture: /loopback/, because: 'one kernel counts for both ends' },
      { fixture: /one-sided/, because: 'the other direction was not captured' },
    ],
  },
] as const;

interface Call {
  readonly program: 'client' | 'server';
  readonly call: string;
  readonly result: string | number;
}
interface Answers {
  readonly scenario: string | null;
  readonly kernel: Readonly<Record<'client' | 'server', Readonly<Record<string, number>>>>;
  readonly connections: readonly {
    readonly client: { readonly address: string; readonly port: number };
    readonly server: { readonly address: string; readonly port: number };
    readonly truth: string | null;
    readonly end: 'client' | 'server' | null;
    readonly frames: number;
    readonly calls: readonly Call[];
  }[];
}

const captures = existsSync(CAPTURES) ? readdirSync(CAPTURES).filter((name) => CAPTURE.test(name)) : [];
const nameOf = (capture: string): string => capture.replace(CAPTURE, '');
const answersOf = (name: string): Answers => JSON.parse(readFileSync(join(CAPTURES, `${name}.answers.json`), 'utf8'));

async function eventsOf(file: string, options: Partial<AnalyzeOptions> = {}): Promise<TcpwatchEvent[]> {
  const events: TcpwatchEvent[] = [];
  for await (const event of analyze({ files: [join(CAPTURES, file)], ...options })) events.push(event);
  return events;
}

const connectionsOf = (events: readonly TcpwatchEvent[]): ConnectionEvent[] =>
  events.filter((event) => event.type === 'connection');

/** The records of one tuple, in the order they opened, against its answers in that order. */
function pairs(answers: Answers, records: readonly ConnectionEvent[]) {
  const left = [...records];
  return answers.connections.map((answer) => {
    const at = left.findIndex(
      ({ client }) => client.port === answer.client.port && client.address === answer.client.address,
    );
    return { answer, record: at < 0 ? null : left.splice(at, 1)[0] };
  });
}

describe.each(captures)('%s', (capture) => {
  const name = nameOf(capture);

  it('holds what really happened', async () => {
    const answers = answersOf(name);
    const records = connectionsOf(await eventsOf(capture));
    const unanswered = records.length - answers.connections.filter(({ frames }) => frames > 0).length;
    expect(unanswered, 'connections nobody made').toBe(0);
    for (const { answer, record } of pairs(answers, records)) {
      if (answer.frames === 0) {
        expect(record, 'no TCP was sent').toBeNull();
        continue;
      }
      const scenario = answer.truth === null ? null : (IN_OUR_WORDS[answer.truth] ?? answer.truth);
      const truth = {
        scenario: answer.truth !== null && IN_OUR_WORDS[answer.truth] === null ? null : scenario,
        end: answer.end,
      };
      const { client, server } = answer;
      expect(differences(`connection ${record!.id}`, { client, server }, record!)).toEqual([]);
      const { verdict } = record!;
      const said = `${verdict.scenario} ${verdict.end} ${verdict.confidence}`;
      expect(
        holdsTruth(record!, truth, /one-sided/.test(name)),
        `${answer.truth} ${answer.end} happened, ${said} was said`,
      ).toBe(true);
    }
  });

  it('foretells the errno of every call', async () => {
    for (const { answer, record } of pairs(answersOf(name), connectionsOf(await eventsOf(capture)))) {
      if (!record) continue;
      const failed = { client: false, server: false };
      for (const { program, call, result } of answer.calls) {
        if (typeof result !== 'string' || !/^E[A-Z]+$/.test(result)) continue;
        // A socket that has given its error gives EPIPE to every write after it.
        if (failed[program] && result === 'EPIPE') continue;
        failed[program] = result !== 'EOF';
        if (UNSEEN_CALLS.some((row) => row.fixture.test(name) && row.call.test(`${program} ${call} ${result}`)))
          continue;
        const foretold = record.verdict.errors[program].map(({ error }) => error);
        expect(foretold, `the ${program}'s ${call}() gave ${result}`).toContain(result);
      }
    }
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
