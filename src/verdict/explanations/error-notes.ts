// What a program gets, beyond the title of its row: when, with which numbers, and what differs on BSD.

import { CONNECT_TIMEOUT_NS, DATA_TIMEOUT_NS, type ErrorId, KEEP_ALIVE_PROBES } from '../errors.js';
import type { Note } from './note.js';
import { span } from './spans.js';

export const ERROR_NOTES: Readonly<Record<ErrorId, Note>> = {
  'errno-refused': {
    says: 'At once, after one round trip. A filter that rejects with RST gives the same.',
    references: ['man-connect', 'rfc-reset'],
  },
  'errno-icmp': {
    says: 'EHOSTUNREACH for host unreachable and administratively prohibited (IPv6: EACCES), ENETUNREACH for network unreachable, ECONNREFUSED for port unreachable. FreeBSD and macOS remember the first error, and give up at the next that comes once the SYN was sent again four times.',
    references: ['linux-icmp', 'rfc-icmp-codes', 'bsd-notify'],
  },
  'errno-connect-silence': {
    says: `After ${span(CONNECT_TIMEOUT_NS)} with Linux's default tcp_syn_retries 6 (measured; its documentation reckons 131 s from 6.5 on, 127 s before). 4.4BSD: 75 s.`,
    references: ['linux-sysctl', 'man-connect', 'stevens-connect'],
  },
  'errno-eof': {
    says: 'read() returns 0 once all data before the FIN has been read, and goes on doing so; also after a RST that follows the FIN.',
    references: ['rfc-close', 'linux-input'],
  },
  'errno-reset': {
    says: 'ECONNRESET is given once, to whichever call waits or comes next; then read() gives EOF and write() EPIPE. On BSD write() gives EPIPE at once. After a FIN, Linux gives EPIPE to write() and EOF to read(); Stevens has ECONNRESET there, as older BSDs gave.',
    references: ['linux-input', 'freebsd-send', 'stevens-process', 'stevens-sigpipe'],
  },
  'errno-silence': {
    says: `Data: after ${span(DATA_TIMEOUT_NS)} on Linux (measured; tcp_retries2 15), about 9 min on Berkeley-derived stacks. Keep-alives: after ${KEEP_ALIVE_PROBES} probes (7200 s idle, then 75 s apart by default), and Linux sends RST then. TCP_USER_TIMEOUT: soon after the time it says. What ICMP said meanwhile is the errno on Linux; on BSD an open connection forgets it.`,
    references: ['linux-timer', 'bsd-notify', 'man-tcp', 'stevens-crash', 'rfc-failures'],
  },
};
