// A host of a made-up day: an address, the sockets behind it, and what it answers to segments that fit none of them.

import { ACK, FIN, RST, SYN } from '../../../src/wire/segment.js';
import type { Agenda, Chance } from './agenda.js';
import type { Network, Packet, Way } from './network.js';
import { Socket, type Traits } from './socket.js';

/** Who listens on a port. */
export interface Listener {
  readonly isUp: boolean;
  accepts(socket: Socket): void;
}

export interface StackOptions {
  readonly address: string;
  readonly mac: readonly number[];
  readonly ttl: number;
  readonly way: Way;
  readonly timestamps: boolean;
}

const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

export class Stack {
  /** Behind one address (NAT) machines of differing TTL speak: each from ports of its own. */
  private readonly ttls = new Map<number, number>();
  readonly address: string;
  readonly mac: readonly number[];
  readonly way: Way;
  readonly listeners = new Map<number, Listener>();
  isOff = false;
  private cutUntilMs = 0;
  private readonly sockets = new Map<string, Socket>();
  private port = FIRST_PORT;
  private readonly lastMs = { in: 0, out: 0 };

  constructor(
    readonly agenda: Agenda,
    readonly chance: Chance,
    readonly network: Network,
    readonly options: StackOptions,
  ) {
    ({ address: this.address, mac: this.mac, way: this.way } = options);
    this.port += Math.floor(chance.next() * 20_000);
  }

  get isCutOff(): boolean {
    return this.agenda.nowMs < this.cutUntilMs;
  }

  /** Nothing gets through to it, nor from it, for so long. */
  cutOff(ms: number): void {
    this.cutUntilMs = this.agenda.nowMs + ms;
  }

  /** Nothing overtakes: what passes the tap from it, or arrives, does so after what went before. */
  passes(direction: 'in' | 'out', timeMs: number): number {
    return (this.lastMs[direction] = Math.max(timeMs, this.lastMs[direction] + 0.002));
  }

  connect(to: Stack, toPort: number, traits: Partial<Traits> = {}, port = this.freePort(to, toPort)): Socket {
    const all = this.traitsOf(traits);
    const socket = new Socket(this, port, to, toPort, all);
    this.ttls.set(port, all.ttl);
    this.sockets.set(keyOf(port, to, toPort), socket);
    socket.connect();
    return socket;
  }

  private traitsOf(traits: Partial<Traits>): Traits {
    return { ttl: this.options.ttl, timestamps: this.options.timestamps, keepAliveMs: 0, ...traits };
  }

  private freePort(to: Stack, toPort: number): number {
    do this.port = this.port === LAST_PORT ? FIRST_PORT : this.port + 1;
    while (this.sockets.has(keyOf(this.port, to, toPort)));
    return this.port;
  }

  remove({ port, to, toPort }: Socket): void {
    this.sockets.delete(keyOf(port, to, toPort));
  }

  /** Every socket is gone, without a word. */
  loses(): void {
    for (const socket of this.sockets.values()) socket.vanish();
    this.sockets.clear();
  }

  receive(packet: Packet): void {
    if (this.isOff) return;
    const { from, sourcePort, destinationPort, flags, seq, ack, length } = packet;
    const key = keyOf(destinationPort, from, sourcePort);
    const socket = this.sockets.get(key);
    const opens = (flags & (SYN | ACK | RST)) === SYN;
    if (socket && !(opens && socket.isInTimeWait)) {
      socket.receive(packet);
      return;
    }
    if (flags & RST) return;
    const listener = this.listeners.get(destinationPort);
    if (opens && listener?.isUp) {
      const traits = this.traitsOf(packet.tsVal === null ? { timestamps: false } : {});
      const accepted = new Socket(this, destinationPort, from, sourcePort, traits);
      this.sockets.set(key, accepted);
      accepted.program = { opened: () => listener.accepts(accepted) };
      accepted.receive(packet);
      return;
    }
    const octets = length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    if (flags & ACK) this.disowns(packet, RST, ack, 0);
    else this.disowns(packet, RST | ACK, 0, seq + octets);
  }

  /** What a stack answers that knows no such connection (RFC 9293 section 3.5.2). */
  disowns({ from, sourcePort, destinationPort }: Packet, flags: number, seq: number, ack: number): void {
    this.network.send({
      from: this,
      to: from,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      ...{ seq, ack, flags },
      length: 0,
      window: 0,
      ttl: this.ttls.get(destinationPort) ?? this.options.ttl,
      ipId: 0,
      offersMss: false,
      tsVal: null,
      tsEcr: 0,
      sack: [],
      sender: null,
    });
  }
}

const keyOf = (port: number, { address }: Stack, toPort: number): string => `${port} ${address} ${toPort}`;
