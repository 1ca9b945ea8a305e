// Captures that are still being written, readers that have seen enough, and signals. Nothing here waits for a time to
// pass: each step waits for what the one before it must have caused.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { analyze, type SummaryEvent, type TcpwatchEvent } from '../../src/pipeline.js';
import { CLOSED, captureOf, conversation, KILLED, OPEN, REFUSED } from '../support/packet-rows.js';
import { start } from './run.js';

type Line = Record<string, unknown> & { type: string };

const lines = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const connections = (text: string): Line[] => lines(text).filter(({ type }) => type === 'connection');

const killed = conversation(KILLED);
const open = conversation(OPEN, { clientPort: 40001, from: 10 });
const capture = captureOf(killed, open);
/** Up to and with the last frame of `killed`. */
const FIRST_HALF = captureOf(killed).length;

describe('a capture that is still growing', () => {
  it('is told of as its packets come: verdict lines', async () => {
    const { stdin, until, ended } = start(['-r', '-']);
    stdin.write(capture.subarray(0, FIRST_HALF));
    await until((text) => text.includes('✖ server process terminated · possible'));
    stdin.end(capture.subarray(FIRST_HALF));
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('2 connections · 1 server process terminated · 1 no verdict');
  });

  it('also when it comes octet by octet', async () => {
    const { stdin, until, ended } = start(['-r', '-', '-o', 'ndjson']);
    for (const octet of capture.subarray(0, FIRST_HALF)) stdin.write(Uint8Array.of(octet));
    await until((text) => text.includes('"ending":"reset-after-fin"'));
    stdin.end(capture.subarray(FIRST_HALF));
    expect(connections((await ended).stdout).length).toBe(4);
  });

  it('ndjson: what happens, first judged, then revised, then final, with rising revisions', async () => {
    const { stdin, until, ended } = start(['-r', '-', '-o', 'ndjson']);
    stdin.write(capture.subarray(0, FIRST_HALF));
    await until((text) => connections(text).length === 2);
    stdin.end(capture.subarray(FIRST_HALF));
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(connections(stdout).map(({ id, final, revision, ending }) => ({ id, final, revision, ending }))).toEqual([
      { id: 1, final: false, revision: 1, ending: 'half-closed' },
      { id: 1, final: false, revision: 2, ending: 'reset-after-fin' },
      { id: 1, final: true, revision: 3, ending: 'reset-after-fin' },
      { id: 2, final: true, revision: 1, ending: 'open' },
    ]);
    expect(lines(stdout).map(({ type, transition }) => transition ?? type)).toEqual([
      'capture',
      'open',
      'fin',
      'connection',
      'connection',
      'open',
      'connection',
      'connection',
      'summary',
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: every connection gets its record, and the summary comes',
    async (signal) => {
      const { child, stdin, until, ended } = start(['-r', '-', '-o', 'ndjson']);
      stdin.write(capture);
      await until((text) => connections(text).length === 2);
      // The pipe stays open: it is the signal that ends it.
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const final = connections(stdout).filter((line) => line.final);
      expect(final.map(({ id, ending }) => ({ id, ending }))).toEqual([
        { id: 1, ending: 'reset-after-fin' },
        { id: 2, ending: 'open' },
      ]);
      expect(lines(stdout).at(-1)).toMatchObject({
        type: 'summary',
        stopped: 'signal',
        truncatedInput: false,
        problems: [],
      });
    },
  );

  it('ends in the middle of a record: what came before is told, exit 3', async () => {
    const { stdin, ended } = start(['-r', '-', '-o', 'ndjson']);
    stdin.end(capture.subarray(0, FIRST_HALF + 9));
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toBe(`tcpwatch: standard input: the capture is cut off inside a record (at byte ${FIRST_HALF})\n`);
    expect(connections(stdout).at(-1)).toMatchObject({ id: 1, final: true });
  });
});

it('a file, too, is left in the middle when asked to stop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-pipe-'));
  const file = join(folder, 'long.pcap');
  writeFileSync(file, captureOf(Array.from({ length: 40_000 }, () => open[0])));
  const stopping = new AbortController();
  setImmediate(() => stopping.abort());
  const events: TcpwatchEvent[] = [];
  for await (const event of analyze({ files: [file], signal: stopping.signal })) events.push(event);
  rmSync(folder, { recursive: true });
  const summary = events.at(-1) as SummaryEvent;
  expect(events.map(({ type }) => type)).toEqual(['capture', 'connection', 'summary']);
  expect(summary.packets).toBeGreaterThan(0);
  expect(summary.packets).toBeLessThan(40_000);
  expect(summary.stopped).toBe('signal');
});

it('the library says what it lacks when it is given nothing', async () => {
  await expect(analyze({}).next()).rejects.toThrow(/^analyze needs files, .* or \{ interface: .* \}$/);
});

/** More than a pipe holds: the writer has to wait for its reader. */
const LONG = captureOf(
  ...Array.from({ length: 3000 }, (_, n) =>
    conversation(n % 2 ? REFUSED : CLOSED, { clientPort: 20_000 + n, from: n }),
  ),
);

describe('a reader', () => {
  it.each(['table', 'ndjson'])('that has seen enough ends it quietly (%s)', async (format) => {
    const { stdin, stdout, until, ended } = start(['-r', '-', '-o', format]);
    stdin.end(LONG);
    await until((text) => text.includes('\n'));
    stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('that is slow gets everything', async () => {
    const { stdin, stdout, until, ended } = start(['-r', '-', '-o', 'ndjson']);
    stdin.end(LONG);
    await until((text) => text.includes('\n'));
    for (let pauses = 0; pauses < 50; pauses++) {
      stdout.pause();
      await turn();
      stdout.resume();
      await Promise.race([once(stdout, 'data'), ended]);
    }
    const { code, stdout: text } = await ended;
    expect(code).toBe(0);
    expect(connections(text).filter((line) => line.final).length).toBe(3000);
  });

  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('that has stopped reading does not keep it: %s, then %s', async (first, second) => {
    const { child, stdin, stdout, until } = start(['-r', '-', '-o', 'ndjson']);
    stdin.end(LONG);
    await until((text) => text.includes('\n'));
    stdout.pause();
    child.kill(first);
    // Until the first is taken in, the second would be one with it.
    while (child.exitCode === null && child.signalCode === null) {
      child.kill(second);
      await turn();
    }
    // As the shell sees it: 128 and the number of the signal.
    expect([first, second]).toContain(child.signalCode);
    stdout.destroy();
  });
});
