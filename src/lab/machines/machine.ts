// A machine with a kernel of its own, in QEMU, emulated in software so that it runs the same everywhere.
//
// Read qemu(1) and docs/interop/qmp-spec: the guest's first serial port is our stdin and stdout, and a second channel, QMP,
// stops and resumes the processor behind the guest's back.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Namespace } from '../../stage/namespaces.js';
import type { Bootable } from './bootable.js';

export interface Hardware {
  /** Where its cable, the tap device `far`, is plugged in. */
  at: Namespace;
  address: string;
  gateway: string;
  mac: string;
  /** The kernel's panic=: how long it stays when it has panicked; 0: for ever. */
  panicSeconds: number;
  /** Its process 1 waits so long, as firmware would. */
  firmwareSeconds: number;
}

const LONGEST_WAIT_MS = 60_000;

export class Machine {
  /** Lines that nobody has waited for yet. */
  private said: string[] = [];
  private wake = (): void => {};

  private constructor(
    private readonly qemu: ChildProcess,
    private readonly monitor: Socket,
    onLine: (line: string) => void,
  ) {
    createInterface(qemu.stdout!).on('line', (raw) => {
      const line = raw.replaceAll('\r', '');
      onLine(line);
      this.said.push(line);
      this.wake();
    });
    qemu.stdin!.on('error', () => {});
    monitor.on('error', () => {});
  }

  /** Switches it on and waits until process 1 is up. `onLine` gets all that the console says. */
  static async boot(
    hardware: Hardware,
    bootable: Bootable,
    scratch: string,
    onLine: (line: string) => void,
  ): Promise<Machine> {
    const { at, address, gateway, mac, panicSeconds, firmwareSeconds } = hardware;
    const socket = join(scratch, 'monitor');
    const [enter, ...rest] = at.enter;
    const parameters = [
      // Whatever becomes of us, it ends with us.
      ...['setpriv', '--pdeathsig', 'KILL', 'qemu-system-x86_64'],
      ...['-accel', 'tcg', '-m', '256', '-smp', '1', '-nodefaults', '-no-user-config', '-display', 'none'],
      ...['-serial', 'stdio', '-qmp', `unix:${socket},server=on,wait=off`],
      // A machine that is off keeps its cable: were QEMU to end, the router would lose the link at once.
      '-no-shutdown',
      ...['-kernel', bootable.kernel, '-initrd', bootable.initramfs],
      '-append',
      `console=ttyS0 quiet ipv6.disable=1 panic=${panicSeconds} address=${address} gateway=${gateway} firmware=${firmwareSeconds}`,
      ...['-netdev', 'tap,id=net,ifname=far,script=no,downscript=no'],
      ...['-device', `virtio-net-pci,netdev=net,mac=${mac},romfile=,csum=off,gso=off`],
    ];
    const qemu = spawn(enter, [...rest, ...parameters], { stdio: ['pipe', 'pipe', 'inherit'] });
    const machine = new Machine(qemu, await monitorOf(socket, qemu), onLine);
    await machine.hears(/^@ up /);
    await machine.orders('qmp_capabilities');
    return machine;
  }

  /** Waits for a line of the console that was not waited for before. */
  async hears(pattern: RegExp): Promise<string> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const index = this.said.findIndex((line) => pattern.test(line));
      if (index >= 0) return this.said.splice(0, index + 1).at(-1)!;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`the machine did not say ${pattern} within ${LONGEST_WAIT_MS / 1000} s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** A command for process 1 (guest/init.sh). */
  tells(command: string): void {
    this.qemu.stdin!.write(`${command}\n`);
  }

  /** Starts servers, given as their parameters (guest/server.c); they listen. */
  async serves(...services: string[]): Promise<void> {
    for (const service of services) {
      this.tells(`serve ${service}`);
      await this.hears(new RegExp(`^@call ${service.split(' ')[0]} - listen 0`));
    }
  }

  /** Its processor stands still. */
  async stops(): Promise<void> {
    await this.orders('stop');
  }

  async resumes(): Promise<void> {
    await this.orders('cont');
  }

  /** A command for QEMU itself; whatever is not its answer is an event. */
  private async orders(command: string): Promise<void> {
    const answers = createInterface(this.monitor);
    this.monitor.write(`${JSON.stringify({ execute: command })}\n`);
    for await (const line of answers) if ('return' in (JSON.parse(line) as object)) break;
  }

  async clear(): Promise<void> {
    this.monitor.destroy();
    if (this.qemu.exitCode !== null || this.qemu.signalCode !== null) return;
    const gone = once(this.qemu, 'exit');
    this.qemu.kill('SIGKILL');
    await gone;
  }
}

/** QEMU opens it some time after it was started. */
async function monitorOf(path: string, qemu: ChildProcess): Promise<Socket> {
  for (;;) {
    if (qemu.exitCode !== null) throw new Error('QEMU ended at once');
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
