// A service of a made-up day: a port, the workers behind it, the connections they hold, and all that happens to a service
// whose host is well: restarts, deploys, reloads, idle timeouts.

import type { Message, Socket } from './socket.js';
import type { Listener, Stack } from './stack.js';

export interface Habits {
  /** Idle connections are closed after this long; 0: never. */
  readonly idleMs: number;
  /** They are looked for so often: those that are found are closed together. */
  readonly sweepMs: number;
  readonly workers: number;
  /** Of all requests, those that are acknowledged and not read yet while they wait. */
  readonly unread: number;
}

interface Held {
  readonly worker: number;
  usedMs: number;
  /** Requests without an answer so far. */
  busy: number;
  /** It is to be closed once it has answered. */
  leaves: boolean;
}

export class Service implements Listener {
  isUp = true;
  private readonly held = new Map<Socket, Held>();
  private worker = 0;
  private sweeping = false;

  constructor(
    readonly stack: Stack,
    readonly port: number,
    private readonly habits: Habits,
  ) {
    stack.listeners.set(port, this);
  }

  get connections(): number {
    return this.held.size;
  }

  accepts(socket: Socket): void {
    const { agenda, chance } = this.stack;
    const held: Held = {
      worker: this.worker++ % this.habits.workers,
      usedMs: agenda.nowMs,
      busy: 0,
      leaves: false,
    };
    this.held.set(socket, held);
    this.sweeps();
    socket.program = {
      hears: (message) => this.serves(socket, held, message),
      peerCloses: () => {
        // A program that is not busy notices at once; its FIN may still follow its ACK.
        const afterMs = chance.of(0.5) ? 0 : chance.of(0.9) ? chance.between(0.05, 5) : chance.between(20, 600);
        if (held.busy > 0) held.leaves = true;
        else agenda.after(afterMs, () => socket.close());
      },
      over: () => this.held.delete(socket),
    };
  }

  private serves(socket: Socket, held: Held, { answer, afterMs, thenClose }: Message): void {
    const { agenda, chance } = this.stack;
    held.usedMs = agenda.nowMs;
    if (answer === 0) return;
    held.busy++;
    socket.hasUnread = chance.of(this.habits.unread);
    agenda.after(afterMs, () => {
      held.busy--;
      held.usedMs = agenda.nowMs;
      socket.hasUnread = false;
      socket.write(answer, { answer: 0, afterMs: 0 });
      if (held.busy === 0 && (thenClose || held.leaves)) socket.close();
    });
  }

  /** Something of its own accord, as a broker does. */
  pushes(octets: number): void {
    for (const socket of this.held.keys()) socket.write(octets, { answer: 0, afterMs: 0 });
  }

  private sweeps(): void {
    const { idleMs, sweepMs } = this.habits;
    const { agenda } = this.stack;
    if (this.sweeping || idleMs === 0) return;
    this.sweeping = true;
    const look = (): void => {
      for (const [socket, { busy, usedMs }] of this.held)
        if (busy === 0 && agenda.nowMs - usedMs >= idleMs) this.lets(socket);
      this.sweeping = this.held.size > 0;
      if (this.sweeping) agenda.after(sweepMs, look);
    };
    agenda.after(sweepMs, look);
  }

  private lets(socket: Socket): void {
    this.held.delete(socket);
    socket.close();
  }

  /** Closes what is idle, now. */
  closesIdle(): void {
    for (const [socket, { busy }] of this.held) if (busy === 0) this.lets(socket);
  }

  /** Its process ends, and with it all connections within `overMs`; SYNs are refused for so long, then it is back. */
  restarts(downMs: number, overMs: number, byReset = false): void {
    const { agenda, chance } = this.stack;
    this.isUp = false;
    for (const socket of this.held.keys())
      agenda.after(chance.between(0, overMs), () => (byReset ? socket.abort() : socket.close()));
    this.held.clear();
    agenda.after(downMs, () => (this.isUp = true));
  }

  /** Its workers are replaced one by one; each lets what it holds finish. Others listen all the while. */
  deploys(everyMs: number): void {
    for (let worker = 0; worker < this.habits.workers; worker++) {
      this.stack.agenda.after(worker * everyMs, () => {
        for (const [socket, held] of this.held) {
          if (held.worker !== worker) continue;
          if (held.busy === 0) this.lets(socket);
          else held.leaves = true;
        }
      });
    }
  }
}
