// The proof: at sampled instants during real traffic, the reconstructed states are the kernels' own, as `ss -tan` has them
// on both hosts, in every state that `ss` can show. Set TCPWATCH_PROOF to see every comparison.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIN } from '../../src/wire/segment.js';
import { type Packet, readPackets, replay } from './replay.js';
import { CALM, Line, LOSSY, type Story } from './stories.js';
import {
  endpointText,
  FAMILIES,
  impossibleBecause,
  isQuiet,
  leaveNothingBehind,
  type Sample,
  TwoKernels,
} from './two-kernels.js';

/** What `ss` calls a state, and what RFC 9293 does. These are all that it can show of a connection. */
const NAMES: Readonly<Record<string, string>> = {
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECV': 'SYN-RECEIVED',
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
};

/** An end that `ss` does not show. */
const NO_ROW = '-';
/** What such an end may be to us. TIME-WAIT lasts a minute, longer than this proof: its end is never seen here. */
const WITHOUT_ROW = ['CLOSED', 'UNSEEN'];
const STATES = [...Object.keys(NAMES), NO_ROW];
const ENDS = ['client', 'server'] as const;

/** What no watcher can know: here, and nowhere else, another answer than the kernel's is right. */
const UNKNOWABLE = [
  {
    story: 'final ACK lost',
    end: 'server',
    kernel: 'SYN-RECV',
    ours: 'ESTABLISHED',
    because:
      'nothing acknowledges a bare ACK: that it was lost behind the capture shows only when the SYN-ACK comes again',
  },
  {
    story: 'ACK of FIN lost',
    end: 'client',
    kernel: 'FIN-WAIT-1',
    ours: 'FIN-WAIT-2',
    because: 'nothing acknowledges a bare ACK: each one seen is believed until the FIN comes again',
  },
  {
    story: 'last ACK lost',
    end: 'client',
    kernel: 'LAST-ACK',
    ours: 'CLOSED',
    because: 'nothing acknowledges a bare ACK: each one seen is believed until the FIN comes again',
  },
  {
    story: 'RST lost',
    end: 'server',
    kernel: 'ESTAB',
    ours: 'CLOSED',
    because: 'nothing acknowledges a RST: that it was lost shows only when the other end talks on',
  },
  {
    story: 'SYN lost, client gives up',
    end: 'client',
    kernel: NO_ROW,
    ours: 'SYN-SENT',
    because: 'close() in SYN-SENT puts nothing on the wire',
  },
  {
    story: 'SYN-ACK lost, client gives up',
    end: 'client',
    kernel: NO_ROW,
    ours: 'SYN-SENT',
    because: 'close() in SYN-SENT puts nothing on the wire',
  },
] as const;

/** A hearing that was lost behind the capture is disbelieved after a second (Endpoint.stateAt), and not before. */
const DOUBT_MS = 1100;
/** FINs of two lines cross within a second or it is tried again: from then on nobody can tell CLOSING from FIN-WAIT-1. */
const ATTEMPTS = 6;

const impossible = impossibleBecause();
let folder: string;
let leave: () => Promise<void>;

beforeAll(async () => {
  if (impossible !== null) return;
  folder = await mkdtemp(join(tmpdir(), `tcpwatch-${process.pid}-`));
  leave = leaveNothingBehind(folder);
});

afterAll(async () => {
  if (impossible === null) await leave();
});

test(`reconstructed states equal the kernels' own${impossible ? ` (skipped: ${impossible})` : ''}`, {
  timeout: 90_000,
  skip: impossible !== null,
}, async () => {
  const kernels = await TwoKernels.set(folder);
  const play = new Play(kernels);
  try {
    await play.calm();
    await play.losses();
    await play.crossing();
    await play.end();
    await kernels.stopCapture();
  } finally {
    await kernels.remove();
  }
  const rows = await compare(kernels.file, play);
  const all = `${table(rows)}\n${counts(rows)}\n`;
  if (process.env.TCPWATCH_PROOF) process.stdout.write(all);
  const differing = rows.filter(differs).map(({ story, end, kernel, ours }) => ({ story, end, kernel, ours }));
  expect(differing, all).toEqual([]);
  expect(missing(rows), `states that no sample held:\n${all}`).toEqual([]);
  const needed = new Set(rows.map(({ excuse }) => excuse));
  expect(
    UNKNOWABLE.filter((one) => !needed.has(one)),
    'excuses that nothing needs',
  ).toEqual([]);
});

