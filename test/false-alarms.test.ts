// A day on which no host crashes, reboots or is shut down, whatever else happens: restarts, deploys, loss, scans. Nothing of the
// kind may be said, not even for a moment. And a day on which one does crash: it is found.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze, type ConnectionEvent, type HostEvent } from '../src/pipeline.js';
import { HOUR_MS } from './support/day/agenda.js';
import type { World } from './support/day/world.js';
import { playDay } from './support/day.js';

const CAPTURES = resolve(import.meta.dirname, '../fixtures/captures');

/** Claims about a whole host or the path to it. */
const OF_CONNECTIONS = [
  'host-shutdown',
  'host-rebooted',
  'host-crashed',
  'failover',
  'path-lost',
  'given-up-in-outage',
];
const OF_HOSTS = [
  'shut-down',
  'shut-down-and-rebooted',
  'rebooted',
  'crashed-or-cut',
  'failed-over',
  'outage',
  'path-to-one-lost',
  'connections-forgotten',
];

interface Heard {
  readonly alarms: string[];
  readonly concluded: Map<string, HostEvent['event']>;
  connections: number;
  /** Clients of which it is said to be possible that they rebooted, or that their RST was lost: it was. */
  lostResets: number;
}

async function hear(options: AnalyzeOptions): Promise<Heard> {
  const heard: Heard = { alarms: [], concluded: new Map(), connections: 0, lostResets: 0 };
  for await (const event of analyze({ ...options, provisional: true })) {
    if (event.type === 'connection') {
      if (event.final) heard.connections++;
      if (!OF_CONNECTIONS.includes(event.verdict.scenario!)) continue;
      // A RST is not sent again: where it was lost, what follows is what a client that booted says. It is named.
      const named = event.verdict.lookalikes.some(({ id }) => id === 'lost-reset');
      if (named && event.verdict.confidence !== 'certain') heard.lostResets++;
      else heard.alarms.push(wordsOf(event));
    }
    if (event.type !== 'host' || !event.conclusion) continue;
    if (OF_HOSTS.includes(event.event)) heard.alarms.push(`${event.address} ${event.event} at ${event.at}`);
    if (event.conclusion.final) heard.concluded.set(event.address, event.event);
  }
  return heard;
}

const wordsOf = ({ id, client, server, verdict, opened }: ConnectionEvent): string =>
  `#${id} ${client.address}:${client.port} ${server.address}:${server.port} ${verdict.scenario} (opened ${opened})`;

describe('a day without a mishap', () => {
  it('nothing is said of any host', async () => {
    const day = playDay({ seed: 7 });
    const { alarms, connections, lostResets } = await hear({ files: ['-'], stdin: day.pcap });
    expect(alarms).toEqual([]);
    expect(lostResets / connections).toBeLessThan(1 / 5000);
    expect(connections).toBeGreaterThan(20_000);
  }, 120_000);

  const answers = readdirSync(CAPTURES).filter((file) => file.endsWith('.answers.json'));
  const orderly = answers.filter((file) => {
    const { connections, hosts } = JSON.parse(readFileSync(join(CAPTURES, file), 'utf8'));
    return hosts === undefined && connections.every(({ truth }: { truth: string }) => truth === 'normal-close');
  });
  it.each(orderly.map((file) => file.replace('.answers.json', '')))('nor of those of %s', async (name) => {
    const file = readdirSync(CAPTURES).find((one) => one.startsWith(`${name}.pcap`))!;
    expect((await hear({ files: [join(CAPTURES, file)] })).alarms).toEqual([]);
  });
});

describe('a day on which a host crashes', () => {
  it('it is found, and nothing is said of another', async () => {
    const mishaps = ({ agenda, hosts }: World): void =>
      agenda.at(HOUR_MS, () => {
        const shop = hosts.get('shop')!;
        shop.loses();
        shop.isOff = true;
      });
    const day = playDay({ seed: 7, hours: 1.5, mishaps });
    const { concluded } = await hear({ files: ['-'], stdin: day.pcap });
    const found = [...concluded].filter(([, event]) => OF_HOSTS.includes(event));
    expect(found).toEqual([['192.0.2.13', 'crashed-or-cut']]);
  }, 60_000);
});
