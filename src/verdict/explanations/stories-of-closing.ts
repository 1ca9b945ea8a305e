// Stories that end with a FIN or RST that both ends see.

import { CONNECTED, type Story } from './story.js';

export const STORIES_OF_CLOSING = {
  'normal-close': {
    example: 'client-closes-first',
    gone: 'client',
    steps: [
      CONNECTED,
      {
        by: 'client',
        sends: 'FIN',
        client: 'FIN-WAIT-1',
        server: 'CLOSE-WAIT',
        says: 'The client calls close(), or its process ends: its kernel sends FIN.',
      },
      {
        by: 'server',
        sends: 'FIN',
        client: 'TIME-WAIT',
        server: 'LAST-ACK',
        says: 'The server reads EOF and closes as well: its FIN also acknowledges that of the client. With a pause between ACK and FIN there are four segments instead of three, and the client passes FIN-WAIT-2.',
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'TIME-WAIT',
        server: 'CLOSED',
        says: 'The end that closed first waits in TIME-WAIT (60 s on Linux) for late copies. That is no fault.',
      },
    ],
  },
  'process-terminated': {
    example: 'worker-killed-then-client-writes',
    gone: 'server',
    steps: [
      CONNECTED,
      {
        by: 'server',
        sends: 'FIN',
        client: 'CLOSE-WAIT',
        server: 'FIN-WAIT-1',
        says: "The server's process is killed (kill -9). Its kernel closes all its sockets: that sends FIN, as any close() does.",
      },
      {
        by: 'client',
        sends: 'ACK',
        client: 'CLOSE-WAIT',
        server: 'FIN-WAIT-2',
        says: "The client's kernel acknowledges. Its program, which waits for its user and not for the socket, notices nothing.",
      },
      {
        by: 'client',
        sends: 'data',
        client: 'CLOSE-WAIT',
        server: 'FIN-WAIT-2',
        says: 'The client writes. TCP allows it: a FIN only says that the other end will send no more, not that nobody reads there.',
      },
      {
        by: 'server',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: "No process holds the server's socket: its kernel answers the data with RST. The client's read() still finds the FIN (EOF); its next write() fails.",
      },
    ],
  },
  aborted: {
    example: 'server-aborts',
    gone: 'server',
    steps: [
      CONNECTED,
      {
        by: 'server',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: 'The server closes with SO_LINGER 0: RST+ACK at its next number, and no FIN. It throws away what was still to be sent, and passes no TIME-WAIT.',
      },
    ],
  },
  'reset-by-middlebox': {
    example: 'firewall-resets-mid-connection',
    gone: 'server',
    steps: [
      CONNECTED,
      {
        by: 'client',
        sends: 'data',
        lost: true,
        client: 'ESTABLISHED',
        server: 'ESTABLISHED',
        says: 'The client writes. A filter on the way has begun to reject the connection: the data never arrives.',
      },
      {
        by: 'router',
        sends: 'RST',
        client: 'CLOSED',
        server: 'ESTABLISHED',
        says: 'The filter sends a RST in the name of the server, with a TTL of its own. The client closes; the server knows of nothing and stays ESTABLISHED.',
      },
    ],
  },
  'host-rebooted': {
    example: 'host-rebooted-then-client-writes',
    gone: 'server',
    steps: [
      CONNECTED,
      {
        by: 'server',
        sends: null,
        client: 'ESTABLISHED',
        server: 'gone',
        says: "The server's host crashes and boots again, while nobody sends. No packet shows it, and the client still has its connection.",
      },
      {
        by: 'client',
        sends: 'data',
        client: 'ESTABLISHED',
        server: 'gone',
        says: 'The client writes into a connection that its peer has forgotten (RFC 9293: half-open).',
      },
      {
        by: 'server',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: 'The new kernel has no such connection and answers with RST, whether its service runs again or not.',
      },
    ],
  },
  failover: {
    example: 'address-fails-over-lan',
    gone: 'server',
    steps: [
      CONNECTED,
      {
        by: 'server',
        sends: null,
        client: 'ESTABLISHED',
        server: 'gone',
        says: 'A standby takes over the address (gratuitous ARP, VRRP, keepalived): the address moves, the connections do not.',
      },
      {
        by: 'client',
        sends: 'data',
        client: 'ESTABLISHED',
        server: 'gone',
        says: 'The client goes on writing to the same address.',
      },
      {
        by: 'server',
        sends: 'RST',
        client: 'CLOSED',
        server: 'CLOSED',
        says: 'The standby has no such connection and answers with RST, from its own link-layer address. New connections are served.',
      },
    ],
  },
} as const satisfies Record<string, Story>;
