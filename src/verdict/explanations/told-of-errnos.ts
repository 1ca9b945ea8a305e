// An errno as logs have it: its words and numbers, what else it can be there, and what would tell. Where programs see it, and
// what to do, follows from sights.ts; of one that no death gives by itself it stands here.

import type { AdviceId } from './advice.js';
import type { ReferenceId } from './references.js';
import type { Told } from './told.js';

interface ErrnoTold extends Told<string> {
  /** As logs have it, and whose. */
  readonly spelt: Readonly<Record<string, string>>;
  readonly first?: string;
  readonly references: readonly ReferenceId[];
  /** Calls and advice, where no scenario gives it. */
  readonly alone?: { readonly calls: string; readonly advice: readonly AdviceId[] };
}

const WINDOWS = 'Windows';

const spelt = (words: string, linux: number, bsd: number, windows: number): ErrnoTold['spelt'] => ({
  [words]: 'strerror',
  [linux]: 'Linux',
  [bsd]: 'BSD and macOS',
  [windows]: WINDOWS,
});

/** Windows has these under a name of its own. */
export const windowsName = (id: string): string | null =>
  Object.values(TOLD_OF_ERRNOS[id]!.spelt).includes(WINDOWS) ? `WSA${id}` : null;

export const TOLD_OF_ERRNOS: Readonly<Record<string, ErrnoTold>> = {
  EOF: {
    spelt: {},
    confusedWith: [
      {
        title: 'a half-close: the other end has only stopped sending',
        tells: 'whether it still acknowledges what is written to it; the protocol says whether it does such things',
      },
      {
        title: 'the EOF that follows an error',
        tells: 'the line before it in the log: ECONNRESET or ETIMEDOUT is given once, and EOF after that',
      },
      {
        title: '"unexpected EOF" of a library',
        tells: 'how much had been read: the connection ended in the middle of a message, by FIN as ever',
      },
    ],
    references: ['rfc-close', 'rfc-half-close', 'stevens-process'],
  },
  ECONNREFUSED: {
    spelt: spelt('Connection refused', 111, 61, 10_061),
    confusedWith: [
      {
        title: 'an address that was not meant: ::1 where the server listens on 127.0.0.1, a container for its host',
        tells: 'the address in the message, and ss -ltn on the host that has it',
      },
      {
        title: 'a proxy that reports a connect() of its own',
        tells: 'whose log it is: the connection that was refused is the one behind the proxy',
      },
    ],
    references: ['man-connect', 'rfc-reset'],
  },
  EHOSTUNREACH: {
    spelt: spelt('No route to host', 113, 65, 10_065),
    confusedWith: [
      {
        title: 'a filter of this host itself, or a route of type unreachable',
        tells: 'whether a SYN leaves: nft list ruleset, ip route get ADDRESS',
      },
    ],
    references: ['linux-icmp', 'rfc-icmp-codes'],
  },
  EHOSTDOWN: {
    spelt: spelt('Host is down', 112, 64, 10_064),
    first:
      'ARP on the own link (arp -a shows the address as incomplete): on BSD and macOS the error says that nobody there answered. Linux says EHOSTUNREACH for that, and has EHOSTDOWN only for an ICMP code, host unknown, that routers hardly ever send.',
    confusedWith: [
      {
        title: 'an address behind a router that this host looks for on its own link',
        tells: 'the netmask: netstat -rn shows it as a host of the link',
      },
    ],
    references: ['linux-icmp', 'rfc-arp'],
  },
  ENETUNREACH: {
    spelt: spelt('Network is unreachable', 101, 51, 10_051),
    confusedWith: [
      {
        title: 'a host without a route of its own: no default route, or an IPv6 address without IPv6',
        tells: 'how soon it fails, and whether a SYN leaves: ip route get ADDRESS',
      },
    ],
    references: ['man-connect', 'linux-icmp', 'rfc-icmp-codes'],
  },
  EACCES: {
    spelt: { 13: 'Linux, BSD and macOS', 10013: WINDOWS, 'Permission denied': 'strerror' },
    confusedWith: [
      {
        title: 'a rule of this host: its own firewall, a route of type prohibit, a broadcast address',
        tells: 'whether a SYN leaves',
      },
      { title: 'bind() to a port below 1024, or the rights of a file', tells: 'the call that the log names' },
    ],
    references: ['man-connect', 'rfc-icmpv6-codes'],
  },
  ETIMEDOUT: {
    spelt: { ...spelt('Connection timed out', 110, 60, 10_060), 'Operation timed out': 'BSD and macOS' },
    confusedWith: [
      {
        title: 'a time limit of a library or of the program itself',
        tells: 'how long it took: with default settings the kernel needs minutes, a library gives up after seconds',
      },
      {
        title: 'SO_RCVTIMEO',
        tells: 'the errno: that gives EAGAIN, and the connection lives on',
      },
      {
        title: 'a gateway that waited for a server behind it',
        tells: 'whose log it is: its answer (504) comes over a connection that is well',
      },
    ],
    references: ['man-connect', 'man-tcp', 'rfc-failures', 'linux-timer'],
  },
  ECONNRESET: {
    spelt: spelt('Connection reset by peer', 104, 54, 10_054),
    confusedWith: [
      {
        title: 'one that a library writes itself: "socket hang up" of Node has this code',
        tells: 'a capture: there was a FIN before the answer was whole, and maybe no RST at all',
      },
      {
        title: 'a proxy or balancer whose other side failed',
        tells: 'its log, and a capture on both sides of it: this side is reset because of that one',
      },
    ],
    references: ['rfc-reset', 'linux-input', 'stevens-sigpipe'],
  },
  EPIPE: {
    spelt: { 32: 'Linux, BSD and macOS', 'Broken pipe': 'strerror', SIGPIPE: 'the signal that comes with it' },
    confusedWith: [
      {
        title: 'a write() after its own shutdown(SHUT_WR)',
        tells: 'the earlier calls of the program (strace -e trace=network): no packet is needed for that',
      },
      {
        title: 'a pipe, not a socket: whoever read the output has ended',
        tells: 'which descriptor it was: standard output into head, for instance',
      },
    ],
    references: ['man-send', 'stevens-sigpipe', 'linux-input'],
  },
  ECONNABORTED: {
    spelt: spelt('Software caused connection abort', 103, 53, 10_053),
    first:
      'The call and the system: it is said of this end, not of the peer. accept() gives it on FreeBSD, and where POSIX is followed, if the connection was reset while it waited in the queue (handshake-aborted); Linux hands that out all the same. Windows gives it where what was sent went unacknowledged for too long, Android where it closes the sockets of a network that is gone.',
    confusedWith: [
      {
        title: 'a timeout that the JavaScript library axios calls so',
        tells: 'the text: it names the limit that was exceeded, and no socket failed',
      },
    ],
    references: ['linux-destroy', 'freebsd-accept', 'stevens-abort'],
  },
  ENOTCONN: {
    spelt: {
      ...spelt('Transport endpoint is not connected', 107, 57, 10_057),
      'Socket is not connected': 'BSD and macOS',
    },
    first:
      'The line before it: the connection was over already, and an earlier call had the error that says why (ECONNRESET, ETIMEDOUT).',
    seen: {
      says: 'shutdown() and getpeername() give it once a RST or a timeout has ended the connection; read() and write() of such a socket give EOF and EPIPE. On a socket that never was connected read() gives it too.',
      onBsd: { says: 'write() of a socket that never was connected gives it as well', reference: 'freebsd-send' },
    },
    confusedWith: [
      {
        title: 'a socket that never was connected: connect() failed, or was not waited for',
        tells: 'the earlier calls of the program: did connect() succeed, or poll() say POLLOUT?',
      },
    ],
    references: ['man-shutdown', 'linux-not-connected'],
    alone: { calls: 'shutdown() or getpeername()', advice: ['expect-errors', 'capture-at-both-ends'] },
  },
};
