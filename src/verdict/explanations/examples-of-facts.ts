// Which segments of which shipped capture show a fact; null: no capture can, for what it
// says is known only live, of the processes of this machine (fact-notes.ts). A test asks the fact itself.

import type { FactId } from '../facts.js';
import type { FACTS_FROM_HOSTS } from '../facts-from-hosts.js';
import { cut, type Example, THE_END } from './excerpt.js';

type OfHosts = keyof typeof FACTS_FROM_HOSTS;

export const FACT_EXAMPLES: Readonly<Record<Exclude<FactId, OfHosts>, Example | null>> = {
  'syn-refused': cut('connect-refused', 1, [3, 4], 4),
  'syn-unreachable': cut('connect-to-missing-host', 1, [3, 4, 5], 4),
  'syn-neighbour-silent': cut('connect-to-missing-host-unreported', 1, [4, 5, 6, 7, 8, 9], 5),
  'syn-unanswered': cut('connect-dropped', 1, [4, 5, 6, 11, THE_END], 4),
  'syn-ack-unanswered': cut('syn-ack-unanswered', 1, [3, 4, 6, 7, 11], 4, 'client'),
  'syn-ack-resent-after-ack': cut('accept-queue-full-ack-ignored', 3, [7, 9, 14, 15, 18, 21], 21),
  'final-ack-repeated': cut('accept-queue-full-ack-ignored', 3, [15, 18, 19, 21, 22], 21),
  'reset-before-data': cut('client-aborts-right-after-connect', 1, [3, 4, 5, 6], 6, 'client'),
  'outage-healed': cut('host-vanishes-and-comes-back', 1, [11, 12, 16, 19, 20], 20, 'client'),
  'rst-ignored': cut('forged-reset-ignored', 1, [9, 10, 11, 13], 10, 'client'),
  'gone-sent-fin': cut('worker-killed-then-client-writes', 1, [9, 10, 11, 12], 11),
  'fin-acknowledged': cut('worker-killed-then-client-writes', 1, [10, 11, 12, 13], 12),
  'both-fins-acknowledged': cut('client-closes-first', 1, [12, 13, 14], 14, 'client'),
  'survivor-wrote-after-fin': cut('worker-killed-then-client-writes', 1, [11, 12, 13, 14], 13),
  'survivor-stays-in-close-wait': cut('worker-killed-client-idle', 1, [9, 10, 12, THE_END], 12),
  'survivor-closed-in-turn': cut('worker-killed-client-notices', 1, [9, 10, 11, 12], 11),
  'data-after-fin-accepted': cut('half-close-and-data-after', 1, [9, 10, 11, 12, 13], 11, 'client'),
  'answered-by-reset': cut('worker-killed-then-client-writes', 1, [11, 12, 13, 14], 14),
  'fin-while-answer-owed': cut('worker-killed-owing-an-answer', 1, [6, 7, 9, 10], 9),
  'fin-reset-soon': cut('host-shut-down-and-booted-then-client-closes', 1, [10, 11, 13, 14], 14),
  'survivor-unanswered': cut('host-vanishes-client-writes', 1, [8, 9, 10, 11, 12, 19], 10),
  'idle-before-silence': cut('firewall-forgets-an-idle-connection', 1, [6, 8, 9, 30, 31, 32, 37], 31),
  'survivor-gave-up': cut('host-vanishes-keepalive-finds-out', 1, [12, 13, 14, 15, 16, 17], 17),
  'answered-too-late': cut('path-holds-back-keep-alives', 1, [7, 8, 9, 11, 12, 13, 14], 13),
  'unreachable-by-icmp': cut('host-vanishes-router-says-host-unreachable', 1, [11, 12, 21, 24, 25], 21),
  'host-unreachable-by-icmp': cut('host-vanishes-router-says-host-unreachable', 1, [18, 21, 24, 25], 21),
  'filtered-by-icmp': cut('filter-prohibits-mid-connection', 1, [10, 11, 12, 13, 14], 12),
  'neighbour-silent': cut('host-shuts-down-then-arp-fails', 1, [84, 89, 91, 98, 101], 101),
  'neighbour-silent-to-survivor': cut('host-vanishes-on-same-lan-unresolved', 1, [8, 9, 10, 11, THE_END], 11),
  'no-socket-rst': cut('host-rebooted-then-client-writes', 1, [8, 9, 11, 12], 12),
  'gave-up-before': cut('host-comes-back-after-client-gave-up', 1, [9, 10, 14, 17, 18, 19], 18, 'client'),
  'gone-was-heard': cut('host-rebooted-then-client-writes', 1, [8, 9, 11, 12], 8),
  'capture-hole': cut('worker-killed-then-client-writes-fin-missed', 1, [8, 9, 10, 11], 10),
  'fin-missed': cut('worker-killed-then-client-writes-fin-missed', 1, [8, 9, 10, 11, 12], 10),
  'heard-just-before-rst': cut('server-aborts', 1, [8, 9, 10, 11], 9),
  'may-have-left': cut('client-aborts-and-its-reset-is-lost', 1, [6, 8, 9, 10, 11], 11, 'client'),
  'unanswered-before-rst': cut('host-reboots-while-client-resends', 1, [10, 11, 12, 13, 16, 17], 11),
  'live-rst': cut('server-aborts', 1, [8, 9, 10, 11], 11),
  'input-pending': cut('worker-killed-with-unread-input', 1, [9, 10, 12, 13], 10),
  'window-was-zero': cut('worker-killed-with-window-closed', 1, [15, 20, 21, 22], 22),
  'survivor-sent-nothing': cut('client-aborts-right-after-connect', 1, [3, 4, 5, 6], 6, 'client'),
  'gone-never-spoke': cut('server-aborts-on-overflow', 3, [5, 8, 9, 11, 12], 12),
  'gone-had-probed': cut('host-vanishes-keepalive-finds-out', 1, [13, 14, 15, 16, 17], 17, 'client'),
  'rst-ttl-differs': cut('firewall-resets-mid-connection', 1, [8, 9, 11, 12], 12),
  'rst-ttl-far-off': cut('forged-reset-believed', 1, [6, 7, 8, 9], 8),
  'rst-ip-id-off': cut('forged-reset-copies-the-ttl', 1, [8, 9, 10, 11, 12], 12),
  'rst-lacks-timestamps': cut('forged-reset-copies-the-ttl', 1, [8, 9, 10, 11, 12], 12),
  'local-process-exited': null,
  'local-process-lives': null,
  'sender-talked-on': cut('forged-reset-believed', 1, [7, 8, 9, 10], 9),
};

