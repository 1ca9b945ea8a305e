// The process behind pump.ts: reads packets from either tun device and writes them to the other after a delay.
//
//   node pump-main.js CABLE (pump.ts, as JSON)

import { readSync, writeSync } from 'node:fs';
import { openTun } from './devices.js';
import { loadLibc, POLLIN } from './libc.js';
import type { Cable } from './pump.js';

const ORDERS = 0;
const { delayMs, reorder, lose = [], twice, pause } = JSON.parse(process.argv[2]!) as Cable;
const c = await loadLibc();
const ends = [openTun(c, 'near'), openTun(c, 'far')] as const;
writeSync(1, 'ready\n');

const late: { due: number; to: number; packet: Buffer }[] = [];
const packet = Buffer.alloc(65536);
let passed = 0;
let pausedUntil = 0;

function keep(due: number, to: number, packet: Buffer): void {
  // Nearly always the last.
  let at = late.length;
  while (at > 0 && late[at - 1]!.due > due) at--;
  late.splice(at, 0, { due, to, packet });
}

for (;;) {
  const wait = late.length > 0 ? Math.max(0, late[0]!.due - performance.now()) : 3_600_000;
  const [near, far, over] = c.waitAny([...ends, ORDERS], POLLIN, wait);
  // Orders never come: readable means that the lab is gone.
  if (over) process.exit(0);
  for (const [ready, from, to] of [
    [near, ends[0], ends[1]],
    [far, ends[1], ends[0]],
  ] as const) {
    if (!ready) continue;
    const length = readSync(from, packet);
    if (from === ends[0] && lose.includes(++passed)) continue;
    const slow = reorder && from === ends[0] && passed % reorder.every === 0 ? reorder.byMs : 0;
    if (pause && passed === pause.after && pausedUntil === 0) pausedUntil = performance.now() + pause.forMs;
    const due = Math.max(performance.now() + delayMs + slow, pausedUntil);
    const one = Buffer.from(packet.subarray(0, length));
    keep(due, to, one);
    if (from === ends[0] && twice?.which.includes(passed)) keep(due + twice.byMs, to, one);
  }
  while (late.length > 0 && late[0]!.due <= performance.now()) {
    const { to, packet: one } = late.shift()!;
    try {
      writeSync(to, one);
    } catch {
      // The device at that end is down: the packet is lost, as on any cable.
    }
  }
}
