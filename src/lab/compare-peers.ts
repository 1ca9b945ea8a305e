// What others make of the same captures, segment by segment: `npm run peers -- [--all] FOLDER...`. Needs tshark; tcptrace if
// it is there.
//
// tshark -2 labels frames, so each label is set against ours frame by frame; tcptrace counts by connection, so its totals are.
// Where we differ, docs/where-we-differ.md says who is right, and which frames prove it.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const TCPWATCH = fileURLToPath(new URL('../../bin/tcpwatch.js', import.meta.url));
const MAX_OUTPUT = 1 << 30;
const EXAMPLES = 3;

/** A class as both know it: our ids (or what they begin with), and tshark's fields. */
const CLASSES = [
  {
    name: 'retransmission',
    ours: (id: string) => id.startsWith('tcp.retransmission.') && id !== 'tcp.retransmission.spurious',
    theirs: ['retransmission', 'fast_retransmission', 'spurious_retransmission'],
  },
  { name: 'fast', ours: (id: string) => /\.(fast|sack)$/.test(id), theirs: ['fast_retransmission'] },
  { name: 'out of order', ours: (id: string) => /\.(out-of-order|hole-filled)$/.test(id), theirs: ['out_of_order'] },
  { name: 'duplicate ACK', ours: (id: string) => id === 'tcp.duplicate-ack', theirs: ['duplicate_ack'] },
  { name: 'capture hole', ours: (id: string) => id === 'tcp.capture-hole', theirs: ['ack_lost_segment'] },
  { name: 'keep-alive', ours: (id: string) => id === 'tcp.keep-alive', theirs: ['keep_alive'] },
  { name: 'keep-alive ACK', ours: (id: string) => id === 'tcp.keep-alive-ack', theirs: ['keep_alive_ack'] },
  { name: 'window probe', ours: (id: string) => id === 'tcp.window-probe', theirs: ['zero_window_probe'] },
  { name: 'window probe ACK', ours: (id: string) => id === 'tcp.window-probe-ack', theirs: ['zero_window_probe_ack'] },
  { name: 'zero window', ours: (id: string) => id === 'tcp.zero-window', theirs: ['zero_window'] },
  { name: 'window update', ours: (id: string) => id === 'tcp.window-update', theirs: ['window_update'] },
  { name: 'window full', ours: (id: string) => id === 'tcp.window-full', theirs: ['window_full'] },
] as const;

const FIELDS = [...new Set(CLASSES.flatMap(({ theirs }) => theirs as readonly string[]))];

/** Frames by label. */
type Labels = Map<string, Set<number>>;

interface Tally {
  agree: number;
  more: string[];
  less: string[];
}

