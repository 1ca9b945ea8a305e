// The process behind pump.ts: reads packets from either tun device and writes them to the other after a delay.
//
//   node pump-main.js DELAY_MS

import { readSync, writeSync } from 'node:fs';
import { openTun } from './devices.js';
import { loadLibc, POLLIN } from './libc.js';

const ORDERS = 0;
const delayMs = Number(process.argv[2]);
const c = await loadLibc();
const ends = [openTun(c, 'near'), openTun(c, 'far')] as const;
writeSync(1, 'ready\n');

const late: { due: number; to: number; packet: Buffer }[] = [];
const packet = Buffer.alloc(65536);

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
    late.push({ due: performance.now() + delayMs, to, packet: Buffer.from(packet.subarray(0, length)) });
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
