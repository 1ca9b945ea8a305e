// Plays how a real kernel dies while clients are connected to it: `npm run machines [STORY...]`. Needs root and Debian (amd64).
//
// One story gives a capture and its answers, in fixtures/machines; its README says what must be installed. Read stories.ts
// first. The answers come from the machine's own console and from the clients' own calls, never from the packets.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tidily } from '../../stage/tidy.js';
import { type MachineAnswers, writeAnswers } from '../answers.js';
import { writeTable } from '../readme.js';
import { PlayAgain } from '../scenario.js';
import { type Bootable, makeBootable } from './bootable.js';
import { Scene } from './scene.js';
import { stories } from './stories.js';
import { captureName, type Setting, type Story } from './story.js';

const MACHINES = fileURLToPath(new URL('../../../fixtures/machines/', import.meta.url));
/** A play whose capture missed packets is played again. */
const ATTEMPTS = 3;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Plays one story in one setting and leaves capture and answers in the fixtures' folder. */
async function make(story: Story, setting: Setting, bootable: Bootable, scratch: string): Promise<void> {
  const name = captureName(story, setting);
  const scene = await Scene.set(story, setting, bootable, scratch);
  try {
    await story.play(scene);
    const { file, answers } = await scene.ends();
    await writeFile(join(MACHINES, `${name}.pcap.gz`), gzipSync(await readFile(file), { level: 9 }));
    await writeAnswers<MachineAnswers>(join(MACHINES, `${name}.answers.json`), { name, ...answers });
  } finally {
    await scene.clear();
  }
}

async function makeWithPatience(story: Story, setting: Setting, bootable: Bootable, scratch: string): Promise<boolean> {
  const name = captureName(story, setting);
  for (let attempt = 1; ; attempt++) {
    const begun = performance.now();
    try {
      await make(story, setting, bootable, scratch);
      say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${name}`);
      return true;
    } catch (error) {
      if (error instanceof PlayAgain && attempt < ATTEMPTS) continue;
      say(`  failed  ${name}: ${(error as Error).message}`);
      return false;
    }
  }
}

async function main(words: readonly string[]): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    say('Playing machines needs Linux and root: they hang on a tap device in a network namespace.');
    return 4;
  }
  const jobs = stories
    .flatMap((story) => story.in.map((setting) => ({ story, setting })))
    .filter(
      ({ story, setting }) => words.length === 0 || words.some((word) => captureName(story, setting).startsWith(word)),
    );
  if (jobs.length === 0) {
    say(`No story is called ${words.join(' or ')}.`);
    return 2;
  }
  await mkdir(MACHINES, { recursive: true });
  let made = 0;
  await tidily(async (scratch, interrupted) => {
    const bootable = await makeBootable(scratch);
    for (const { story, setting } of jobs) {
      if (interrupted.aborted) break;
      if (await makeWithPatience(story, setting, bootable, scratch)) made++;
    }
  });
  await writeTable(join(MACHINES, 'README.md'), MACHINES);
  say(`${made} of ${jobs.length} machines played`);
  return made === jobs.length ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
