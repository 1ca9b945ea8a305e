// SIGHTS: what the program at either end sees, by its calls, on Linux; and where BSD and macOS differ, with the source. What
// the shipped captures' programs really got is held against these rows, both ways: nothing they got is missing here, and a
// row that none of them got must name where it comes from.

import type { Role } from '../case.js';
import type { ScenarioId } from '../scenarios.js';
import type { ReferenceId } from './references.js';

export interface Sight {
  /** `gone`: that of the end the scenario says is gone, where it lives to see anything. */
  readonly program: 'survivor' | 'gone' | 'either';
  /** Whose it is whichever end is gone; absent: it goes the other way round as well. */
  readonly always?: Role;
  readonly call: 'connect' | 'accept' | 'read' | 'write';
  /** EOF, `ok` or the errno's name. */
  readonly gives: string;
  readonly when: string;
  readonly onBsd?: { readonly says: string; readonly reference: ReferenceId };
  /** Where it is said, if no shipped capture shows it. */
  readonly reference?: ReferenceId;
}

const EPIPE_NEXT: Sight = {
  program: 'survivor',
  call: 'write',
  gives: 'EPIPE',
  when: 'at every write after the first error; with SIGPIPE, which kills a program that does not ignore it (Node, Python and Go do)',
};

/** A RST that no call was waiting for: measured on Linux, the error goes to whichever call comes first, once. */
const WRITE_FIRST: Sight = {
  program: 'survivor',
  call: 'write',
  gives: 'ECONNRESET',
  when: 'where it writes before it has read anything since the RST came: the first call gets the error, once, and that can be write()',
  onBsd: { says: 'EPIPE already at that write, and ECONNRESET at the next read', reference: 'freebsd-send' },
  reference: 'linux-input',
};

const ON_BSD_TIMEOUT = {
  says: 'Berkeley-derived stacks give up sooner: after about 9 min',
  reference: 'stevens-crash',
} as const;

