// The captures of the benchmark: the same each time, and what their maker says of them is so.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Capture, lossy, obtain, recipes } from '../../src/bench/captures.js';
import { find, mismatches } from '../../src/bench/check.js';

const TCPWATCH = resolve(import.meta.dirname, '../../bin/tcpwatch.js');
/** A few thousand packets of each kind. */
const SMALL = 0.0005;

const tshark = !spawnSync('tshark', ['--version']).error;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcpwatch-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = ({ path, truth }: Capture) =>
  find([process.execPath, TCPWATCH, '-r', path, '-o', 'ndjson'], truth.resent !== null);

const hashOf = ({ path }: Capture): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.each(recipes(SMALL).map((recipe) => ({ name: recipe.name, recipe })))('the capture $name', ({ recipe }) => {
  it('is the same each time it is made', () => {
    const [one, other] = ['one', 'other'].map((place) => obtain(recipe, join(folder, place)));
    expect(one.madeInSeconds).not.toBeNull();
    expect(other).toEqual({ ...one, path: other.path, madeInSeconds: other.madeInSeconds });
    expect(hashOf(other)).toBe(hashOf(one));
  });

  it('is kept', () => {
    const first = obtain(recipe, join(folder, 'kept'));
    expect(obtain(recipe, join(folder, 'kept'))).toEqual({ ...first, madeInSeconds: null });
  });

  it('holds what its maker says', async () => {
    const capture = obtain(recipe, join(folder, 'one'));
    expect(mismatches(capture.truth, await found(capture))).toEqual([]);
  });
});

describe('loss', () => {
  it.each([0, 0.01, 0.2])('of %d is counted', async (loss) => {
    const capture = obtain(lossy(`loss-${loss}`, 4, 4000, loss), folder);
    const { again, filled } = capture.truth.resent!;
    expect(again + filled > 0).toBe(loss > 0);
    expect(mismatches(capture.truth, await found(capture))).toEqual([]);
  });
});

describe('a count that is wrong', () => {
  it('is told', async () => {
    const capture = obtain(lossy('told', 2, 1000, 0.1), folder);
    const { packets, resent } = capture.truth;
    const wrong = { ...capture.truth, packets: packets + 1, resent: { ...resent!, again: 0 }, endings: { open: 2 } };
    expect(mismatches(wrong, await found(capture))).toEqual([
      `packets: ${packets}, written were ${packets + 1}`,
      'connections open: 0, written were 2',
      'connections closed: 2, written were 0',
      `segments sent again: ${resent!.again}, written were 0`,
    ]);
  });
});

describe.skipIf(!tshark)(`to tshark${tshark ? '' : ' (skipped: not installed)'}`, () => {
  const fields = (capture: Capture, names: readonly string[], filter = ''): string[][] =>
    execFileSync(
      'tshark',
      // biome-ignore format: an option and its value a line
      [
        '-n', '-r', capture.path,
        '-o', 'ip.check_checksum:TRUE',
        ...(filter ? ['-Y', filter] : []),
        '-T', 'fields',
        ...names.flatMap((name) => ['-e', name]),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 },
    )
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));

  it('it has as many connections, and all in order', () => {
    const capture = obtain(recipes(SMALL).find(({ name }) => name === 'mixed')!, folder);
    const rows = fields(capture, ['tcp.stream', 'ip.checksum.status', 'tcp.analysis.flags', '_ws.malformed']);
    expect(rows).toHaveLength(capture.truth.packets);
    expect(new Set(rows.map(([stream]) => stream)).size).toBe(capture.truth.connections);
    expect(new Set(rows.map(([, checksum]) => checksum))).toEqual(new Set(['1']));
    expect(new Set(rows.map(([, , flags, malformed]) => `${flags}${malformed}`))).toEqual(new Set(['']));
  });

  it('it has as many segments sent again', () => {
    const capture = obtain(lossy('tshark', 4, 4000, 0.1), folder);
    const labels = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'];
    const filter = labels.map((label) => `tcp.analysis.${label}`).join(' || ');
    const { again, filled } = capture.truth.resent!;
    expect(fields(capture, ['frame.number'], filter)).toHaveLength(again + filled);
  });
});
