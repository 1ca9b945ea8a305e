// One story's play: the machine, its clients, the capture, and the record of it all.

import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs } from '../../stage/clock.js';
import type { Host } from '../../stage/host.js';
import { Ledger } from '../../stage/ledger.js';
import { startProgram } from '../../stage/program.js';
import type { Deed, End, Truth } from '../../stage/record.js';
import type { MachineAnswers } from '../answers.js';
import { Capture } from '../capture.js';
import { REFUSALS } from '../crowd.js';
import { linkTypeName } from '../link-type.js';
import type { Bootable } from './bootable.js';
import { deedOf, isWorthKeeping, serverCall, withoutClock } from './console.js';
import { type Hardware, Machine } from './machine.js';
import { makeSurroundings, type Surroundings } from './network.js';
import type { Setting, Story } from './story.js';
import { type Habit, Visitor } from './visitor.js';

const SERVICES = ['9998', '9999 ignoring-SIGTERM', '8080'];

/** The clients of every story: idle ones, writers, some that close as soon as the server does, and keep-alive. */
const USUAL: readonly (readonly [port: number, habit: Habit])[] = [
  [9998, {}],
  [9998, { writesEvery: 1 }],
  [9998, { closesAtEof: true }],
  [9999, { closesAtEof: true }],
  [9999, { writesEvery: 1.3 }],
  [9999, { keepAlive: [2, 1, 4] }],
  [8080, { keepAlive: [3, 1, 3], closesAtEof: true }],
  [8080, { writesEvery: 0.9, closesAtEof: true }],
  // One that speaks again long after: where the machine boots anew, to the new kernel.
  [9998, { writesEvery: 20 }],
];

/** How long they talk before anything happens; no writer's turn falls on its end. */
const SETTLED_SECONDS = 4.4;

export class Scene {
  machine!: Machine;
  private wire!: Capture;
  private readonly ledger: Ledger;
  private visitors: Visitor[] = [];
  private kernelRelease = '';
  private readonly console: { line: string; at: number }[] = [];

  private constructor(
    private readonly story: Story,
    private readonly setting: Setting,
    private readonly surroundings: Surroundings,
    private readonly file: string,
  ) {
    this.ledger = new Ledger(story.truth, story.end);
  }

  /** Boots the machine, starts the capture, and lets the usual clients talk for a while. */
  static async set(story: Story, setting: Setting, bootable: Bootable, scratch: string): Promise<Scene> {
    const { panicSeconds = 0, firmwareSeconds = 0, router = 'patient', retries = 5 } = story;
    const surroundings = await makeSurroundings(setting.net, router, retries);
    const folder = await mkdtemp(join(scratch, 'play-'));
    const scene = new Scene(story, setting, surroundings, join(folder, 'capture.pcap'));
    try {
      const hardware = { ...surroundings.machine, at: surroundings.router, panicSeconds, firmwareSeconds };
      await scene.begins(hardware, bootable, folder);
    } catch (error) {
      await scene.clear();
      throw error;
    }
    return scene;
  }

  private async begins(hardware: Hardware, bootable: Bootable, folder: string): Promise<void> {
    this.machine = await Machine.boot(hardware, bootable, folder, (line) => this.notes(line));
    this.visitors = await Promise.all(USUAL.map(([port, habit]) => this.visitor(port, habit)));
    const device = this.setting.vantage === 'router-far' ? 'far' : 'near';
    this.wire = await Capture.start(this.surroundings.router, this.file, { ...WHOLE, device });
    await this.machine.serves(...SERVICES);
    for (const visitor of this.visitors) await this.isServed(visitor);
    await sleep(SETTLED_SECONDS * 1000);
  }

  get client(): Host {
    return this.surroundings.client;
  }

  private async visitor(port: number, habit: Habit): Promise<Visitor> {
    const program = await startProgram('client', this.client, this.ledger);
    return new Visitor(program, { address: this.surroundings.machine.address, port }, habit);
  }

  private async isServed(visitor: Visitor): Promise<void> {
    const result = await visitor.connects();
    if (result !== 'ok') throw new Error(`connect to ${visitor.to.port}: ${result}`);
    visitor.lives();
  }

