// What a ladder keeps of a long connection: its ends, what is rare, what decided, and how much it left out.
import { describe, expect, it } from 'vitest';
import { Folding } from '../../../src/output/ladder/folding.js';
import type { SegmentRecord } from '../../../src/pipeline.js';

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

  it('is folded in any state: one end may have closed long before', () => {
    const folding = new Folding();
    for (let packet = 1; packet <= 100_000; packet++)
      folding.add(segment(packet, { states: { client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' } }));
    expect(folding.all().length).toBeLessThan(50);
  });

  it('captured twice is one', () => {
    const folding = new Folding();
    folding.add(segment(1));
    folding.add(segment(2, { anomalies: [{ id: 'tcp.captured-twice' }] }));
    expect(folding.all()).toHaveLength(1);
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

describe('numbers', () => {
  const row = (packet: number, more: Partial<SegmentRecord>): SegmentRecord => ({
    connection: 1,
    packet,
    at: '2026-11-22T12:00:00.000000000Z',
    from: 'client',
    flags: ['ACK'],
    seq: 0,
    ack: 1,
    length: 0,
    anomalies: [],
    states: { client: 'ESTABLISHED', server: 'ESTABLISHED' },
    ...more,
  });
  const numbersOf = (...rows: readonly Partial<SegmentRecord>[]) => {
    const folding = new Folding();
    for (const [n, more] of rows.entries()) folding.add(row(n + 1, more));
    return folding.all().map((rung) => ('segment' in rung ? [rung.segment.seq, rung.segment.ack] : null));
  };

  it('count from the ISN, over the end of sequence space', () => {
    const isn = 2 ** 32 - 2;
    expect(
      numbersOf(
        { flags: ['SYN'], seq: isn, ack: 0 },
        { flags: ['SYN', 'ACK'], from: 'server', seq: 7, ack: isn + 1 },
        { seq: isn + 1, ack: 8 },
        { seq: 3, ack: 8 },
      ),
    ).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [5, 1],
    ]);
  });

  it('go on past 4 GiB', () => {
    const gibs = Array.from({ length: 9 }, (_, n) => ({ seq: (n * 2 ** 30) % 2 ** 32 }));
    expect(numbersOf(...gibs).at(-1)?.[0]).toBe(8 * 2 ** 30 + 1);
  });

  it('are below the first for a keep-alive of a connection picked up in its middle', () => {
    expect(numbersOf({ seq: 500 }, { seq: 499 }).map((both) => both?.[0])).toEqual([1, 0]);
  });

  it('are never counted from a RST', () => {
    const reset = { flags: ['RST'], from: 'server', seq: 3_000_000_000 } as const;
    expect(numbersOf(reset, { from: 'server', seq: 70 }, { ...reset, seq: 75 }).map((both) => both?.[0])).toEqual([
      3_000_000_000, 1, 6,
    ]);
  });
});
