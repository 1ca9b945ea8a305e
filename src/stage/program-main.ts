// A program under test: runs inside a namespace, is told one step at a time, tells what each call really returned.
//
// The client, the server's parent and the server's child per connection are all this file; which steps it is given makes
// it one or the other. Orders come as JSON lines on descriptor 0, records go as JSON lines to descriptor 1, and everything
// blocks: a program stuck in read() is as deaf as a real one. It ends when its orders end, so none outlives the lab.
//
//   node program-main.js --name NAME [--socket FD] [--slots FIRST,COUNT] [--plain-frames INTERFACE,...]

import { spawn } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { epochMs } from './clock.js';
import { plainFrames } from './devices.js';
import * as libc from './libc.js';
import type { Report, Step } from './steps.js';

const CONTROL = 0;
const { values: options } = parseArgs({
  options: {
    name: { type: 'string', default: 'program' },
    socket: { type: 'string' },
    slots: { type: 'string' },
    'plain-frames': { type: 'string' },
  },
});
// What others see of it in /proc/PID/comm.
process.title = options.name;
const c = await libc.loadLibc();

let fd = options.socket === undefined ? -1 : Number(options.socket);
let listener = -1;
const slots: number[] = [];
if (options.slots !== undefined) {
  const [first, count] = options.slots.split(',').map(Number);
  for (let i = 0; i < count!; i++) slots.push(first! + i);
}
for (const device of options['plain-frames']?.split(',') ?? []) plainFrames(c, device);

const input = Buffer.alloc(65536);
let pending = '';

/** The next order, waiting for it; null when the lab is gone. */
function nextStep(): Step | null {
  for (;;) {
    const end = pending.indexOf('\n');
    if (end >= 0) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      return JSON.parse(line) as Step;
    }
    const count = readSync(CONTROL, input);
    if (count === 0) return null;
    pending += input.toString('utf8', 0, count);
  }
}

/** Tells the lab; a `call` is part of the record, `reply` says that the step is over. */
function report(record: Omit<Report, 'at'>): void {
  const line = `${JSON.stringify({ ...record, at: epochMs() })}\n`;
  try {
    writeSync(1, line);
  } catch {
    // Nobody listens any more: the lab is gone.
    process.exit(0);
  }
}

const done = (call: string, result: libc.Outcome): void => {
  report({ call, result: typeof result === 'number' ? 'ok' : result, reply: true });
};

function read(timeoutMs: number, most: number): { result: libc.Outcome; text: string } {
  const buffer = Buffer.alloc(most);
  const got = c.receive(fd, buffer, timeoutMs);
  if (typeof got === 'string') return { result: got, text: '' };
  return { result: got === 0 ? 'EOF' : got, text: buffer.toString('latin1', 0, got) };
}

function write(text: string, repeat: number, timeoutMs: number, reply: boolean, urgent = false): libc.Outcome {
  const calledAt = epochMs();
  const result = c.send(fd, Buffer.from(text.repeat(repeat), 'latin1'), timeoutMs, urgent);
  report({ call: urgent ? 'send MSG_OOB' : 'write', result, text, calledAt, reply });
  return result;
}

/** The server's str_echo(): until another order comes, or EOF or an error, after which the program exits. */
function echo(): void {
  for (;;) {
    const [readable, ordered] = c.waitAny([fd, CONTROL], libc.POLLIN, 3_600_000);
    if (ordered) return;
    if (!readable) continue;
    const { result, text } = read(0, 1024);
    report({ call: 'read', result, text, reply: false });
    if (typeof result === 'string') break;
    if (typeof write(text, 1, 10_000, false) === 'string') break;
  }
  report({ call: 'exit', result: 'ok', reply: false });
  process.exit(0);
}

/** Hands the accepted connection to a child process of its own, as the server's fork() does. */
function fork(connection: number, slot: number): number {
  const child = spawn(process.argv0, [fileURLToPath(import.meta.url), '--name', options.name, '--socket', '3'], {
    stdio: [slot, slot, 2, connection],
  });
  c.close(connection);
  c.close(slot);
  return child.pid!;
}

const steps: { [K in Step['step']]: (step: Extract<Step, { step: K }>) => void } = {
  connect({ to, from, timeoutMs, options: chosen }) {
    fd = c.socket(to.address.includes(':') ? libc.AF_INET6 : libc.AF_INET) as number;
    for (const [name, value] of chosen) c.setInteger(fd, name, value);
    const bound = c.bind(fd, from);
    if (typeof bound === 'string') return done('bind', bound);
    report({ call: '', result: '', local: c.localEnd(fd), reply: false });
    done('connect', c.connect(fd, to, timeoutMs));
  },
  listen({ at, backlog }) {
    listener = c.socket(at.address.includes(':') ? libc.AF_INET6 : libc.AF_INET) as number;
    c.setInteger(listener, 'SO_REUSEADDR', 1);
    const bound = c.bind(listener, at);
    done('listen', typeof bound === 'string' ? bound : c.listen(listener, backlog));
  },
  accept({ timeoutMs }) {
    const accepted = c.accept(listener, timeoutMs);
    if (typeof accepted.fd === 'string') return done('accept', accepted.fd);
    const slot = slots.shift();
    if (slot === undefined) throw new Error('more connections than slots');
    report({ call: 'accept', result: 'ok', peer: accepted.peer!, pid: fork(accepted.fd, slot), reply: true });
  },
  write({ text, repeat, timeoutMs, urgent }) {
    write(text, repeat, timeoutMs, true, urgent);
  },
  read({ timeoutMs, most }) {
    report({ call: 'read', ...read(timeoutMs, most), reply: true });
  },
  echo() {
    report({ call: '', result: '', reply: true });
    echo();
  },
  shutdown({ how }) {
    done('shutdown', c.shutdown(fd, how));
  },
  close() {
    done('close', c.close(fd));
  },
  linger({ seconds }) {
    done('setsockopt SO_LINGER', c.linger(fd, seconds));
  },
  option({ name, value }) {
    done(`setsockopt ${name}`, c.setInteger(fd, name, value));
  },
  ignore() {
    done('signal SIGTERM SIG_IGN', c.ignore(constants.signals.SIGTERM));
  },
  raw({ hex, to }) {
    const raw = c.rawSocket(to.address.includes(':') ? libc.AF_INET6 : libc.AF_INET) as number;
    const sent = c.sendTo(raw, Buffer.from(hex, 'hex'), { ...to, port: 0 });
    c.close(raw);
    report({ call: '', result: sent, reply: true });
  },
};

report({ call: '', result: 'ready', pid: process.pid, reply: true });
for (let step = nextStep(); step !== null; step = nextStep()) {
  (steps[step.step] as (step: Step) => void)(step);
}
process.exit(0);
