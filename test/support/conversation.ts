// A small language in which a test of src/tcp reads aloud, in packetdrill's spirit:
//
//   const talk = conversation();
//   talk.client.syn();
//   talk.server.synAck();
//   talk.client.ack();
//   talk.client.says(5);
//   expect(talk.states()).toEqual({ client: 'ESTABLISHED', server: 'ESTABLISHED' });
//
// Segments go straight into a Tracker; no octets are written. Numbers are relative: an end's ISN is 0, so its first octet
// of data is 1; `ack` counts in the peer's numbers. Real ISNs lie just below 2^32, so that every test crosses the wrap.
// An end acknowledges all it has heard unless told otherwise. Each segment passes a millisecond after the last.

import type { AnomalyId } from '../../src/tcp/anomalies.js';
import type { Connection } from '../../src/tcp/connection.js';
import { type Endpoint, type Fin, finOf } from '../../src/tcp/endpoint.js';
import { historyOf } from '../../src/tcp/history.js';
import { EndNotes, type Notes } from '../../src/tcp/notes.js';
import { Tracker, type TrackerOptions } from '../../src/tcp/tracker.js';
import { parseAddress } from '../../src/wire/address.js';
import { ACK, FIN, RST, Segment, SYN } from '../../src/wire/segment.js';

export type Who = 'client' | 'server';

/** Fields of a segment that a test may set; all others are what an honest end would send. */
export interface Overrides {
  /** In the sender's numbers. */
  readonly seq?: number;
  /** In the peer's numbers; sets the ACK flag too. */
  readonly ack?: number;
  readonly flags?: number;
  readonly payload?: number;
  readonly window?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly vlan?: number;
  readonly mss?: number;
  readonly windowScaleShift?: number;
  readonly timestamps?: boolean;
  readonly tsVal?: number;
  /** Edges of SACK blocks in turn, in the peer's numbers. */
  readonly sack?: readonly number[];
  /** Packet time in seconds; the clock of the conversation stays. */
  readonly at?: number;
  /** The capture sees it, the peer does not. */
  readonly lost?: boolean;
  /** The peer hears it, the capture does not see it. */
  readonly unseen?: boolean;
}

/** A segment as it passed, with numbers as on the wire. */
export type Passed = Readonly<
  Pick<
    Segment,
    | 'ipVersion'
    | 'sourcePort'
    | 'destinationPort'
    | 'seq'
    | 'ack'
    | 'flags'
    | 'window'
    | 'payloadLength'
    | 'ttl'
    | 'ipId'
    | 'vlanKey'
    | 'mss'
    | 'windowScaleShift'
    | 'hasTimestamps'
    | 'tsVal'
    | 'timeNs'
  > & { source: Int32Array; destination: Int32Array; sack: readonly number[] }
>;

const END_NUMBERS = [
  'segments',
  'bytes',
  'retransmissions',
  'duplicateAcks',
  'outOfOrder',
  'filledHoles',
  'keepAlives',
  'zeroWindows',
  'resets',
  'unanswered',
  'window',
  'mss',
  /** Sequence space not acknowledged; SYN and FIN count. */
  'outstanding',
  'holes',
] as const satisfies readonly (keyof Endpoint)[];

export interface EndView extends Readonly<Record<(typeof END_NUMBERS)[number], number>> {
  readonly port: number;
  readonly state: string | null;
  readonly notes: EndNotes;
  readonly fin: Fin | null;
}

/** A connection as it stood when it was looked at. */
export interface View
  extends Pick<
    Connection,
    | 'id'
    | 'roles'
    | 'flags'
    | 'copies'
    | 'vlanKey'
    | 'ipVersion'
    | 'firstPacket'
    | 'lastPacket'
    | 'openedNs'
    | 'endedNs'
    | 'synAckNs'
    | 'handshakeNs'
  > {
  readonly history: string;
  readonly client: EndView;
  readonly server: EndView;
}

/** A tracker, the record that feeds it, and all that it told. */
export class Watcher {
  readonly tracker: Tracker;
  readonly anomalies: { readonly id: AnomalyId; readonly packet: number; readonly connection: number }[] = [];
  readonly opened: number[] = [];
  readonly silent: View[] = [];
  readonly ended: View[] = [];
  readonly finals: View[] = [];
  nowNs = 0;
  packets = 0;
  private readonly segment = new Segment();