/** What is played, and what was sampled meanwhile. */
class Play {
  readonly samples: Sample[] = [];
  /** Story by connection. */
  readonly stories = new Map<string, string>();
  private nextPort = 20_000;

  constructor(private readonly kernels: TwoKernels) {}

  /** Everything arrives. */
  async calm(): Promise<void> {
    const lines = await this.begin(CALM);
    for (let i = 0; i < 4; i++) {
      await this.sample('all arrives');
      for (const { story, line } of lines) story.goOn?.(line);
    }
  }

  /** The router loses what each story says; then no more. */
  async losses(): Promise<void> {
    const { kernels } = this;
    const lines = await this.begin(LOSSY);
    // SYNs come again after a second, and so does what is believed of them.
    await sleep(1000 + DOUBT_MS);
    for (let i = 0; i < 4; i++) {
      await this.sample('the router loses', DOUBT_MS);
      await sleep(250);
    }
    await kernels.routerDrops([]);
    for (const { story, line } of lines) story.recover?.(line);
    const passing = ['SYN-SENT', 'SYN-RECV', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];
    await kernels.until('all recovered', (...ends) => !ends.flat().some((state) => passing.includes(state)));
    for (let i = 0; i < 2; i++) await this.sample('the router loses no more');
  }

  /** Both ends close at once; the router has both FINs before either end has the other's. */
  async crossing(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const sample = await this.cross();
      if (sample !== null) {
        this.samples.push(sample);
        break;
      }
      if (attempt === ATTEMPTS) throw new Error('FINs never crossed within a second');
    }
    await this.kernels.until('both wait', (...ends) => !ends.flat().includes('CLOSING'));
    await this.sample('FINs crossed');
  }

  /** Everything that is open is closed. */
  async end(): Promise<void> {
    this.kernels.closesAll();
    await this.kernels.until('all closed', (...ends) => ends.flat().every((state) => state === 'TIME-WAIT'));
    for (let i = 0; i < 2; i++) await this.sample('all closed');
  }

  private async cross(): Promise<Sample | null> {
    const { kernels } = this;
    const lines = FAMILIES.map((family) => new Line(kernels, family, this.nextPort));
    const both = [`tcp sport ${this.nextPort}`, `tcp dport ${this.nextPort}`];
    this.nextPort++;
    for (const line of lines) {
      line.meets();
      this.name('FINs cross', line);
    }
    await kernels.routerDrops(both);
    const begunMs = Date.now();
    for (const { client, server } of lines) {
      kernels.closes(client);
      kernels.closes(server);
    }
    // From here on neither end is heard, not even by the capture: no ACK says that a FIN has come.
    await kernels.hostsDrop(both);
    const packets = await readPackets(kernels.file);
    for (const { family, port } of lines) {
      const ends = [kernels.client(family, port), kernels.server(family)] as const;
      for (const [from, to] of [ends, ends.toReversed()] as const) {
        const fin = finOf(packets, endpointText(from!), endpointText(to!));
        if (fin !== undefined) kernels.delivers(fin.octets, family, to!);
      }
    }
    let sample: Sample | null = null;
    try {
      await kernels.until('CLOSING', (...ends) => ends.flat().filter((state) => state === 'CLOSING').length === 4, 0.8);
      sample = await kernels.sample('FINs cross', { withinS: 0.8 });
    } catch {
      // Too slow this time.
    }
    // The router first: what the hosts say from now on must not only be seen but arrive.
    await kernels.routerDrops([]);
    await kernels.hostsDrop([]);
    return sample !== null && sample.toMs - begunMs < 1000 ? sample : null;
  }

  /** Plays stories one after another, each over both families; then they all stay as they are. */
  private async begin(stories: readonly Story[]): Promise<{ story: Story; line: Line }[]> {
    const cast = stories.map((story) => ({ story, port: this.nextPort++ }));
    await this.kernels.routerDrops(cast.flatMap(({ story, port }) => story.losing?.(port) ?? []));
    const lines: { story: Story; line: Line }[] = [];
    for (const { story, port } of cast) {
      for (const family of FAMILIES) {
        const line = new Line(this.kernels, family, port);
        await story.play(line);
        this.name(story.name, line);
        lines.push({ story, line });
      }
    }
    return lines;
  }

  private name(story: string, { family, port }: Line): void {
    this.stories.set(endpointText(this.kernels.client(family, port)), story);
  }

  private async sample(act: string, doubtMs = 0): Promise<void> {
    this.samples.push(await this.kernels.sample(act, { doubtMs }));
  }
}

