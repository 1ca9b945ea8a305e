// What facts are found by: the questions that several rows of facts.ts ask of a case.

import { ANOMALY_INDEX } from '../tcp/anomalies.js';
import { isUnanswered, SENT_FIN, SENT_SYN } from '../tcp/endpoint.js';
import { isLongAsked } from '../tcp/neighbours.js';
import { type IcmpNote, type Moment, type ResetNote, segmentsOf } from '../tcp/notes.js';
import { seqDiff } from '../tcp/seq.js';
import { type Case, decisiveReset, neighbourSilence, type Side, wasOpen } from './case.js';
import { clearedBy, isHabit, massBurst } from './hosts/facts.js';
import { type Burst, type Return, type Service, type Silence, silencesOf } from './hosts/host.js';
import { icmpRow } from './icmp-errors.js';

/** Who still asks for room asks again within less. */
const PROBED_AGAIN_NS = 5e9;
/** RST within this time of the final ACK still belongs to the handshake. */
export const HANDSHAKE_TAIL_NS = 1e9;

/** The moment, if all conditions hold. */
export const at = (moment: Moment | undefined | null | false, ...conditions: readonly unknown[]): Moment | null =>
  moment && conditions.every(Boolean) ? moment : null;

/** The first of the segments that the survivor sent in vain. */
export const asked = ({ survivor }: Case): Moment => ({
  packet: survivor.end.unansweredPacket,
  timeNs: survivor.end.unansweredNs,
});

/** The ICMP error about the survivor's segments, if it came after the gone end was last heard. */
export const currentIcmp = ({ survivor, gone }: Case): IcmpNote | null => {
  const { icmp } = survivor.notes;
  return icmp && icmp.lastNs >= gone.end.lastNs ? icmp : null;
};

/** The same, if it is of one of these reasons. */
export const icmpOf = (theCase: Case, ...reasons: string[]): Moment | null => {
  const icmp = currentIcmp(theCase);
  return icmp && reasons.includes(icmpRow(icmp)?.reason ?? '') ? icmp : null;
};

/** What the error said and who sent it. */
export const icmpDetail = ({ survivor }: Case): string | null => {
  const { icmp } = survivor.notes;
  return icmp ? `${icmpRow(icmp)?.title ?? `type ${icmp.type} code ${icmp.code}`}, said by ${icmp.from}` : null;
};

/** Which process it is. */
export const processDetail = ({ gone }: Case): string | null =>
  gone.program && `${gone.program.command}, process ${gone.program.pid}`;

/** The first of enough questions, over long enough, that nobody answered for the gone end. */
export const neighbourAt = (theCase: Case, by: 'anyone' | 'survivor' | 'others'): Moment | null => {
  const question = neighbourSilence(theCase, by);
  return question && isLongAsked(question) ? question : null;
};

/** What closed the gone end: its FIN, or the RST of its socket. */
export const closingOf = ({ gone }: Case): Moment | undefined => gone.fin ?? gone.notes.reset;

/** The burst in which the host of the gone end closed this connection with others, if it took all of a service. */
export const burstOf = (theCase: Case): Burst | null => {
  const closing = closingOf(theCase);
  const within = ({ first, last }: Burst): boolean =>
    closing !== undefined && closing.timeNs >= first.timeNs && closing.timeNs <= last.timeNs;
  const burst = theCase.host?.host.bursts.find(within);
  return burst && !isHabit(theCase.host!.host, burst) ? burst : null;
};

/** The first of the bursts in which its host closed all of several services, this connection's too. */
export const massBurstOf = (theCase: Case): Burst | null => {
  const own = burstOf(theCase);
  return own && theCase.host && massBurst(theCase.host.host, own);
};

/** How many, and where. */
export const burstDetail = (theCase: Case): string | null => inNumbers(burstOf(theCase));
export const massBurstDetail = (theCase: Case): string | null => inNumbers(massBurstOf(theCase));

const inNumbers = (burst: Burst | null): string | null => {
  if (!burst) return null;
  const ports = [...new Set(clearedBy(burst).map(({ port }) => port))];
  return `${burst.connections} connections, port${ports.length > 1 ? 's' : ''} ${ports.join(', ')}`;
};

