// Who uses the services of a made-up day: browsers, pools of database connections, people at a shell, consumers of a broker,
// health checks and scanners.

import { MINUTE_MS, SECOND_MS } from './agenda.js';
import type { Service } from './service.js';
import type { Message, Socket } from './socket.js';
import type { Stack } from './stack.js';

/** A person's machine. Behind a NAT several share a stack, each with its own TTL. */
export class Client {
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly stack: Stack,
    readonly ttl: number,
  ) {}

  connect(service: Service, keepAliveMs = 0): Socket {
    const socket = this.stack.connect(service.stack, service.port, { ttl: this.ttl, keepAliveMs });
    this.sockets.add(socket);
    return socket;
  }

  forget(socket: Socket): void {
    this.sockets.delete(socket);
  }

  /** The browser quits: all it has is closed within a moment, whatever is on its way. */
  quits(overMs: number): void {
    const { agenda, chance } = this.stack;
    for (const socket of this.sockets) agenda.after(chance.between(0, overMs), () => socket.close());
    this.sockets.clear();
  }
}

const SIZES = [200, 600, 900, 1400, 2800, 4200, 9000];
const ENDS = [
  'waits',
  'waits',
  'closes',
  'closes',
  'at-once',
  'leaves',
  'half-close',
  'asks-to-close',
  'aborts',
] as const;

/** One connection of a browser: some requests, and one of the ways in which that ends. */
export function browses(client: Client, service: Service): void {
  const { agenda, chance } = client.stack;
  const socket = client.connect(service);
  const how = chance.pick(ENDS);
  let left = chance.whole(1, 4);
  const request = (): Message => ({
    answer: left === 1 && how === 'leaves' ? 60_000 : chance.pick(SIZES),
    afterMs: chance.of(0.1) ? chance.between(50, 1500) : chance.between(0.2, 20),
    thenClose: left === 1 && how === 'asks-to-close',
  });
  const asks = (): void => {
    if (!socket.isOpen) return;
    socket.write(chance.whole(120, 1600), request());
    if (left > 1) return;
    if (how === 'half-close') socket.shutdown();
    if (how === 'leaves') agenda.after(chance.between(5, 300), () => socket.close());
  };
  socket.program = {
    opened: asks,
    hears: () => {
      if (--left > 0) agenda.after(chance.between(5, 4000), asks);
      else if (how === 'closes') agenda.after(chance.between(0, 15) * SECOND_MS, () => socket.close());
      else if (how === 'at-once') agenda.after(0, () => bothClose(socket));
      else if (how === 'aborts') agenda.after(chance.between(10, 900), () => socket.abort());
    },
    peerCloses: () => closesInTurn(socket),
    over: () => client.forget(socket),
  };
}

/** FINs that cross. */
function bothClose(socket: Socket): void {
  socket.close();
  socket.peer?.close();
}

function closesInTurn(socket: Socket): void {
  const { agenda, chance } = socket.stack;
  if (chance.of(0.4)) socket.close();
  else agenda.after(chance.of(0.9) ? chance.between(0.05, 30) : chance.between(50, 900), () => socket.close());
}

/** Connections that live on and on, each remade when it ends. */
export class Pool {
  private readonly sockets = new Set<Socket>();
  private isPaused = false;

  constructor(
    private readonly client: Client,
    private service: Service,
    private readonly size: number,
    private readonly everyMs: number,
    private readonly keepAliveMs = 0,
  ) {}

  fills(): void {
    this.isPaused = false;
    while (this.sockets.size < this.size) this.opens();
  }

  /** Closes all, within a moment. */
  pauses(): void {
    this.isPaused = true;
    for (const socket of this.sockets) socket.close();
  }

  /** Leaves all and connects elsewhere. */
  movesTo(service: Service, afterMs: number): void {
    this.service = service;
    this.pauses();
    this.client.stack.agenda.after(afterMs, () => this.fills());
  }

  private opens(): void {
    const { agenda, chance } = this.client.stack;
    const socket = this.client.connect(this.service, this.keepAliveMs);
    this.sockets.add(socket);
    const queries = (): void => {
      if (!socket.isOpen) return;
      if (!isNight(agenda.nowMs))
        socket.write(chance.whole(60, 400), { answer: chance.pick(SIZES), afterMs: chance.between(0.1, 30) });
      agenda.after(this.everyMs * chance.between(0.5, 1.5), queries);
    };
    socket.program = {
      opened: queries,
      peerCloses: () => closesInTurn(socket),
      over: () => {
        this.client.forget(socket);
        this.sockets.delete(socket);
        agenda.after(chance.between(100, 1500), () => {
          if (!this.isPaused && this.sockets.size < this.size) this.opens();
        });
      },
    };
  }
}

/** Somebody at a shell: types now and then, and leaves it for hours. */
export function shells(client: Client, service: Service, forMs: number, keepAliveMs: number): void {
  const { agenda, chance } = client.stack;
  const socket = client.connect(service, keepAliveMs);
  const types = (): void => {
    if (!socket.isOpen) return;
    const keys = chance.whole(1, 6);
    for (let key = 0; key < keys; key++)
      agenda.after(key * chance.between(80, 400), () =>
        socket.write(36, { answer: 36, afterMs: chance.between(0.1, 2) }),
      );
    agenda.after(chance.between(10, 90) * MINUTE_MS, types);
  };
  socket.program = {
    opened: types,
    peerCloses: () => closesInTurn(socket),
    over: () => client.forget(socket),
  };
  agenda.after(forMs, () => socket.close());
}

/** Connects, is content, and resets (SO_LINGER 0). */
export function checks(client: Client, service: Service): void {
  const socket = client.connect(service);
  socket.program = {
    opened: () => client.stack.agenda.after(0.1, () => socket.abort()),
    over: () => client.forget(socket),
  };
}

/** SYNs to many ports of a host; what opens is reset at once. */
export function scans({ stack, ttl }: Client, host: Stack, ports: readonly number[]): void {
  const { agenda, chance } = stack;
  for (const [n, port] of ports.entries()) {
    agenda.after(n * chance.between(1, 40), () => {
      const socket = stack.connect(host, port, { ttl, timestamps: false });
      socket.program = { opened: () => socket.abort() };
    });
  }
}

/** Nothing happens between three and four. */
export const isNight = (timeMs: number): boolean => {
  const hour = (timeMs / (60 * MINUTE_MS)) % 24;
  return hour >= 2.9 && hour < 4;
};
