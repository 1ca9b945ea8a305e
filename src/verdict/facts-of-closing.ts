// FACTS of FINs: who closed, who had noticed, and what was done about it.

import { SENT_FIN } from '../tcp/endpoint.js';
import { seqDiff } from '../tcp/seq.js';
import { decisiveReset, owesAnswer, spokeFirst } from './case.js';
import type { FactRow } from './facts.js';
import { at, lastMissed } from './findings.js';

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

export const FACTS_OF_CLOSING = {
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
} as const satisfies Record<string, FactRow>;
