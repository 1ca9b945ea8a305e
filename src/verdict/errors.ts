// ERRORS: what each program's calls returned, or will. Measured on Linux; BSD differences in the comments.
//
// `when` is `now` (seen, or certain to have been), `next` (at the program's next such call) or `due` (when its timers
// run out). Rows are asked for the program of the *survivor*; each end has its turn as one.

import { SYN_SENT } from '../tcp/state.js';
import { type Case, decisiveReset, wasOpen } from './case.js';
import { FACTS, type FactId } from './facts.js';
import { currentIcmp, gaveUpBefore } from './findings.js';
import { icmpRow } from './icmp-errors.js';

export interface ProgramError {
  readonly call: 'connect' | 'read' | 'write';
  readonly error: string;
  readonly when: 'now' | 'next' | 'due';
  /** Packet time at which it falls due, nanoseconds since the base. */
  readonly dueNs?: number;
}

/** Linux tcp_retries2 = 15 gives up on data after about this long (measured 939.5 s; RFC 9293 R2 is at least 100 s). */
export const DATA_TIMEOUT_NS = 939.5e9;
/** RFC 9293 section 3.8.3, R2: nobody gives up on data sooner. */
const LEAST_DATA_TIMEOUT_NS = 100e9;
/** Linux tcp_syn_retries = 6: 127 s up to 6.4, 134.8 s from 6.5 on, with its linear first resends. */
export const CONNECT_TIMEOUT_NS = 134.8e9;
/** Linux tcp_keepalive_probes: unanswered probes after which the prober gives up. */
export const KEEP_ALIVE_PROBES = 9;

interface ErrorRow {
  readonly id: string;
  readonly title: string;
  readonly gives: (theCase: Case) => readonly ProgramError[] | null;
}

const sees = (theCase: Case, id: FactId): boolean => FACTS[id].find(theCase) !== null;
const one = (call: ProgramError['call'], error: string, when: 'now' | 'next'): ProgramError[] => [
  { call, error, when },
];

const timer = (c: Case, call: ProgramError['call'], error: string, dueNs: number): ProgramError[] =>
  c.clockNs >= dueNs ? one(call, error, 'now') : [{ call, error, when: 'due', dueNs }];

/** Its program has closed: no call of it can fail any more. One that only shut down its sending takes data after its FIN. */
const hadClosed = ({ survivor, gone }: Case, beforeNs: number): boolean =>
  (survivor.fin?.timeNs ?? Infinity) < beforeNs && gone.notes.wroteAfterFinAcked === undefined;

/** When an end that goes unanswered gives up: by its resends of data or, probing an idle connection, by keep-alives. */
function givesUpNs({ gone, survivor: { end } }: Case): number {
  // Probes of a closed window run out like data, not like keep-alives (Linux tcp_probe_timer).
  if (end.outstanding > 0 || gone.end.window === 0) return end.unansweredNs + DATA_TIMEOUT_NS;
  const interval = (end.lastAskNs - end.unansweredNs) / Math.max(1, end.unanswered - 1);
  return end.unansweredNs + interval * KEEP_ALIVE_PROBES;
}

/**
 * It left by RST while data of it went unanswered: its program did, for its kernel gives up on data without a word (Linux
 * tcp_write_err()), and not so soon.
 */
function abortsUnheard({ survivor: { end, notes } }: Case): boolean {
  return (
    notes.gaveUp !== undefined && end.outstanding > 0 && notes.gaveUp.timeNs - end.unansweredNs < LEAST_DATA_TIMEOUT_NS
  );
}

