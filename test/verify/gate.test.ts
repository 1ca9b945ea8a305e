// Rules as they are typed, against records as they are told; and a gate that counts.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionEvent, SummaryEvent, TcpwatchEvent } from '../../src/pipeline.js';
import { Gate } from '../../src/verify/gate.js';
import { RuleError, ruleOf } from '../../src/verify/rules.js';
import { CLOSED, captureOf, conversation, KILLED, OPEN } from '../support/packet-rows.js';
import { eventsOf } from '../support/render.js';

let killed: ConnectionEvent;
let closed: ConnectionEvent;
let summary: SummaryEvent;
let all: TcpwatchEvent[];

beforeAll(async () => {
  all = await eventsOf(
    captureOf(
      conversation(KILLED),
      conversation(CLOSED, { clientPort: 40001, from: 10 }),
      conversation(OPEN, { clientPort: 40002 }),
    ),
  );
  const record = (port: number) =>
    all.find((event): event is ConnectionEvent => event.type === 'connection' && event.client.port === port)!;
  [killed, closed] = [record(40000), record(40001)];
  summary = all.at(-1) as SummaryEvent;
});

/** A record that was measured like this. */
const measured = (changes: Partial<ConnectionEvent>): ConnectionEvent => ({ ...closed, ...changes });
const counted = (client: number, server: number, segments: number): ConnectionEvent => {
  const { counts } = closed;
  return measured({
    counts: {
      client: { ...counts.client, retransmissions: client, segments },
      server: { ...counts.server, retransmissions: server, segments },
    },
  });
};

describe('a word of an ending', () => {
  it.each(['error', 'warning', 'notice', 'process-terminated', 'reset-after-fin'])(
    '%s is broken by what ended so',
    (word) => {
      expect(ruleOf(word).ofConnection(killed)).toBe('');
      expect(ruleOf(word).ofConnection(closed)).toBeNull();
    },
  );

  it('ok: no connection may be at all', () => {
    expect(ruleOf('ok').ofConnection(closed)).toBe('');
  });
});

describe('a limit', () => {
  it.each([
    ['retransmissions>3', 'retransmissions 4'],
    ['retransmissions>4', null],
    ['retransmissions<5', 'retransmissions 4'],
    ['retransmissions > 1%', 'retransmissions 2% (4 of 200 segments)'],
    ['retransmissions>2%', null],
    ['retransmissions>1.99%', 'retransmissions 2% (4 of 200 segments)'],
  ])('%s, of 4 among 200 segments', (word, broken) => {
    expect(ruleOf(word).ofConnection(counted(1, 3, 100))).toBe(broken);
  });

  it.each([
    ['stall>2s', 'stall 2.35s'],
    ['stall>2345ms', 'stall 2346ms'],
    ['stall>2.345s', 'stall 2.35s'],
    ['stall>2.3455s', 'stall 2.35s'],
    ['stall<2.346s', 'stall 2.3456s'],
    ['stall>2346ms', null],
    ['stall>0.01min', 'stall 0.0391min'],
  ])('%s, of 2.3456 s', (word, broken) => {
    expect(ruleOf(word).ofConnection(measured({ longestStallSeconds: { client: 0.1, server: 2.3456 } }))).toBe(broken);
  });

  it('rtt is both halves, as seen from where the capture was made', () => {
    const half = (min: number) => ({ samples: 1, min, smoothed: 1, variation: 1, timeout: 1 });
    const record = measured({ roundTrip: { client: half(0.03), server: half(0.02) } });
    expect(ruleOf('rtt>49ms').ofConnection(record)).toBe('rtt 50ms');
    expect(ruleOf('rtt>51ms').ofConnection(record)).toBeNull();
    expect(ruleOf('rtt>29ms').ofConnection(measured({ roundTrip: { client: half(0.03), server: null } }))).toBe(
      'rtt 30ms',
    );
    expect(ruleOf('rtt<1s').ofConnection(measured({ roundTrip: { client: null, server: null } }))).toBeNull();
  });

  it('of an anomaly counts both ends', () => {
    expect(ruleOf('tcp.rst.accepted>0').ofConnection(killed)).toBe('tcp.rst.accepted 1');
    expect(ruleOf('tcp.rst.accepted>0').ofConnection(closed)).toBeNull();
    expect(ruleOf('tcp.rst.accepted<1').ofConnection(closed)).toBe('tcp.rst.accepted 0');
  });

  it('duration is that of the record', () => {
    expect(ruleOf('duration>100ms').ofConnection(closed)).toBe('duration 100.2ms');
    expect(ruleOf('duration>1s').ofConnection(closed)).toBeNull();
  });

  it('of the run is asked of the summary alone', () => {
    expect(ruleOf('connections<4').ofRun(summary)).toBe('connections 3');
    expect(ruleOf('connections<3').ofRun(summary)).toBeNull();
    expect(ruleOf('dropped>0').ofRun(summary)).toBeNull();
    expect(ruleOf('dropped>5').ofRun({ ...summary, droppedByKernel: 4, droppedByInterface: 1, droppedByUs: 1 })).toBe(
      'dropped 6',
    );
    expect(ruleOf('connections>0').ofConnection(closed)).toBeNull();
    expect(ruleOf('error').ofRun(summary)).toBeNull();
  });
});

