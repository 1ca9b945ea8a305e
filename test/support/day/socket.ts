// One end of a connection of a made-up day: enough of TCP that what passes the tap is what a stack like Linux's sends. Handshake,
// data with loss probes, timeouts and fast retransmits, every form of close, RSTs, keep-alives.

import { ACK, FIN, PSH, RST, SYN } from '../../../src/wire/segment.js';
import type { Packet } from './network.js';
import type { Stack } from './stack.js';

export interface Traits {
  readonly ttl: number;
  readonly timestamps: boolean;
  /** 0: none. */
  readonly keepAliveMs: number;
}

/** What one program says to another: the octets pass, and then the other program has it. */
export interface Message {
  /** Octets of the answer; 0: none is expected. */
  readonly answer: number;
  readonly afterMs: number;
  /** The server closes once it has answered. */
  readonly thenClose?: boolean;
}

/** Who uses a socket, as far as it cares. */
export interface Program {
  opened?(): void;
  hears?(message: Message): void;
  peerCloses?(): void;
  over?(how: 'closed' | 'reset' | 'given-up'): void;
}

interface Sent {
  readonly seq: number;
  readonly length: number;
  readonly flags: number;
  timeMs: number;
  again: boolean;
}

const MSS = 1448;
const LEAST_RTO_MS = 200;
const MOST_RTO_MS = 120e3;
const FORGETS_MS = 60e3;
const DELAYED_ACK_MS = 40;
const MOST_RESENDS = 15;
const MOST_SYNS = 6;

const endOf = ({ seq, length, flags }: Pick<Packet, 'seq' | 'length' | 'flags'>): number =>
  seq + length + (flags & (SYN | FIN) ? 1 : 0);

export class Socket {
  program: Program = {};
  phase: 'new' | 'syn-sent' | 'syn-received' | 'open' | 'over' = 'new';
  /** The program has closed it: nobody will read what still comes. */
  isOrphan = false;
  /** Input waits that the program has not read. */
  hasUnread = false;
  isInTimeWait = false;
  peer: Socket | null = null;
  private una: number;
  private nxt: number;
  private written: number;
  private rcvNxt = 0;
  private readonly messages: { readonly end: number; readonly message: Message }[] = [];
  private flight: Sent[] = [];
  private early: { readonly seq: number; readonly end: number; readonly fin: boolean }[] = [];
  private finQueued = false;
  private finSent = false;
  private peerFin = false;
  private closedFirst = false;
  private srttMs = 0;
  private rttVarMs = 0;
  private resends = 0;
  private timer = 0;
  private duplicates = 0;
  private recoverTo = -1;
  private unacknowledged = 0;
  private ackTimer = 0;
  private tsEcr = 0;
  private lastHeardMs = 0;
  private ipId: number;
  private readonly tsBase: number;

  constructor(
    readonly stack: Stack,
    readonly port: number,
    readonly to: Stack,
    readonly toPort: number,
    private readonly traits: Traits,
  ) {
    const { chance } = stack;
    this.una = this.nxt = this.written = chance.whole(0, 2 ** 32 - 1);
    this.ipId = chance.whole(1, 0xffff);
    this.tsBase = chance.whole(0, 2 ** 31);
  }

  get isOpen(): boolean {
    return this.phase === 'open' && !this.finQueued;
  }

  connect(): void {
    this.phase = 'syn-sent';
    this.sends(SYN, 0);
  }

  /** Says a message of so many octets. */
  write(octets: number, message: Message): void {
    if (!this.isOpen) return;
    this.written += octets;
    this.messages.push({ end: this.written, message });
    this.pump();
  }

  /** FIN once everything is sent; what still comes is read. */
  shutdown(): void {
    if (this.finQueued || this.phase === 'over') return;
    this.finQueued = true;
    this.closedFirst = !this.peerFin;
    this.pump();
  }

  /** What close() does, and the end of the process: RST if input is left unread, else FIN. */
  close(): void {
    if (this.phase === 'over' || this.isOrphan) return;
    if (this.phase !== 'open' || this.hasUnread) {
      this.abort();
      return;
    }
    this.isOrphan = true;
    this.shutdown();
    if (this.isFinAcked) this.waitForFin();
  }

  /** close() with SO_LINGER 0. */
  abort(): void {
    if (this.phase === 'over') return;
    if (this.phase !== 'syn-sent') this.put(RST | ACK, this.nxt, 0);
    this.ends('closed');
  }

  /** The host is gone. */
  vanish(): void {
    this.phase = 'over';
  }

  receive(packet: Packet): void {
    if (this.phase === 'over') return;
    const { flags, ack, tsVal } = packet;
    this.lastHeardMs = this.stack.agenda.nowMs;
    if (flags & RST) {
      this.hearsReset(packet);
      return;
    }
    if (packet.sender) this.peer = packet.sender;
    if (tsVal !== null) this.tsEcr = tsVal;
    if (flags & SYN) this.hearsSyn(packet);
    else if (this.phase === 'syn-received' && flags & ACK && ack > this.una) this.isEstablished();
    if (flags & ACK) this.hearsAck(packet);
    if (!(flags & SYN) && this.isOver() === false) this.hearsText(packet);
  }

