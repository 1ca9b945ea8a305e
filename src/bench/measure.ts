// What a run of a program costs: wall time, CPU time of it and of what it starts, most memory at a time.
//
// Node tells no resource usage of a child, so a shell runs it: its `times` has the CPU of what it waited for, to a hundredth of a
// second. Memory is what Linux says in /proc while the program runs; elsewhere it is not known.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

const SCRIPT = '"$@" >/dev/null & echo $!; wait $!; code=$?; times; exit $code';
/** Memory is asked for so often; a program's last growth is missed by no more. */
const LOOK_MS = 20;
const KIB = 1024;
export const MIB = KIB ** 2;
export const GIB = KIB ** 3;
/** The other half is the page cache's, which has the capture. */
const MOST_MEMORY = totalmem() / 2;

export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Most octets resident at a time; null: not known on this system. */
  readonly memory: number | null;
}

/**
 * Runs it once, its output thrown away; ends it before it takes more than half of the machine's memory.
 * @param limitSeconds it is ended after so long; Infinity: however long it takes
 * @returns what it cost, or why it did not end well, in words.
 */
export async function measure(
  command: readonly string[],
  limitSeconds = Number.POSITIVE_INFINITY,
): Promise<Cost | string> {
  const began = performance.now();
  // A group of its own, so that all of it can be ended.
  const child = spawn('sh', ['-c', SCRIPT, 'sh', ...command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  let memory: number | null = null;
  let ended: string | null = null;
  const end = (why: string): void => {
    ended ??= why;
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  // In a group of its own it hears no Ctrl-C.
  const interrupt = (): void => {
    end('interrupted');
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  const look = (): void => {
    memory = Math.max(memory ?? 0, residentOf(Number.parseInt(said, 10))) || null;
    if (memory !== null && memory > MOST_MEMORY) end(`over ${Math.round(MOST_MEMORY / GIB)} GiB of memory`);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KIB);
  });
  const looking = setInterval(look, LOOK_MS);
  const hasLimit = limitSeconds !== Number.POSITIVE_INFINITY;
  const limit = hasLimit ? setTimeout(() => end(`over ${limitSeconds} s`), limitSeconds * 1000) : undefined;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  }).finally(() => {
    clearInterval(looking);
    clearTimeout(limit);
    process.off('SIGINT', interrupt);
  });
  const wallSeconds = (performance.now() - began) / 1000;
  if (ended !== null) return ended;
  if (code !== 0) return `exit code ${code}: ${complaint.trim().split('\n').at(-1)}`;
  return { wallSeconds, cpuSeconds: cpuOf(said), memory };
}

/** Most octets that a process has had resident; 0: not known, or it is gone. */
function residentOf(pid: number): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib ?? 0) * KIB;
  } catch {
    return 0;
  }
}

/** The last line of `times`, POSIX: minutes and seconds of the children, in user mode and in the kernel. */
function cpuOf(said: string): number {
  const last = said.trim().split('\n').at(-1)!;
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0);
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs it so many times. Throws if one does not end well. @returns medians */
export async function measureRuns(command: readonly string[], runs: number): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) {
    const cost = await measure(command);
    if (typeof cost === 'string') throw new Error(`${command.join(' ')}: ${cost}`);
    costs.push(cost);
  }
  return medianCost(costs);
}

/** Of several runs, number by number. */
export function medianCost(costs: readonly Cost[]): Cost {
  const memories = costs.flatMap(({ memory }) => memory ?? []);
  return {
    wallSeconds: median(costs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    memory: memories.length > 0 ? median(memories) : null,
  };
}
