// Remakes fixtures/captures from real kernels: `npm run fixtures [NAME...]`. Needs root and Linux.
//
// One scenario in one setting gives one capture and its answers. Several are played at a time, each on a network of its own;
// whatever happens, no namespace is left behind.

import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tidily } from '../stage/tidy.js';
import { type Answers, writeAnswers } from './answers.js';
import { catalogue } from './catalogue.js';
import { Lab } from './lab.js';
import { linkTypeName } from './link-type.js';
import { writeTable } from './readme.js';
import { fixtureName, PlayAgain, type Scenario, type Setting } from './scenario.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const CAPTURES = join(FIXTURES, 'captures');
const AT_A_TIME = 4;
/** A play whose timing did not come out (segments that should cross did not) is played again. */
const ATTEMPTS = 8;
const LONGEST_PLAY_MS = 150_000;

interface Job {
  name: string;
  scenario: Scenario;
  setting: Setting;
}

/** Plays one scenario in one setting and leaves capture and answers in the fixtures' folder. */
async function make({ name, scenario, setting }: Job, scratch: string): Promise<void> {
  const format = setting.format ?? 'pcap';
  const file = join(scratch, `${name}.${format}`);
  let lab: Lab | null = null;
  try {
    lab = await Lab.set(scenario, setting, file);
    await withinLimit(scenario.play(lab));
    await lab.wire.stop();
    const { clientHost, serverHost, wire, ledger } = lab;
    const connections = ledger.since(wire.startedMs);
    for (const one of connections) {
      const { client, server } = one;
      one.frames = await wire.count(
        `tcp and host ${client.address} and host ${server.address} and port ${client.port} and port ${server.port}`,
      );
    }
    await writeAnswers<Answers>(join(scratch, `${name}.answers.json`), {
      name,
      scenario: scenario.truth,
      end: scenario.end,
      what: scenario.what,
      vantage: setting.vantage ?? ((setting.topology ?? 'routed') === 'routed' ? 'router' : 'client'),
      linkType: linkTypeName(await readFile(file)),
      snaplen: setting.snaplen ?? 262144,
      filter: setting.filter ?? null,
      connections,
      ...(scenario.hosts ? { hosts: lab.hostAnswers() } : {}),
      kernel: { client: await clientHost.counters(), server: await serverHost.counters() },
      dropped: { client: await clientHost.dropped(), server: await serverHost.dropped() },
      ss: { client: await clientHost.sockets(), server: await serverHost.sockets() },
    });
  } finally {
    await lab?.clear();
  }
  const final = setting.gzip ? `${name}.${format}.gz` : `${name}.${format}`;
  if (setting.gzip) await writeFile(join(scratch, final), gzipSync(await readFile(file)));
  // dumpcap keeps what it writes to its user.
  await chmod(join(scratch, final), 0o644);
  await rm(join(CAPTURES, final), { force: true });
  await copyFile(join(scratch, final), join(CAPTURES, final));
  await copyFile(join(scratch, `${name}.answers.json`), join(CAPTURES, `${name}.answers.json`));
}

/** A play that waits for what never comes must not hold up the others. */
async function withinLimit(play: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const tooLong = sleep(LONGEST_PLAY_MS, null, { signal: limit.signal }).then(() => {
    throw new Error(`not over after ${LONGEST_PLAY_MS / 1000} s`);
  });
  tooLong.catch(() => {});
  try {
    await Promise.race([play, tooLong]);
  } finally {
    limit.abort();
  }
}

async function makeWithPatience(job: Job, scratch: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const begun = performance.now();
    try {
      await make(job, scratch);
      say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${job.name}`);
      return true;
    } catch (error) {
      const again = error instanceof PlayAgain && attempt < ATTEMPTS;
      if (!again) {
        say(`  failed  ${job.name}: ${(error as Error).message}`);
        return false;
      }
    }
  }
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The jobs a command line names: all of them, or those whose names begin with one of the words. */
function choose(words: readonly string[]): Job[] {
  const all = catalogue.flatMap((scenario) =>
    scenario.in.map((setting) => ({ name: fixtureName(scenario, setting), scenario, setting })),
  );
  return words.length === 0 ? all : all.filter(({ name }) => words.some((word) => name.startsWith(word)));
}

async function main(words: readonly string[]): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    say('Making fixtures needs Linux and root: they are played by real kernels in network namespaces.');
    return 4;
  }
  const jobs = choose(words);
  if (jobs.length === 0) {
    say(`No fixture is called ${words.join(' or ')}.`);
    return 2;
  }
  await mkdir(CAPTURES, { recursive: true });
  let failed = 0;
  await tidily(async (scratch, interrupted) => {
    const waiting = [...jobs];
    const worker = async (): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined && !interrupted.aborted; job = waiting.shift()) {
        if (!(await makeWithPatience(job, scratch))) failed++;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  });
  await writeTable(join(FIXTURES, 'README.md'), CAPTURES);
  say(`${jobs.length - failed} of ${jobs.length} fixtures made`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