  /** A newcomer is served on a port, and stays. */
  async serves(port: number, habit: Habit = {}): Promise<void> {
    const visitor = await this.visitor(port, habit);
    this.visitors.push(visitor);
    await this.isServed(visitor);
    Object.assign(visitor.connection, { truth: null, end: null });
  }

  /** A newcomer calls on a port in vain, and for this reason. */
  async doesNotServe(port: number, reason: keyof typeof REFUSALS): Promise<void> {
    const visitor = await this.visitor(port, {});
    this.visitors.push(visitor);
    const result = await visitor.connects();
    if (result !== reason) throw new Error(`connect to ${port} gave ${result}, not ${reason}`);
    Object.assign(visitor.connection, { truth: REFUSALS[reason], end: 'server' });
  }

  async passes(seconds: number): Promise<void> {
    await sleep(seconds * 1000);
  }

  /** Some of the usual clients close, each when its turn comes. */
  async leave(whose: (visitor: Visitor) => boolean): Promise<void> {
    await Promise.all(this.usual.filter(whose).map((visitor) => visitor.takesLeave()));
  }

  /** The hypervisor stops the machine's processor and lets it go on. */
  async freezes(seconds: number): Promise<void> {
    this.did('stopped');
    await this.machine.stops();
    await this.passes(seconds);
    this.did('resumed');
    await this.machine.resumes();
  }

  /** What truly happened to some of the usual clients' connections, where that is not what the story is about. */
  tells(whose: (visitor: Visitor) => boolean, truth: Truth, end: End = null): void {
    for (const visitor of this.usual.filter(whose)) Object.assign(visitor.connection, { truth, end });
  }

  private get usual(): Visitor[] {
    return this.visitors.slice(0, USUAL.length);
  }

  private did(deed: Deed): void {
    this.ledger.did('server', deed);
  }

  /** Before the capture begins only the machine itself is of interest. */
  private notes(line: string): void {
    const at = epochMs();
    this.kernelRelease = /^@ up (\S+)/.exec(line)?.[1] ?? this.kernelRelease;
    if (this.wire === undefined) return;
    const told = serverCall(line);
    if (told?.peer) {
      const { peer, call, result } = told;
      this.ledger.notes('server', this.ledger.find(peer), { call, result, at, reply: false });
    }
    const deed = deedOf(line);
    if (deed !== null) this.did(deed);
    if (isWorthKeeping(line)) this.console.push({ line: withoutClock(line), at });
  }

  /** Ends the capture: what the clients do after it is no part of the story. */
  async ends(): Promise<{ file: string; answers: Omit<MachineAnswers, 'name' | 'kernelRelease' | 'made'> }> {
    await this.wire.stop();
    const { startedMs } = this.wire;
    const seconds = (atMs: number): number => Number(((atMs - startedMs) / 1000).toFixed(6));
    const over = seconds(epochMs());
    const { address } = this.surroundings.machine;
    // Copies: the clients go on, and what they say from now on is not wanted.
    const connections = this.ledger
      .since(startedMs)
      .map((one) => ({ ...one, calls: one.calls.filter(({ at }) => at < over) }));
    for (const one of connections) {
      one.frames = await this.wire.count(`tcp and host ${address} and port ${one.client.port}`);
    }
    const { truth, end, what, host } = this.story;
    const answers = {
      scenario: truth,
      end,
      what,
      vantage: this.setting.vantage ?? 'router',
      linkType: linkTypeName(await readFile(this.file)),
      snaplen: 262144,
      filter: null,
      connections,
      hosts: [{ role: 'server' as const, address, truth: host, events: this.ledger.deeds.server }],
      machine: {
        kernelRelease: this.kernelRelease,
        console: this.console.map(({ line, at }) => ({ line, at: seconds(at) })),
      },
    };
    return { file: this.file, answers };
  }

  async clear(): Promise<void> {
    await this.wire?.end();
    await this.machine?.clear();
    await Promise.all(this.visitors.map((visitor) => visitor.dismiss()));
    await this.surroundings.remove();
  }
}

const WHOLE = { format: 'pcap', precision: 'micro', snaplen: 0, linkType: null, filter: '' } as const;
