// How a host comes back: heard again after a silence, or found out, by a RST, to have forgotten what it was connected to.

import { MID_STREAM } from '../../tcp/connection.js';
import type { Delivery } from '../../tcp/delivery.js';
import { finOf, SENT_FIN } from '../../tcp/endpoint.js';
import type { HostTable } from '../../tcp/hosts.js';
import type { Moment, ResetNote } from '../../tcp/notes.js';
import { RST, type Segment, SYN } from '../../wire/segment.js';
import { type Host, newReturn, newSilence, type Return, type Silence, TTL_VARIES } from './host.js';
import type { Looks } from './looks.js';
import type { HostTimes } from './times.js';

const MAX_RETURNS = 8;

/** Whether a segment is not of this host by its TTL, as far as that is known. */
export const hasAnotherTtl = ({ ttl }: Segment, host: Host): boolean => host.ttl > TTL_VARIES && ttl !== host.ttl;

export class Returns {
  /** @param linkSource the link-layer address that the segment at hand came from, as a number; NaN: none */
  constructor(
    private readonly table: HostTable,
    private readonly looks: Looks,
    private readonly linkSource: () => number,
    private readonly times: HostTimes,
  ) {}

  /** The host answers a connection with a RST of no socket: it knows no such connection. */
  disowns(host: Host, reset: ResetNote, delivery: Delivery): void {
    const { connection, sender, receiver, moment, senderNotesIfAny: notes } = delivery;
    const before = host.returns.at(-1);
    // Once it has closed, or before anything came of the connection, nothing was forgotten.
    const closed = sender.has(SENT_FIN) || notes?.missed?.endSeq === sender.sndNxt;
    const mayHaveLeft = sender === connection.client && receiver.has(SENT_FIN);
    const silence = this.silenceBefore(host, reset, connection.isAlive);
    const forgotten = closed && silence && this.shouldRemember(delivery);
    if (!before?.silence && !forgotten && (closed || mayHaveLeft || reset.beforeData)) return;
    // What was forgotten out of the blue was forgotten at once: hours later it is another matter.
    const same =
      before && !before.remembers && (before.silence || moment.timeNs - before.at.timeNs <= this.times.returnNs);
    const back = same ? before : this.begins(host, moment, silence);
    if (connection.openedNs > back.at.timeNs) return;
    back.forgot ??= moment;
    back.forgotten++;
    if (reset.asked.count > 0 && reset.asked.timeNs < back.at.timeNs) back.waited++;
    if (back.silence) back.silence.connections = Math.max(back.silence.connections, back.waited);
    const link = this.linkSource();
    if (host.linkIsConstant && !Number.isNaN(host.link + link) && link !== host.link) back.moved ??= moment;
    if (hasAnotherTtl(delivery.segment, host)) back.otherTtl = delivery.segment.ttl;
    this.looks.learnt(host, moment.timeNs);
  }

  /** A host that is watched is heard: whatever it says shows whether it is the same as before. */
  isHeard(host: Host, { connection, segment, moment }: Delivery): void {
    const { silence } = host;
    host.silence = null;
    const back = silence ? this.comesBack(host, moment, silence) : host.returns.at(-1);
    const over = !back || back.remembers || moment.timeNs - back.at.timeNs > this.times.returnNs;
    if (over) this.table.watched[host.number] = 0;
    if (!back || over || segment.flags & (SYN | RST)) {
      if (silence) this.looks.learnt(host, moment.timeNs);
      return;
    }
    const openNs = connection.has(MID_STREAM) ? connection.openedNs : connection.handshakeNs;
    if (!(openNs < (back.silence?.since ?? back.at).timeNs)) return;
    back.remembers = moment;
    this.table.watched[host.number] = 0;
    this.looks.learnt(host, moment.timeNs);
  }

  /** What a RST says of the time before it: somebody had asked again and again, and the host was not heard at all. */
  private silenceBefore(host: Host, { asked }: ResetNote, wasOpen: boolean): Silence | null {
    const lastHeard = this.table.beforeReset;
    if (asked.count < 2 || lastHeard.timeNs >= asked.timeNs) return null;
    const { packet, timeNs } = asked;
    const open = wasOpen ? 1 : 0;
    return { ...newSilence({ packet, timeNs }, lastHeard), open, alive: host.alive + open };
  }

  /**
   * A kernel keeps a socket that has sent FIN until the other end does, and answers its keep-alives meanwhile: one that has not
   * been closed for long, with nothing lost in it, is not forgotten by the kernel that closed it.
   */
  private shouldRemember({ sender, receiver, moment, senderNotesIfAny: notes }: Delivery): boolean {
    const fin = finOf(sender);
    const reset = notes?.reset;
    if (!fin || !reset || fin.dataInFlight || receiver.has(SENT_FIN) || receiver.outstanding > 0) return false;
    const { crossingNs, finWaitNs } = this.times;
    return moment.timeNs - fin.timeNs < finWaitNs && moment.timeNs - reset.asked.timeNs >= crossingNs;
  }

  /** It may have been spoken for while it was silent, by a RST with another TTL. */
  private comesBack(host: Host, at: Moment, silence: Silence): Return {
    const before = host.returns.at(-1);
    if (!before || before.at.timeNs < silence.since.timeNs || Number.isNaN(before.otherTtl))
      return this.begins(host, at, silence);
    return before;
  }

  private begins(host: Host, at: Moment, silence: Silence | null): Return {
    const back = newReturn(at, silence);
    host.returns.push(back);
    if (host.returns.length > MAX_RETURNS) host.returns.shift();
    this.table.watched[host.number] = 1;
    return back;
  }
}
