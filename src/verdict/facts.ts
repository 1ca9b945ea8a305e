// FACTS: the closed vocabulary that verdicts are made of. A row says one thing about a case, and where it was seen.
//
// A fact is told by role: {gone} is the end under suspicion, {survivor} its peer. `find` answers the moment that proves
// it, or null. Rows of scenarios.ts name facts by id; a misspelt one does not compile.

import { HANDSHAKE_DONE, MID_STREAM } from '../tcp/connection.js';
import { hasHadDataTaken, isUnanswered, SENT_DATA, SENT_FIN } from '../tcp/endpoint.js';
import type { Moment } from '../tcp/notes.js';
import { seqDiff } from '../tcp/seq.js';
import { SYN_RECEIVED, SYN_SENT } from '../tcp/state.js';
import { type Case, decisiveReset, owesAnswer, spokeFirst, wasOpen } from './case.js';
import { FACTS_FROM_HOSTS } from './facts-from-hosts.js';
import {
  asked,
  at,
  gaveUpBefore,
  handshakeReset,
  icmpDetail,
  icmpOf,
  lastMissed,
  neighbourAt,
  openReset,
  processDetail,
  returnBefore,
  suddenReset,
} from './findings.js';

export interface FactRow {
  /** One clause, with {gone} and {survivor} for the ends. */
  readonly says: string;
  readonly find: (theCase: Case) => Moment | null;
  /** What this case adds to the clause, in brackets. */
  readonly detail?: (theCase: Case) => string | null;
}

/** A survivor that has not closed this long after the FIN sits in CLOSE-WAIT, while other packets pass. */
export const CLOSE_WAIT_NS = 100e6;
/**
 * Where its ACK is the last packet of the capture: an ACK that was delayed (Linux: 40 ms at least) shows that the program did
 * not close at once, for its FIN would have taken the ACK's place.
 */
