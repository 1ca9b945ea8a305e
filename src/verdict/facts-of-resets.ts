// FACTS of RSTs: whose they can be, and what they say of the end that sent them.

import { HANDSHAKE_DONE, MID_STREAM } from '../tcp/connection.js';
import { hasHadDataTaken, SENT_DATA } from '../tcp/endpoint.js';
import { decisiveReset, spokeFirst } from './case.js';
import type { FactRow } from './facts.js';
import { at, gaveUpBefore, lastMissed, openReset, processDetail, returnBefore, suddenReset } from './findings.js';

/** A stack answers at once; this leaves room for the slowest path between the capture and the sender. */
export const PROMPT_NS = 3e9;
/** No host loses its connections and is back within this time of its last segment; a firewall's rule takes hold at once. */
export const FASTEST_REBOOT_NS = 10e6;
/** A process closes its sockets while it dies: for a moment it seems to live on. */
export const DYING_NS = 100e6;
/** A resend after a timeout, with room for a second one. */
export const RESEND_NS = 500e6;

export const FACTS_OF_RESETS = {
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
  'gone-never-spoke': {
    says: 'no program of the {gone} had spoken on the connection: nobody may have accepted it',
    find: (c) => {
      const { role, end } = c.gone;
      return at(c.gone.notes.reset, role === 'server' && !end.has(SENT_DATA) && !hasHadDataTaken(end));
    },
  },
  'gone-had-probed': {
    says: 'the {gone} had sent keep-alives: its kernel gives up by a RST if they are not answered',
    find: (c) => at(c.gone.notes.reset, c.gone.end.keepAlives > 0),
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
} as const satisfies Record<string, FactRow>;