function ours(file: string): { labels: Labels; resent: number } {
  const labels: Labels = new Map();
  let resent = 0;
  const text = execFileSync(process.execPath, [TCPWATCH, '-r', file, '--anomalies', '-o', 'ndjson'], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for (const line of text.split('\n')) {
    if (!line.startsWith('{"type":"anomaly"')) continue;
    const { id, packet, details } = JSON.parse(line);
    labels.set(id, (labels.get(id) ?? new Set()).add(packet));
    // A FIN is one class; the kernel counts it by why it was sent again.
    const why = `fin.${details.reason}`;
    if (details.reason) labels.set(why, (labels.get(why) ?? new Set()).add(packet));
    if (id.startsWith('tcp.retransmission.') && id !== 'tcp.retransmission.spurious') resent++;
  }
  return { labels, resent };
}

function tshark(file: string): Labels {
  const wanted = FIELDS.flatMap((field) => ['-e', `tcp.analysis.${field}`]);
  const text = execFileSync('tshark', ['-n', '-2', '-r', file, '-T', 'fields', '-e', 'frame.number', ...wanted], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const labels: Labels = new Map();
  for (const line of text.split('\n')) {
    const [frame, ...values] = line.split('\t');
    for (const [n, value] of values.entries()) {
      if (value) labels.set(FIELDS[n]!, (labels.get(FIELDS[n]!) ?? new Set()).add(Number(frame)));
    }
  }
  return labels;
}

/** Segments that were sent again, SYN and FIN too, over all connections; null: it cannot read this. */
function tcptrace(file: string): number | null {
  const { stdout, status } = spawnSync('tcptrace', ['-n', '-l', file], { encoding: 'utf8', maxBuffer: MAX_OUTPUT });
  if (status !== 0 || !stdout.includes('rexmt data pkts')) return null;
  const counts = [...stdout.matchAll(/rexmt data pkts: +(\d+) +rexmt data pkts: +(\d+)/g)];
  return counts.reduce((sum, [, a, b]) => sum + Number(a) + Number(b), 0);
}

/** tshark and tcptrace read no gzip of every kind: they get the capture as it is inside. */
function plain(file: string): string {
  if (!file.endsWith('.gz')) return file;
  const inside = join(tmpdir(), `tcpwatch-peers-${process.pid}-${basename(file, '.gz')}`);
  writeFileSync(inside, gunzipSync(readFileSync(file)));
  return inside;
}

function compare(name: string, us: Labels, them: Labels, tallies: Map<string, Tally>): void {
  for (const { name: label, ours: isOurs, theirs } of CLASSES) {
    const mine = new Set([...us].filter(([id]) => isOurs(id)).flatMap(([, frames]) => [...frames]));
    const others = new Set(theirs.flatMap((field) => [...(them.get(field) ?? [])]));
    const tally = tallies.get(label) ?? { agree: 0, more: [], less: [] };
    tallies.set(label, tally);
    for (const frame of mine) {
      if (others.has(frame)) tally.agree++;
      else tally.more.push(`${name}#${frame}`);
    }
    for (const frame of others) if (!mine.has(frame)) tally.less.push(`${name}#${frame}`);
  }
}

/** What the kernels of both ends counted, where answers stand beside a capture of one transfer; else null. */
function kernelOf(file: string): Record<string, number> | null {
  const answers = file.replace(/\.pcap(ng)?(\.gz)?$/, '.answers.json');
  if (!basename(file).startsWith('lossy-') || !existsSync(answers)) return null;
  const { client, server } = JSON.parse(readFileSync(answers, 'utf8')).kernel;
  const sum: Record<string, number> = { ...client };
  for (const [counter, n] of Object.entries<number>(server)) sum[counter] = (sum[counter] ?? 0) + n;
  return sum;
}

/** Ours, tshark's and the kernels' counts of what was sent again: a row. */
function kernelRow(name: string, us: Labels, them: Labels, kernel: Record<string, number>): string {
  const own = (...reasons: string[]): number =>
    reasons.reduce(
      (sum, reason) => sum + (us.get(`tcp.retransmission.${reason}`)?.size ?? 0) + (us.get(`fin.${reason}`)?.size ?? 0),
      0,
    );
  const counter = (id: string): number => kernel[id] ?? 0;
  const again = [...us].filter(([id]) => CLASSES[0].ours(id)).reduce((sum, [, frames]) => sum + frames.size, 0);
  const theirs = new Set(CLASSES[0].theirs.flatMap((field) => [...(them.get(field) ?? [])])).size;
  return [
    `| \`${name}\``,
    `${again} / ${theirs} / ${counter('TcpRetransSegs')}`,
    `${own('fast', 'sack')} / ${them.get('fast_retransmission')?.size ?? 0} / ${counter('TcpExtTCPFastRetrans')}`,
    `${own('after-timeout')} / - / ${counter('TcpExtTCPSlowStartRetrans')}`,
    `${own('timeout')} / - / ${counter('TcpExtTCPTimeouts')}`,
    `${own('tail-loss-probe') + (us.get('tcp.loss-probe')?.size ?? 0)} / - / ${counter('TcpExtTCPLossProbes')} |`,
  ].join(' | ');
}

function main(words: readonly string[]): number {
  const examples = words.includes('--all') ? Number.POSITIVE_INFINITY : EXAMPLES;
  const folders = words.filter((word) => word !== '--all');
  const files = folders
    .flatMap((folder) =>
      statSync(folder).isDirectory() ? readdirSync(folder).map((name) => join(folder, name)) : [folder],
    )
    .filter((file) => /\.(pcap|pcapng|cap|trace)(\.gz)?$/.test(file));
  if (files.length === 0) {
    process.stderr.write('npm run peers -- [--all] FOLDER... (or capture files)\n');
    return 2;
  }
  const tallies = new Map<string, Tally>();
  const differ: string[] = [];
  const kernelRows: string[] = [];
  let traced = 0;
  for (const file of files.sort()) {
    const inside = plain(file);
    try {
      const us = ours(inside);
      const them = tshark(inside);
      compare(basename(file), us.labels, them, tallies);
      const kernel = kernelOf(file);
      if (kernel) kernelRows.push(kernelRow(basename(file).replace(/\.pcap.*/, ''), us.labels, them, kernel));
      const theirs = tcptrace(inside);
      if (theirs === null) continue;
      traced++;
      if (theirs !== us.resent) differ.push(`${basename(file)} (we ${us.resent}, tcptrace ${theirs})`);
    } finally {
      if (inside !== file) rmSync(inside, { force: true });
    }
  }
  const rows = [...tallies].map(([label, { agree, more, less }]) => [
    label.padEnd(18),
    String(agree).padStart(7),
    String(more.length).padStart(8),
    String(less.length).padStart(8),
    `  + ${more.slice(0, examples).join(' ') || '-'}   - ${less.slice(0, examples).join(' ') || '-'}`,
  ]);
  process.stdout.write(
    `${files.length} captures; tshark -2 by frame\n\nclass                agree  we more  we less\n`,
  );
  process.stdout.write(rows.map((row) => `${row.join(' ')}\n`).join(''));
  if (kernelRows.length > 0)
    process.stdout.write(
      `\n| we / tshark / the kernels | sent again | fast or SACK | slow start | timeouts | probes |\n|---|---|---|---|---|---|\n${kernelRows.join('\n')}\n`,
    );
  process.stdout.write(`\ntcptrace: resent segments equal in ${traced - differ.length} of ${traced} captures\n`);
  process.stdout.write(differ.map((line) => `  ${line}\n`).join(''));
  return 0;
}

process.exitCode = main(process.argv.slice(2));