  constructor(options: Partial<TrackerOptions> = {}) {
    const all = {
      maxConnections: 1000,
      hashKey: 0x5eed,
      accepts: null,
      serverPorts: [],
      looksAgain: false,
      ...options,
    };
    this.tracker = new Tracker(this.segment, all, {
      opened: ({ id }) => this.opened.push(id),
      established: () => {},
      closing: () => {},
      lives: () => {},
      dies: () => {},
      resets: () => {},
      spokeAgain: () => {},
      hostForgotten: () => {},
      answered: () => {},
      changed: () => {},
      anomaly: (id, { connection, segment }) =>
        this.anomalies.push({ id, packet: segment.packet, connection: connection.id }),
      silent: (connection, notes) => this.silent.push(this.viewOf(connection, notes)),
      ended: (connection, notes) => this.ended.push(this.viewOf(connection, notes)),
      final: (connection, notes) => this.finals.push(this.viewOf(connection, notes)),
    });
  }

  /** Lets a segment pass the capture. */
  pass(passed: Passed): void {
    this.load(passed);
    this.tracker.take();
  }

  /** An ICMP error from 203.0.113.9 about a segment that passed. @returns whether it found a connection. */
  icmpErrorAbout(passed: Passed, icmpType: number, icmpCode: number): boolean {
    this.load({ ...passed, timeNs: (this.nowNs += STEP_NS) });
    Object.assign(this.segment, { icmpType, icmpCode });
    this.segment.icmpFrom.set(parseAddress('203.0.113.9')!.words);
    return this.tracker.takeIcmpError();
  }

  /** Connections that are not final. */
  live(): View[] {
    // The tracker keeps notes to itself until a connection ends; tests look earlier.
    const { delivery } = this.tracker as unknown as { delivery: { notesOf(index: number): Notes | undefined } };
    const views: View[] = [];
    this.tracker.roster.each((connection) => views.push(this.viewOf(connection, delivery.notesOf(connection.index))));
    return views.sort((a, b) => a.id - b.id);
  }

  /** All connections there ever were, by number. */
  all(): View[] {
    return [...this.finals, ...this.live()].sort((a, b) => a.id - b.id);
  }

  /** Ends the capture. @returns the final view of every connection, in the order they became final. */
  close(): View[] {
    for (const _ of this.tracker.roster.close());
    return this.finals;
  }

  private load({ source, destination, sack, ...fields }: Passed): void {
    const { segment } = this;
    Object.assign(segment, fields);
    segment.source.set(source);
    segment.destination.set(destination);
    segment.sackBlockCount = sack.length / 2;
    segment.sackEdges.set(sack);
    segment.packet = ++this.packets;
  }

  private viewOf(connection: Connection, notes: Notes | undefined): View {
    const { id, roles, flags, copies, vlanKey, ipVersion, firstPacket, lastPacket } = connection;
    const { openedNs, endedNs, synAckNs, handshakeNs, client, server } = connection;
    const times = { openedNs, endedNs, synAckNs, handshakeNs };
    const viewOfEnd = (end: Endpoint): EndView => ({
      ...(Object.fromEntries(END_NUMBERS.map((name) => [name, end[name]])) as Pick<
        Endpoint,
        (typeof END_NUMBERS)[number]
      >),
      port: connection.portOf(end),
      state: end.stateNameAt(this.tracker.clockNs),
      notes: structuredClone((end === connection.low ? notes?.low : notes?.high) ?? new EndNotes()),
      fin: finOf(end),
    });
    return {
      ...{ id, roles, flags, copies, vlanKey, ipVersion, firstPacket, lastPacket, ...times },
      history: historyOf(connection),
      client: viewOfEnd(client),
      server: viewOfEnd(server),
    };
  }
}

export interface ConversationOptions {
  readonly on?: Watcher;
  readonly ipVersion?: 4 | 6;
  /** The client has the larger address: it is the store's high end. */
  readonly clientIsHigh?: boolean;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  readonly vlan?: number;
  /** Both ends negotiate timestamps. */
  readonly timestamps?: boolean;
  /** Whose frames the capture sees. */
  readonly sees?: Who | 'both';
}

const ADDRESSES = { 4: ['192.0.2.1', '198.51.100.2'], 6: ['2001:db8::1', '2001:db8::2'] } as const;
const TTL = { client: 64, server: 63 } as const;
const FIRST_IP_ID = { client: 1000, server: 7000 } as const;
const STEP_NS = 1e6;

