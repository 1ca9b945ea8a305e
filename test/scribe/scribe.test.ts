// A large capture as NDJSON, worded by a thread of its own: the same lines as by one thread, and the same manners.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from '../cli/run.js';
import { CLOSED, captureOf, conversation, KILLED, OPEN, REFUSED, type Row } from '../support/packet-rows.js';

const hasTaskset = ((): boolean => {
  try {
    execFileSync('taskset', ['-c', '0', 'true']);
    return true;
  } catch {
    return false;
  }
})();
const reason = availableParallelism() < 2 ? 'one core' : hasTaskset ? null : 'no taskset';

/** Enough octets to be worth a thread, and enough connections for several pages of each kind. */
function large(): Uint8Array {
  const bulk: Row[] = Array.from({ length: 300 }, (_, n) => [1 + n / 100, 'client', 'PA', 60_000]);
  const ports = Array.from({ length: 700 }, (_, n) => 10_000 + n);
  return captureOf(
    conversation([...CLOSED.slice(0, 3), ...bulk], { clientPort: 9999 }),
    ...ports.map((clientPort, n) => {
      const rows = [KILLED, CLOSED, OPEN, REFUSED][n % 4];
      // Some are over, and final, long before the capture is.
      return conversation(rows, { clientPort, from: n < 400 ? n / 100 : 200 + n / 100 });
    }),
  );
}

describe.skipIf(reason)(`the scribe's thread${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-scribe-'));
  const file = join(folder, 'large.pcap');
  const args = ['-r', file, '-o', 'ndjson'];

  beforeAll(() => writeFileSync(file, large()));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes what one thread writes', async () => {
    const one = await run(args, { in: ['taskset', '-c', '0'] });
    const two = await run(args);
    expect(one.stdout.split('\n').length).toBeGreaterThan(702);
    expect(two).toEqual(one);
  });

  it('also of anomalies', async () => {
    const one = await run([...args, '--anomalies'], { in: ['taskset', '-c', '0'] });
    expect((await run([...args, '--anomalies'])).stdout).toBe(one.stdout);
  });

  it('takes a reader that has seen enough for no error', async () => {
    const { stdout, ended } = start(args);
    stdout.once('data', () => stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends after so long', async () => {
    const { code, stdout, stderr } = await run([...args, '--duration', '0.01']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'tcpwatch: stopped: what came after that was not read\n' });
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ type: 'summary' });
  });

  it('says what it could not write', async () => {
    const { code, stderr } = await run(args, { stdout: openSync('/dev/full', 'w') });
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: 'tcpwatch: cannot write the output: ENOSPC: no space left on device, write\n',
    });
  });
});