/** Facts of one role only: nobody but a client leaves a SYN-ACK unanswered. */
export const OF_ONE_ROLE: readonly FactId[] = ['syn-ack-unanswered', 'may-have-left'];

export const FACT_OF_HOST_EXAMPLES: Readonly<Record<OfHosts, Example>> = {
  'ports-ended-together': cut('host-shut-down-with-three-clients', 3, [24, 25, 27, 30], 25),
  'port-ended-together': cut('server-killed-then-connect-refused', 1, [9, 18, 20, 22], 18),
  'rest-ended-later': cut('host-shuts-down-one-service-after-another', 2, [17, 58, 66, 68], 66),
  'host-silent-after-closing': cut('host-shut-down-then-silent', 1, [11, 12, 13, 14, 15], 13),
  'host-silent-to-all': cut('host-shut-down-with-three-clients', 3, [27, 30, 32], 32),
  'host-forgot-later': cut('host-shuts-down-and-reboots', 5, [96, 101, 104, 106], 106),
  'host-outlived': cut('outage-outlasts-a-keep-alive', 5, [65, 72, 83, 86, 90], 90),
  'host-heard-since': cut('accept-queue-full-syn-unanswered', 2, [6, 8, 15, 16, 18], 18),
  'host-hears-others': cut('path-drops-one-connection', 1, [18, 22, 35, 42, 44], 44),
  'host-answers-on': cut('one-port-of-two-gone-for-long', 1, [25, 26, 27, 38, 40], 40),
  'port-refuses-now': cut('server-killed-then-connect-refused', 1, [18, 22, 23, 27], 27),
  'port-accepts-on': cut('worker-killed-others-served', 1, [11, 13, 14, 17], 17),
  'link-address-changed': cut('address-fails-over-lan', 5, [57, 58, 63, 68, 69], 63),
  'host-was-silent': cut('address-fails-over-after-an-outage', 3, [52, 53, 59, 80, 81], 59),
  'host-forgot-others': cut('nat-table-flushed-in-an-outage', 3, [51, 52, 75, 76], 76),
  'others-forgotten-too': cut('address-fails-over-lan', 5, [58, 63, 68, 69], 63),
  'host-answers-anew': cut('address-fails-over-after-an-outage', 3, [53, 80, 81, 88], 88),
  'host-remembers-others': cut('server-drops-a-socket-without-a-word', 1, [9, 10, 18, 19, 20, 21], 21),
};