/** One end, as it speaks. Every method lets one segment pass and answers it. */
export class Speaker {
  peer!: Speaker;
  /** SND.NXT and RCV.NXT, relative. */
  next = 0;
  heard = 0;
  ipId: number;

  constructor(
    readonly talk: Conversation,
    readonly who: Who,
    readonly isn: number,
    readonly address: Int32Array,
    readonly port: number,
  ) {
    this.ipId = FIRST_IP_ID[who];
  }

  syn(fields: Overrides = {}): Passed {
    return this.sends(SYN, { mss: 1460, windowScaleShift: 7, ...fields });
  }

  synAck(fields: Overrides = {}): Passed {
    return this.sends(SYN | ACK, { mss: 1460, windowScaleShift: 7, ...fields });
  }

  ack(fields: Overrides = {}): Passed {
    return this.sends(ACK, fields);
  }

  /** That many octets of data. */
  says(octets: number, fields: Overrides = {}): Passed {
    return this.sends(ACK, { payload: octets, ...fields });
  }

  fin(fields: Overrides = {}): Passed {
    return this.sends(FIN | ACK, fields);
  }

  /** As a stack without a connection: no ACK, and SEG.SEQ is what the peer acknowledged last. */
  rst(fields: Overrides = {}): Passed {
    return this.sends(RST, { window: 0, ipId: this.talk.ipVersion === 6 ? -1 : 0, seq: this.peer.heard, ...fields });
  }

  /** As a live socket; with `seq: 0` before any SYN of it: as the answer to a SYN. */
  rstAck(fields: Overrides = {}): Passed {
    return this.sends(RST | ACK, fields);
  }

  /** Nothing at SND.NXT-1: a keep-alive, or Linux's probe of a zero window. */
  probes(fields: Overrides = {}): Passed {
    return this.sends(ACK, { seq: this.next - 1, ...fields });
  }

  /** The sequence space of an earlier segment, as a stack resends it: a new identification, the present ACK. */
  resends(passed: Passed, fields: Overrides = {}): Passed {
    const { flags, payloadLength, mss, windowScaleShift } = passed;
    const seq = (passed.seq - this.isn) | 0;
    return this.sends(flags, { seq, payload: payloadLength, mss, windowScaleShift, ...fields });
  }

  /** Any segment. */
  sends(flags: number, fields: Overrides = {}): Passed {
    const { talk, peer } = this;
    const { watcher } = talk;
    const seq = fields.seq ?? this.next;
    const bits = fields.flags ?? (fields.ack === undefined ? flags : flags | ACK);
    const payloadLength = fields.payload ?? 0;
    if ((bits & RST) === 0) {
      const end = seq + payloadLength + (bits & SYN ? 1 : 0) + (bits & FIN ? 1 : 0);
      this.next = Math.max(this.next, end);
      if (!fields.lost && seq <= peer.heard) peer.heard = Math.max(peer.heard, end);
    }
    const passed: Passed = {
      ipVersion: talk.ipVersion,
      source: this.address,
      destination: peer.address,
      sourcePort: this.port,
      destinationPort: peer.port,
      // Who has sent no SYN has no numbers of its own.
      seq: bits === (RST | ACK) && this.next === 0 && seq === 0 ? 0 : (this.isn + seq) | 0,
      ack: bits & ACK ? (peer.isn + (fields.ack ?? this.heard)) | 0 : 0,
      flags: bits,
      window: fields.window ?? 502,
      payloadLength,
      ttl: fields.ttl ?? TTL[this.who],
      ipId: fields.ipId ?? (talk.ipVersion === 6 ? -1 : ++this.ipId & 0xffff),
      vlanKey: fields.vlan ?? talk.vlan,
      mss: fields.mss ?? -1,
      windowScaleShift: fields.windowScaleShift ?? -1,
      hasTimestamps: fields.timestamps ?? talk.timestamps,
      tsVal: fields.tsVal ?? 0,
      sack: (fields.sack ?? []).map((edge) => (peer.isn + edge) | 0),
      timeNs: fields.at === undefined ? (watcher.nowNs += STEP_NS) : fields.at * 1e9,
    };
    const sees = talk.sees === 'both' || talk.sees === this.who;
    if (sees && !fields.unseen) watcher.pass(passed);
    return passed;
  }
}

