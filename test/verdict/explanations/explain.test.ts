// Explanations are whole: every row of every table is explained, in the same shape, and every id that a text names exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explanationLines, listLines } from '../../../src/output/explanation.js';
import { storyLadder } from '../../../src/output/story-ladder.js';
import type { ConnectionEvent, TcpwatchEvent } from '../../../src/pipeline.js';
import { explain, explainAll } from '../../../src/verdict/explain.js';
import { EXCERPTED, type Explanation, plain } from '../../../src/verdict/explanation.js';
import { ADVICE } from '../../../src/verdict/explanations/advice.js';
import { ADVISED, HOST_ADVISED } from '../../../src/verdict/explanations/advised.js';
import { REFERENCES } from '../../../src/verdict/explanations/references.js';
import { STORIES } from '../../../src/verdict/explanations/stories.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');

/** What is seen live only, no saved capture can show; ECONNABORTED and ENOTCONN are nothing that a packet does, EHOSTDOWN is of BSD. */
const UNSHOWN = ['EHOSTDOWN', 'ECONNABORTED', 'ENOTCONN', 'local-process-exited', 'local-process-lives'];

const all = explainAll();
const text = (one: Explanation, width = 80): string[] => explanationLines(one, { colour: false, width });

describe.each(all.map((one) => [`${one.kind} ${one.id}`, one] as const))('%s', (_, one) => {
  it('has the shape of all others', () => {
    expect(Object.keys(one).sort()).toEqual(Object.keys(plain('fact', '', '', '')).sort());
    expect(one.title.length).toBeGreaterThan(2);
    expect(one.meaning.length).toBeGreaterThan(10);
  });

  it('fits 80 columns and has no placeholder left', () => {
    const lines = text(one);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /\{(gone|survivor|address)\}|undefined|\[object/.test(line))).toEqual([]);
  });

  it('is in plain characters', () => {
    expect(text(one).filter((line) => /[^\x20-\x7e·]/.test(line))).toEqual([]);
  });
});

it.each([
  ['fin-unacknowledged', 44, 'server', /Nothing shows that the server heard it: back to FIN-WAIT-2\.$/],
  ['syn-ack-unanswered', 6, 'client', /Nothing shows that the client heard it: back to SYN-SENT\.$/],
  ['tcp.data-after-rst', 9, 'server', /So it is in ESTABLISHED after all\.$/],
] as const)('%s: what was believed of an end and is no more is said in words', (id, packet, end, words) => {
  const { steps } = explain(id)!;
  expect(steps.filter(({ takenBack }) => takenBack).map((step) => [step.packet, step.takenBack])).toEqual([
    [packet, end],
  ]);
  expect(steps.find((step) => step.packet === packet)!.says).toMatch(words);
});

describe('ladders', () => {
  const told = all.filter(({ steps }) => steps.length > 0);

  it.each([40, 50, 60, 72, 80])('fit %i columns', (width) => {
    for (const { id, steps } of told) {
      const lines = storyLadder(steps, width);
      expect(Math.max(...lines.map((line) => line.length)), id).toBeLessThanOrEqual(width);
      expect(lines.filter((line) => /\|[^|]*\|/.test(line)).length, id).toBe(steps.length);
    }
  });

  it('have the states of both ends below where there is no room at their sides', () => {
    const { steps } = explain('connect-unreachable')!;
    expect(storyLadder(steps, 40).slice(0, 5)).toEqual([
      '   client                         server',
      ' 1 |---------- SYN -----------x        |',
      '   SYN-SENT                         gone',
      ' 2 |<------- ICMP ------- router       |',
      '   SYN-SENT                         gone',
    ]);
  });

  it('stand in what is printed, as wide', () => {
    const one = explain('connect-unreachable')!;
    for (const width of [50, 80])
      expect(text(one, width)).toEqual(expect.arrayContaining(storyLadder(one.steps, width)));
  });
});

it('the list fits 80 columns', () => {
  const lines = listLines(all, { colour: false, width: 80 });
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line === '').length).toBe(new Set(all.map(({ kind }) => kind)).size - 1);
});

it('the list is a line each where there is no width', () => {
  const lines = listLines(all, { colour: false, width: Number.POSITIVE_INFINITY });
  expect(lines.filter((line) => line.startsWith('  ')).length).toBe(all.length);
});

