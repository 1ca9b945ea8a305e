// What was out of the ordinary about a segment, as it stands below its arrow, and about those that were folded: in few words.

import type { SegmentAnomaly } from '../../verdict/events.js';
import { glue } from '../layout.js';
import { ordinal, PROOFS } from '../lines.js';
import { durationWords } from '../times.js';
import { grouped } from '../words.js';
import type { Fold } from './folding.js';

type Words = readonly [word: string, detail?: string];

/** A word, and what stands behind it in parentheses; null: nothing to speak of. */
const ODDITIES: Readonly<Record<SegmentAnomaly['id'], Words | null>> = {
  'tcp.retransmission.timeout': ['again', 'timeout'],
  'tcp.retransmission.after-timeout': ['again', 'slow start after a timeout'],
  'tcp.retransmission.fast': ['again', 'duplicate ACKs'],
  'tcp.retransmission.sack': ['again', 'SACK'],
  'tcp.retransmission.tail-loss-probe': ['again', 'tail loss probe'],
  'tcp.retransmission.syn': ['again'],
  'tcp.retransmission.syn-ack': ['again'],
  'tcp.retransmission.fin': ['again'],
  'tcp.retransmission.syn-data': ['again', 'it was not taken with the SYN'],
  'tcp.retransmission.too-big': ['again', 'it was too big for the path'],
  'tcp.retransmission.early': ['again', 'although nothing was missing'],
  'tcp.retransmission.spurious': ['what was sent again had arrived'],
  'tcp.out-of-order': ['out of order'],
  'tcp.hole-filled': ['again', 'lost before the capture'],
  'tcp.capture-hole': ['not captured'],
  'tcp.captured-twice': ['captured twice'],
  'tcp.duplicate-ack': ['duplicate ACK'],
  'tcp.dsack': ['DSACK'],
  'tcp.challenge-ack': ['challenge ACK'],
  'tcp.keep-alive': ['keep-alive'],
  'tcp.keep-alive-ack': ['answers the keep-alive'],
  'tcp.window-probe': ['window probe'],
  'tcp.window-probe-ack': ['answers the window probe'],
  'tcp.loss-probe': ['loss probe', 'new data'],
  'tcp.zero-window': ['window 0'],
  'tcp.window-update': ['window opens'],
  'tcp.window-full': ['fills the window'],
  // Of every RST that counted it is said what it did.
  'tcp.rst.accepted': null,
  'tcp.rst.ignored': ['a RST was not obeyed'],
  'tcp.syn-on-live': ['an older connection of these ports was open'],
  'tcp.syn-data': ['data with the SYN'],
  'tcp.data-after-fin': ['data after its own FIN'],
  'tcp.data-after-rst': ['data after its own RST'],
  'tcp.urgent': ['urgent data'],
  'tcp.impossible': ['impossible in this state'],
  'icmp.implausible': ['not believed'],
};

/** `again (timeout, 2nd, after 436 ms)`; null: nothing to speak of. */
export function oddityWords({ id, count, afterSeconds, proof, about, reason, missed }: SegmentAnomaly): string | null {
  const words = ODDITIES[id];
  if (!words) return null;
  const [word, detail] = words;
  if (missed !== undefined) return `${word}: ${grouped(missed)} ${missed === 1 ? 'octet' : 'octets'}`;
  const details = [
    detail,
    reason?.replaceAll('-', ' '),
    count !== undefined && ordinal(count),
    id.startsWith(AGAIN) && afterSeconds !== undefined && `after ${durationWords(afterSeconds)}`,
    proof && `shown by ${PROOFS[proof]}`,
    about !== undefined && `packet ${about}`,
  ].filter(Boolean);
  return details.length > 0 ? `${word} (${details.join(', ')})` : word;
}

const AGAIN = 'tcp.retransmission.';
const SPURIOUS = 'tcp.retransmission.spurious';

/** The segment itself was sent before; not one that only shows that another was, in vain. */
export const isSentAgain = ({ id }: Pick<SegmentAnomaly, 'id'>): boolean =>
  (id.startsWith(AGAIN) && id !== SPURIOUS) || id === 'tcp.hole-filled';

/** What is counted of folded segments. */
const COUNTED: readonly (readonly [of: (id: SegmentAnomaly['id']) => boolean, one: string, many?: string])[] = [
  [(id) => isSentAgain({ id }), 'sent again'],
  [(id) => id === 'tcp.out-of-order', 'out of order'],
  [(id) => id === 'tcp.duplicate-ack', 'duplicate ACK', 'duplicate ACKs'],
  [(id) => id === 'tcp.zero-window', 'with window 0'],
  [(id) => id === 'tcp.keep-alive', 'keep-alive', 'keep-alives'],
  [(id) => id === 'tcp.capture-hole', 'after octets not captured'],
];

/** `, 3 sent again, 12 duplicate ACKs`. */
export function foldedOddities({ odd }: Fold): string {
  const parts = COUNTED.map(([of, one, many = one]) => {
    let total = 0;
    for (const [id, count] of odd) if (of(id)) total += count;
    return total > 0 ? `, ${glue(`${grouped(total)} ${total === 1 ? one : many}`)}` : '';
  });
  return parts.join('');
}