export class Conversation {
  readonly watcher: Watcher;
  readonly client: Speaker;
  readonly server: Speaker;
  readonly ipVersion: 4 | 6;
  readonly vlan: number;
  readonly timestamps: boolean;
  readonly sees: Who | 'both';

  constructor(readonly options: ConversationOptions = {}) {
    const { ipVersion = 4, clientIsHigh = false, clientPort = 40_000, serverPort = 443 } = options;
    this.watcher = options.on ?? new Watcher();
    this.ipVersion = ipVersion;
    this.vlan = options.vlan ?? 0;
    this.timestamps = options.timestamps ?? false;
    this.sees = options.sees ?? 'both';
    const [low, high] = ADDRESSES[ipVersion].map((text) => parseAddress(text)!.words);
    const [clientIs, serverIs] = clientIsHigh ? [high, low] : [low, high];
    this.client = new Speaker(this, 'client', options.clientIsn ?? -3, clientIs, clientPort);
    this.server = new Speaker(this, 'server', options.serverIsn ?? -2, serverIs, serverPort);
    this.client.peer = this.server;
    this.server.peer = this.client;
  }

  /** Lets packet time pass. */
  after(seconds: number): this {
    this.watcher.nowNs += seconds * 1e9;
    return this;
  }

  /** The three-way handshake. */
  opens(): this {
    this.client.syn();
    this.server.synAck();
    this.client.ack();
    return this;
  }

  /** As `opens`, but before the capture began. */
  openedBefore(): this {
    for (const end of [this.client, this.server]) end.next = end.heard = 1;
    return this;
  }

  /** FIN, ACK of it, FIN, ACK of it. */
  closes(first: Who = 'client'): this {
    const [a, b] = first === 'client' ? [this.client, this.server] : [this.server, this.client];
    a.fin();
    b.ack();
    b.fin();
    a.ack();
    return this;
  }

  /** The same ends once more, with new initial sequence numbers. */
  anew(options: ConversationOptions = {}): Conversation {
    const far = { clientIsn: this.client.isn + 1_000_000_000, serverIsn: this.server.isn + 1_000_000_000 };
    return new Conversation({ ...this.options, on: this.watcher, ...far, ...options });
  }

  /** The same frame passes the capture once more, 10 microseconds later. */
  capturedAgain(passed: Passed, fields: Partial<Passed> = {}): void {
    this.watcher.pass({ ...passed, timeNs: (this.watcher.nowNs += 10_000), ...fields });
  }

  /** A frame of no connection passes: only the packet clock moves. */
  tick(): this {
    this.watcher.tracker.tick(this.watcher.nowNs);
    return this;
  }

  /** The newest connection, or the one with this number, final or not. */
  seen(id?: number): View {
    const found = this.watcher.all().findLast((view) => id === undefined || view.id === id);
    if (found === undefined) throw new Error(`no connection ${id ?? 'at all'}`);
    return found;
  }

  /** What both ends are in now. */
  states(id?: number): Record<Who, string | null> {
    this.tick();
    const { client, server } = this.seen(id);
    return { client: client.state, server: server.state };
  }

  /** How the newest connection shows this end, whichever role was guessed for it. */
  viewOf({ port }: Speaker): EndView {
    this.tick();
    const { client, server } = this.seen();
    return client.port === port ? client : server;
  }

  /** Anomalies so far, in order. */
  get anomalies(): AnomalyId[] {
    return this.watcher.anomalies.map(({ id }) => id);
  }

  /** How many connections were ever opened. */
  get connections(): number {
    return this.watcher.tracker.roster.connections;
  }
}

export const conversation = (options?: ConversationOptions): Conversation => new Conversation(options);

/** Open, and five octets said and acknowledged both ways. */
export function established(options?: ConversationOptions): Conversation {
  const talk = conversation(options).opens();
  talk.client.says(5);
  talk.server.says(5);
  talk.client.ack();
  return talk;
}

/** The client closed and the server acknowledged: FIN-WAIT-2 and CLOSE-WAIT. */
export function connectionInFinWait2(options?: ConversationOptions): Conversation {
  const talk = established(options);
  talk.client.fin();
  talk.server.ack();
  return talk;
}

/** An orderly close that the client began: TIME-WAIT and CLOSED. */
export function connectionInTimeWait(options?: ConversationOptions): Conversation {
  return established(options).closes('client');
}