  private isOver(): boolean {
    return this.phase === 'over';
  }

  private hearsReset({ seq, ack, flags }: Packet): void {
    if (this.phase === 'syn-sent' ? flags & ACK && ack === this.nxt : seq === this.rcvNxt) this.ends('reset');
    else if (seq > this.rcvNxt) this.acknowledge();
  }

  private hearsSyn({ seq, flags }: Packet): void {
    if (this.phase === 'new') {
      this.phase = 'syn-received';
      this.rcvNxt = seq + 1;
      this.sends(SYN | ACK, 0);
    } else if (this.phase === 'syn-sent' && flags & ACK) {
      this.rcvNxt = seq + 1;
      this.phase = 'open';
    } else if (this.phase === 'syn-received') this.resend(this.flight[0]);
    else this.acknowledge();
  }

  private isEstablished(): void {
    this.phase = 'open';
    this.keepsAlive();
    this.program.opened?.();
  }

  private hearsAck({ ack, length, flags }: Packet): void {
    if (ack > this.nxt) return;
    const opens = (flags & SYN) !== 0 && this.una < ack;
    if (ack > this.una) this.takesAck(ack);
    else if (ack === this.una && this.flight.length > 0 && length === 0 && !(flags & (SYN | FIN))) {
      if (++this.duplicates === 3 && this.recoverTo < this.una) {
        this.recoverTo = this.nxt;
        this.resend(this.flight[0]);
      }
    }
    if (opens) {
      this.acknowledge();
      this.isEstablished();
    }
    this.pump();
  }

  private takesAck(ack: number): void {
    const { nowMs } = this.stack.agenda;
    const done = this.flight.filter((sent) => endOf(sent) <= ack);
    this.flight = this.flight.filter((sent) => endOf(sent) > ack);
    const newest = done.at(-1);
    if (newest && !done.some(({ again }) => again)) this.measures(nowMs - newest.timeMs);
    this.una = ack;
    this.duplicates = this.resends = 0;
    if (ack < this.recoverTo && this.flight.length > 0) this.resend(this.flight[0]);
    this.setTimer();
    if (!this.isFinAcked) return;
    if (this.peerFin) this.isDone();
    else if (this.isOrphan) this.waitForFin();
  }

  private measures(ms: number): void {
    if (this.srttMs === 0) [this.srttMs, this.rttVarMs] = [ms, ms / 2];
    this.rttVarMs += (Math.abs(this.srttMs - ms) - this.rttVarMs) / 4;
    this.srttMs += (ms - this.srttMs) / 8;
  }

  private get isFinAcked(): boolean {
    return this.finSent && this.una === this.nxt;
  }

  /** Nobody waits for an orphan in FIN-WAIT-2 for ever. */
  private waitForFin(): void {
    this.stack.agenda.after(FORGETS_MS, () => {
      if (!this.peerFin) this.ends('closed');
    });
  }

  private isDone(): void {
    if (this.isInTimeWait) return;
    this.program.over?.('closed');
    this.program = {};
    if (!this.closedFirst) {
      this.ends('closed');
      return;
    }
    this.isInTimeWait = true;
    this.stack.agenda.after(FORGETS_MS, () => this.ends('closed'));
  }

  private ends(how: 'closed' | 'reset' | 'given-up'): void {
    if (this.isOver()) return;
    this.phase = 'over';
    this.timer++;
    this.ackTimer++;
    this.stack.remove(this);
    this.program.over?.(how);
  }

  private hearsText(packet: Packet): void {
    const { seq, length, flags } = packet;
    const end = endOf(packet);
    if (end === seq) {
      // A keep-alive asks with what was acknowledged long ago.
      if (seq < this.rcvNxt) this.acknowledge();
      return;
    }
    if (end <= this.rcvNxt) this.acknowledge();
    else if (seq > this.rcvNxt) {
      if (!this.early.some((one) => one.seq === seq)) this.early.push({ seq, end, fin: (flags & FIN) !== 0 });
      this.early.sort((a, b) => a.seq - b.seq);
      this.acknowledge();
    } else if (length > 0 && this.isOrphan) {
      this.stack.disowns(packet, RST, packet.ack, 0);
      this.ends('closed');
    } else this.takesText(end, (flags & FIN) !== 0);
  }

