// Each stage of `npm run bench -- --quick` takes a capture to its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lossy, obtain } from '../../src/bench/captures.js';
import { STAGES } from '../../src/bench/stages.js';
import { barChart, lineChart } from '../../src/bench/svg.js';

const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(STAGES)('$name', async ({ run }) => {
  const { path } = obtain(lossy('stages', 4, 1000, 0.1), folder);
  await expect(run(path)).resolves.toBeUndefined();
});

it('plots are whole, whatever is in their words', () => {
  const bars = barChart('<&>', [{ title: 'a', bars: [{ name: 'b', value: null, words: 'not installed' }] }]);
  const lines = lineChart('c', [{ title: 'd', points: [{ name: 'e', value: 0 }] }]);
  for (const plot of [bars, lines]) {
    expect(plot).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(plot).not.toContain('NaN');
  }
  expect(bars).toContain('<title>&lt;&amp;></title>');
});
