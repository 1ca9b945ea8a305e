// What a sight is, and those of them, and what BSD and macOS differ in, that several scenarios have. Each names its source.

import type { Role } from '../case.js';
import type { ReferenceId } from './references.js';

export interface OnBsd {
  readonly says: string;
  readonly reference: ReferenceId;
  /** The errno's name, where Linux never gives it for this. */
  readonly gives?: string;
}

export interface Sight {
  /** `gone`: that of the end the scenario says is gone, where it lives to see anything. */
  readonly program: 'survivor' | 'gone' | 'either';
  /** Who says so that nobody answers: a row is shown with an excerpt only where its frames have that. */
  readonly by?: 'router' | 'filter' | 'link';
  /** Whose it is whichever end is gone; absent: it goes the other way round as well. */
  readonly always?: Role;
  readonly call: 'connect' | 'accept' | 'read' | 'write';
  /** EOF, `ok` or the errno's name. */
  readonly gives: string;
  readonly when: string;
  readonly onBsd?: OnBsd;
  /** Where it is said, if no shipped capture shows it. */
  readonly reference?: ReferenceId;
}

/** sosend() looks whether it may send before it looks for an error. */
export const ON_BSD_RESET: OnBsd = {
  says: 'write() gives EPIPE at once, and the next read() ECONNRESET',
  reference: 'freebsd-send',
};

export const EPIPE_NEXT: Sight = {
  program: 'survivor',
  call: 'write',
  gives: 'EPIPE',
  when: 'at every write after the first error; with SIGPIPE, which kills a program that does not ignore it (Node, Python and Go do)',
  onBsd: ON_BSD_RESET,
};

/** A RST that no call was waiting for: measured on Linux, the error goes to whichever call comes first, once. */
export const WRITE_FIRST: Sight = {
  program: 'survivor',
  call: 'write',
  gives: 'ECONNRESET',
  when: 'where it writes before it has read anything since the RST came: the first call gets the error, once, and that can be write()',
  onBsd: ON_BSD_RESET,
  reference: 'linux-input',
};

export const ON_BSD_PROBES: OnBsd = {
  says: 'FreeBSD and macOS give up after 8 probes',
  reference: 'freebsd-timer',
};

export const ON_BSD_QUEUE_FULL: OnBsd = {
  says: 'FreeBSD answers the final ACK with RST (net.inet.tcp.syncache.rst_on_sock_fail 1): the first read() gives ECONNRESET',
  reference: 'freebsd-syncache',
};

export const ON_BSD_TIMEOUT: OnBsd = {
  says: 'Berkeley-derived stacks give up sooner: after about 9 min',
  reference: 'stevens-crash',
};

/** An open connection forgets "unreachable" there, and Linux remembers it. */
export const ON_BSD_FORGOTTEN: OnBsd = {
  says: 'ETIMEDOUT: an open connection forgets what ICMP says of a host or network that cannot be reached',
  reference: 'bsd-notify',
};

/** Stevens has the first, FreeBSD's accept(2) the second. */
export const OUT_OF_QUEUE: OnBsd = {
  says: 'the program gets no socket to read: older kernels take the connection out of the queue, and accept() of FreeBSD gives ECONNABORTED, as POSIX has it',
  reference: 'freebsd-accept',
};

export const ON_BSD_SYN_SENT: OnBsd = {
  says: 'FreeBSD takes it as a refusal while connecting: ECONNREFUSED at once (net.inet.tcp.icmp_may_rst)',
  reference: 'freebsd-syn-sent',
};

/** What a filter says is for connections in the making only. */
export const ON_BSD_FILTERED: OnBsd = {
  says: 'ETIMEDOUT: FreeBSD heeds what a filter says only while connecting (net.inet.tcp.icmp_may_rst)',
  reference: 'freebsd-syn-sent',
};

export const ON_BSD_ASKED_LINK: OnBsd = {
  says: 'EHOSTDOWN ("Host is down") where its own kernel asked the link in vain',
  reference: 'freebsd-arp',
  gives: 'EHOSTDOWN',
};

/** As 4.4BSD, FreeBSD and XNU have it: t_rxtshift > 3, and an error remembered. */
export const ON_BSD_UNREACHABLE: OnBsd = {
  says: 'one such error is only remembered: connect() goes on, and gives up at the next that comes once the SYN was sent again four times',
  reference: 'bsd-notify',
};
