// Stories of connections that never opened, or hardly.

import type { Story } from './story.js';

export const STORIES_OF_OPENING = {
  'connect-refused': {
    example: 'connect-refused',
    gone: 'server',
    steps: [
      {
        by: 'client',
        sends: 'SYN',
        client: 'SYN-SENT',
        server: 'CLOSED',
        says: 'The client calls connect(). The host is up, but no program listens on that port.',
      },
      {
        by: 'server',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: "The server's kernel answers at once with RST+ACK, sequence number 0. connect() fails.",
      },
    ],
  },
  'connect-unreachable': {
    example: 'connect-to-missing-host',
    gone: 'server',
    steps: [
      {
        by: 'client',
        sends: 'SYN',
        lost: true,
        client: 'SYN-SENT',
        server: 'gone',
        says: 'The client calls connect(). The last router asks its link for the host (ARP, neighbour discovery); nobody answers.',
      },
      {
        by: 'router',
        sends: 'ICMP',
        client: 'SYN-SENT',
        server: 'gone',
        says: 'After about a second the router sends ICMP host unreachable, quoting the SYN. While connecting, Linux takes that as the answer.',
      },
      {
        by: 'client',
        sends: 'SYN',
        lost: true,
        client: 'SYN-SENT',
        server: 'gone',
        says: 'In this capture one more SYN leaves before the error reaches the program.',
      },
      {
        by: 'client',
        sends: null,
        client: 'CLOSED',
        server: 'gone',
        says: 'connect() fails. On the LAN of the host itself there is no SYN at all: only ARP questions.',
      },
    ],
  },
  'connect-timed-out': {
    example: 'connect-dropped',
    gone: 'server',
    steps: [
      {
        by: 'client',
        sends: 'SYN',
        lost: true,
        client: 'SYN-SENT',
        server: 'LISTEN',
        says: 'The client calls connect(). Here a filter drops the SYN without a word; a host that is down looks the same.',
      },
      {
        by: 'client',
        sends: 'SYN',
        lost: true,
        client: 'SYN-SENT',
        server: 'LISTEN',
        says: 'The same SYN again, and again: after 1, 2, 3, 4, 5, 7 and 11.4 s here (Linux from 6.5 on; before, after 1, 3, 7, 15 s).',
      },
      {
        by: 'client',
        sends: null,
        client: 'CLOSED',
        server: 'LISTEN',
        says: 'With default settings connect() fails in the end: after 134.8 s measured from Linux 6.5 on, whose documentation reckons 131 s; 127 s before. Nothing on the wire says that it gave up.',
      },
    ],
  },
  'accept-queue-full': {
    example: 'accept-queue-full-ack-ignored',
    gone: 'server',
    steps: [
      {
        by: 'client',
        sends: 'SYN',
        client: 'SYN-SENT',
        server: 'LISTEN',
        says: 'The client calls connect(). The accept queue of the listener is almost full: its program does not call accept().',
      },
      {
        by: 'server',
        sends: 'SYN-ACK',
        client: 'ESTABLISHED',
        server: 'SYN-RECEIVED',
        says: "The server's kernel answers. For the client connect() is done with success.",
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The ACK arrives, but by now the queue is full: the kernel ignores it. Only the packets that follow show that: a watcher still thinks ESTABLISHED.',
      },
      {
        by: 'client',
        sends: 'data',
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The client sends its request. It is ignored too, and sent again and again.',
      },
      {
        by: 'server',
        sends: 'SYN-ACK',
        client: 'ESTABLISHED',
        server: 'SYN-RECEIVED',
        says: 'The server sends its SYN-ACK again, as if the ACK had been lost: this is the evidence.',
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The client answers with the same ACK, which is ignored like the first.',
      },
      {
        by: 'server',
        sends: 'SYN-ACK',
        client: 'ESTABLISHED',
        server: 'SYN-RECEIVED',
        says: 'And again after twice the time, until there is room in the queue or the retries run out (tcp_synack_retries 5: 63 s).',
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The capture ends here.',
      },
      {
        by: 'server',
        sends: null,
        client: 'ESTABLISHED',
        server: 'SYN-RECEIVED',
        says: 'ss on the server shows SYN-RECV all the time, and its listener with Recv-Q above Send-Q. Were there room, it would be let in and its request acknowledged.',
      },
    ],
  },
  'handshake-aborted': {
    example: 'client-aborts-right-after-connect',
    gone: 'client',
    steps: [
      {
        by: 'client',
        sends: 'SYN',
        client: 'SYN-SENT',
        server: 'LISTEN',
        says: 'The client calls connect().',
      },
      {
        by: 'server',
        sends: 'SYN-ACK',
        client: 'ESTABLISHED',
        server: 'SYN-RECEIVED',
        says: 'The server answers.',
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The connection is open and waits in the accept queue.',
      },
      {
        by: 'client',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: 'The client closes at once with SO_LINGER 0, as health checks do. A half-open scan resets one packet earlier, after the SYN-ACK.',
      },
    ],
  },
} as const satisfies Record<string, Story>;
