// REFERENCES: where it can be read. A row is what to look for and, where it has one, its address; texts name rows by id.

interface ReferenceRow {
  readonly title: string;
  /** null: a book. */
  readonly url: string | null;
}

const rfc = (number: number, section: string, about: string): ReferenceRow => ({
  title: `RFC ${number} section ${section}: ${about}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});

const wholeRfc = (number: number, about: string): ReferenceRow => ({
  title: `RFC ${number}: ${about}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}`,
});

const man = (section: number, page: string, about: string): ReferenceRow => ({
  title: `${page}(${section}): ${about}`,
  url: `https://man7.org/linux/man-pages/man${section}/${page}.${section}.html`,
});

/** Of the third edition of volume 1. */
const stevens = (section: string, about: string): ReferenceRow => ({
  title: `Stevens, UNIX Network Programming 1, section ${section}: ${about}`,
  url: null,
});

/** FreeBSD's, which macOS's TCP comes from in part. */
const freebsd = (page: string, section: number, about: string): ReferenceRow => ({
  title: `FreeBSD ${page}(${section}): ${about}`,
  url: `https://man.freebsd.org/cgi/man.cgi?query=${page}&sektion=${section}`,
});

const freebsdKernel = (file: string, about: string): ReferenceRow => ({
  title: `FreeBSD ${file}: ${about}`,
  url: `https://cgit.freebsd.org/src/tree/${file}`,
});

const kernel = (file: string, about: string): ReferenceRow => ({
  title: `Linux ${file}: ${about}`,
  url: `https://github.com/torvalds/linux/blob/master/${file}`,
});

