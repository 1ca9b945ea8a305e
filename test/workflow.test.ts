// docs/examples/tcpwatch.yml, run: its steps, by the shell that GitHub gives them, for the example service as it is, for one
// that resets its connections, and for one that nobody calls. In a namespace of its own, so that nobody else's packets are there.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeNamespace } from '../src/stage/namespaces.js';
import { run as tcpwatch } from './cli/run.js';
import { impossibleLive } from './live/listening.js';

const ROOT = resolve(import.meta.dirname, '..');
const EXAMPLES = join(ROOT, 'docs/examples');
const WORKFLOW = parse(readFileSync(join(EXAMPLES, 'tcpwatch.yml'), 'utf8'));

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly if?: 'always()' | 'failure()';
  readonly uses?: string;
}
const steps: readonly Step[] = WORKFLOW.jobs.test.steps;

/** What an installed project has, without a registry. */
const INSTALLED = 'Install';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The example service as a checked out and installed project. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tcpwatch-workflow-'));
  folders.push(folder);
  cpSync(join(EXAMPLES, 'echo-service'), folder, { recursive: true });
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(ROOT, 'bin/tcpwatch.js'), join(bin, 'tcpwatch'));
  // Where root has no sudo it needs none.
  if (spawnSync('sh', ['-c', 'command -v sudo']).status !== 0) {
    writeFileSync(join(bin, 'sudo'), '#!/bin/sh\nexec "$@"\n');
    chmodSync(join(bin, 'sudo'), 0o755);
  }
  // tcpwatch becomes nobody and writes there.
  chmodSync(folder, 0o777);
  return folder;
}

interface Ran {
  readonly folder: string;
  /** Steps that were run, by their names, and how they exited. */
  readonly codes: Readonly<Record<string, number | null>>;
  readonly output: string;
}

/** Runs the job as GitHub does: after a failed step only those that ask for it, each by `bash -e`. */
async function runJob(folder: string): Promise<Ran> {
  const namespace = await makeNamespace(`workflow-${folders.length}`, 4);
  const PATH = [join(folder, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const codes: Record<string, number | null> = {};
  let output = '';
  try {
    for (const { name = '', run, if: condition } of steps) {
      if (run === undefined || name === INSTALLED) continue;
      const failed = Object.values(codes).some((code) => code !== 0);
      if (failed ? condition === undefined : condition === 'failure()') continue;
      const script = join(folder, 'step.sh');
      writeFileSync(script, run);
      const [command, ...words] = [...namespace.enter, 'bash', '-e', script];
      const step = spawnSync(command, words, {
        cwd: folder,
        env: { PATH, TZ: 'UTC' },
        encoding: 'utf8',
        timeout: 30_000,
      });
      codes[name] = step.status;
      output += step.stdout + step.stderr;
    }
  } finally {
    await namespace.remove();
  }
  return { folder, codes, output };
}

const [watch, test, judge] = ["Watch the service's port", 'Test', 'Judge the connections'];

const impossible = impossibleLive('ip', 'bash');
describe.skipIf(impossible !== null)(
  `the example workflow${impossible ? ` (skipped: ${impossible})` : ''}`,
  { timeout: 60_000 },
  () => {
    it('passes for the service as it is', async () => {
      const { folder, codes, output } = await runJob(project());
      expect(codes, output).toEqual({ [watch]: 0, [test]: 0, [judge]: 0 });
      expect(output).toContain('2 connections · 2 normal close');
      expect(readdirSync(join(folder, 'watched/flagged'))).toEqual([]);
    });

    it('fails for a service that resets its connections, although its tests pass; and keeps their packets', async () => {
      const folder = project();
      const server = join(folder, 'server.js');
      const healthy = readFileSync(server, 'utf8');
      const resetting = healthy.replace(
        'socket.pipe(socket);',
        "socket.once('data', (words) => socket.write(words, () => socket.resetAndDestroy()));",
      );
      expect(resetting).not.toBe(healthy);
      writeFileSync(server, resetting);
      const { codes, output } = await runJob(folder);
      expect(codes, output).toEqual({ [watch]: 0, [test]: 0, [judge]: 1 });
      expect(output).toMatch(
        /tcpwatch: --fail-on warning: #1 127\.0\.0\.1:\d+ → 127\.0\.0\.1:9998: aborted by the server/,
      );
      const kept = await tcpwatch(['-r', join(folder, 'watched/run.pcapng'), '--fail-on', 'aborted']);
      expect(kept.code).toBe(1);
      expect(readdirSync(join(folder, 'watched/flagged'))).toHaveLength(2);
    });

    it('fails when no connection was seen: nothing was tested', async () => {
      const folder = project();
      writeFileSync(join(folder, 'server.test.js'), '');
      const { codes, output } = await runJob(folder);
      expect(codes, output).toEqual({ [watch]: 0, [test]: 0, [judge]: 1 });
      expect(output).toContain('tcpwatch: --fail-on connections<1: connections 0');
    });

    it('judges also when the tests fail', async () => {
      const folder = project();
      appendFileSync(join(folder, 'server.test.js'), "\ntest('fails', () => assert.fail());\n");
      const { codes, output } = await runJob(folder);
      expect(codes, output).toEqual({ [watch]: 0, [test]: 1, [judge]: 0 });
    });
  },
);

it('installs what it uses, and keeps what it wrote', () => {
  const install = steps.find(({ name }) => name === INSTALLED)!.run!;
  expect(install).toContain('libpcap');
  expect(steps.at(-1)).toMatchObject({ if: 'failure()', with: { path: 'watched' } });
  expect(steps.filter(({ run }) => run === undefined).every(({ uses }) => /^actions\/[\w-]+@v\d+$/.test(uses!))).toBe(
    true,
  );
  expect(existsSync(join(EXAMPLES, 'echo-service/server.test.js'))).toBe(true);
});
