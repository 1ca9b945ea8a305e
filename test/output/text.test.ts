// What people see. Goldens are what is printed, to the character; the rest holds for whatever is printed.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { OutputOptions } from '../../src/output/output.js';
import { textOutput } from '../../src/output/text.js';
import type { ConnectionEvent, TcpwatchEvent } from '../../src/pipeline.js';
import { pcapFile } from '../support/captures.js';
import { ethernet } from '../support/frames.js';
import { CLOSED, captureOf, conversation, KILLED, LATE_RESET, OPEN, REFUSED } from '../support/packet-rows.js';
import { eventsOf, eventsOfFiles, printed } from '../support/render.js';

const PIPED: OutputOptions = { colour: false, width: Number.POSITIVE_INFINITY, verbose: false, growing: false };
const at = (width: number, more: Partial<OutputOptions> = {}): OutputOptions => ({ ...PIPED, width, ...more });

const LONG = { client: '2001:db8:1234:5678:9abc:def0:1234:5678', server: '2001:db8:fedc:ba98:7654:3210:fedc:ba98' };

const incident = captureOf(
  conversation(CLOSED, { clientPort: 40001 }),
  conversation(KILLED, { clientPort: 40002, from: 0.5 }),
  conversation(REFUSED, { clientPort: 40003, serverPort: 8080, from: 1 }),
  conversation(LATE_RESET, { clientPort: 40004, from: 1.5 }),
  conversation(KILLED, { ...LONG, clientPort: 65535, serverPort: 65534, from: 2 }),
  conversation(OPEN, { clientPort: 40005, from: 2.5 }),
);

async function screen(capture: Uint8Array, options: OutputOptions, anomalies = false): Promise<string> {
  return printed(textOutput(options), await eventsOf(capture, { provisional: true, anomalies }));
}

beforeAll(() => {
  // tcpdump's time of day is the local one.
  vi.stubEnv('TZ', 'UTC');
});