describe('what is no rule says what would be one', () => {
  it.each([
    ['', /^: neither a severity, scenario or ending .* nor a limit with > or <, such as .*connections/],
    ['eror', /^eror: neither/],
    ['retransmissions', /nor a limit .*such as retransmissions>1%/],
    ['constructor>1', /nor a limit/],
    ['tcp.zero-windows>1', /tcpwatch explain lists them.* nor a limit/],
    ['retransmissions>', /nor a limit/],
    ['retransmissions>-1', /nor a limit/],
    ['rtt>100', /^rtt>100: give a time in us, ms, s or min, such as rtt>500ms$/],
    ['rtt>1%', /give a time/],
    [
      'retransmissions>1s',
      /^retransmissions>1s: give a number, or a share of the segments, such as retransmissions>1%$/,
    ],
    ['connections<50%', /^connections<50%: give a number, such as connections<1$/],
    ['rtt>1constructor', /give a time/],
  ])('%s', (word, message) => {
    expect(() => ruleOf(word)).toThrow(message);
    expect(() => ruleOf(word)).toThrow(RuleError);
  });
});

describe('a gate', () => {
  const gate = (events: readonly TcpwatchEvent[], ...words: string[]): Gate => {
    const made = new Gate(words.map(ruleOf));
    for (const event of events) made.take(event);
    return made;
  };

  it('names each connection once, with every rule that it breaks', () => {
    const { offences, offended, judged } = gate(all, 'error', 'normal-close', 'tcp.rst.accepted>0', 'connections>2');
    expect({ offended, judged }).toEqual({ offended: 3, judged: 3 });
    const told = offences.map(({ rules, values, record }) => [record?.client.port, rules, values]);
    expect(told).toHaveLength(3);
    expect(told).toContainEqual([40000, ['error', 'tcp.rst.accepted>0'], ['tcp.rst.accepted 1']]);
    expect(told).toContainEqual([40001, ['normal-close'], []]);
    expect(told).toContainEqual([undefined, ['connections>2'], ['connections 3']]);
  });

  it('judges only what is final', () => {
    const { offended, judged } = gate([{ ...killed, final: false }], 'error');
    expect({ offended, judged }).toEqual({ offended: 0, judged: 0 });
  });

  it('counts all, and remembers the first twenty', () => {
    const { offences, offended } = gate(
      Array.from({ length: 50 }, (_, id) => ({ ...killed, id })),
      'error',
    );
    expect(offended).toBe(50);
    expect(offences.map(({ record }) => record?.id)).toEqual(Array.from({ length: 20 }, (_, id) => id));
  });
});
