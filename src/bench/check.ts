// Correctness first: whether tcpwatch finds in a capture what its maker knows to be there. What is wrong need not be fast.

import { spawn } from 'node:child_process';
import type { Truth } from './traffic/truth.js';

const CONNECTION = Buffer.from('{"type":"connection"');
const SUMMARY = Buffer.from('{"type":"summary"');

const begins = (line: Buffer, start: Buffer): boolean =>
  line.length >= start.length && line.compare(start, 0, start.length, 0, start.length) === 0;

/** What NDJSON tells, counted. */
export interface Found {
  packets: number;
  /** As told one by one, and as the summary says. */
  told: number;
  connections: number;
  endings: Record<string, number>;
  again: number;
  filled: number;
  complaints: string[];
}

/** Runs a command that prints NDJSON and counts what it tells. @param resends also of what was sent again, which takes longer */
export async function find(command: readonly string[], resends: boolean): Promise<Found> {
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const found: Found = {
    packets: 0,
    told: 0,
    connections: 0,
    endings: {},
    again: 0,
    filled: 0,
    complaints: [],
  };
  const exited = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  await eachLine(child.stdout, (line) => {
    if (begins(line, CONNECTION)) {
      found.told++;
      if (resends) addResent(found, JSON.parse(line.toString()).counts);
    } else if (begins(line, SUMMARY)) addSummary(found, JSON.parse(line.toString()));
  });
  const code = await exited;
  if (code !== 0) found.complaints.push(`exit code ${code}`);
  return found;
}

/** Lines as octets: of ten million records most are only counted. */
async function eachLine(stream: AsyncIterable<Buffer>, take: (line: Buffer) => void): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const octets = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let end = octets.indexOf(10); end >= 0; end = octets.indexOf(10, from)) {
      take(octets.subarray(from, end));
      from = end + 1;
    }
    rest = octets.subarray(from);
  }
}

type Counts = Record<'client' | 'server', { retransmissions: number; outOfOrder: number; filledHoles: number }>;

function addResent(found: Found, { client, server }: Counts): void {
  for (const end of [client, server]) {
    found.again += end.retransmissions;
    found.filled += end.filledHoles;
    if (end.outOfOrder > 0) found.complaints.push(`${end.outOfOrder} segments out of order; none is`);
  }
}

interface Summary {
  readonly packets: number;
  readonly connections: { readonly total: number; readonly byEnding: Record<string, number> };
  readonly timeRanBackwards: boolean;
}

function addSummary(found: Found, summary: Summary): void {
  if (summary.timeRanBackwards) found.complaints.push('time runs backwards; it was written forwards');
  found.packets = summary.packets;
  found.connections = summary.connections.total;
  found.endings = summary.connections.byEnding;
}

/** Every count that is not what it should be, in words. */
export function mismatches(truth: Truth, found: Found): string[] {
  const wrong: string[] = [...new Set(found.complaints)];
  const compare = (what: string, is: number, shouldBe: number): void => {
    if (is !== shouldBe) wrong.push(`${what}: ${is}, written were ${shouldBe}`);
  };
  compare('packets', found.packets, truth.packets);
  compare('connections', found.connections, truth.connections);
  compare('connections told', found.told, truth.connections);
  if (truth.endings) {
    for (const ending of new Set([...Object.keys(truth.endings), ...Object.keys(found.endings)]))
      compare(`connections ${ending}`, found.endings[ending] ?? 0, truth.endings[ending] ?? 0);
  }
  if (truth.resent) {
    compare('segments sent again', found.again, truth.resent.again);
    compare('holes filled', found.filled, truth.resent.filled);
  }
  return wrong;
}
