// What a program gets, beyond the title of its row: when, with which numbers, and what differs on BSD.

import { CONNECT_TIMEOUT_NS, DATA_TIMEOUT_NS, type ErrorId, KEEP_ALIVE_PROBES } from '../errors.js';
import type { Note } from './note.js';
import type { ReferenceId } from './references.js';
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
    says: `Data: after ${span(DATA_TIMEOUT_NS)} on Linux (measured; tcp_retries2 15), about 9 min on Berkeley-derived stacks. Keep-alives: after ${KEEP_ALIVE_PROBES} probes (7200 s idle, then 75 s apart by default), and Linux sends RST then. TCP_USER_TIMEOUT: soon after the time it says.`,
    references: ['linux-timer', 'man-tcp', 'stevens-crash', 'rfc-failures'],
  },
};

interface ErrnoNote {
  /** As logs have it, and whose. */
  readonly spelt: Readonly<Record<string, string>>;
  readonly first?: string;
  readonly references?: readonly ReferenceId[];
}

const spelt = (words: string, linux: number, bsd: number, windows: number): ErrnoNote['spelt'] => ({
  [words]: 'strerror',
  [linux]: 'Linux',
  [bsd]: 'BSD and macOS',
  [windows]: 'Windows',
});

/** An errno in the words and numbers of a log. */
export const ERRNO_NOTES: Readonly<Record<string, ErrnoNote>> = {
  ECONNREFUSED: { spelt: spelt('Connection refused', 111, 61, 10_061) },
  EHOSTUNREACH: { spelt: spelt('No route to host', 113, 65, 10_065) },
  EHOSTDOWN: {
    spelt: spelt('Host is down', 112, 64, 10_064),
    first:
      'ARP on the own link (arp -a shows the address as incomplete): on BSD and macOS the error says that nobody there answered. Linux says EHOSTUNREACH for that, and has EHOSTDOWN only for an ICMP code, host unknown, that routers hardly ever send.',
    references: ['linux-icmp', 'rfc-arp'],
  },
  ENETUNREACH: { spelt: spelt('Network is unreachable', 101, 51, 10_051) },
  EACCES: { spelt: { 13: 'Linux, BSD and macOS', 10013: 'Windows', 'Permission denied': 'strerror' } },
  ETIMEDOUT: { spelt: { ...spelt('Connection timed out', 110, 60, 10_060), 'Operation timed out': 'BSD and macOS' } },
  ECONNRESET: { spelt: spelt('Connection reset by peer', 104, 54, 10_054) },
  EPIPE: { spelt: { 32: 'Linux, BSD and macOS', 'Broken pipe': 'strerror' } },
  ECONNABORTED: {
    spelt: spelt('Software caused connection abort', 103, 53, 10_053),
    first:
      'The call and the system: it is said of this end, not of the peer. accept() gives it on FreeBSD, and where POSIX is followed, if the connection was reset while it waited in the queue (handshake-aborted); Linux hands that out all the same. Windows gives it where what was sent went unacknowledged for too long, Android where it closes the sockets of a network that is gone. The JavaScript library axios calls a timeout of its own so: no socket failed.',
    references: ['linux-destroy', 'freebsd-accept', 'stevens-abort'],
  },
  EOF: { spelt: {} },
};
