// A process of its own for each stage, so that none runs on code that another has warmed or spoilt: node stage-main.js STAGE
// CAPTURE ROUNDS. Prints the least of all rounds: wall and CPU seconds.

import { STAGES } from './stages.js';

const [name, path, rounds] = process.argv.slice(2);
const stage = STAGES.find((row) => row.name === name)!;
let wallSeconds = Number.POSITIVE_INFINITY;
let cpuSeconds = Number.POSITIVE_INFINITY;
for (let round = 0; round < Number(rounds); round++) {
  const began = performance.now();
  const before = process.cpuUsage();
  await stage.run(path!);
  const { user, system } = process.cpuUsage(before);
  wallSeconds = Math.min(wallSeconds, (performance.now() - began) / 1e3);
  cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
}
process.stdout.write(JSON.stringify({ wallSeconds, cpuSeconds }));
