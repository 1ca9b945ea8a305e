// Transfers over a path that loses, delays and reorders: what the sender's own kernel counts is the answer.
//
// Captured at the sender, so that nothing is lost before the capture. The receiver's kernel drops at random, and counts.

import type { Program } from '../../stage/program.js';
import type { Lab } from '../lab.js';
import type { Scenario, Setting } from '../scenario.js';

interface Transfer {
  /** Round trip in milliseconds. */
  rtt: number;
  /** Dropped of a thousand data segments, and of a thousand acknowledgements. */
  loss: number;
  ackLoss?: number;
  octets?: number;
  /** Linux lets no other be chosen in a namespace everywhere; without: reno. */
  congestion?: 'bbr';
  sack?: false;
  timestamps?: false;
  reorder?: { every: number; byMs: number };
  /** Everything is dropped for so long, once, in the middle. */
  blackoutMs?: number;
  /** Everything is held back for so long, once: what was sent again meanwhile was sent in vain. */
  pauseMs?: number;
  family?: 6;
}

const OCTETS = 300_000;
const PIECE = 16_384;
/** In the middle of a transfer, with much in flight. */
const PAUSES_AFTER = 90;

const TRANSFERS: readonly Transfer[] = [
  { rtt: 2, loss: 0 },
  { rtt: 2, loss: 10 },
  { rtt: 2, loss: 50, family: 6 },
  { rtt: 20, loss: 10 },
  { rtt: 20, loss: 30, family: 6 },
  { rtt: 20, loss: 100, octets: 100_000 },
  { rtt: 60, loss: 10 },
  { rtt: 60, loss: 30, congestion: 'bbr' },
  { rtt: 60, loss: 50, congestion: 'bbr', family: 6 },
  { rtt: 100, loss: 20, octets: 150_000 },
  { rtt: 20, loss: 10, sack: false },
  { rtt: 20, loss: 30, sack: false, family: 6 },
  { rtt: 60, loss: 50, sack: false, octets: 150_000 },
  { rtt: 20, loss: 30, timestamps: false },
  { rtt: 20, loss: 30, timestamps: false, sack: false },
  { rtt: 20, loss: 0, ackLoss: 100 },
  { rtt: 20, loss: 20, ackLoss: 200, family: 6 },
  { rtt: 20, loss: 0, reorder: { every: 20, byMs: 4 } },
  { rtt: 20, loss: 0, reorder: { every: 30, byMs: 30 }, family: 6 },
  { rtt: 20, loss: 20, reorder: { every: 25, byMs: 12 } },
  { rtt: 20, loss: 0, reorder: { every: 20, byMs: 12 }, sack: false },
  { rtt: 20, loss: 0, blackoutMs: 700 },
  { rtt: 60, loss: 10, blackoutMs: 1500, family: 6 },
  { rtt: 20, loss: 10, blackoutMs: 700, sack: false },
  { rtt: 20, loss: 0, pauseMs: 600 },
  { rtt: 20, loss: 0, pauseMs: 600, timestamps: false },
  { rtt: 60, loss: 0, pauseMs: 1200, timestamps: false, family: 6 },
  { rtt: 20, loss: 10, pauseMs: 600, timestamps: false },
  { rtt: 20, loss: 0, pauseMs: 600, sack: false },
];

export const lossy: readonly Scenario[] = TRANSFERS.map((transfer, n) => ({
  name: nameOf(transfer),
  truth: 'normal-close',
  end: null,
  what: `The client sent ${transfer.octets ?? OCTETS} octets; the path ${habitsOf(transfer)}.`,
  in: [settingOf(transfer, 210 + n)],
  tuning: {
    'net.ipv4.tcp_congestion_control': transfer.congestion ?? 'reno',
    'net.ipv4.tcp_sack': transfer.sack === false ? 0 : 1,
    'net.ipv4.tcp_timestamps': transfer.timestamps === false ? 0 : 1,
    // Nobody gives up here.
    'net.ipv4.tcp_retries2': 15,
  },
  play: (lab: Lab) => play(lab, transfer),
}));

function nameOf({
  rtt,
  loss,
  ackLoss,
  congestion,
  sack,
  timestamps,
  reorder,
  blackoutMs,
  pauseMs,
  family,
}: Transfer): string {
  const words = [
    `lossy-rtt-${rtt}`,
    loss > 0 && `loss-${loss}`,
    ackLoss && `ack-loss-${ackLoss}`,
    reorder && `reorder-${reorder.byMs}`,
    blackoutMs && `blackout-${blackoutMs}`,
    pauseMs && `pause-${pauseMs}`,
    congestion,
    sack === false && 'no-sack',
    timestamps === false && 'no-timestamps',
    family && 'v6',
  ];
  return words.filter(Boolean).join('-');
}

function habitsOf({ rtt, loss, ackLoss = 0, reorder, blackoutMs, pauseMs }: Transfer): string {
  const habits = [
    `took ${rtt} ms there and back`,
    loss > 0 && `lost ${loss / 10} % of them`,
    ackLoss > 0 && `lost ${ackLoss / 10} % of the acknowledgements`,
    reorder && `delivered every ${reorder.every}th ${reorder.byMs} ms late`,
    pauseMs && `held everything back for ${pauseMs} ms`,
    blackoutMs && `was cut for ${blackoutMs} ms`,
  ];
  return habits.filter(Boolean).join(', ');
}

function settingOf({ rtt, reorder, pauseMs, family }: Transfer, net: number): Setting {
  return {
    net,
    topology: 'tunnel',
    vantage: 'client',
    family: family ?? 4,
    delayMs: rtt / 2,
    ...(reorder ? { reorder } : {}),
    ...(pauseMs ? { pause: { after: PAUSES_AFTER, forMs: pauseMs } } : {}),
    snaplen: 128,
    precision: 'nano',
    gzip: true,
  };
}

async function play(lab: Lab, { loss, ackLoss = 0, octets = OCTETS, blackoutMs = 0 }: Transfer): Promise<void> {
  const worker = await lab.meets();
  const { port } = lab.server.at;
  const random = (perMille: number): string => `numgen random mod 1000 < ${perMille}`;
  if (loss > 0) await lab.serverHost.firewall('input', `tcp dport ${port} ${random(loss)} counter drop`);
  if (ackLoss > 0) await lab.clientHost.firewall('input', `tcp sport ${port} ${random(ackLoss)} counter drop`);
  const reading = reads(worker, octets);
  if (blackoutMs > 0) {
    await writes(lab.client, octets / 2);
    await lab.serverHost.firewall('input', `tcp dport ${port} counter drop`);
    const writing = writes(lab.client, octets / 2);
    await lab.passes(blackoutMs / 1000);
    await lab.serverHost.firewall('input', `tcp dport ${port} ${random(loss)} counter drop`);
    await writing;
  } else await writes(lab.client, octets);
  await reading;
  await lab.client.closes();
  await worker.reads({ within: 20 });
  await worker.closes();
  await lab.clientHost.leaves('FIN-WAIT-1');
  await lab.serverHost.leaves('LAST-ACK', { within: 30 });
}

async function writes(program: Program, octets: number): Promise<void> {
  for (let left = octets; left > 0; ) {
    const { result } = await program.writes('x', { repeat: Math.min(PIECE, left), within: 30 });
    if (typeof result !== 'number') throw new Error(`write: ${result}`);
    left -= result;
  }
}

async function reads(program: Program, octets: number): Promise<void> {
  for (let left = octets; left > 0; ) {
    const { result } = await program.reads({ within: 30, most: 65_536 });
    if (typeof result !== 'number') throw new Error(`read: ${result}`);
    left -= result;
  }
}
