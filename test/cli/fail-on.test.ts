// `--fail-on`: the exit code, and what stderr says of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { impossibleLive } from '../live/listening.js';
import { heard, listen, onWire, play } from '../live/wire.js';
import { CLOSED, captureOf, conversation, KILLED } from '../support/packet-rows.js';
import { run, start } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-gate-'));
const save = (name: string, octets: Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, octets);
  return file;
};
const both = captureOf(conversation(CLOSED), conversation(KILLED, { clientPort: 40001, from: 10 }));
const bothFile = save('both.pcap', both);
const crowd = save(
  'crowd of 25.pcap',
  captureOf(...Array.from({ length: 25 }, (_, n) => conversation(KILLED, { clientPort: 40000 + n, from: 20 * n }))),
);
afterAll(() => rmSync(folder, { recursive: true }));

const KILLED_WORDS = '#2 192.0.2.1:40001 → 198.51.100.2:443: server process terminated · possible';

describe('reading', () => {
  it('exits 1, and says which connection, why, and how to look', async () => {
    const { code, stdout, stderr } = await run(['-r', bothFile, '--fail-on', 'error', '--fail-on', 'duration>2s']);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      `tcpwatch: --fail-on error, duration>2s: ${KILLED_WORDS}, duration 3.2s`,
      `tcpwatch: to look: tcpwatch ladder ${bothFile} -c 2`,
      '',
    ]);
    expect(stdout).toBe((await run(['-r', bothFile])).stdout);
  });

  it('exits 0 and says nothing when every connection keeps to the rules', async () => {
    const words = ['--fail-on', 'host-crashed', '--fail-on', 'retransmissions>0', '--fail-on', 'connections<2'];
    expect(await run(['-r', bothFile, ...words])).toMatchObject({ code: 0, stderr: '' });
  });

  it('the way to look that it shows, shows that connection', async () => {
    const { stderr } = await run(['-r', crowd, '--fail-on', 'error']);
    const [, file, id] = /ladder '(.*)' -c (\d+)$/m.exec(stderr)!;
    const { code, stdout } = await run(['ladder', file, '-c', id]);
    expect(code).toBe(0);
    const [, port] = /#\d+ 192\.0\.2\.1:(\d+)/.exec(stderr)!;
    expect(stdout).toContain(`192.0.2.1:${port}`);
  });

  it('tells of twenty, and how many more', async () => {
    const { code, stderr } = await run(['-r', crowd, '--fail-on', 'error']);
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(22);
    expect(lines[20]).toBe('tcpwatch: --fail-on: and 5 more connections (--output ndjson has all)');
  });

  it('a gate that no connection came through says so, and fails if it is asked to', async () => {
    const { code, stderr } = await run(['-r', bothFile, '--fail-on', 'error', 'port 9']);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "tcpwatch: --fail-on: no connection was seen, so none was judged (--fail-on 'connections<1' fails then)\n",
    );
    expect(await run(['-r', bothFile, '--fail-on', 'connections<1', 'port 9'])).toMatchObject({
      code: 1,
      stderr: 'tcpwatch: --fail-on connections<1: connections 0\n',
    });
  });

  it('the highest code wins: a capture that cannot be read whole', async () => {
    const cut = save('cut.pcap', both.subarray(0, -20));
    const { code, stderr } = await run(['-r', cut, '--fail-on', 'closed']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^tcpwatch: .*cut.pcap: .*\ntcpwatch: --fail-on closed: #1 /);
  });

  it('a word that is no rule: exit 2, and nothing is read', async () => {
    const { code, stdout, stderr } = await run(['-r', bothFile, '--fail-on', 'stall>2']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('tcpwatch: --fail-on stall>2: give a time in us, ms, s or min, such as stall>500ms\n');
  });

  it('judges on when nobody reads the output any more', async () => {
    const { stdout, ended } = start(['-r', crowd, '-o', 'ndjson', '--fail-on', 'error']);
    stdout.destroy();
    expect((await ended).code).toBe(1);
  });

  it('of a pipe: no file to look into, so it says how packets are kept', async () => {
    const { code, stderr } = await run(['-r', '-', '--fail-on', 'error'], { stdin: both });
    expect(code).toBe(1);
    expect(stderr).toContain('tcpwatch: to look: tcpwatch explain process-terminated');
  });
});

const impossible = impossibleLive('ip', 'tcpreplay');
describe.skipIf(impossible !== null)(`listening${impossible ? ` (skipped: ${impossible})` : ''}`, () => {
  it('exits 1 after Ctrl-C, and looks into what -w kept', () =>
    onWire(async (wire) => {
      const file = join(wire.folder, 'kept.pcapng');
      const running = await listen(wire, ['-w', file, '--fail-on', 'error']);
      await play(wire, both);
      await running.until((text) => text.includes('"reset-after-fin"'));
      process.kill(running.child.pid!, 'SIGINT');
      const { code, stderr } = await heard(running);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `tcpwatch: --fail-on error: ${KILLED_WORDS}\ntcpwatch: to look: tcpwatch -r ${file} -v 'host 192.0.2.1 and port 40001'\n`,
      );
    }));

  it('that saw nothing fails if it is asked to', () =>
    onWire(async (wire) => {
      const { code, stderr } = await heard(
        await listen(wire, ['--duration', '0.2', '--fail-on', 'connections<1', '--fail-on', 'error']),
      );
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'tcpwatch: --fail-on connections<1: connections 0\n' });
    }));
});
