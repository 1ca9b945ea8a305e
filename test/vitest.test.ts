// The matcher that is shipped: what passes, what does not and why, and what is no answer at all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import '../src/vitest.js';
import { pcapFile } from './support/captures.js';
import { CLOSED, captureOf, conversation, KILLED } from './support/packet-rows.js';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/captures');
const ABORTED = join(FIXTURES, 'client-aborts.pcap');

const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-matcher-'));
afterAll(() => rmSync(folder, { recursive: true }));
function save(name: string, octets: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, octets);
  return file;
}

const both = captureOf(conversation(CLOSED), conversation(KILLED, { clientPort: 40001, from: 10 }));
const file = save('both.pcap', both);

describe('passes', () => {
  it('when the one connection ended so', async () => {
    await expect(ABORTED).toEndAs({ scenario: 'aborted', end: 'client', ending: 'reset', closedBy: 'client' });
    await expect(ABORTED).toEndAs({ severity: 'warning' });
  });

  it('when every connection did that the filter chooses', async () => {
    await expect(file).toEndAs({ scenario: 'normal-close', form: 'three-segment' }, { filter: 'port 40000' });
    await expect(file).toEndAs({ scenario: 'process-terminated', end: 'server' }, { filter: 'port 40001' });
    await expect(
      save('many.pcap', captureOf(...[1, 2, 3].map((n) => conversation(CLOSED, { clientPort: n, from: n })))),
    ).toEndAs({
      scenario: 'normal-close',
    });
  });

  it('with not, when one did not', async () => {
    await expect(file).not.toEndAs({ scenario: 'normal-close' });
  });
});

describe('fails', () => {
  it('when one of several ended otherwise: which one, how, and why', async () => {
    const failing = expect(file).toEndAs({ scenario: 'normal-close' });
    await expect(failing).rejects.toThrow(
      /^expected every connection of .*both\.pcap to end as \{"scenario":"normal-close"\}: 1 of 2 did not\n/,
    );
    const message: string = await Promise.resolve(failing).catch((error) => error.message);
    expect(message).toContain('connection #2: verdict.scenario: expected "normal-close", got "process-terminated"');
    expect(message).toContain('server process terminated · possible');
    expect(message).toMatch(/packet 21 .*the server answered with RST: no socket there any more/);
    expect(message).not.toContain('connection #1');
  });

  it('when it ended so for the other end', async () => {
    await expect(expect(ABORTED).toEndAs({ scenario: 'aborted', end: 'server' })).rejects.toThrow(
      'verdict.end: expected "server", got "client"',
    );
  });

  it('with not, when all did', async () => {
    await expect(expect(ABORTED).not.toEndAs({ scenario: 'aborted' })).rejects.toThrow(
      /expected not every connection of .* to end as \{"scenario":"aborted"\}: the only one did/,
    );
  });

  it('when something is expected that there is not', async () => {
    // @ts-expect-error a misspelt scenario
    await expect(expect(ABORTED).toEndAs({ scenario: 'abortd' })).rejects.toThrow('nothing ends as abortd');
    // @ts-expect-error a misspelt key
    await expect(expect(ABORTED).toEndAs({ scenrio: 'aborted' })).rejects.toThrow('toEndAs knows no scenrio');
  });

  it('tells of five connections, and how many more', async () => {
    const crowd = save(
      'crowd.pcap',
      captureOf(...[1, 2, 3, 4, 5, 6, 7].map((n) => conversation(KILLED, { clientPort: n, from: 9 * n }))),
    );
    await expect(expect(crowd).toEndAs({ scenario: 'normal-close' })).rejects.toThrow(
      /7 of 7 did not[\s\S]*and 2 more connections$/,
    );
  });
});

describe('is no answer, with not neither', () => {
  it.each([
    ['a capture that is not there', join(folder, 'missing.pcap'), '', /missing\.pcap: no such file/],
    ['a damaged one', save('cut.pcap', both.subarray(0, -20)), '', /cut\.pcap: /],
    ['one without a connection', save('empty.pcap', pcapFile()), '', /empty\.pcap: there is no connection$/],
    ['a filter that chooses none', file, 'port 9', /both\.pcap: there is no connection of "port 9"$/],
    ['a filter that is none', file, 'prot 9', /"prot"/],
    ['no path', 7, '', /toEndAs takes the path of a capture/],
  ])('%s', async (_, capture, filter, message) => {
    await expect(expect(capture).toEndAs({ scenario: 'normal-close' }, { filter })).rejects.toThrow(message);
    await expect(expect(capture).not.toEndAs({ scenario: 'normal-close' }, { filter })).rejects.toThrow(message);
  });
});
