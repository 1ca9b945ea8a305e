// The scribe's thread: see scribe.ts.

import { parentPort, workerData } from 'node:worker_threads';
import { Lines } from './lines.js';
import type { Duty, Order, Reply } from './scribe.js';
import { Writer } from './writer.js';

const port = parentPort!;
const { fd, replies }: Duty = workerData;
const reply = (message: Reply, ...moved: ArrayBuffer[]): void => replies.postMessage(message, moved);

const lines = new Lines();
const writer: Writer = new Writer(fd, () => {
  const { code, message } = writer.failure!;
  reply({ failure: { code, message } });
});

// One order after the other, whatever waits.
let done: Promise<void> = Promise.resolve();
port.on('message', (order: Order) => {
  done = done.then(() => follow(order));
});

async function follow(order: Order): Promise<void> {
  if (order === 'end') {
    port.close();
    replies.close();
    return;
  }
  if ('lines' in order) writer.add(order.lines);
  else lines.of(order, (line) => writer.add(line));
  await writer.flushed();
  if ('lines' in order) reply('written');
  else reply({ ints: order.ints, doubles: order.doubles }, order.ints.buffer, order.doubles.buffer);
}