export const REFERENCES = {
  'rfc-states': rfc(9293, '3.3.2', 'states of a connection'),
  'rfc-handshake': rfc(9293, '3.5', 'establishing a connection'),
  'rfc-half-open': rfc(9293, '3.5.1', 'half-open connections: one end has forgotten'),
  'rfc-reset': rfc(9293, '3.5.2', 'when a RST is sent'),
  'rfc-reset-taken': rfc(9293, '3.5.3', 'when a RST is believed'),
  'rfc-close': rfc(9293, '3.6', 'closing a connection'),
  'rfc-half-close': rfc(9293, '3.6.1', 'half-closed connections; RST where data is left unread'),
  'rfc-failures': rfc(9293, '3.8.3', 'connection failures: R1, R2 and their times'),
  'rfc-keep-alive': rfc(9293, '3.8.4', 'keep-alives'),
  'rfc-zero-window': rfc(9293, '3.8.6.1', 'zero-window probing'),
  'rfc-icmp': rfc(9293, '3.9.2.2', 'ICMP messages: which are soft errors'),
  'rfc-user-timeout': wholeRfc(5482, 'TCP User Timeout Option'),
  'rfc-rto': rfc(6298, '5', 'the retransmission timer'),
  'rfc-blind-reset': rfc(5961, '3.2', 'a RST must have the very next number'),
  'rfc-blind-syn': rfc(5961, '4.2', 'challenge ACK to a SYN'),
  'rfc-icmp-attacks': rfc(5927, '4.1', 'an ICMP error must quote a number in flight'),
  'rfc-icmp-codes': rfc(1812, '5.2.7', 'ICMP errors of routers'),
  'rfc-icmpv6-codes': rfc(4443, '3.1', 'ICMPv6 destination unreachable'),
  'rfc-arp': wholeRfc(826, 'ARP'),
  'rfc-neighbour': rfc(4861, '7.3', 'neighbour unreachability detection'),
  'rfc-lost-data': rfc(2525, '2.17', 'failure to RST on close with data pending'),
  'rfc-congestion': rfc(5681, '3', 'what loss does to the speed of the sender'),
  'rfc-sack': wholeRfc(2018, 'selective acknowledgements'),
  'rfc-rack': wholeRfc(8985, 'RACK-TLP: loss by time'),
  'rfc-tail-loss': rfc(8985, '7', 'tail loss probes'),
  'rfc-ecmp': wholeRfc(2992, 'paths of equal cost, chosen by a hash'),
  'rfc-mtu-probing': wholeRfc(4821, 'packetization layer path MTU discovery'),
  'rfc-window-scale': rfc(7323, '2', 'windows above 64 KiB'),
  'rfc-timestamps-use': rfc(7323, '4', 'round trips by timestamps'),
  'rfc-ip-id': wholeRfc(6864, 'the IPv4 identification field'),
  'rfc-timestamps': rfc(7323, '3.2', 'timestamps in every segment, but for RST'),
  'rfc-middlebox-reset': wholeRfc(3360, 'inappropriate TCP resets considered harmful'),
  'rfc-nat-timeout': rfc(5382, '5', 'NATs: 2 hours 4 minutes for idle connections'),
  'rfc-fast-open': wholeRfc(7413, 'TCP Fast Open'),
  'rfc-urgent': wholeRfc(6093, 'on the TCP urgent mechanism'),
  'rfc-acknowledged': rfc(9293, '3.10.7.4', 'what an acknowledgement covers has arrived'),
  'rfc-happy-eyeballs': wholeRfc(8305, 'Happy Eyeballs'),
  'man-tcp': man(7, 'tcp', 'socket options and kernel settings'),
  'man-socket': man(7, 'socket', 'SO_KEEPALIVE, SO_LINGER, SO_RCVTIMEO'),
  'man-poll': man(2, 'poll', 'POLLRDHUP, POLLHUP'),
  'man-listen': man(2, 'listen', 'the backlog and somaxconn'),
  'man-connect': man(2, 'connect', 'its errors'),
  'man-accept': man(2, 'accept', 'pending errors of a new socket'),
  'man-send': man(2, 'send', 'EPIPE and MSG_NOSIGNAL'),
  'man-shutdown': man(2, 'shutdown', 'closing one direction'),
  'man-ss': man(8, 'ss', 'sockets of this host and their states'),
  'stevens-abort': stevens('5.11', 'connection abort before accept returns'),
  'stevens-process': stevens('5.12', 'termination of server process'),
  'stevens-sigpipe': stevens('5.13', 'SIGPIPE signal'),
  'stevens-crash': stevens('5.14', 'crashing of server host'),
  'stevens-reboot': stevens('5.15', 'crashing and rebooting of server host'),
  'stevens-shutdown': stevens('5.16', 'shutdown of server host'),
  'stevens-connect': stevens('4.3', 'connect function: 75 seconds in 4.4BSD'),
  'stevens-select': stevens('6.4', 'str_cli function that selects'),
  'stevens-options': stevens('7.5', 'SO_KEEPALIVE and SO_LINGER'),
  'linux-timer': kernel('net/ipv4/tcp_timer.c', 'tcp_retries2, tcp_keepalive_probes, orphans'),
  'linux-input': kernel('net/ipv4/tcp_input.c', 'tcp_reset: EPIPE in CLOSE-WAIT, ECONNRESET else'),
  'linux-close': kernel('net/ipv4/tcp.c', '__tcp_close: RST where data was left unread'),
  'linux-icmp': kernel('net/ipv4/icmp.c', 'icmp_err_convert: errno of an ICMP error'),
  'linux-not-connected': kernel('net/ipv4/af_inet.c', 'inet_shutdown, inet_getname: ENOTCONN of a closed socket'),
  'linux-destroy': kernel('net/ipv4/tcp_diag.c', 'tcp_diag_destroy: ECONNABORTED where ss -K closes a socket'),
  'freebsd-accept': freebsd('accept', 2, 'ECONNABORTED'),
  'freebsd-rack': freebsd('tcp_rack', 4, 'RACK and tail loss probes, a stack to be loaded'),
  'freebsd-timer': freebsdKernel('sys/netinet/tcp_timer.h', 'TCPTV_MIN, TCPTV_CPU_VAR, TCPTV_KEEPCNT'),
  'bsd-notify': freebsdKernel(
    'sys/netinet/tcp_subr.c',
    'tcp_notify: which ICMP errors are forgotten, and when connect() gives up; XNU has the same',
  ),
  'freebsd-syn-sent': freebsd('tcp', 4, 'net.inet.tcp.icmp_may_rst'),
  'freebsd-arp': freebsdKernel('sys/netinet/if_ether.c', 'arpresolve: EHOSTDOWN once ARP was asked in vain'),
  'freebsd-syncache': freebsd('syncache', 4, 'net.inet.tcp.syncache.rst_on_sock_fail'),
  'freebsd-input': freebsdKernel(
    'sys/netinet/tcp_input.c',
    'SYN-SENT: an ACK that does not fit is answered by RST, and the timer goes on',
  ),
  'freebsd-send': freebsdKernel('sys/kern/uipc_socket.c', 'sosend: EPIPE goes before a pending error; ENOTCONN'),
  'linux-sysctl': {
    title: 'Linux Documentation/networking/ip-sysctl.rst: tcp_* settings',
    url: 'https://docs.kernel.org/networking/ip-sysctl.html',
  },
} as const satisfies Record<string, ReferenceRow>;

export type ReferenceId = keyof typeof REFERENCES;