export const ERRORS = [
  {
    id: 'errno-refused',
    title: 'RST to the SYN: connect() gives ECONNREFUSED',
    gives: (c) => (sees(c, 'syn-refused') ? one('connect', 'ECONNREFUSED', 'now') : null),
  },
  {
    id: 'errno-icmp',
    title: 'ICMP error to the SYN: connect() gives its errno',
    gives: (c) => {
      const errno = c.survivor.notes.icmp && icmpRow(c.survivor.notes.icmp)?.errno;
      return errno && sees(c, 'syn-unreachable') ? one('connect', errno, 'now') : null;
    },
  },
  {
    id: 'errno-connect-silence',
    title: 'SYN unanswered: connect() gives ETIMEDOUT when the SYN retries run out',
    gives: (c) => {
      const { end } = c.survivor;
      const waiting = !wasOpen(c) && end.state === SYN_SENT && end.unanswered >= 2 && !sees(c, 'syn-unreachable');
      return waiting ? timer(c, 'connect', 'ETIMEDOUT', c.connection.openedNs + CONNECT_TIMEOUT_NS) : null;
    },
  },
  {
    id: 'errno-eof',
    title: 'FIN: read() gives EOF',
    gives: (c) => {
      const { fin, finAcked } = c.gone;
      if (sees(c, 'fin-missed')) return one('read', 'EOF', 'now');
      if (!fin || !finAcked) return null;
      const stillReads = !hadClosed(c, fin.timeNs) || c.gone.notes.wroteAfterFin !== undefined;
      return stillReads ? one('read', 'EOF', 'now') : null;
    },
  },
  {
    id: 'errno-reset',
    // After a FIN, Linux gives EPIPE; older BSDs gave ECONNRESET there, as Stevens has it.
    title: 'RST: read() gives ECONNRESET once and write() EPIPE; after a FIN, only EPIPE',
    gives: (c) => {
      const reset = decisiveReset(c.gone);
      if (!reset || !wasOpen(c) || hadClosed(c, reset.timeNs)) return null;
      // Who was given up hears nothing of it, until it is in reach again: whatever it sends then is answered by RST.
      const { gaveUp } = c.gone.notes;
      if (gaveUp && c.survivor.end.lastNs <= gaveUp.timeNs) return null;
      const afterFin = (c.gone.fin?.timeNs ?? Infinity) <= reset.timeNs || sees(c, 'fin-missed');
      // Whichever call waits gets the error: with a full window in its way that was write().
      const waiting = reset.windowWasZero ? 'write' : 'read';
      return [...(afterFin ? [] : one(waiting, 'ECONNRESET', 'now')), ...one('write', 'EPIPE', 'next')];
    },
  },
  {
    id: 'errno-silence',
    title: 'no answer: ETIMEDOUT when the retries run out, or the errno of the ICMP error that came meanwhile',
    gives: (c) => {
      // Its own RST to a peer that came back too late shows that its socket is gone.
      if (gaveUpBefore(c.survivor)) return hadClosed(c, Infinity) ? null : one('read', 'ETIMEDOUT', 'now');
      if (abortsUnheard(c)) return null;
      if (sees(c, 'answered-too-late')) return one('read', 'ETIMEDOUT', 'now');
      const question = FACTS['neighbour-silent-to-survivor'].find(c);
      if ((!sees(c, 'survivor-unanswered') && !question) || hadClosed(c, Infinity)) return null;
      const icmp = currentIcmp(c);
      // What came once it had given up came too late for its program.
      const inTime = icmp && icmp.timeNs < (c.survivor.notes.gaveUp?.timeNs ?? Infinity);
      const told = inTime && icmp.inWindow && icmpRow(icmp)?.errno;
      const error = told || (question ? 'EHOSTUNREACH' : 'ETIMEDOUT');
      const call = c.gone.finAcked ? 'write' : 'read';
      if (c.survivor.notes.gaveUp) return [...one(call, error, 'now'), ...one('write', 'EPIPE', 'next')];
      return timer(c, call, error, question ? question.timeNs + DATA_TIMEOUT_NS : givesUpNs(c));
    },
  },
] as const satisfies readonly ErrorRow[];

/** What the survivor's program saw or will see, in the order it sees it. */
export function errorsOf(theCase: Case): readonly ProgramError[] {
  let all: readonly ProgramError[] = [];
  for (const { gives } of ERRORS) {
    const given = gives(theCase);
    if (given) all = [...all, ...given];
  }
  return all;
}

export type ErrorId = (typeof ERRORS)[number]['id'];