export const SIGHTS: Readonly<Record<ScenarioId, readonly Sight[]>> = {
  'normal-close': [
    {
      program: 'either',
      call: 'read',
      gives: 'EOF',
      when: 'once all data before the FIN has been read: read() returns 0',
    },
  ],
  'connect-refused': [{ program: 'survivor', call: 'connect', gives: 'ECONNREFUSED', when: 'after one round trip' }],
  'connect-unreachable': [
    {
      program: 'survivor',
      call: 'connect',
      gives: 'EHOSTUNREACH',
      when: 'ICMP host unreachable or administratively prohibited (IPv4), address unreachable (IPv6), or ARP failed on the LAN itself',
      onBsd: {
        says: '4.4BSD-derived stacks go on sending SYNs and give the error only when the connect timer runs out',
        reference: 'stevens-connect',
      },
    },
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ENETUNREACH',
      when: 'ICMP network unreachable: a router has no route',
    },
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ECONNREFUSED',
      when: 'ICMP port unreachable: a firewall that rejects so looks to the program like a host that refuses',
      reference: 'linux-icmp',
    },
    {
      program: 'survivor',
      call: 'connect',
      gives: 'EACCES',
      when: 'ICMPv6 administratively prohibited: a filter said no',
    },
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ETIMEDOUT',
      when: 'when the SYN retries run out, where a router asked the link in vain (ARP) and its ICMP error was filtered',
    },
  ],
  'connect-timed-out': [
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ETIMEDOUT',
      when: 'when the SYN retries run out: 134.8 s by default (127 s before Linux 6.5), tcp_syn_retries',
      onBsd: { says: '4.4BSD gives up after 75 s', reference: 'stevens-connect' },
    },
    {
      program: 'gone',
      always: 'client',
      call: 'connect',
      gives: 'ETIMEDOUT',
      when: 'also where the server is heard by nobody because its SYN-ACKs are lost: no call of the server fails then',
    },
  ],
  'accept-queue-full': [
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ok',
      when: 'where the SYN-ACK came: the client believes that it is connected, and waits for an answer in vain',
    },
    {
      program: 'survivor',
      call: 'connect',
      gives: 'ETIMEDOUT',
      when: 'where the SYN is dropped, as once the queue is full',
    },
  ],
  'reset-by-middlebox': [
    { program: 'survivor', call: 'read', gives: 'ECONNRESET', when: 'at once; the next write() gives EPIPE' },
    WRITE_FIRST,
    { ...EPIPE_NEXT, reference: 'linux-input' },
    {
      program: 'gone',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'when it sends something itself: the other end has closed by then and answers with RST',
    },
  ],
  'handshake-aborted': [
    {
      program: 'survivor',
      call: 'accept',
      gives: 'ok',
      when: 'accept() succeeds if the connection had reached the queue',
      onBsd: {
        says: 'Berkeley-derived kernels take the connection from the queue: the program never sees it; POSIX lets accept() fail with ECONNABORTED',
        reference: 'stevens-abort',
      },
      reference: 'man-accept',
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'at the first read of the accepted socket',
      reference: 'linux-input',
    },
  ],
  'host-shutdown': [
    { program: 'survivor', call: 'read', gives: 'EOF', when: 'from the FIN on, if it looks' },
    {
      program: 'survivor',
      call: 'write',
      gives: 'ETIMEDOUT',
      when: 'if it did not look and wrote on: at a write after the retries ran out, about 15 min by default (tcp_retries2)',
      onBsd: ON_BSD_TIMEOUT,
    },
    {
      program: 'survivor',
      call: 'write',
      gives: 'EHOSTUNREACH',
      when: 'at a write after the retries ran out, where a router had reported the host unreachable meanwhile',
    },
    {
      program: 'survivor',
      call: 'write',
      gives: 'EPIPE',
      when: 'at every write after the first error, or where the host was up again and answered with RST',
    },
  ],
  'process-terminated': [
    {
      program: 'survivor',
      call: 'read',
      gives: 'EOF',
      when: 'from the FIN on, also after the RST: EOF where an answer was expected is the sign',
      onBsd: {
        says: 'where the RST comes before the read, older BSDs give ECONNRESET at that read; Linux gives EOF',
        reference: 'stevens-process',
      },
    },
    {
      program: 'survivor',
      call: 'write',
      gives: 'EPIPE',
      when: 'the first write after the FIN succeeds and draws the RST; the next one fails, with SIGPIPE, which kills a program that does not ignore it',
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'where the process died with input unread: its kernel sends RST in place of FIN',
    },
    {
      program: 'survivor',
      call: 'write',
      gives: 'ECONNRESET',
      when: 'where the process died with input unread, and this program waits in write() because the window is full',
      onBsd: { says: 'EPIPE at that write, and ECONNRESET at the next read', reference: 'freebsd-send' },
    },
  ],
  failover: [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'when it sends something, or its keep-alive does; not before',
    },
    WRITE_FIRST,
    { ...EPIPE_NEXT, reference: 'linux-input' },
  ],
  'host-rebooted': [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'when it sends something, or its keep-alive does; not before',
    },
    WRITE_FIRST,
    { ...EPIPE_NEXT, reference: 'linux-input' },
  ],
  'given-up-in-outage': [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ETIMEDOUT',
      when: 'when its keep-alive probes or resends have run out, though the other end is back soon after',
    },
    {
      program: 'gone',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'when it writes once it is in reach again: its peer has given up and answers with RST',
    },
  ],
  'path-lost': [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ETIMEDOUT',
      when: 'when the retries run out, about 15 min by default (tcp_retries2)',
      onBsd: ON_BSD_TIMEOUT,
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'ENETUNREACH',
      when: 'when the retries run out, where a router said network unreachable meanwhile',
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'EHOSTUNREACH',
      when: 'when the retries run out, where a filter said administratively prohibited (IPv4)',
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'EACCES',
      when: 'when the retries run out, where a filter said administratively prohibited (IPv6)',
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNREFUSED',
      when: 'when the retries run out, where a filter said port unreachable meanwhile',
    },
    EPIPE_NEXT,
  ],
  'host-crashed': [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ETIMEDOUT',
      when: 'after about 15 min if it wrote (tcp_retries2 15; 939.5 s measured), after 2 h 11 min if only SO_KEEPALIVE asks (7200 s idle, 9 probes 75 s apart); never if nobody asks',
      onBsd: ON_BSD_TIMEOUT,
    },
    {
      program: 'survivor',
      call: 'read',
      gives: 'EHOSTUNREACH',
      when: 'when the retries run out, where a router reported the host unreachable meanwhile, or ARP failed on the same LAN',
    },
    EPIPE_NEXT,
  ],
  aborted: [
    {
      program: 'survivor',
      call: 'read',
      gives: 'ECONNRESET',
      when: 'once, after what had arrived before has been read',
    },
    WRITE_FIRST,
    EPIPE_NEXT,
    {
      program: 'gone',
      call: 'read',
      gives: 'ECONNABORTED',
      when: 'where its socket was closed from outside (ss -K); a program that aborts by itself has no socket any more',
      reference: 'linux-destroy',
    },
  ],
};