export const DELAYED_ACK_NS = 30e6;
/** A program that closes because the other end did does so within this time. */
export const CLOSES_IN_TURN_NS = 1e9;
/** Linux forgets an orphan in FIN-WAIT-2 after this long (tcp_fin_timeout); earlier, only a reboot forgets it. */
export const FIN_WAIT_2_NS = 60e9;
/** Linux resends a SYN-ACK so often (tcp_synack_retries), a second after it was sent first and then at twice the interval. */
const SYN_ACK_RETRIES = 5;
/** A stack answers at once; this leaves room for the slowest path between the capture and the sender. */
export const PROMPT_NS = 3e9;
/** No host loses its connections and is back within this time of its last segment; a firewall's rule takes hold at once. */
export const FASTEST_REBOOT_NS = 10e6;
/** A process closes its sockets while it dies: for a moment it seems to live on. */
export const DYING_NS = 100e6;
/** A resend after a timeout, with room for a second one. */
export const RESEND_NS = 500e6;
/** The shortest idle timeout of common middleboxes. */
export const IDLE_TIMEOUT_NS = 60e9;
export const FACTS = {
  'syn-refused': {
    says: 'the {gone} answered the SYN with RST',
    find: (c) => at(c.gone.notes.reset, c.gone.notes.reset?.shape === 'refused' && !wasOpen(c)),
  },
  'syn-unreachable': {
    says: 'ICMP reported the {gone} out of reach for the SYN',
    find: (c) => at(icmpOf(c, 'network', 'host', 'filter', 'other'), !wasOpen(c) && c.gone.end.segments === 0),
    detail: icmpDetail,
  },
  'syn-neighbour-silent': {
    says: 'nobody answered the ARP or neighbour questions for the {gone}',
    find: (c) => at(neighbourAt(c, 'anyone'), !wasOpen(c) && c.gone.end.segments === 0),
  },
  'syn-unanswered': {
    says: 'from here on the {survivor} sent its SYN again and again, and heard nothing',
    find: (c) =>
      at(asked(c), c.survivor.end.state === SYN_SENT && c.gone.end.segments === 0 && isUnanswered(c.survivor.end)),
  },
  'syn-ack-unanswered': {
    says: 'from here on the {survivor} sent its SYN-ACK again and again, and heard nothing',
    // Of a client that was never captured, silence says nothing: one direction may be missing.
    find: (c) => {
      const opening = c.survivor.end.state === SYN_RECEIVED && !wasOpen(c);
      return at(asked(c), opening && c.gone.end.segments > 0 && isUnanswered(c.survivor.end));
    },
  },
  'syn-ack-resent-after-ack': {
    says: 'the {gone} resent its SYN-ACK although the final ACK had passed, and no program of it spoke since',
    // An acknowledgement of data is of a connection that was let in; one whose SYN-ACK does not come again in time was too.
    find: (c) => {
      const again = c.gone.notes.synAckResentAfterAck;
      const spoke = c.gone.end.has(SENT_DATA) || c.gone.end.has(SENT_FIN) || hasHadDataTaken(c.survivor.end);
      const waits = again && (again.count >= SYN_ACK_RETRIES || c.clockNs - again.timeNs <= 1.5e9 * 2 ** again.count);
      return at(again, waits, !spoke);
    },
  },
  'final-ack-repeated': {
    says: 'the {survivor} repeated its final ACK, and the {gone} still resent its SYN-ACK',
    find: (c) => at(c.gone.notes.synAckResentAfterAck, (c.gone.notes.synAckResentAfterAck?.count ?? 0) >= 2),
  },
  'reset-before-data': {
    says: 'the {gone} sent RST in or right after the handshake, before it took any data',
    find: (c) => at(handshakeReset(c)),
  },
  'outage-healed': {
    says: 'from here on one end heard nothing of the other for a while; then it was answered again',
    find: (c) => at(c.survivor.notes.healed ?? c.gone.notes.healed),
  },
  'rst-ignored': {
    says: 'a RST in the name of one end was not obeyed by the other',
    find: (c) => at(c.gone.notes.ignoredReset ?? c.survivor.notes.ignoredReset),
  },
  'gone-sent-fin': { says: 'the {gone} sent FIN', find: (c) => at(c.gone.fin) },
  'fin-acknowledged': { says: 'the {survivor} acknowledged the FIN', find: (c) => at(c.gone.finAcked) },
  'both-fins-acknowledged': {
    says: 'both ends sent FIN and both FINs were acknowledged',
    find: (c) => {
      const [a, b] = [c.gone.finAcked, c.survivor.finAcked];
      return a && b ? (a.timeNs > b.timeNs ? a : b) : null;
    },
  },
  'survivor-wrote-after-fin': {
    says: 'the {survivor} sent new data after acknowledging the FIN',
    find: (c) => at(c.survivor.notes.wroteAfterFin),
  },
  'survivor-stays-in-close-wait': {
    says: 'the {survivor} acknowledged the FIN and did not close: CLOSE-WAIT',
    find: (c) => {
      const { fin, finAcked } = c.gone;
      const closing = c.survivor.end.has(SENT_FIN) || c.survivor.notes.reset !== undefined;
      // Data still on its way says that the gone end left early, not that the survivor sits there.
      const busy = c.survivor.end.outstanding > 0 || owesAnswer(c, c.survivor);
      // Where the capture missed the last it sent, that may have been its FIN.
      if (!fin || !finAcked || closing || busy || lastMissed(c.survivor)) return null;
      const waitedNs = c.clockNs - fin.timeNs;
      return at(finAcked, waitedNs >= (finAcked.timeNs === c.clockNs ? DELAYED_ACK_NS : CLOSE_WAIT_NS));
    },
  },
  'survivor-closed-in-turn': {
    says: 'the {survivor} closed in its turn at once: it had noticed (TLS says goodbye like that, to nobody)',
    find: (c) => {
      const { fin } = c.gone;
      const own = c.survivor.fin;
      return at(own, own?.acknowledgesFin, fin && own && own.timeNs - fin.timeNs < CLOSES_IN_TURN_NS);
    },
  },
  'data-after-fin-accepted': {
    says: 'the {gone} acknowledged data that came after its FIN: somebody still reads there',
    find: (c) => at(c.survivor.notes.wroteAfterFinAcked),
  },
  'answered-by-reset': {
    says: 'the {gone} answered with RST: no socket there any more',
    find: (c) => at(decisiveReset(c.gone), c.gone.end.has(SENT_FIN)),
  },
  'fin-while-answer-owed': {
    says: 'the {gone} closed while it owed an answer',
    find: (c) => at(c.gone.fin, c.gone.fin?.owedAnswer && !spokeFirst(c, c.gone)),
  },
  'fin-reset-soon': {
    says: 'the {survivor} closed in its turn, and the {gone} had forgotten the connection within 60 s',
    find: (c) => {
      const reset = decisiveReset(c.gone);
      const { fin } = c.gone;
      const own = c.survivor.fin;
      if (!reset || !fin || !own || reset.shape !== 'no-socket' || c.survivor.notes.wroteAfterFin) return null;
      // With data on its way to it, the gone end reset that, not the FIN: it only left early.
      const inFlight = fin.dataInFlight || seqDiff(c.survivor.end.sndUna, c.survivor.end.finSeq) < 0;
      const orderly = c.gone.finAcked !== undefined && own.acknowledgesFin && own.timeNs < reset.timeNs;
      return at(reset, orderly && !inFlight && reset.timeNs - fin.timeNs < FIN_WAIT_2_NS);
    },
  },
  'survivor-unanswered': {
    says: 'from here on the {survivor} sent again and again, and the {gone} answered nothing',
    find: (c) => {
      const { missed } = c.gone.notes;
      const oneSided = c.gone.end.segments === 0 || (missed !== undefined && missed.timeNs > c.gone.end.lastNs);
      return at(asked(c), wasOpen(c) && !oneSided && isUnanswered(c.survivor.end));
    },
  },
  'idle-before-silence': {
    says: 'the connection had been idle for at least a minute: firewalls and balancers forget it after 60, 350 or 3600 s',
    find: (c) => at(asked(c), c.survivor.end.unansweredNs - c.gone.end.lastNs >= IDLE_TIMEOUT_NS),
  },
  'survivor-gave-up': { says: 'the {survivor} gave up with RST', find: (c) => at(c.survivor.notes.gaveUp) },
  'answered-too-late': {
    says: 'the {gone} answered only after that',
    find: (c) => {
      const { gaveUp } = c.survivor.notes;
      const { lastPacket: packet, lastNs: timeNs } = c.gone.end;
      return at({ packet, timeNs }, gaveUp && timeNs > gaveUp.timeNs, !c.gone.notes.reset);
    },
  },
  'unreachable-by-icmp': {
    says: 'ICMP reported the {gone} out of reach',
    find: (c) => at(icmpOf(c, 'network', 'host'), c.survivor.end.unanswered > 0),
    detail: icmpDetail,
  },
  'host-unreachable-by-icmp': {
    says: 'a router reported the host of the {gone} unreachable, as its last hop does',
    find: (c) => at(icmpOf(c, 'host'), c.survivor.end.unanswered > 0),
  },
  'filtered-by-icmp': {
    says: 'a filter said by ICMP that it stops these segments',
    find: (c) => at(icmpOf(c, 'filter'), c.survivor.end.unanswered > 0),
    detail: icmpDetail,
  },
  'neighbour-silent': {
    says: 'a router asked the link for the {gone} and got no answer',
    find: (c) => at(neighbourAt(c, 'others'), c.gone.end.segments > 0),
  },
  'neighbour-silent-to-survivor': {
    says: 'the {survivor} itself asked the link for the {gone} and got no answer',
    find: (c) => at(neighbourAt(c, 'survivor'), c.gone.end.segments > 0),
  },
  'no-socket-rst': {
    says: 'the {gone} answered a live connection with RST: its stack knows no such connection',
    find: (c) => {
      const reset = suddenReset(c, 'no-socket');
      return at(reset, reset?.answers && reset.timeNs - reset.answers.timeNs < PROMPT_NS);
    },
  },
  'gave-up-before': {
    says: 'the {gone} had itself asked, in vain or for room in a closed window, for so long that it gave up before the {survivor} spoke again',
    find: (c) => gaveUpBefore(c.gone),
  },
  'gone-was-heard': {
    says: 'the {gone} was last heard here, and had not closed',
    find: (c) => at(c.gone.notes.reset?.lastHeard, (c.gone.notes.reset?.lastHeard.packet ?? 0) > 0),
  },
  'capture-hole': {
    says: 'the capture missed the last the {gone} sent',
    find: (c) => at(lastMissed(c.gone)),
  },
  'fin-missed': {
    says: 'the {survivor} acknowledged one octet more of the {gone} than was captured: its FIN',
    find: (c) => {
      const missed = lastMissed(c.gone);
      const reset = decisiveReset(c.gone);
      // A stack that had closed answers data with RST alone: an ACK after the hole, or a live socket, says it was data.
      const closed = reset?.shape === 'no-socket' && missed && reset.lastHeard.timeNs <= missed.timeNs;
      return at(missed, missed?.octets === 1, closed);
    },
  },
  'heard-just-before-rst': {
    says: 'the {gone} had been heard a moment before the RST: nothing reboots so fast',
    find: (c) => {
      const { reset } = c.gone.notes;
      return at(reset?.lastHeard, reset && reset.timeNs - reset.lastHeard.timeNs < FASTEST_REBOOT_NS);
    },
  },
  'may-have-left': {
    says: 'the {gone} answered the FIN of the {survivor} with RST: a client that had left by a RST that was lost does so too',
    find: (c) => {
      const { reset } = c.gone.notes;
      const { fin } = c.survivor;
      const plain = c.gone.role === 'client' && !returnBefore(c, reset ?? null)?.silence;
      return at(reset, plain, reset && fin && fin.timeNs <= reset.timeNs);
    },
  },
  'unanswered-before-rst': {
    says: 'the {gone} had left segments unanswered for a while before the RST',
    find: (c) => {
      const { reset } = c.gone.notes;
      // What is sent at once is unanswered at once: it takes a resend to show that nobody was there.
      return at(reset?.asked, reset && reset.asked.count >= 2 && reset.timeNs - reset.asked.timeNs >= RESEND_NS);
    },
  },
  'live-rst': {
    says: 'the {gone} sent RST from a live socket: its host was up and the connection known',
    find: (c) => suddenReset(c, 'live-socket'),
  },
  'input-pending': {
    says: 'the kernel of the {gone} had acknowledged data that nobody there answered',
    find: (c) => {
      const reset = c.gone.notes.reset;
      return at(reset?.answers ?? reset, reset?.owedAnswer && !spokeFirst(c, c.gone));
    },
  },
  'window-was-zero': {
    says: 'the receive window of the {gone} was full when it ended',
    find: (c) => at(c.gone.notes.reset, c.gone.notes.reset?.windowWasZero),
  },
  'survivor-sent-nothing': {
    says: 'the {survivor} had sent no data, so there was no unread input',
    find: (c) => {
      const { end, notes } = c.survivor;
      const sent = end.has(SENT_DATA) || hasHadDataTaken(end) || notes.missed !== undefined || end.segments === 0;
      const { reset } = c.gone.notes;
      // A client that has finished the handshake and has no socket any more answers something that the capture missed.
      const answersUnseen =
        reset?.shape === 'no-socket' && c.gone.role === 'client' && c.connection.has(HANDSHAKE_DONE);
      return at(reset, !sent, !answersUnseen, !c.connection.has(MID_STREAM));
    },
  },
  'gone-held-it': {
    says: 'a program of the {gone} held the connection: it had opened it, or sent data',
    find: (c) => {
      const { role, end } = c.gone;
      return at(c.gone.notes.reset, role === 'client' || end.has(SENT_DATA) || hasHadDataTaken(end));
    },
  },
  'rst-ttl-differs': {
    says: 'the TTL of the RST is not the one of the {gone}',
    find: (c) => at(openReset(c), (c.gone.notes.reset?.ttlDistance ?? 0) > 0),
  },
  'rst-ttl-far-off': {
    says: 'the TTL of the RST is off by more than the next hop',
    find: (c) => at(openReset(c), (c.gone.notes.reset?.ttlDistance ?? 0) > 1),
  },
  'rst-ip-id-off': {
    says: 'the IPv4 identification of the RST does not continue that of the {gone}',
    find: (c) => at(openReset(c), c.gone.notes.reset?.ipIdOff),
  },
  'rst-lacks-timestamps': {
    says: 'the RST acknowledges but lacks the negotiated timestamps',
    find: (c) => at(openReset(c), c.gone.notes.reset?.lacksTimestamps),
  },
  'local-process-exited': {
    says: 'the process of the {gone}, on this machine, is gone',
    find: (c) => at(c.gone.fin ?? c.gone.notes.reset, c.gone.program?.exited),
    detail: processDetail,
  },
  'local-process-lives': {
    says: 'the process of the {gone}, on this machine, still runs',
    find: (c) => {
      const closing = c.gone.fin ?? c.gone.notes.reset;
      const settled = closing && c.clockNs - closing.timeNs >= DYING_NS;
      return at(closing, c.gone.program && !c.gone.program.exited, settled);
    },
    detail: processDetail,
  },
  'sender-talked-on': {
    says: 'the {gone} went on as if it had never sent the RST',
    find: (c) => at(c.gone.notes.talkedOn, openReset(c)),
  },
  ...FACTS_FROM_HOSTS,
} as const satisfies Record<string, FactRow>;

export type FactId = keyof typeof FACTS;
