// Ladders: of every shipped capture they fit any width, hold all evidence, and speak ASCII where that is asked; some as a whole, read by eye.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inAscii } from '../../../src/output/ascii.js';
import { Folding } from '../../../src/output/ladder/folding.js';
import { arrowLabel } from '../../../src/output/ladder/label.js';
import { ladderLines } from '../../../src/output/ladder/ladder.js';
import { oddityWords } from '../../../src/output/ladder/oddities.js';
import { unglue } from '../../../src/output/layout.js';
import type { SegmentRecord } from '../../../src/pipeline.js';
import { numbers } from '../../support/numbers.js';
import { captureOf, conversation, KILLED } from '../../support/packet-rows.js';
import { type Collected, collect, plain } from './collect.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');
const captures = readdirSync(CAPTURES).filter((file) => /\.pcap(ng)?(\.gz)?$/.test(file));
/** From the least that everything fits into to more than anything needs. */
const WIDTHS = [...Array.from({ length: 55 }, (_, n) => 40 + n), 120, 160];

const collectFile = (file: string): Promise<Collected[]> => collect(() => ({ files: [join(CAPTURES, file)] }));

const numbered = (lines: readonly string[]): number[] =>
  lines.flatMap((line) => (/^ *\d+ +[+-]\d/.test(line) ? [Number.parseInt(line, 10)] : []));

const tooWide = (lines: readonly string[], width: number): string[] => lines.filter((line) => [...line].length > width);

describe('at any width from 40 columns on', () => {
  it.each(captures)('%s fits, with every packet of the evidence, in its order, in ASCII too', async (file) => {
    for (const one of await collectFile(file)) {
      for (const width of WIDTHS) {
        const lines = plain(one, width);
        expect(tooWide(lines, width), `${width}`).toEqual([]);
        const packets = numbered(lines);
        for (const { packet, says } of one.event.verdict.evidence)
          expect(
            packets.filter((number) => number === packet),
            says,
          ).toHaveLength(1);
        const ascii = lines.map(inAscii);
        expect(ascii.filter((line) => /[^ -~]/.test(line))).toEqual([]);
        expect(ascii.map((line) => line.length)).toEqual(lines.map((line) => [...line].length));
      }
    }
  });

  it('so do addresses that are longer than a line, and packets of a long capture', async () => {
    const talk = conversation(KILLED, {
      client: '2001:db8:1234:5678:9abc:def0:1234:5678',
      server: '2001:db8:8765:4321:cba9:fed0:8765:4321',
      clientPort: 65_535,
    });
    const [one] = (await collect(() => ({ files: ['-'], stdin: Readable.from([captureOf(talk)]) }))) as [Collected];
    const { event } = one;
    const late = 100_000_000;
    const evidence = event.verdict.evidence.map((row) => ({ ...row, packet: row.packet + late }));
    const shifted = {
      event: { ...event, lastPacket: event.lastPacket + late, verdict: { ...event.verdict, evidence } },
      folding: new Folding(),
      segments: [],
    };
    for (const segment of one.segments) shifted.folding.add({ ...segment, packet: segment.packet + late });
    for (const width of WIDTHS) {
      expect(tooWide(plain(one, width), width)).toEqual([]);
      expect(tooWide(plain(shifted, width), width)).toEqual([]);
    }
    // Broken where there is no other way, and nothing of it lost.
    const heading = plain(one, 40).slice(0, plain(one, 40).indexOf(''));
    expect(heading.join('').replaceAll(' ', '')).toContain('[2001:db8:1234:5678:9abc:def0:1234:5678]:65535');
  });

  it('below that it is drawn as for 40', async () => {
    const [one] = (await collectFile('worker-killed-then-client-writes.pcap')) as [Collected];
    for (const width of [1, 20, 39]) expect(plain(one, width)).toEqual(plain(one, 40));
  });
});

it('on an arrow without room, the flags are left', () => {
  const flags = ['FIN', 'ACK'] as const;
  const segment = { flags, seq: 1, ack: 6, length: 1448 } as unknown as SegmentRecord;
  expect([22, 12, 10, 7].map((room) => arrowLabel(segment, room))).toEqual([
    'FIN 1:1449 ack 6',
    'FIN 1:1449',
    'FIN 1:1449',
    'F',
  ]);
  expect(arrowLabel({ ...segment, flags: ['ACK'], length: 262_144 }, 7)).toBe('262144B');
});

it('says the states in words where they have no columns', async () => {
  const [one] = (await collectFile('client-closes-first.pcap')) as [Collected];
  const states = (lines: readonly string[]): string[] =>
    lines
      .slice(0, lines.lastIndexOf(''))
      .join(' ')
      .replaceAll(/[│ ]+/g, ' ')
      .match(/(client|server) [A-Z]+[A-Z0-9-]*(?=[ ,]|$)/g) ?? [];
  expect(states(plain(one, 40))).toEqual([
    'client SYN-SENT',
    'client ESTABLISHED',
    'server SYN-RECEIVED',
    'server ESTABLISHED',
    'client FIN-WAIT-1',
    'server CLOSE-WAIT',
    'client TIME-WAIT',
    'server LAST-ACK',
    'server CLOSED',
  ]);
});

it('has a line for every segment of a short connection', async () => {
  const [one] = (await collectFile('worker-killed-then-client-writes.pcap')) as [Collected];
  expect(numbered(plain(one, 80))).toEqual(one.segments.map(({ packet }) => packet));
});

