// TOOLS: who is measured, as rows. Each reads the same file and prints to nowhere.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const TCPWATCH = fileURLToPath(new URL('../../bin/tcpwatch.js', import.meta.url));

export interface Tool {
  readonly name: string;
  /** What it makes of a capture: no two do the same work. */
  readonly does: string;
  readonly command: (capture: string) => readonly string[];
  /** What it says it is; null: it is not installed. */
  readonly version: string | null;
  /** What is measured, and not what it is measured beside: it may take as long as it takes. */
  readonly isOurs: boolean;
  /** Slower ones get no larger capture than this. */
  readonly mostPackets: number;
}

const PEERS = [
  {
    name: 'tcpdump',
    does: 'copies the packets, looks at none',
    command: (capture: string) => ['tcpdump', '-r', capture, '-w', '/dev/null'],
    version: ['tcpdump', '--version'],
    mostPackets: Number.POSITIVE_INFINITY,
  },
  {
    name: 'argus',
    does: 'flow records, with counts of losses',
    command: (capture: string) => ['argus', '-X', '-r', capture, '-w', '-'],
    version: ['argus', '-h'],
    mostPackets: Number.POSITIVE_INFINITY,
  },
  {
    name: 'tcptrace',
    does: 'follows sequence numbers; prints nothing (-q)',
    command: (capture: string) => ['tcptrace', '-n', '-q', capture],
    version: ['tcptrace', '-v'],
    mostPackets: Number.POSITIVE_INFINITY,
  },
  {
    name: 'tshark',
    does: 'dissects every packet; conversations',
    command: (capture: string) => ['tshark', '-n', '-r', capture, '-q', '-z', 'conv,tcp'],
    version: ['tshark', '--version'],
    // A tenth of a million a second.
    mostPackets: 1_500_000,
  },
] as const;

/** Ours, under one Node. @param node the binary @param another not the first: named by its version */
export function ours(node: string, another = false): Tool {
  const version = firstLine([node, '--version']);
  return {
    name: another ? `tcpwatch, Node ${version ?? node}` : 'tcpwatch',
    does: 'every connection judged, as NDJSON',
    command: (capture) => [node, TCPWATCH, '-r', capture, '-o', 'ndjson'],
    version,
    isOurs: true,
    mostPackets: Number.POSITIVE_INFINITY,
  };
}

/** The same kept to one core, and so to one thread; null: where nothing can do that. */
export function onOneCore(tool: Tool): Tool | null {
  if (firstLine(['taskset', '--version']) === null) return null;
  return {
    ...tool,
    name: `${tool.name}, one thread`,
    does: `${tool.does}, by one thread`,
    command: (capture) => ['taskset', '-c', '0', ...tool.command(capture)],
  };
}

export function peers(): readonly Tool[] {
  return PEERS.map((peer) => ({ ...peer, version: firstLine(peer.version), isOurs: false }));
}

/** The first line with a number of what a command says; null: there is no such command. */
function firstLine([program, ...words]: readonly string[]): string | null {
  const { stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (error) return null;
  return (
    `${stdout}\n${stderr}`
      .split('\n')
      .find((line) => /\d\.\d/.test(line))
      ?.trim() ?? 'version not told'
  );
}