/** The service of the gone end's host that this connection was one of. */
export const serviceOf = ({ host, connection, gone }: Case): Service | null =>
  (host &&
    gone.role === 'server' &&
    host.host.services.find(({ key }) => key === connection.portOf(connection.server))) ||
  null;

/** The silence of the gone end's host that began, or lasted, after this moment. */
export const silenceAfter = ({ host }: Case, moment: Moment | undefined): Silence | null => {
  if (!host || !moment) return null;
  return silencesOf(host.host).find(({ since }) => since.timeNs >= moment.timeNs) ?? null;
};

/** The silence of the gone end's host that the survivor met: in which it asked, or that followed the closing. */
export const silenceMet = (theCase: Case): Silence | null => {
  const { host, survivor } = theCase;
  if (!host) return null;
  const { silence, returns } = host.host;
  if (!isUnanswered(survivor.end)) return silenceAfter(theCase, closingOf(theCase));
  const { unansweredNs, lastAskNs } = survivor.end;
  if (silence && silence.since.timeNs <= lastAskNs) return silence;
  const back = returns.find((one) => one.silence && one.at.timeNs >= unansweredNs);
  return back?.silence && back.silence.since.timeNs <= lastAskNs ? back.silence : null;
};

/** How the gone end's host came back, if a RST of it belongs to that. */
export const returnBefore = ({ host }: Case, reset: Moment | null): Return | null =>
  (reset && host?.host.returns.findLast(({ at: back }) => back.timeNs <= reset.timeNs)) ?? null;

/** A RST that still belongs to the handshake. */
export const handshakeReset = ({ connection, gone }: Case): ResetNote | null => {
  const reset = decisiveReset(gone);
  if (!reset?.beforeData || reset.shape === 'refused' || !connection.server.has(SENT_SYN)) return null;
  return reset.timeNs - (connection.handshakeNs || connection.openedNs) < HANDSHAKE_TAIL_NS ? reset : null;
};

/** The gone end's RST to the survivor's segment, if it had never closed. */
export const suddenReset = (theCase: Case, shape: string): ResetNote | null => {
  const { gone } = theCase;
  const reset = decisiveReset(gone);
  if (reset?.shape !== shape || gone.notes.gaveUp || handshakeReset(theCase)) return null;
  // It had sent a RST before, which did not arrive: of course it knows no such connection.
  const { ignoredReset } = gone.notes;
  if (shape === 'no-socket' && ignoredReset && ignoredReset.timeNs < reset.timeNs) return null;
  return gone.end.has(SENT_FIN) && gone.fin!.timeNs <= reset.timeNs ? null : reset;
};

/** Probes of a closed window after which a user timeout (RFC 9293 section 3.9.1.8) may well run out. */
const WINDOW_PROBES = 3;

/**
 * When an end that had been asking in vain, or for room in a window that stayed closed, was answered at last, if it had given
 * up before: its stack knew the connection no more.
 */
export const gaveUpBefore = ({ notes }: Side): Moment | null => {
  const { healed, reset } = notes;
  if (!reset?.accepted || reset.shape !== 'no-socket') return null;
  if (healed && reset.lastHeard.timeNs < healed.timeNs) return healed;
  const probed = segmentsOf(notes, ANOMALY_INDEX['tcp.window-probe']) >= WINDOW_PROBES;
  return probed && reset.answers && reset.answers.timeNs - reset.lastHeard.timeNs >= PROBED_AGAIN_NS
    ? reset.answers
    : null;
};

/** A hole at the very end of what this end sent: a FIN may have been in it. */
export const lastMissed = ({ end, notes: { missed, ahead } }: Side): (Moment & { readonly octets: number }) | null => {
  if (missed && missed.endSeq === end.sndNxt) return missed;
  const octets = ahead ? seqDiff(ahead.seq, end.sndNxt) : 0;
  return ahead && octets > 0 ? { ...ahead, octets } : null;
};

/** A RST that ended an open connection, whoever sent it. */
export const openReset = (theCase: Case): ResetNote | null => (wasOpen(theCase) ? decisiveReset(theCase.gone) : null);
