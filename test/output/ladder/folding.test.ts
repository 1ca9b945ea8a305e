// Ladders: of every shipped capture they fit, hold all evidence, and speak ASCII where that is asked; some as a whole, read by eye.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inAscii } from '../../src/output/ascii.js';
import { Folding } from '../../src/output/ladder/folding.js';
import { ladderLines } from '../../src/output/ladder/ladder.js';
import { analyze, type ConnectionEvent, type ReportRecord, type SegmentRecord } from '../../src/pipeline.js';

const CAPTURES = resolve(import.meta.dirname, '../../fixtures/captures');
const captures = readdirSync(CAPTURES).filter((file) => /\.pcap(ng)?(\.gz)?$/.test(file));

interface Drawn {
  readonly event: ConnectionEvent;
  readonly folding: Folding;
}

async function collect(file: string): Promise<Drawn[]> {
  const foldings = new Map<number, Folding>();
  const foldingOf = (id: number): Folding => {
    const folding = foldings.get(id) ?? new Folding();
    foldings.set(id, folding);
    return folding;
  };
  const passing = (segment: SegmentRecord): void => foldingOf(segment.connection).add(segment);
  const reporting = (report: ReportRecord): void => foldingOf(report.connection).addReport(report);
  const drawn: Drawn[] = [];
  for await (const event of analyze({ files: [join(CAPTURES, file)], passing, reporting }))
    if (event.type === 'connection') drawn.push({ event, folding: foldings.get(event.id)! });
  return drawn;
}

const plain = (event: ConnectionEvent, folding: Folding, width: number): string[] =>
  ladderLines(event, folding, { width, colour: false });

it.each(captures)('%s: fits, with every packet of the evidence, in Unicode and in ASCII', async (file) => {
  for (const { event, folding } of await collect(file)) {
    for (const width of [60, 80, 120]) {
      const lines = plain(event, folding, width);
      expect(lines.filter((line) => [...line].length > width)).toEqual([]);
      for (const { packet } of event.verdict.evidence)
        expect(
          lines.some((line) => line.trimStart().startsWith(`${packet} `)),
          `packet ${packet}`,
        ).toBe(true);
      const ascii = lines.map(inAscii);
      expect(ascii.filter((line, n) => /[^ -~]/.test(line) || line.length !== [...lines[n]!].length)).toEqual([]);
    }
  }
});

describe('as a whole', () => {
  it.each([
    ['client-closes-first-loopback', 80],
    ['worker-killed-then-client-writes', 80],
    ['host-vanishes-from-all-its-clients', 80],
    ['connect-refused-v6', 60],
    ['lossy-rtt-2-loss-10', 120],
    ['lossy-rtt-20-loss-10-blackout-700-no-sack', 80],
    ['host-vanishes-router-says-host-unreachable', 80],
    ['worker-killed-with-window-closed', 80],
    ['worker-killed-then-client-writes-fin-missed', 60],
    ['client-closes-first-without-syn', 80],
    ['host-rebooted-then-client-writes', 80],
  ] as const)('%s at %d columns', async (name, width) => {
    const file = captures.find((one) => one.startsWith(`${name}.pcap`))!;
    const [{ event, folding }] = (await collect(file)) as [Drawn];
    const golden = join(import.meta.dirname, 'golden', `ladder-${name}-${width}.txt`);
    await expect(`${plain(event, folding, width).join('\n')}\n`).toMatchFileSnapshot(golden);
  });
});

describe('a long transfer', () => {
  const segment = (packet: number, more: Partial<SegmentRecord> = {}): SegmentRecord => ({
    connection: 1,
    packet,
    at: `2026-11-22T12:00:00.${String(packet).padStart(9, '0')}Z`,
    from: 'client',
    flags: ['ACK'],
    seq: packet * 1000,
    ack: 1,
    length: 1000,
    anomalies: [],
    states: { client: 'ESTABLISHED', server: 'ESTABLISHED' },
    ...more,
  });

  it('takes no more room than a short one, and says what was left out', () => {
    const folding = new Folding();
    for (let packet = 1; packet <= 100_000; packet++) folding.add(segment(packet));
    const rungs = folding.all();
    expect(rungs.length).toBeLessThan(50);
    const folds = rungs.flatMap((rung) => ('fold' in rung ? [rung.fold] : []));
    const kept = rungs.filter((rung) => 'segment' in rung).length;
    expect(folds).toHaveLength(1);
    expect(folds[0]!.segments + kept).toBe(100_000);
    expect(folds[0]!.octets).toBe(folds[0]!.segments * 1000);
  });

  it('shows what decided, wherever it is', () => {
    const folding = new Folding(new Set([5000]));
    for (let packet = 1; packet <= 10_000; packet++) folding.add(segment(packet));
    expect(folding.all().some((rung) => 'segment' in rung && rung.segment.packet === 5000)).toBe(true);
  });

  it('of states that change without end is bounded', () => {
    const folding = new Folding();
    for (let packet = 1; packet <= 100_000; packet++) folding.add(segment(packet, { flags: ['SYN'] }));
    expect(folding.all().length).toBeLessThan(1100);
  });

  it('shows the first of each kind of oddity, and counts the others', () => {
    const folding = new Folding();
    for (let packet = 1; packet <= 1000; packet++)
      folding.add(segment(packet, packet % 10 === 0 ? { anomalies: [{ id: 'tcp.retransmission.fast' }] } : {}));
    const rungs = folding.all();
    const shown = rungs.filter((rung) => 'segment' in rung && rung.segment.anomalies.length > 0).length;
    const folded = rungs.map((rung) => ('fold' in rung ? (rung.fold.odd.get('tcp.retransmission.fast') ?? 0) : 0));
    expect(shown).toBeGreaterThanOrEqual(4);
    expect(shown).toBeLessThan(10);
    expect(folded.reduce((sum, n) => sum + n, shown)).toBe(100);
  });

  it('shows a closed window and a silence in its middle', () => {
    const folding = new Folding();
    const late = '2026-11-22T12:00:30.000000000Z';
    for (let packet = 1; packet <= 1000; packet++)
      folding.add(
        segment(packet, {
          ...(packet === 400 ? { anomalies: [{ id: 'tcp.zero-window' }] } : {}),
          ...(packet > 600 ? { at: late } : {}),
        }),
      );
    const shown = folding.all().flatMap((rung) => ('segment' in rung ? [rung.segment.packet] : []));
    expect(shown).toContain(400);
    expect(shown).toContain(601);
  });

  it('shows every timeout at its end, behind all that was in flight', () => {
    const folding = new Folding();
    for (let packet = 1; packet <= 1000; packet++) folding.add(segment(packet));
    for (let n = 1; n <= 15; n++)
      folding.add(segment(1000 + n, { seq: 900_000, anomalies: [{ id: 'tcp.retransmission.timeout', count: n }] }));
    const shown = folding.all().flatMap((rung) => ('segment' in rung ? [rung.segment.packet] : []));
    expect(shown.slice(-15)).toEqual(Array.from({ length: 15 }, (_, n) => 1001 + n));
  });
});
