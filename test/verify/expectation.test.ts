// Expectations: how they are read, what does not hold, in words, and how they are made new.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/pipeline.js';
import { ENDINGS } from '../../src/verdict/endings.js';
import { HOST_RULES } from '../../src/verdict/hosts/rules.js';
import { SCENARIOS } from '../../src/verdict/scenarios.js';
import { compare, type Expectation, ExpectationError, parseExpectation } from '../../src/verify/expectation.js';
import { type Outcome, outcomeOf } from '../../src/verify/outcome.js';
import { refreshed } from '../../src/verify/update.js';

const FIXTURES = new URL('../../fixtures/captures/', import.meta.url).pathname;
const outcome = (name: string): Promise<Outcome> => outcomeOf(analyze({ files: [`${FIXTURES}${name}`] }));

/** One connection: `aborted` by the client, possible. */
let aborted: Outcome;
/** Three connections of a host that shut down. */
let shutDown: Outcome;
beforeAll(async () => {
  aborted = await outcome('client-aborts.pcap');
  shutDown = await outcome('host-shut-down-with-three-clients.pcap');
});

const NAME = 'connection #1 10.52.1.2:56435 → 10.52.2.2:9998';

describe('an expectation that holds', () => {
  it.each<[string, Expectation]>([
    ['nothing', {}],
    ['a verdict', { connections: [{ verdict: { scenario: 'aborted', end: 'client' } }] }],
    ['a connection, whatever became of it', { connections: [{}] }],
    [
      'what really happened, as the verdict has it',
      { connections: [{ truth: { scenario: 'aborted', end: 'client' } }] },
    ],
    [
      'what really happened, as the verdict says it could be',
      { connections: [{ truth: { scenario: 'process-terminated' } }] },
    ],
    ['no host', { hosts: [] }],
    ['a summary', { summary: { packets: 11, connections: { total: 1 } } }],
  ])('%s', (_, expectation) => {
    expect(compare(expectation, aborted)).toEqual([]);
  });
});