describe('golden', () => {
  it.each([
    ['incident-80', incident, at(80), false],
    ['incident-80-verbose', incident, at(80, { verbose: true }), false],
    ['incident-120', incident, at(120), false],
    ['incident-piped', incident, PIPED, false],
    ['incident-piped-verbose', incident, at(Number.POSITIVE_INFINITY, { verbose: true }), false],
    ['killed-80-verbose', captureOf(conversation(KILLED)), at(80, { verbose: true }), false],
    ['killed-80-colour', captureOf(conversation(KILLED)), at(80, { verbose: true, colour: true }), false],
    ['late-reset-80-colour', captureOf(conversation(LATE_RESET)), at(80, { colour: true }), false],
    ['anomalies-80', captureOf(conversation(OPEN), conversation(OPEN, { from: 0.5 }).slice(3, 4)), at(80), true],
    ['mid-stream-80-verbose', captureOf(conversation(KILLED).slice(3)), at(80, { verbose: true }), false],
  ] as const)('%s', async (name, capture, options, anomalies) => {
    // Escape sequences are spelt out, so that a golden file can be read and reviewed.
    const text = (await screen(capture, options, anomalies)).replaceAll('\u001b', '\\e');
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  const shutdown = join(import.meta.dirname, '../../fixtures/captures/host-shuts-down-and-reboots.pcap.gz');
  it.each([
    ['host-80', at(80)],
    ['host-80-growing', at(80, { growing: true })],
    ['host-80-colour', at(80, { colour: true })],
  ] as const)('%s', async (name, options) => {
    const { growing } = options;
    const events = await eventsOfFiles([shutdown], { provisional: true, growing });
    const text = printed(textOutput(options), events).replaceAll('\u001b', '\\e');
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('times are local, as tcpdump prints them', async () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    const text = await screen(captureOf(conversation(KILLED)), at(80, { verbose: true }));
    vi.stubEnv('TZ', 'UTC');
    expect(text).toContain('17:30:03.201200  #1');
    expect(text).toContain('opened         2026-11-22 17:30:00.000000');
  });
});

describe('what there is to say when there is nothing', () => {
  it.each([
    ['an empty capture', pcapFile(), {}, 'no packets in this capture\n'],
    [
      'no TCP',
      pcapFile({ records: [{ data: ethernet(new Uint8Array(46), { type: 0x9000 }) }] }),
      {},
      'no TCP connections · 1 packet\n',
    ],
    [
      'nothing the filter takes',
      captureOf(conversation(REFUSED)),
      { filter: 'port 1' },
      'no connection matches the filter · 2 packets · 2 segments left out by the filter\n',
    ],
    [
      'nothing decodable',
      pcapFile({ linkType: 250, records: conversation(REFUSED) }),
      {},
      'no TCP connections · 2 packets · 2 undecodable (link.unsupported)\n',
    ],
    ['no capture at all: stderr says why', new Uint8Array(0), {}, ''],
  ])('%s', async (_, capture, options, text) => {
    expect(printed(textOutput(PIPED), await eventsOf(capture, options))).toBe(text);
  });
});

/** Everything that is printed takes one column a character: no wide, combining or control characters. */
const ONE_COLUMN = /^[\x20-\x7e→·✖▲✔µ]*$/;

function misfits(text: string, width: number): string[] {
  const lines = stripVTControlCharacters(text).split('\n');
  return lines.filter((line) => !ONE_COLUMN.test(line) || [...line].length > width || line.includes('…'));
}

/** The words of a text, without how it was laid out. */
const words = (text: string): Set<string> => new Set(text.split(/[\s;,()]+/));

describe('80 columns are enough', () => {
  const captures = resolve(import.meta.dirname, '../../fixtures/captures');
  const files = readdirSync(captures).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name));

  function check(events: readonly TcpwatchEvent[], width: number, name: string): void {
    const text = printed(textOutput(at(width, { verbose: true })), events);
    expect(misfits(text, width), `${name} at ${width}`).toEqual([]);
    // Folded, not cut: every word that a pipe would get is there, but for heads of columns given up.
    const said = words(text);
    const whole = words(printed(textOutput(at(Number.POSITIVE_INFINITY, { verbose: true })), events));
    const heads = ['lasted', 'ended', 'by', '-', 'how', 'retrans'];
    expect([...whole].filter((word) => !said.has(word) && !heads.includes(word))).toEqual([]);
  }

  it(`for the ${files.length} captures in fixtures`, async () => {
    for (const file of files) {
      const events = await eventsOfFiles([join(captures, file)], { provisional: true, anomalies: true });
      for (const width of [80, 100, 132]) check(events, width, file);
    }
  });

  it('for the longest addresses, ports and numbers', async () => {
    const events = await eventsOf(incident, { provisional: true });
    const huge = events.map((event) =>
      event.type !== 'connection'
        ? event
        : {
            ...event,
            id: event.id + 999_990,
            client: { address: LONG.client, port: 65_535 },
            server: { address: LONG.server, port: 65_535 },
            verdict: {
              ...event.verdict,
              title: 'reset by something in between, in the name of the server',
              evidence: event.verdict.evidence.map((one) => ({ ...one, packet: 1_234_567_890 })),
            },
          },
    );
    check(huge, 80, 'huge');
    // Too narrow to fit, never too narrow to say.
    const narrow = printed(textOutput(at(40, { verbose: true })), huge);
    expect(narrow).not.toContain('…');
    for (const word of ['between,', 'server', 'fedc:ba98]:65535']) expect(narrow).toContain(word);
  });
});

it('quiet is all but the lines as it falls, with the evidence at the end also where packets still come', async () => {
  const whole = await screen(incident, at(80, { verbose: true }));
  const growing = await screen(incident, at(80, { verbose: true, growing: true, quiet: true }));
  expect(await screen(incident, at(80, { verbose: true, quiet: true }))).toBe(whole.slice(whole.indexOf('#  client')));
  expect(growing).toBe(whole.slice(whole.indexOf('#  client')));
});

describe('revised verdicts', () => {
  const line = (events: TcpwatchEvent[]): ConnectionEvent => events.find((e) => e.type === 'connection')!;

  it('are told again, unchanged ones are not', async () => {
    const killed = line(await eventsOf(captureOf(conversation(KILLED))));
    const refused = line(await eventsOf(captureOf(conversation(REFUSED))));
    const output = textOutput(PIPED);
    expect(output.event({ ...killed, final: false })).toContain('✖ server process terminated · possible');
    expect(output.event({ ...killed, final: false, revision: 2 })).toBe('');
    expect(output.event({ ...refused, final: false, revision: 3 })).toContain(
      '▲ now: connection refused by the server',
    );
    expect(output.event({ ...refused, final: true, revision: 4 })).toBe('');
  });

  it('also when all turned out well', async () => {
    const killed = line(await eventsOf(captureOf(conversation(KILLED))));
    const closed = line(await eventsOf(captureOf(conversation(CLOSED))));
    const output = textOutput(PIPED);
    output.event({ ...killed, final: false });
    expect(output.event({ ...closed, final: true })).toContain('✔ now: normal close · certain');
  });

  it('what went well is not told at all', async () => {
    const closed = line(await eventsOf(captureOf(conversation(CLOSED))));
    expect(textOutput(PIPED).event({ ...closed, final: false })).toBe('');
  });
});

describe('colour', () => {
  it('says nothing that words do not', async () => {
    const plain = await screen(incident, at(80, { verbose: true }));
    const painted = await screen(incident, at(80, { verbose: true, colour: true }));
    expect(painted).not.toBe(plain);
    expect(stripVTControlCharacters(painted)).toBe(plain);
  });

  it('is never red for a RST after an orderly close', async () => {
    const text = await screen(captureOf(conversation(LATE_RESET)), at(80, { verbose: true, colour: true }));
    expect(text).toContain('normal close');
    expect(text).not.toContain('\u001b[31m');
    expect(await screen(captureOf(conversation(KILLED)), at(80, { colour: true }))).toContain('\u001b[31m');
  });
});

it('lists the worst thousand, and counts the rest', async () => {
  const [killed] = (await eventsOf(captureOf(conversation(KILLED)))).filter((e) => e.type === 'connection');
  const events = await eventsOf(captureOf(conversation(CLOSED)));
  const [closed] = events.filter((e) => e.type === 'connection');
  const output = textOutput(PIPED);
  for (let id = 1; id <= 5000; id++) output.event({ ...closed, id });
  output.event({ ...killed, id: 5001 });
  const lines = output.event(events.at(-1)!).split('\n');
  expect(lines.filter((line) => line.includes('normal close  ')).length).toBe(999);
  expect(lines.find((line) => line.startsWith('5001'))).toContain('server process terminated');
  expect(lines).toContain('4001 more connections not listed (--output ndjson has all)');
});
