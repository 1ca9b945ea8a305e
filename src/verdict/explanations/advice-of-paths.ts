// ADVICE about what is lost, late or seen badly: paths, buffers, captures. Rows of advice.ts, which has the shape.

import type { AdviceRow } from './advice.js';

export const ADVICE_OF_PATHS = {
  'find-the-loss': {
    title: 'Find where segments are lost',
    why: 'Loss is made in one place: a full queue, a bad cable, a radio link, a policer. Counters along the way say which.',
    code: {
      shell:
        'ip -s link; ethtool -S eth0 | grep -iE "err|drop"; tc -s qdisc; nstat -az TcpRetransSegs TcpExtTCPLostRetransmit; mtr -T -P PORT HOST',
    },
    costs: 'Nothing. A router that answers probes rarely may still forward all else.',
    references: ['rfc-congestion', 'man-ss'],
  },
  'keep-sack-and-timestamps': {
    title: 'Leave SACK, timestamps and RACK on, and let no middlebox strip them',
    why: 'Without them a stack mends one hole a round trip or waits for its timer, and cannot tell a late segment from a lost one.',
    code: {
      shell: 'sysctl net.ipv4.tcp_sack net.ipv4.tcp_timestamps net.ipv4.tcp_recovery net.ipv4.tcp_early_retrans',
    },
    costs: '10 to 40 octets of options a segment.',
    references: ['rfc-sack', 'rfc-rack', 'rfc-timestamps-use', 'linux-sysctl'],
  },
  'one-path-a-connection': {
    title: 'Keep all segments of a connection on one path',
    why: 'Links that are bundled packet by packet reorder; chosen by a hash of addresses and ports they do not.',
    code: { shell: 'bonding: mode 802.3ad with xmit_hash_policy layer3+4, not balance-rr; routers: ECMP per flow' },
    costs: 'One connection gets no more than one link.',
    references: ['rfc-ecmp'],
  },
  'mind-the-mtu': {
    title: 'Let "packet too big" through, or make segments smaller',
    why: 'Small segments pass and full ones never: a tunnel has a smaller MTU, and the ICMP that would say so is filtered.',
    code: {
      shell:
        'ping -M do -s 1472 HOST; sysctl net.ipv4.tcp_mtu_probing=1; nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu',
    },
    costs: 'Somewhat more headers an octet.',
    references: ['rfc-mtu-probing', 'linux-sysctl'],
  },
  'read-steadily': {
    title: 'Read without a pause, and do the work elsewhere',
    why: 'A window closes because the program does not read: it computes, waits for a disk or a lock, or is stopped.',
    code: {
      c: 'a thread that only reads, and a bounded queue behind it',
      node: 'stream.pipeline(s, ...); // and no long work in an event handler',
      python: 'asyncio with run_in_executor() for what takes long',
      go: 'a goroutine that only reads, and a channel with room',
      shell: 'ss -tnm  # Recv-Q: unread octets;  top, strace -p PID, cat /proc/PID/stack: what the reader does instead',
    },
    costs: 'A queue needs a limit: beyond it a closed window is the right answer.',
    references: ['rfc-zero-window', 'man-ss'],
  },
  'larger-receive-buffer': {
    title: 'Let the receive buffer hold one round trip of data',
    why: 'Never more than one window is under way in a round trip: 64 KiB in 100 ms are 5 Mbit/s, on whatever link.',
    code: {
      c: 'do not set SO_RCVBUF: on Linux that ends auto-tuning; else before connect() or listen()',
      shell: 'sysctl net.ipv4.tcp_rmem net.ipv4.tcp_moderate_rcvbuf net.ipv4.tcp_window_scaling; ss -tnmi',
    },
    costs: 'Memory of the kernel, for each connection that needs it.',
    references: ['rfc-window-scale', 'linux-sysctl', 'man-tcp'],
  },
  'capture-well': {
    title: 'Capture all packets once: one interface, a large buffer, both directions',
    why: 'What the capture lost cannot be judged; what it has twice looks like a resend to many tools.',
    code: {
      shell:
        'sudo tcpwatch -i eth0 -B 262144 -w end.pcapng  # not -i any; the summary says what the kernel dropped;  ethtool -K eth0 gro off lro off',
    },
    costs: 'Memory for the buffer. Without offload the host works harder.',
    references: ['rfc-ip-id'],
  },
  'send-in-one-go': {
    title: 'Write a request in one write(), and leave no small tail alone',
    why: 'A segment that nothing follows draws no duplicate acknowledgement: its loss is found by a probe or a timer only.',
    code: {
      c: 'writev(fd, iov, n); setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));',
      node: 's.cork(); s.write(head); s.write(body); s.uncork(); // setNoDelay(true) is the default of http',
      python: "s.sendall(b''.join([head, body]))",
      go: 'net.Buffers{head, body}.WriteTo(c)',
    },
    costs: 'Nothing.',
    references: ['rfc-tail-loss', 'man-tcp'],
  },
  'fast-open-at-both-ends': {
    title: 'Turn Fast Open on at both ends, or at neither',
    why: 'A server that does not take the data of a SYN costs what it should save, and middleboxes drop such SYNs here and there.',
    code: { shell: 'sysctl net.ipv4.tcp_fastopen  # 1: as client, 2: as server;  nstat -az | grep -i fastopen' },
    costs: 'The data of a SYN can be delivered twice: only for requests that may be carried out twice.',
    references: ['rfc-fast-open', 'linux-sysctl'],
  },
  'no-urgent-data': {
    title: 'Do not use urgent data in new programs',
    why: 'Stacks and middleboxes disagree about which octet it is, and some clear the flag: a message of its own is safer.',
    code: {},
    costs: 'Nothing.',
    references: ['rfc-urgent'],
  },
} as const satisfies Record<string, AdviceRow>;