it('scenarios and conclusions about hosts name captures that are shipped', () => {
  const examples = all.flatMap(({ example }) => (example === null ? [] : [example]));
  expect(examples.length).toBeGreaterThan(20);
  expect(examples.filter((name) => !existsSync(`${CAPTURES}/${name}.answers.json`))).toEqual([]);
  expect(new Set(Object.values(STORIES).map(({ example }) => example)).size).toBe(Object.keys(STORIES).length);
  expect(readdirSync(CAPTURES).length).toBeGreaterThan(0);
});

it('all advice is given, and all references are used', () => {
  const rows = [...Object.values(ADVISED), ...Object.values(HOST_ADVISED)];
  const scenarios: readonly string[] = rows.flatMap(({ advice }) => advice);
  const anomalies = all.filter(({ kind }) => kind === 'anomaly').flatMap(({ advice }) => advice.map(({ id }) => id));
  const advised = [...scenarios, ...anomalies];
  expect(Object.keys(ADVICE).filter((id) => !advised.includes(id))).toEqual([]);
  const used = new Set(all.flatMap(({ references }) => references.map(({ title }) => title)));
  expect(Object.values(REFERENCES).filter(({ title }) => !used.has(title))).toEqual([]);
});

/** What every page about connections and hosts has. */
function isWhole({ confusedWith, advice, references }: Explanation): void {
  expect(confusedWith.length, 'what it can be taken for').toBeGreaterThan(0);
  expect(confusedWith.filter(({ toTellApart }) => toTellApart.length < 5)).toEqual([]);
  expect(advice.length, 'what to do').toBeGreaterThan(0);
  expect(references.length, 'where it can be read').toBeGreaterThan(0);
  expect(references.filter(({ title, url }) => url === null && !title.startsWith('Stevens'))).toEqual([]);
}

describe('scenarios and conclusions about hosts are told in full', () => {
  const verdicts = all.filter(({ kind }) => kind === 'scenario' || kind === 'host-rule');

  it.each(verdicts.map((one) => [`${one.kind} ${one.id}`, one] as const))('%s', (_, one) => {
    isWhole(one);
    expect([...one.steps, ...one.course].length, 'how it goes').toBeGreaterThan(0);
    expect(one.lookFirst, 'what to look at first').not.toBeNull();
    if (one.kind === 'host-rule') return;
    expect(one.sees.length, 'what programs see').toBeGreaterThan(0);
    expect(text(one).join('\n'), 'what BSD does, or that it does the same').toMatch(/BSD/);
  });
});

describe('advice about a link is not all there is', () => {
  it.each(['syn-neighbour-silent', 'neighbour-silent', 'neighbour-silent-to-survivor'])('%s', (id) => {
    expect(explain(id)!.advice.map((one) => one.id)).not.toContain('stop-at-eof');
  });
});

describe('endings, errors, anomalies and facts are told in full', () => {
  const excerpted = all.filter(({ kind }) => EXCERPTED.includes(kind));

  it.each(excerpted.map((one) => [`${one.kind} ${one.id}`, one] as const))('%s', (_, one) => {
    expect(one.sees.length > 0 || one.seen !== null, 'what programs see').toBe(true);
    expect(text(one).join('\n'), 'what BSD does, or that it does the same').toMatch(/BSD/);
    isWhole(one);
    if (one.example === null) expect(text(one).join('\n')).toContain('No shipped capture shows it.');
    else {
      expect(one.steps.length).toBeGreaterThan(1);
      expect(one.steps.filter(({ decides }) => decides).length).toBe(1);
    }
    expect(one.confusedWith.filter(({ id }) => id === one.id)).toEqual([]);
  });

  it('few of them are shown by no capture', () => {
    expect(excerpted.filter(({ example }) => example === null).map(({ id }) => id)).toEqual(UNSHOWN);
  });
});

