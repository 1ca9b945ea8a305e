// FACTS of how a connection opened, or did not; and of what may come at any time.

import { hasHadDataTaken, isUnanswered, SENT_DATA, SENT_FIN } from '../tcp/endpoint.js';
import { SYN_RECEIVED, SYN_SENT } from '../tcp/state.js';
import { wasOpen } from './case.js';
import type { FactRow } from './facts.js';
import { asked, at, handshakeReset, icmpDetail, icmpOf, neighbourAt } from './findings.js';

/** Linux resends a SYN-ACK so often (tcp_synack_retries), a second after it was sent first and then at twice the interval. */
const SYN_ACK_RETRIES = 5;

export const FACTS_OF_OPENING = {
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
    find: (c) => at(c.gone.notes.synAckResentAfterAck, (c.gone.notes.synAckResentAfterAck?.count ?? 0) >= 3),
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
} as const satisfies Record<string, FactRow>;
