// Stories are true: each is held against its capture, step by step, and against what `ss` showed on both hosts afterwards.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../../../src/lab/answers.js';
import type { Connection } from '../../../src/stage/record.js';
import { STORIES } from '../../../src/verdict/explanations/stories.js';
import type { SegmentName, SocketState, Step } from '../../../src/verdict/explanations/story.js';
import { ACK, FIN, PSH, RST, SYN } from '../../../src/wire/segment.js';
import { type Packet, readPackets, replay } from '../../proof/replay.js';
import { readAnswers } from '../../support/answers.js';

const CAPTURES = resolve(import.meta.dirname, '../../../fixtures/captures');

interface Seen {
  readonly from: string;
  readonly flags: number;
  readonly client: string;
  readonly server: string;
}

const endText = ({ address, port }: { address: string; port: number }): string => `${address}:${port}`;

/** Every packet of the connection with the states after it, as the tracker has them. */
async function statesAfterEach(file: string, { client, server }: Connection): Promise<Seen[]> {
  const ends = [endText(client), endText(server)];
  const ours = ({ from, to }: Packet): boolean => ends.includes(from) && ends.includes(to);
  const packets = (await readPackets(file)).filter(ours);
  const shots = await replay(
    file,
    packets.map(({ atMs }) => atMs),
  );
  return packets.map(({ from, flags }, n) => ({
    from: from === ends[0] ? 'client' : 'server',
    flags,
    ...shots[n]!.get(ends.join(' '))!,
  }));
}

const BITS = SYN | FIN | RST;
const IS: Readonly<Record<SegmentName, (flags: number) => boolean>> = {
  SYN: (flags) => (flags & (BITS | ACK)) === SYN,
  'SYN-ACK': (flags) => (flags & (BITS | ACK)) === (SYN | ACK),
  ACK: (flags) => (flags & (BITS | PSH)) === 0,
  'keep-alive': (flags) => (flags & (BITS | PSH)) === 0,
  data: (flags) => (flags & (BITS | PSH)) === PSH,
  FIN: (flags) => (flags & BITS) === FIN,
  RST: (flags) => (flags & BITS) === RST,
  ICMP: () => false,
};

/** What no packet can show cannot be held against packets: before its first segment an end is unseen, and nobody sees it go. */
const agrees = (told: SocketState, seen: string): boolean =>
  told === seen || told === 'gone' || (seen === 'UNSEEN' && (told === 'LISTEN' || told === 'CLOSED'));

function matches({ by, sends, client, server }: Step, seen: Seen): boolean {
  // Who forges a RST does it in the name of the server, and what its socket is then nobody sees.
  if (by === 'router' && sends === 'RST')
    return seen.from === 'server' && IS.RST(seen.flags) && agrees(client, seen.client);
  return by === seen.from && IS[sends!](seen.flags) && agrees(client, seen.client) && agrees(server, seen.server);
}

describe.each(Object.entries(STORIES))('%s', (scenario, { example, gone, steps }) => {
  const answers = readAnswers<Answers>(join(CAPTURES, `${example}.answers.json`));
  const connection = answers.connections.find(({ truth }) => truth === scenario)!;
  const file = join(CAPTURES, readdirSync(CAPTURES).find((name) => name.startsWith(`${example}.pcap`))!);

  it('is of the end that was gone', () => {
    expect([gone, null]).toContain(connection.end);
  });

  it('goes as its capture: every segment told was sent, in that order, and led to these states', async () => {
    const seen = await statesAfterEach(file, connection);
    let at = 0;
    for (const step of steps.filter(({ sends }) => sends !== null && sends !== 'ICMP')) {
      const found = seen.findIndex((packet, n) => n >= at && matches(step, packet));
      expect(found, `${step.by} ${step.sends}: ${step.says}`).toBeGreaterThanOrEqual(0);
      at = found + 1;
    }
    expect(at, 'packets after the last that is told change nothing').toSatisfy((end: number) => {
      const last = seen[end - 1]!;
      return seen.slice(end).every(({ client, server }) => client === last.client && server === last.server);
    });
  });

  it('leaves out no change of state', async () => {
    const seen = await statesAfterEach(file, connection);
    const beginsOpen = steps[0]!.by === null;
    const opened = beginsOpen ? seen.findIndex(({ client, server }) => client === server) : 0;
    const changes = seen.slice(opened).filter((one, n, all) => {
      const before = n === 0 ? (beginsOpen ? one : null) : all[n - 1]!;
      return before === null || before.client !== one.client || before.server !== one.server;
    });
    expect(changes.filter((change) => !steps.some((step) => step.sends !== null && matches(step, change)))).toEqual([]);
  });

  it('leaves the sockets that ss showed', () => {
    const last = steps.at(-1)!;
    for (const role of ['client', 'server'] as const) {
      const peer = role === 'client' ? 'server' : 'client';
      const [own, other] = [endText(connection[role]), endText(connection[peer])];
      const line = answers.ss[role].find((text) => text.includes(`${own} ${other}`));
      const state = /^\S+/
        .exec(line ?? 'none')![0]
        .replace(/^ESTAB$/, 'ESTABLISHED')
        .replace('SYN-RECV', 'SYN-RECEIVED');
      if (last[role] === 'gone') continue;
      const none = last[role] === 'CLOSED' || last[role] === 'LISTEN';
      expect(state, role).toBe(none ? 'none' : last[role]);
    }
  });
});