describe('every word that is printed is explained', () => {
  const connections = readdirSync(CAPTURES)
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => readFileSync(`${CAPTURES}/${file}`, 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as TcpwatchEvent)
    .filter((event): event is ConnectionEvent => event.type === 'connection');
  /** An id of its own, which comes first. */
  const TAKEN = ['keep-alive', 'capture-hole'];
  const classes = connections.flatMap(({ anomalies: { client, server } }) => Object.keys({ ...client, ...server }));

  it.each([
    ['states', 'state', connections.flatMap(({ states: { client, server } }) => [client, server])],
    ['how sure', 'word', connections.map(({ verdict }) => verdict.confidence)],
    ['how bad', 'word', connections.map(({ verdict }) => verdict.severity)],
    ['no verdict', 'word', connections.map(({ verdict }) => (verdict.scenario ? null : verdict.title))],
    ['forms', 'word', connections.map(({ form }) => (form === 'half-close' ? null : form))],
    ['what Zeek calls it', 'word', connections.map(({ zeekState }) => zeekState)],
    [
      'classes of segments',
      'anomaly',
      classes.map((id) => id.split('.').at(-1)!).filter((name) => !TAKEN.includes(name)),
    ],
  ] as const)('%s', (_, kind, words) => {
    const printed = [...new Set<string | null>(words)].filter((word) => word !== null);
    expect(printed.length).toBeGreaterThan(0);
    expect(printed.filter((word) => explain(word)?.kind !== kind)).toEqual([]);
  });

  it.each([
    ['TIME_WAIT', 'TIME-WAIT'],
    ['time-wait', 'TIME-WAIT'],
    ['FIN_WAIT2', 'FIN-WAIT-2'],
    ['SYN-RECV', 'SYN-RECEIVED'],
    ['closed', 'closed'],
    ['CLOSED', 'CLOSED'],
    ['econnreset', 'ECONNRESET'],
    ['Connection reset by peer', 'ECONNRESET'],
    ['10053', 'ECONNABORTED'],
    ['Host is down', 'EHOSTDOWN'],
    ['WSAECONNRESET', 'ECONNRESET'],
    ['SIGPIPE', 'EPIPE'],
    ['broken pipe', 'EPIPE'],
    ['Socket is not connected', 'ENOTCONN'],
    ['write ECONNRESET', 'ECONNRESET'],
    ['Error: read ECONNRESET', 'ECONNRESET'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'],
    ['dial tcp 10.0.0.1:80: connect: no route to host', 'EHOSTUNREACH'],
    ['[Errno 32] Broken pipe', 'EPIPE'],
    ['unexpected EOF', 'EOF'],
    ['4 segm.', 'four-segment'],
    ['tail loss probe', 'tcp.retransmission.tail-loss-probe'],
    ['client process terminated', 'process-terminated'],
    ['last FIN unanswered', 'fin-unacknowledged'],
    ['no verdict: half closed', 'half-closed'],
    ['closed (4 segm.)', 'closed'],
    ['server process terminated · possible', 'process-terminated'],
    ['nonsense', undefined],
  ])('%s: %s', (asked, id) => {
    expect(explain(asked)?.id).toBe(id);
  });
});

it('statuses of frames and moments of hosts say how they arise, and what to look at', () => {
  for (const one of all.filter(({ kind }) => kind === 'status' || kind === 'host-moment')) {
    expect(one.when?.endsWith('.'), one.id).toBe(true);
    if (one.meaning.includes('could not be decoded') || one.kind === 'host-moment')
      expect(one.lookFirst?.endsWith('.'), one.id).toBe(true);
  }
});

it('every scenario says what else it could be, or that nothing is like it', () => {
  for (const one of all.filter(({ kind }) => kind === 'scenario')) {
    const lines = text(one);
    const others = lines.slice(lines.indexOf('could also be') + 1);
    expect(others[0], one.id).toMatch(one.confusedWith.length > 0 ? /^ {2}- / : /^ {2}Nothing else looks like it\.$/);
  }
});

it('every ill scenario has advice and every fact says when', () => {
  for (const one of all) {
    if (one.kind === 'scenario' && one.severity !== 'ok') expect(one.advice.length, one.id).toBeGreaterThan(0);
    if (one.kind === 'fact' || one.kind === 'host-fact') {
      expect(one.when?.endsWith('.'), one.id).toBe(true);
      expect(one.usedBy.length, one.id).toBeGreaterThan(0);
    }
  }
});

it('of one id names the other thing that has it, and shows that by its kind', () => {
  const shared = all.filter(({ namesakes }) => namesakes.length > 0);
  expect([...new Set(shared.map(({ id }) => id))].sort()).toEqual(
    'aborted connect-unreachable failover host-crashed host-rebooted host-shutdown'.split(' '),
  );
  for (const one of shared) {
    for (const { kind, asked, title } of one.namesakes) {
      expect(explain(asked)).toMatchObject({ kind, id: one.id, title });
      expect(text(one, Number.POSITIVE_INFINITY).join('\n')).toContain(`"${title}". tcpwatch explain ${asked} `);
    }
  }
});