  private takesText(end: number, fin: boolean): void {
    const filled = this.early.length > 0;
    let closes = fin;
    this.rcvNxt = end;
    for (; this.early.length > 0 && this.early[0].seq <= this.rcvNxt; this.early.shift()) {
      this.rcvNxt = Math.max(this.rcvNxt, this.early[0].end);
      closes ||= this.early[0].fin;
    }
    this.unacknowledged++;
    if (closes) this.peerFin = true;
    this.hearsMessages();
    if (closes && !this.isOver()) {
      if (this.isFinAcked) this.isDone();
      else this.program.peerCloses?.();
    }
    if (this.unacknowledged === 0 || this.isOver()) return;
    if (filled || closes || this.unacknowledged > 1) this.acknowledge();
    else {
      const timer = ++this.ackTimer;
      this.stack.agenda.after(DELAYED_ACK_MS, () => {
        if (timer === this.ackTimer && this.unacknowledged > 0) this.acknowledge();
      });
    }
  }

  private hearsMessages(): void {
    const messages = this.peer?.messages ?? [];
    while (messages.length > 0 && messages[0].end <= this.rcvNxt) {
      const { message } = messages.shift()!;
      this.program.hears?.(message);
    }
  }

  private acknowledge(): void {
    this.put(ACK, this.nxt, 0);
  }

  private pump(): void {
    if (this.phase !== 'open') return;
    while (this.nxt - this.una < 20 * MSS) {
      const length = Math.min(MSS, this.written - this.nxt);
      if (this.finSent || (length === 0 && !this.finQueued)) return;
      const last = this.nxt + length === this.written;
      const fin = last && this.finQueued;
      this.finSent = fin;
      this.sends(ACK | (fin ? FIN : 0) | (last && length > 0 ? PSH : 0), length);
    }
  }

  /** Something new that takes sequence space. */
  private sends(flags: number, length: number): void {
    const sent = { seq: this.nxt, length, flags, timeMs: this.stack.agenda.nowMs, again: false };
    this.flight.push(sent);
    this.put(flags, this.nxt, length);
    this.nxt = endOf(sent);
    if (flags & SYN) this.written = this.nxt;
    this.setTimer();
  }

  private resend(sent: Sent | undefined): void {
    if (!sent) return;
    sent.again = true;
    this.put(sent.flags, sent.seq, sent.length);
  }

  private setTimer(): void {
    const timer = ++this.timer;
    if (this.flight.length === 0) return;
    const opening = this.phase === 'syn-sent' || this.phase === 'syn-received';
    const rtoMs = this.srttMs === 0 ? 1e3 : this.srttMs + Math.max(LEAST_RTO_MS, 4 * this.rttVarMs);
    const probeMs = 2 * this.srttMs + (this.flight.length === 1 ? LEAST_RTO_MS : 2);
    const probes = !opening && this.srttMs > 0 && this.resends === 0 && probeMs < rtoMs;
    const afterMs = probes ? probeMs : Math.min(rtoMs * 2 ** this.resends, MOST_RTO_MS);
    this.stack.agenda.after(afterMs, () => {
      if (timer !== this.timer || this.isOver()) return;
      if (probes) {
        this.resend(this.flight.at(-1));
        this.expireAfter(rtoMs, timer);
      } else this.expires();
    });
  }

  private expireAfter(ms: number, timer: number): void {
    this.stack.agenda.after(ms, () => {
      if (timer === this.timer && !this.isOver()) this.expires();
    });
  }

  private expires(): void {
    if (++this.resends > (this.phase === 'open' ? MOST_RESENDS : MOST_SYNS)) {
      this.ends('given-up');
      return;
    }
    this.recoverTo = this.nxt;
    this.resend(this.flight[0]);
    this.setTimer();
  }

  private keepsAlive(): void {
    const { keepAliveMs } = this.traits;
    const { agenda } = this.stack;
    if (keepAliveMs === 0) return;
    const look = (): void => {
      if (this.phase !== 'open') return;
      const quietMs = agenda.nowMs - this.lastHeardMs;
      if (quietMs >= keepAliveMs && this.flight.length === 0) this.put(ACK, this.nxt - 1, 0);
      // A remainder of less than a millisecond may be rounded away, and time would stand still.
      agenda.after(quietMs < keepAliveMs ? Math.max(1, keepAliveMs - quietMs) : keepAliveMs, look);
    };
    agenda.after(keepAliveMs, look);
  }

  private put(flags: number, seq: number, length: number): void {
    const { stack, port, to, toPort, traits } = this;
    if (flags & ACK) this.unacknowledged = 0;
    this.ipId = (this.ipId + 1) & 0xffff || 1;
    const sack = this.early.slice(0, 3).flatMap((one) => [one.seq, one.end]);
    stack.network.send({
      from: stack,
      to,
      sourcePort: port,
      destinationPort: toPort,
      ...{ seq, flags, length },
      ack: flags & ACK ? this.rcvNxt : 0,
      window: flags & SYN ? 64_240 : 502,
      ttl: traits.ttl,
      ipId: this.ipId,
      offersMss: (flags & SYN) !== 0,
      tsVal: traits.timestamps ? this.tsBase + Math.floor(stack.agenda.nowMs) : null,
      tsEcr: this.tsEcr,
      sack,
      sender: this,
    });
  }
}
