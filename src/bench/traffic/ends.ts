// Hot path: both ends of many conversations, a column a number, and segments from one to the other.

import type { Chance } from './chance.js';
import { scatter } from './chance.js';
import { ACK, type SegmentWriter, SYN } from './segment-writer.js';

/** TTLs at a capture beside the servers. */
const CLIENT_TTL = 53;
const SERVER_TTL = 64;
const FIRST_PORT = 32_768;
const PORT_BITS = 14;
/** Of what nothing dissects: what is compared is TCP. */
const SERVICES = [18_080, 18_443, 25_432, 26_379];

/** Who may talk: 2 to these powers. */
export interface Population {
  readonly clientBits: number;
  readonly serverBits: number;
}

export class Ends {
  readonly clientSeq: Int32Array;
  readonly serverSeq: Int32Array;
  /** Acknowledged so far. */
  readonly clientUna: Int32Array;
  readonly serverUna: Int32Array;
  private readonly client: Int32Array;
  private readonly server: Int32Array;
  private readonly ports: Int32Array;
  private readonly clientId: Int32Array;
  private readonly serverId: Int32Array;
  private readonly clientClock: Int32Array;
  private readonly serverClock: Int32Array;
  private readonly clientTs: Int32Array;
  private readonly serverTs: Int32Array;

  constructor(
    slots: number,
    private readonly writer: SegmentWriter,
    private readonly population: Population,
    private readonly chance: Chance,
  ) {
    const column = (): Int32Array => new Int32Array(slots);
    this.clientSeq = column();
    this.serverSeq = column();
    this.clientUna = column();
    this.serverUna = column();
    this.client = column();
    this.server = column();
    this.ports = column();
    this.clientId = column();
    this.serverId = column();
    this.clientClock = column();
    this.serverClock = column();
    this.clientTs = column();
    this.serverTs = column();
  }

  /** A new connection: the nth, whose tuple no other has. */
  begin(slot: number, n: number): void {
    const { chance } = this;
    const { clientBits, serverBits } = this.population;
    // An odd factor permutes the lower bits, so that no client has the same port twice.
    const place = Math.imul(n, 0x9e3779b1) & (2 ** (clientBits + PORT_BITS) - 1);
    const client = place & ((1 << clientBits) - 1);
    const serial = place >>> clientBits;
    const server = scatter(n) & ((1 << serverBits) - 1);
    // Spread over 10.0.0.0/9 and 10.128.0.0/9, scattered and still one to one.
    this.client[slot] = (10 << 24) | (Math.imul(client, 0x2f0b4c47) & 0x7fffff);
    this.server[slot] = (10 << 24) | (1 << 23) | (Math.imul(server + 1, 0x9b05) & 0x7fffff);
    const service = SERVICES[server & (SERVICES.length - 1)];
    this.ports[slot] = ((FIRST_PORT + (serial & ((1 << PORT_BITS) - 1))) << 16) | service;
    this.clientSeq[slot] = this.clientUna[slot] = chance.bits();
    this.serverSeq[slot] = this.serverUna[slot] = chance.bits();
    this.clientId[slot] = chance.bits() & 0xffff;
    this.serverId[slot] = chance.bits() & 0xffff;
    this.clientClock[slot] = chance.bits();
    this.serverClock[slot] = chance.bits();
    this.clientTs[slot] = this.serverTs[slot] = 0;
  }

  /** From client to server; acknowledges `ack`, all it has heard unless told otherwise. */
  clientSends(slot: number, timeUs: number, flags: number, payload: number, ack = this.serverSeq[slot]): void {
    const seq = this.clientSeq[slot];
    this.client2server(slot, timeUs, flags, seq, payload, ack);
    this.clientSeq[slot] = (seq + payload + (flags & SYN ? 1 : 0) + (flags & 1)) | 0;
    if (flags & ACK) this.serverUna[slot] = ack;
  }

  serverSends(slot: number, timeUs: number, flags: number, payload: number, ack = this.clientSeq[slot]): void {
    const seq = this.serverSeq[slot];
    this.server2client(slot, timeUs, flags, seq, payload, ack);
    this.serverSeq[slot] = (seq + payload + (flags & SYN ? 1 : 0) + (flags & 1)) | 0;
    if (flags & ACK) this.clientUna[slot] = ack;
  }

  /** Only what it says; nothing moves on. */
  client2server(slot: number, timeUs: number, flags: number, seq: number, payload: number, ack: number): void {
    const { segment } = this.writer;
    const ports = this.ports[slot];
    segment.timeUs = timeUs;
    segment.source = this.client[slot];
    segment.destination = this.server[slot];
    segment.ports = ports;
    segment.seq = seq;
    segment.ack = flags & ACK ? ack : 0;
    segment.flags = flags;
    segment.payload = payload;
    segment.tsVal = this.clientTs[slot] = (this.clientClock[slot] + Math.floor(timeUs / 1000)) | 0;
    segment.tsEcr = flags & ACK ? this.serverTs[slot] : 0;
    segment.ipId = this.clientId[slot]++;
    segment.ttl = CLIENT_TTL;
    this.writer.write();
  }

  server2client(slot: number, timeUs: number, flags: number, seq: number, payload: number, ack: number): void {
    const { segment } = this.writer;
    const ports = this.ports[slot];
    segment.timeUs = timeUs;
    segment.source = this.server[slot];
    segment.destination = this.client[slot];
    segment.ports = (ports << 16) | (ports >>> 16);
    segment.seq = seq;
    segment.ack = flags & ACK ? ack : 0;
    segment.flags = flags;
    segment.payload = payload;
    segment.tsVal = this.serverTs[slot] = (this.serverClock[slot] + Math.floor(timeUs / 1000)) | 0;
    segment.tsEcr = flags & ACK ? this.clientTs[slot] : 0;
    segment.ipId = this.serverId[slot]++;
    segment.ttl = SERVER_TTL;
    this.writer.write();
  }
}