function finOf(packets: readonly Packet[], from: string, to: string): Packet | undefined {
  return packets.find((packet) => (packet.flags & FIN) !== 0 && packet.from === from && packet.to === to);
}

/** One end of a connection at one instant. */
interface Row {
  readonly sample: Sample;
  readonly story: string;
  readonly connection: string;
  readonly end: 'client' | 'server';
  readonly kernel: string;
  readonly ours: string;
  readonly excuse: (typeof UNKNOWABLE)[number] | null;
}

/** Every end of every connection that either `ss` or the tracker has, at every instant that was quiet. */
async function compare(file: string, play: Play): Promise<Row[]> {
  const packets = await readPackets(file);
  const samples = play.samples.filter((sample) => isQuiet(sample, packets));
  const instants = samples.map(({ fromMs }) => fromMs);
  const shots = await replay(file, instants);
  return samples.flatMap((sample, i) => {
    const ours = shots[i]!;
    const connections = new Set([...sample.client.keys(), ...sample.server.keys(), ...ours.keys()]);
    return [...connections].sort().flatMap((connection) => {
      const story = play.stories.get(connection.split(' ')[0]!) ?? '?';
      return ENDS.map((end): Row => {
        const kernel = sample[end].get(connection) ?? NO_ROW;
        const state = ours.get(connection)?.[end] ?? 'not tracked';
        const excuse = UNKNOWABLE.find(
          (one) => story === one.story && end === one.end && kernel === one.kernel && state === one.ours,
        );
        return { sample, story, connection, end, kernel, ours: state, excuse: excuse ?? null };
      });
    });
  });
}

const isSame = ({ kernel, ours }: Row): boolean =>
  kernel === NO_ROW ? WITHOUT_ROW.includes(ours) : NAMES[kernel] === ours;
const differs = (row: Row): boolean => !isSame(row) && row.excuse === null;
const familyOf = ({ connection }: Row): 4 | 6 => (connection.startsWith('[') ? 6 : 4);

/** How often a state was the same on both sides. */
const count = (rows: readonly Row[], state: string, family: 4 | 6, ends: readonly string[] = ENDS): number =>
  rows.filter((row) => isSame(row) && row.kernel === state && familyOf(row) === family && ends.includes(row.end))
    .length;

/** States that were never seen to be the same on both sides, by family. */
const missing = (rows: readonly Row[]): string[] =>
  STATES.flatMap((state) =>
    FAMILIES.filter((family) => count(rows, state, family) === 0).map((family) => `${state}, IPv${family}`),
  );

function counts(rows: readonly Row[]): string {
  const numbers = (state: string): string[] =>
    FAMILIES.flatMap((family) => ENDS.map((end) => `IPv${family} ${end} ${count(rows, state, family, [end])}`));
  return STATES.map((state) => [state.padEnd(10), ...numbers(state).map((text) => text.padEnd(16))].join('  ')).join(
    '\n',
  );
}

/** A line for each connection at each instant: what `ss` says of client and server, and what we do. */
function table(rows: readonly Row[]): string {
  const lines: string[] = [];
  for (let i = 0; i < rows.length; i += 2) {
    const [client, server] = [rows[i]!, rows[i + 1]!];
    const both = [client, server];
    const verdict = both.some(differs) ? 'DIFFERS' : both.every(isSame) ? 'same' : 'unknowable';
    const at = new Date(client.sample.fromMs).toISOString().slice(11, 23);
    const kernel = `ss ${client.kernel} / ${server.kernel}`;
    const ours = `ours ${client.ours} / ${server.ours}`;
    const { story, connection, sample } = client;
    const cells = [verdict.padEnd(10), at, sample.act.padEnd(24), story.padEnd(42), kernel.padEnd(26), ours.padEnd(32)];
    lines.push([...cells, connection].join('  '));
  }
  return lines.join('\n');
}
