// Progress: nothing in a pipe, nothing for what is soon over, and gone before anything else is printed.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { octetsOf, Progress } from '../../src/cli/progress.js';

const ERASE = '\r\x1b[K';

function terminal(isTTY: boolean, totalOctets: number, columns = 80) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stderr = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  return { progress: new Progress(stderr as never, totalOctets, () => clock.ms), written, clock };
}

describe('progress', () => {
  it('says percent, packets, rate and what is left', () => {
    const { progress, written, clock } = terminal(true, 1000);
    clock.ms = 2000;
    progress.tell(50_000, 250, 'a.pcap');
    expect(written).toEqual([`${ERASE}25 %, 50,000 packets, 25,000/s, 6 s left`]);
  });

  it('looks as the page for those on call shows it', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/on-call.md'), 'utf8');
    const { progress, written, clock } = terminal(true, 1000);
    clock.ms = 1211;
    progress.tell(752_324, 388, 'a.pcap');
    expect(page).toContain(`how far it has come: \`${written[0]!.slice(ERASE.length)}\``);
  });

  it('adds up files', () => {
    const { progress, written, clock } = terminal(true, 1000);
    progress.tell(1, 500, 'a.pcap');
    clock.ms = 3000;
    progress.tell(3000, 250, 'b.pcap');
    expect(written).toEqual([`${ERASE}75 %, 3,000 packets, 1,000/s, 1 s left`]);
  });

  it('of a pipe knows no end', () => {
    const { progress, written, clock } = terminal(true, Number.NaN);
    clock.ms = 2000;
    progress.tell(50_000, 250, '-');
    expect(written).toEqual([`${ERASE}50,000 packets, 25,000/s`]);
  });

  it('is silent at first, often enough later, and goes away', () => {
    const { progress, written, clock } = terminal(true, 1000);
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 100) progress.tell(10, 10, 'a');
    progress.clear();
    expect(written).toEqual([]);
    for (; clock.ms < 2000; clock.ms += 10) progress.tell(10, 10, 'a');
    expect(written).toHaveLength(5);
    progress.clear();
    progress.clear();
    expect(written.slice(5)).toEqual([ERASE]);
  });

  it('stays in one line of a narrow terminal: no more could be erased', () => {
    const { progress, written, clock } = terminal(true, 1000, 20);
    clock.ms = 2000;
    progress.tell(50_000, 250, 'a.pcap');
    expect(written).toEqual([`${ERASE}25 %, 50,000 packet`]);
  });

  it('says nothing where no terminal is', () => {
    const { progress, written, clock } = terminal(false, 1000);
    clock.ms = 5000;
    progress.tell(50_000, 250, 'a.pcap');
    progress.clear();
    expect(written).toEqual([]);
  });

  it('does not know how long a pipe is', () => {
    expect(octetsOf(['-'])).toBeNaN();
    expect(octetsOf([import.meta.filename])).toBeGreaterThan(1000);
  });
});
