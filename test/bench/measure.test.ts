// What a program costs is told as it is, and a program that does not end well is told as that.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measure, median } from '../../src/bench/measure.js';

const BENCH = resolve(import.meta.dirname, '../../dist/bench/bench.js');
const node = (program: string): string[] => [process.execPath, '-e', program];

describe('what is measured', () => {
  it('is wall time, CPU time and memory', async () => {
    const spins =
      'const b = Buffer.alloc(150e6, 1); const t = Date.now(); while (Date.now() < t + 300); setTimeout(() => b, 300)';
    const cost = await measure(node(spins), 10);
    if (typeof cost === 'string') throw new Error(cost);
    expect(cost.wallSeconds).toBeGreaterThan(0.6);
    expect(cost.cpuSeconds).toBeGreaterThan(0.15);
    expect(cost.cpuSeconds).toBeLessThan(cost.wallSeconds);
    if (process.platform === 'linux') expect(cost.memory).toBeGreaterThan(150e6);
  });

  it('is not what ends badly', async () => {
    expect(await measure(node('console.error("no such thing"); process.exit(3)'), 10)).toBe(
      'exit code 3: no such thing',
    );
    expect(await measure(node('setTimeout(() => {}, 60e3)'), 0.3)).toBe('over 0.3 s');
  });

  it('is the median of its runs', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('the command', () => {
  it('checks, measures and writes it down', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-bench-test-'));
    const json = join(folder, 'out.json');
    const options = [
      '--dir',
      folder,
      '--scale',
      '0.001',
      '--only',
      'mixed-1m',
      '--runs',
      '1',
      '--no-peers',
      '--json',
      json,
    ];
    const printed = execFileSync(process.execPath, [BENCH, ...options], { encoding: 'utf8', stdio: 'pipe' });
    expect(printed).toMatch(/^mixed-1m: [\d,]+ packets/);
    expect(printed).toContain('tcpwatch');
    const { blocks, versions } = JSON.parse(readFileSync(json, 'utf8'));
    expect(versions[0]).toEqual({ name: 'tcpwatch', does: expect.any(String), version: process.version });
    expect(blocks[0].rows[0].runs).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
});