describe('what does not hold, in words', () => {
  it.each<[string, Expectation, string[]]>([
    [
      'a verdict',
      { connections: [{ verdict: { scenario: 'normal-close' } }] },
      [`${NAME}: verdict.scenario: expected "normal-close", got "aborted"`],
    ],
    ['a connection too many', { connections: [] }, [`${NAME}, aborted, was not expected`]],
    [
      'one that is missing',
      { connections: [{}, { server: { port: 1 } }] },
      ['a connection is missing: {"server":{"port":1}}'],
    ],
    [
      'what really happened, and could not be',
      { connections: [{ truth: { scenario: 'host-crashed', end: 'server' } }] },
      [`${NAME}: truth: host-crashed of the server happened, aborted of the client possible was said`],
    ],
    [
      'nothing happened',
      { connections: [{ truth: { scenario: null } }] },
      [`${NAME}: truth: nothing to speak of happened, aborted of the client possible was said`],
    ],
    ['a host', { hosts: [{ address: '10.52.2.2' }] }, ['a host is missing: {"address":"10.52.2.2"}']],
    ['a summary', { summary: { packets: 1 } }, ['summary: packets: expected 1, got 11']],
  ])('%s', (_, expectation, words) => {
    expect(compare(expectation, aborted)).toEqual(words);
  });

  it('the one of three that differs, and none of its neighbours', () => {
    const of = (...endings: string[]): Expectation =>
      ({ connections: endings.map((ending) => ({ ending })) }) as Expectation;
    expect(compare(of('silent', 'fin-unacknowledged', 'half-closed'), shutDown)).toEqual([]);
    expect(compare(of('silent', 'closed', 'half-closed'), shutDown)).toHaveLength(1);
    expect(compare(of('silent', 'half-closed'), shutDown)).toEqual([
      expect.stringMatching(/^connection #2 .*, host-shutdown, was not expected$/),
    ]);
  });

  it('a host concluded otherwise, and one that was not expected', () => {
    expect(compare({ hosts: [{ event: 'rebooted' }] }, shutDown)).toEqual([
      'host 10.126.2.2: event: expected "rebooted", got "shut-down"',
    ]);
    expect(compare({ hosts: [] }, shutDown)).toEqual(['host 10.126.2.2, shut-down, was not expected']);
  });
});

describe('a text that is no expectation', () => {
  it.each([
    ['{', /^not JSON: /],
    ['[]', /^not a JSON object$/],
    ['null', /^not a JSON object$/],
    ['{"conections":[]}', /^"conections" is not one of \$schema, filter, connections, hosts, summary$/],
    ['{"__proto__":{}}', /^"__proto__" is not one of /],
    ['{"connections":{}}', /^connections must be a list of objects/],
    ['{"connections":["aborted"]}', /^connections must be a list of objects/],
    ['{"connections":[{"truth":"aborted"}]}', /the truth as an object of scenario, end, orSilence$/],
    ['{"connections":[{"truth":{"scenrio":"aborted"}}]}', /the truth as an object of/],
    ['{"filter":9998}', /^filter must be a string$/],
    ['{"summary":[]}', /^summary must be an object$/],
  ])('%s', (text, message) => {
    expect(() => parseExpectation(text)).toThrow(message);
    expect(() => parseExpectation(text)).toThrow(ExpectationError);
  });
});

describe('made new', () => {
  it('from nothing: which server, and how it ended', () => {
    expect(refreshed(null, aborted)).toEqual({
      connections: [
        {
          server: { address: '10.52.2.2', port: 9998 },
          ending: 'reset',
          verdict: { scenario: 'aborted', end: 'client', confidence: 'possible' },
        },
      ],
    });
    expect(refreshed(null, shutDown).hosts).toEqual([
      { address: '10.126.2.2', event: 'shut-down', conclusion: { confidence: 'likely' } },
    ]);
  });

  it('speaks of what it spoke of before', () => {
    const before: Expectation = {
      $schema: 'x',
      filter: 'port 9998',
      connections: [{ verdict: { severity: 'ok', evidence: [{ packet: 1 }] } }],
      summary: { packets: 1 },
    };
    expect(refreshed(before, aborted)).toEqual({
      $schema: 'x',
      filter: 'port 9998',
      connections: [{ verdict: { severity: 'warning', evidence: [{ packet: 10 }] } }],
      summary: { packets: 11 },
    });
  });

  it('takes in a connection that is new, and drops what is not there', () => {
    const before = { connections: [{ ending: 'silent' }, { ending: 'half-closed' }] } as Expectation;
    const after = refreshed(before, shutDown);
    expect(after.connections).toMatchObject([
      { ending: 'silent' },
      { ending: 'fin-unacknowledged', verdict: { scenario: 'host-shutdown' } },
      { ending: 'half-closed' },
    ]);
    expect(refreshed(after, aborted).connections).toHaveLength(1);
    expect(refreshed({ connections: [{ ending: 'open', misspelt: 1 } as never] }, aborted)).toEqual({
      connections: [{ ending: 'reset' }],
    });
  });

  it('keeps what really happened, whatever is said', () => {
    const truth = { scenario: 'host-crashed', end: 'server' } as const;
    expect(refreshed({ connections: [{ truth, ending: 'silent' }] }, aborted)).toEqual({
      connections: [{ truth, ending: 'reset' }],
    });
  });

  it('holds', () => {
    for (const each of [aborted, shutDown]) expect(compare(refreshed(null, each), each)).toEqual([]);
  });
});

describe('the schema', () => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('tcpwatch/expect.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  const { connection } = schema.$defs;

  it('has the words of the tables', () => {
    const { scenario, end: _ } = connection.properties.verdict.properties;
    expect(scenario.enum).toEqual([...SCENARIOS.map(({ id }) => id), null]);
    expect(connection.properties.ending.enum).toEqual(ENDINGS.map(({ id }) => id));
    expect(schema.properties.hosts.items.properties.event.enum).toEqual(HOST_RULES.map(({ id }) => id));
  });

  it('takes what is written, and what is read', () => {
    expect(validate(refreshed(null, shutDown)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ filter: 'port 1', connections: [{ truth: { scenario: null }, counts: {} }], summary: {} })).toBe(
      true,
    );
  });

  it.each([
    '{"conections":[]}',
    '{"connections":["aborted"]}',
    '{"connections":[{"truth":{"scenrio":"aborted"}}]}',
    '{"filter":9998}',
  ])('rejects %s', (text) => {
    expect(validate(JSON.parse(text))).toBe(false);
    expect(() => parseExpectation(text)).toThrow(ExpectationError);
  });
});