it('in a pipe, says all of a segment in its line', async () => {
  const [one] = (await collectFile('worker-killed-then-client-writes.pcap')) as [Collected];
  const lines = plain(one, Number.POSITIVE_INFINITY);
  expect(lines.filter((line) => line.includes('◀'))).toHaveLength(one.event.verdict.evidence.length);
  expect(lines.find((line) => /^14 /.test(line))).toMatch(/RST 7 .* CLOSED +◀ .*: no socket there any more$/);
});

it('draws once what was captured twice, and says so', async () => {
  const [one] = (await collectFile('server-aborts-v6-any.pcap')) as [Collected];
  const lines = plain(one, 80);
  expect(numbered(lines)).toEqual([3, 9, 11, 17, 19, 21, 23, 25]);
  expect(lines).toContain('8 packets captured twice, drawn once');
});

describe('the states beside the lifelines', () => {
  it('are those of the model, each once', async () => {
    const [one] = (await collectFile('client-closes-first.pcap')) as [Collected];
    const rows = plain(one, 80).filter((line) => /^ *\d+ +\+/.test(line));
    const of = (side: RegExp) => rows.flatMap((line) => side.exec(line)?.[1] ?? []);
    expect(of(/ s {2}([A-Z][A-Z0-9-]+) *│/)).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'TIME-WAIT']);
    expect(of(/│ ([A-Z][A-Z0-9-]+)$/)).toEqual(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
  });
});

describe('colour', () => {
  const painted = async (file: string): Promise<string> => {
    const [{ event, folding }] = (await collectFile(file)) as [Collected];
    return ladderLines(event, folding, { width: 80, colour: true }).join('\n');
  };
  const RED = '\x1b[31m';

  it('is red for what decided, and for the verdict', async () => {
    const red = (await painted('worker-killed-then-client-writes.pcap'))
      .split('\n')
      .filter((line) => line.includes(RED));
    expect(red.filter((line) => /\d+ +\+/.test(line))).toHaveLength(4);
    expect(red.at(-1)).toContain('server process terminated');
  });

  it('is never red where all went well', async () => {
    expect(await painted('late-duplicate-after-close.pcap')).not.toContain(RED);
  });
});

describe('broken captures', () => {
  const next = numbers(0x1add);
  const corpus = captures.filter((file) => file.endsWith('.pcap')).slice(0, 60);
  /** Anything but the file header, so that frames are still found; lengths now and then end the capture early. */
  const broken = (octets: Uint8Array): Uint8Array => {
    const copy = octets.slice(0, octets.length - next(40));
    for (let flips = 1 + next(60); flips > 0; flips--) copy[24 + next(copy.length - 24)] = next(256);
    return copy;
  };

  it.each(corpus)('%s with octets changed draws, and fits', async (file) => {
    const octets = readFileSync(join(CAPTURES, file));
    for (let round = 0; round < 5; round++) {
      const copy = broken(octets);
      for (const one of await collect(() => ({ files: ['-'], stdin: Readable.from([copy]) })))
        for (const width of [1, 40, 54, 80, 120]) {
          const lines = plain(one, width);
          expect(lines.join('\n')).not.toMatch(/NaN|undefined|\[object/);
          expect(tooWide(lines, Math.max(40, width))).toEqual([]);
        }
    }
  });
});

describe('as a whole', () => {
  it.each([
    ['client-closes-first-loopback', 80],
    ['client-closes-first-v6', 60],
    ['worker-killed-then-client-writes', 40],
    ['worker-killed-then-client-writes', 80],
    ['worker-killed-then-client-writes', Number.POSITIVE_INFINITY],
    ['worker-killed-then-client-writes-fin-missed', 80],
    ['worker-killed-with-window-closed', 80],
    ['host-vanishes-from-all-its-clients', 80],
    ['host-vanishes-router-says-host-unreachable', 120],
    ['host-rebooted-keepalive-finds-out', 120],
    ['forged-reset-ignored-v6-nano', 80],
    ['connect-refused-v6', 60],
    ['host-rebooted-then-client-writes', 80],
    ['client-closes-first-without-syn', 80],
    ['lossy-rtt-2-loss-10', 120],
    ['lossy-rtt-20-loss-10-blackout-700-no-sack', 80],
    ['lossy-rtt-60-loss-50-no-sack', 120],
  ] as const)('%s at %d columns', async (name, width) => {
    const file = captures.find((one) => one.startsWith(`${name}.pcap`))!;
    const [one] = (await collectFile(file)) as [Collected];
    const golden = join(
      import.meta.dirname,
      '../golden',
      `ladder-${name}-${width === Number.POSITIVE_INFINITY ? 'piped' : width}.txt`,
    );
    await expect(`${plain(one, width).join('\n')}\n`).toMatchFileSnapshot(golden);
  });
});

it('says in one order why something was sent again, whatever it was', () => {
  const again = { count: 2, afterSeconds: 0.436 };
  const words = [
    oddityWords({ ...again, id: 'tcp.retransmission.timeout' }),
    oddityWords({ ...again, id: 'tcp.retransmission.fin', reason: 'timeout' }),
  ];
  expect(words.map((text) => unglue(text!))).toEqual(Array(2).fill('again (timeout, 2nd, after 436 ms)'));
});
