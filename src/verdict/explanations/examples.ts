// Which segments of which shipped capture show an ending, an error, an errno or an anomaly.

import type { AnomalyId } from '../../tcp/anomalies.js';
import type { EndingId } from '../endings.js';
import type { ErrorId } from '../errors.js';
import { cut, type Example, THE_END } from './excerpt.js';

const KILLED = cut('worker-killed-then-client-writes', 1, [9, 11, 12, 13, 14], 14);
const REFUSED = cut('connect-refused', 1, [3, 4], 4);
const UNREACHABLE = cut('connect-to-missing-host', 1, [3, 4, 5], 4);
const DROPPED = cut('connect-dropped', 1, [4, 5, 6, 10, 11, THE_END], 4);
const VANISHED = cut('host-vanishes-client-writes', 1, [8, 9, 10, 11, 12, 19, THE_END], 10);
const EOF_SEEN = cut('worker-killed-client-notices', 1, [8, 9, 10, 11, 12], 10);
const ABORTED = cut('server-aborts', 1, [7, 8, 9, 10, 11], 11);

/** What decides here is what the verdict rests on last, or where nothing does, the last segment. */
export const ENDING_EXAMPLES: Readonly<Record<EndingId, Example>> = {
  refused: REFUSED,
  'connect-unreachable': UNREACHABLE,
  'handshake-reset': cut('client-aborts-right-after-connect', 1, [3, 4, 5, 6], 6, 'client'),
  'connect-silent': DROPPED,
  'reset-after-close': cut('late-duplicate-after-close', 1, [9, 10, 11, 12, 13], 13),
  closed: cut('client-closes-first', 1, [11, 12, 13, 14], 14),
  'reset-after-fin': KILLED,
  'fin-unacknowledged': cut('host-shut-down-with-three-clients', 2, [26, 29, 32, 33, 44, THE_END], 32),
  unreachable: cut('host-vanishes-router-says-host-unreachable', 1, [10, 11, 12, 21, 24, 25], 21),
  silent: VANISHED,
  reset: ABORTED,
  'half-closed': cut('worker-killed-client-idle', 1, [8, 9, 10, 12, THE_END], 12),
  open: cut('host-vanishes-client-idle', 1, [5, 7, 8, 9, 10, THE_END], 10),
};

export const ERROR_EXAMPLES: Readonly<Record<ErrorId, Example>> = {
  'errno-refused': REFUSED,
  'errno-icmp': UNREACHABLE,
  'errno-connect-silence': DROPPED,
  'errno-eof': EOF_SEEN,
  'errno-reset': ABORTED,
  'errno-silence': VANISHED,
};

/** By what a call gives. */
export const ERRNO_EXAMPLES: Readonly<Record<string, Example | null>> = {
  EOF: EOF_SEEN,
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: UNREACHABLE,
  EHOSTDOWN: null,
  ENETUNREACH: cut('connect-without-route', 1, [4, 5, 6, 7], 5),
  EACCES: cut('connect-prohibited-v6-pcapng', 1, [4, 5, 10, 11], 5),
  ETIMEDOUT: VANISHED,
  ECONNRESET: cut('host-rebooted-then-client-writes', 1, [6, 7, 8, 9, 11, 12], 12),
  EPIPE: KILLED,
  ECONNABORTED: null,
  ENOTCONN: null,
};

