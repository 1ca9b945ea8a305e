// ADVICE: what a program or its host can do so that an end is noticed sooner, or does less harm. A row is one measure; which
// scenario it helps against is in advised.ts, which anomaly in told-of-loss.ts and told-of-segments.ts.

import { ADVICE_OF_PATHS } from './advice-of-paths.js';
import type { ReferenceId } from './references.js';

export interface AdviceRow {
  readonly title: string;
  readonly why: string;
  /** In one line, where the language has it; a socket is `s` (C: fd), a number of milliseconds or seconds an example. */
  readonly code: Readonly<Partial<Record<'c' | 'node' | 'python' | 'go' | 'shell', string>>>;
  readonly costs: string;
  readonly references: readonly ReferenceId[];
}

export const ADVICE = {
  'wait-for-all': {
    title: 'Wait for the socket and for everything else at once',
    why: 'A program that blocks in one place (the terminal, a queue, a database) does not see a FIN that comes in another.',
    code: {
      c: 'poll(fds, 2, -1); /* fds[1].events = POLLIN | POLLRDHUP: the other end has closed */',
      node: "s.on('end', ...); s.on('close', ...); // the event loop already waits for all",
      python: 'selectors.DefaultSelector().register(s, selectors.EVENT_READ), or asyncio',
      go: 'a goroutine that reads all the time, and a select over its channel',
    },
    costs: 'An event loop or a second thread.',
    references: ['stevens-process', 'stevens-select', 'man-poll'],
  },
  'read-timeout': {
    title: 'Limit how long a read may wait',
    why: 'A peer that died without a word never wakes a read(): only the program knows how long an answer may take.',
    code: {
      c: 'setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 10}, sizeof(struct timeval));',
      node: 's.setTimeout(10_000, () => s.destroy());',
      python: 's.settimeout(10)',
      go: 'c.SetReadDeadline(time.Now().Add(10 * time.Second))',
    },
    costs: 'A slow answer is taken for a dead peer: choose it above the slowest honest one.',
    references: ['man-socket', 'stevens-crash'],
  },
  'keep-alive': {
    title: 'Turn keep-alives on, with times of your own',
    why: 'A connection on which nobody sends never learns that the other host is gone. The default of 2 hours is too long for most.',
    code: {
      c: 'setsockopt SO_KEEPALIVE 1, TCP_KEEPIDLE 60, TCP_KEEPINTVL 10, TCP_KEEPCNT 6',
      node: 's.setKeepAlive(true, 60_000);',
      python: 's.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1); s.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 60)',
      go: 'net.Dialer{KeepAlive: 60 * time.Second}',
    },
    costs:
      'A small packet per connection and interval. An outage longer than idle + interval x count ends the connection.',
    references: ['rfc-keep-alive', 'man-tcp', 'stevens-options'],
  },
  'user-timeout': {
    title: 'Limit how long sent data may stay unacknowledged',
    why: 'Linux resends for about 15 min before a program hears of it. TCP_USER_TIMEOUT makes that as short as the program needs.',
    code: {
      c: 'setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){30000}, sizeof(unsigned)); /* ms */',
      python: 's.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 30000)',
      go: 'unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 30000)',
    },
    costs: 'Linux only. An outage longer than that ends the connection. It also replaces the count of keep-alives.',
    references: ['man-tcp', 'rfc-user-timeout'],
  },
  heartbeat: {
    title: 'Send heartbeats in the protocol itself',
    why: 'Only the program at the other end can say that it still works. Keep-alives are answered by its kernel, or by a proxy.',
    code: {},
    costs: 'Part of the protocol: both ends must know it.',
    references: ['rfc-keep-alive'],
  },
  'stop-at-eof': {
    title: 'Take EOF as the end: do not write on',
    why: 'Unless the protocol uses half-close, EOF means that the peer is done. What is written after it is lost, answered by RST.',
    code: {
      c: 'if (read(fd, buf, sizeof buf) == 0) close(fd);',
      node: "net.connect({ port, allowHalfOpen: false }) // the default: 'end' closes the other direction too",
      python: "if s.recv(4096) == b'': s.close()",
      go: 'if err == io.EOF { c.Close() }',
    },
    costs: 'Nothing.',
    references: ['rfc-half-close', 'stevens-sigpipe'],
  },
  'expect-errors': {
    title: 'Expect EPIPE and ECONNRESET at any write, and ignore SIGPIPE',
    why: 'A write says nothing about the peer: its data may be thrown away later. The error comes at a later call, or as a signal that kills.',
    code: {
      c: 'send(fd, buf, n, MSG_NOSIGNAL); /* or signal(SIGPIPE, SIG_IGN) */',
      node: "s.on('error', ({ code }) => ...); // without a listener the process ends",
      python: 'except (BrokenPipeError, ConnectionResetError):',
      go: 'errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)',
    },
    costs: 'Nothing.',
    references: ['man-send', 'stevens-sigpipe'],
  },
  reconnect: {
    title: 'Connect again, with growing pauses and some chance in them',
    why: 'A server that comes back must not meet all its clients in one moment. Repeat only requests that may be carried out twice.',
    code: {},
    costs: 'It is not known whether the last request was carried out: give requests ids.',
    references: ['rfc-failures'],
  },
  'close-gracefully': {
    title: 'On SIGTERM stop accepting, finish, then close',
    why: 'A service that ends in the middle of an answer looks to its clients as if it had crashed.',
    code: {
      c: 'close(listener); /* answer what was asked */ shutdown(fd, SHUT_WR); while (read(fd, buf, sizeof buf) > 0); close(fd);',
      node: "process.on('SIGTERM', () => server.close()); // ends once all connections have",
      python: 's.shutdown(socket.SHUT_WR), read until EOF, s.close()',
      go: 'http.Server.Shutdown(ctx); c.(*net.TCPConn).CloseWrite()',
    },
    costs: 'The stop takes longer: keep it below what the service manager waits before SIGKILL (systemd: 90 s).',
    references: ['man-shutdown', 'stevens-shutdown'],
  },
  'read-before-close': {
    title: 'Read what is left before you close, and do not set SO_LINGER 0',
    why: 'close() with input unread sends RST in place of FIN: what has not reached the peer by then is lost. What has, Linux still lets it read.',
    code: {
      c: 'shutdown(fd, SHUT_WR); while (read(fd, buf, sizeof buf) > 0); close(fd);',
      node: 's.end(); s.resume();',
      python: "s.shutdown(socket.SHUT_WR), then s.recv(4096) until it gives b''",
      go: 'c.(*net.TCPConn).CloseWrite(); io.Copy(io.Discard, c)',
    },
    costs: 'A peer that never closes must be given a time limit.',
    references: ['rfc-half-close', 'rfc-lost-data', 'linux-close', 'stevens-options'],
  },
  supervise: {
    title: 'Have the service started again, and its crash written down',
    why: 'A client can only connect again if somebody listens; why the process died is in its log, not in the packets.',
    code: { shell: 'systemd: Restart=on-failure; then journalctl -u SERVICE, coredumpctl list, dmesg | grep -i oom' },
    costs: 'A service that crashes at once is started again and again: limit it.',
    references: [],
  },
  backlog: {
    title: 'Accept faster, or make the accept queue longer',
    why: 'When a program does not call accept() in time, the kernel drops handshakes: clients wait for seconds.',
    code: {
      c: 'listen(fd, 4096)',
      node: 'server.listen({ port, backlog: 4096 })',
      python: 's.listen(4096)',
      shell: 'ss -ltn  # Recv-Q: waiting, Send-Q: room;  nstat -az TcpExtListenOverflows;  sysctl net.core.somaxconn',
    },
    costs: 'A longer queue holds requests whose clients may have left by the time they are read.',
    references: ['man-listen', 'linux-sysctl', 'man-ss'],
  },
  'connect-timeout': {
    title: 'Limit how long connect() may take, and try the next address',
    why: 'Two minutes is longer than any user waits.',
    code: {
      c: 'connect() on a non-blocking socket, then poll(fds, 1, 3000)',
      node: 'net.connect({ port, host, autoSelectFamily: true }); // and a timer that calls s.destroy()',
      python: 'socket.create_connection((host, port), timeout=3)',
      go: 'net.Dialer{Timeout: 3 * time.Second}',
    },
    costs: 'Below about 3 s one lost SYN can be taken for a dead server: the second SYN comes after 1 s.',
    references: ['man-connect', 'rfc-happy-eyeballs'],
  },
  'ask-the-host': {
    title: 'Ask the host itself',
    why: 'Whether a program listens, and since when the host is up, is one look away.',
    code: { shell: 'ss -ltnp  # who listens;  ss -tnp state close-wait;  uptime -s;  last -x shutdown reboot' },
    costs: 'Nothing.',
    references: ['man-ss'],
  },
  'outlive-middleboxes': {
    title: 'Send more often than the shortest idle timeout on the way',
    why: 'Firewalls, NATs and balancers forget an idle connection, often after 60, 350 or 3600 s, and tell nobody.',
    code: {
      c: 'TCP_KEEPIDLE below the timeout, for instance 45',
      node: 's.setKeepAlive(true, 45_000);',
      shell: 'conntrack -L -p tcp  # on a Linux firewall; sysctl net.netfilter.nf_conntrack_tcp_timeout_established',
    },
    costs: 'A small packet per connection and interval.',
    references: ['rfc-nat-timeout', 'rfc-keep-alive'],
  },
  'let-icmp-through': {
    title: 'Let filters reject instead of dropping, and let ICMP errors through',
    why: 'A RST or an ICMP error tells a client in one round trip what silence tells it after minutes.',
    code: { shell: 'nft add rule inet filter forward reject with tcp reset' },
    costs: 'A scanner learns sooner too.',
    references: ['rfc-icmp', 'rfc-icmp-codes'],
  },
  'capture-at-both-ends': {
    title: 'Capture at both ends',
    why: 'Who sent a RST, and where segments are lost, is seen by comparing: what one end sent and the other never got.',
    code: { shell: "sudo tcpwatch -i any -w end.pcapng 'host PEER'  # at each end, at the same time" },
    costs: 'Disk. Headers are enough: tcpwatch keeps no payload by default.',
    references: ['rfc-middlebox-reset'],
  },
  'tell-at-failover': {
    title: 'Let the standby know the connections, or let clients connect again quickly',
    why: 'An address that moves takes no connections with it. Idle clients notice only when they send.',
    code: { shell: 'conntrackd, for firewalls and NATs; keep-alives in the clients for the rest' },
    costs: 'State must be copied all the time.',
    references: ['rfc-half-open'],
  },
  'leave-it': {
    title: 'Leave it as it is',
    why: 'Nothing was lost, and this is how TCP goes about it. If it should not have ended, the reason is in the log of the program that closed first: packets have none.',
    code: {},
    costs: 'Nothing.',
    references: ['rfc-close'],
  },
  ...ADVICE_OF_PATHS,
} as const satisfies Record<string, AdviceRow>;

export type AdviceId = keyof typeof ADVICE;
