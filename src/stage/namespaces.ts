// Network namespaces: make them, run things in them, and leave none behind.
//
// Read ip-netns(8). Every name carries a prefix and the lab's process id, so that two runs do not collide and a later run
// can tell what a killed one left.

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const PREFIX = 'tcpwatch';

/** Runs a command to its end and gives its output; rejects with what it said on stderr. */
export function run(command: string, parameters: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, parameters, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${parameters.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
    // A command may end without having read its input; its exit code says whether that matters.
    child.stdin!.on('error', () => {}).end(input);
  });
}

export interface Namespace {
  readonly name: string;
  /** The words before a command that make it run inside. */
  readonly enter: readonly [string, ...string[]];
  /** Runs a command inside. */
  run(command: string, parameters: readonly string[], input?: string): Promise<string>;
  /** Several `ip` commands, in order. */
  ip(...lines: string[]): Promise<void>;
  sysctl(values: Record<string, number | string>): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a namespace; `family` is what the fixture speaks: without IPv6 there is no neighbour discovery chatter either. */
export async function makeNamespace(role: string, family: 4 | 6): Promise<Namespace> {
  if (closed) throw new Error('the lab is closing');
  const name = `${PREFIX}-${process.pid}-${role}`;
  await run('ip', ['netns', 'add', name]);
  const enter = ['ip', 'netns', 'exec', name] as const;
  const namespace: Namespace = {
    name,
    enter,
    run: (command, parameters, input) => run('ip', [...enter.slice(1), command, ...parameters], input),
    ip: async (...lines) => {
      await run('ip', ['-n', name, '-batch', '-'], `${lines.join('\n')}\n`);
    },
    sysctl: async (values) => {
      const assignments = Object.entries(values).map(([key, value]) => `${key}=${value}`);
      await run('ip', [...enter.slice(1), 'sysctl', '-qw', ...assignments]);
    },
    remove: async () => {
      await endAllInside(name);
      await run('ip', ['netns', 'delete', name]);
    },
  };
  const six = family === 6 ? 0 : 1;
  await namespace.sysctl({
    'net.ipv6.conf.all.disable_ipv6': six,
    'net.ipv6.conf.default.disable_ipv6': six,
    'net.ipv6.conf.default.accept_dad': 0,
    'net.ipv6.conf.default.accept_ra': 0,
    'net.ipv6.conf.default.router_solicitations': 0,
  });
  await namespace.ip('link set lo up');
  return namespace;
}

/** Ends the processes that live in a namespace: those are ours, whoever started them. */
async function endAllInside(name: string): Promise<void> {
  const pids = (await run('ip', ['netns', 'pids', name])).split('\n').filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended between the listing and now.
    }
  }
}

let closed = false;

/** From now on no namespace can be made: what is being played must come to its end. */
export function closeLab(): void {
  closed = true;
}

/** Whether a run of the lab lives under this process id; a zombie has no command line. */
export function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

/** Where ip(8) keeps the names. */
const NAMES = '/run/netns';

/** Removes this run's own namespaces while the process exits and nothing can be awaited; what runs in them ends with it. */
export function sweepAtExit(): void {
  if (!existsSync(NAMES)) return;
  for (const name of readdirSync(NAMES)) {
    if (name.startsWith(`${PREFIX}-${process.pid}-`)) spawnSync('ip', ['netns', 'delete', name]);
  }
}

/** Removes the namespaces of runs that were killed, and, asked to, this run's own. Other runs that still live keep theirs. */
export async function sweep(own: boolean): Promise<void> {
  for (const line of (await run('ip', ['netns', 'list'])).split('\n')) {
    const [, name, pid] = /^(tcpwatch-(\d+)-\S+)/.exec(line) ?? [];
    if (name === undefined) continue;
    if (Number(pid) === process.pid ? !own : isAlive(Number(pid))) continue;
    try {
      await endAllInside(name);
      await run('ip', ['netns', 'delete', name]);
    } catch (error) {
      // The play it belonged to may have removed it meanwhile.
      if (existsSync(`${NAMES}/${name}`)) throw error;
    }
  }
}