export const ANOMALY_EXAMPLES: Readonly<Record<AnomalyId, Example>> = {
  'tcp.retransmission.timeout': cut('host-vanishes-and-comes-back', 1, [10, 11, 12, 13, 14, 19, 20], 13),
  'tcp.retransmission.after-timeout': cut('lossy-rtt-20-blackout-700', 1, [177, 180, 181, 184, 185, 186, 187], 185),
  'tcp.retransmission.fast': cut('lossy-rtt-60-loss-50-no-sack', 1, [13, 14, 15, 17, 18, 19, 20], 19),
  'tcp.retransmission.sack': cut('lossy-rtt-100-loss-20', 1, [131, 133, 134, 135, 136, 137], 136),
  'tcp.retransmission.tail-loss-probe': cut('host-vanishes-and-comes-back', 1, [9, 10, 11, 12, 13], 12),
  'tcp.retransmission.syn': cut('connect-dropped', 1, [4, 5, 6, 7], 5),
  'tcp.retransmission.syn-ack': cut('syn-ack-unanswered', 1, [3, 4, 6, 7, 11], 6),
  'tcp.retransmission.fin': cut('lossy-rtt-20-loss-100', 1, [148, 149, 150, 151, 152, 153], 151),
  'tcp.retransmission.syn-data': cut('fast-open', 3, [22, 23, 24, 25, 27], 24),
  'tcp.retransmission.too-big': cut('path-mtu-is-smaller', 1, [6, 7, 8, 9, 14, 15, 19], 14),
  'tcp.retransmission.early': cut('arrives-twice', 1, [6, 7, 8, 9, 10, 11], 10),
  'tcp.retransmission.spurious': cut('worker-killed-with-window-closed', 1, [8, 9, 10, 11, 12], 11),
  'tcp.out-of-order': cut('arrives-late-and-with-a-hole', 1, [6, 7, 8, 9, 18, 19], 18),
  'tcp.hole-filled': cut('arrives-late-and-with-a-hole', 1, [10, 12, 13, 19, 24, 25], 24),
  'tcp.capture-hole': cut('worker-killed-then-client-writes-fin-missed', 1, [8, 9, 10, 11, 12], 10),
  'tcp.captured-twice': cut('server-aborts-v6-any', 1, [17, 18, 19, 20, 21, 22], 18),
  'tcp.duplicate-ack': cut('lossy-rtt-60-loss-50-no-sack', 1, [13, 14, 15, 17, 18, 19], 15),
  'tcp.dsack': cut('worker-killed-with-window-closed', 1, [8, 9, 10, 11, 12], 11),
  'tcp.challenge-ack': cut('forged-reset-ignored', 1, [8, 9, 10, 11, 13, 14], 11),
  'tcp.keep-alive': cut('host-rebooted-keepalive-finds-out', 1, [9, 10, 11, 12, 13, 14], 11),
  'tcp.keep-alive-ack': cut('host-rebooted-keepalive-finds-out', 1, [9, 10, 11, 12], 12),
  'tcp.window-probe': cut('worker-killed-with-window-closed', 1, [13, 15, 16, 17, 20, 21], 16),
  'tcp.window-probe-ack': cut('worker-killed-with-window-closed', 1, [15, 16, 17, 20, 21], 17),
  'tcp.loss-probe': cut('lossy-rtt-60-loss-10-blackout-1500-v6', 1, [124, 125, 126, 127, 128, 129], 127),
  'tcp.zero-window': cut('worker-killed-with-window-closed', 1, [12, 13, 14, 15, 16, 17], 15),
  'tcp.window-update': cut('lossy-rtt-100-loss-20', 1, [134, 135, 136, 137, 138], 137),
  'tcp.window-full': cut('worker-killed-with-window-closed', 1, [11, 12, 13, 14, 15], 13),
  'tcp.rst.accepted': ABORTED,
  'tcp.rst.ignored': cut('forged-reset-ignored', 1, [8, 9, 10, 11, 13], 10),
  'tcp.syn-on-live': cut('client-host-rebooted-and-reuses-its-port', 2, [12, 15, 16, 17], 12),
  'tcp.syn-data': cut('fast-open', 2, [13, 14, 15, 16, 17], 13),
  'tcp.data-after-fin': cut('forgeries-ignored', 1, [14, 15, 16, 17, 18], 16),
  'tcp.data-after-rst': cut('forged-reset-believed', 1, [6, 7, 8, 9, 10], 9),
  'tcp.urgent': cut('urgent-octet', 1, [6, 7, 8, 9, 10, 11], 8),
  'tcp.impossible': cut('forgeries-ignored', 1, [8, 9, 10, 11, 14], 10),
  'icmp.implausible': cut('forgeries-ignored', 1, [9, 10, 13, 14, 15], 13),
};
