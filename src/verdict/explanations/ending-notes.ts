// What follows from each ending: what it proves, what it leaves open.

import type { EndingId } from '../endings.js';
import type { Note } from './note.js';

export const ENDING_NOTES: Readonly<Record<EndingId, Note>> = {
  refused: {
    says: 'The host is up, or a firewall speaks for it. connect() gave ECONNREFUSED.',
    references: ['rfc-reset', 'man-connect'],
  },
  'connect-unreachable': {
    says: 'Nothing of the other end was seen. connect() gave the errno of the ICMP error, or EHOSTUNREACH where ARP failed.',
    references: ['rfc-icmp', 'linux-icmp'],
  },
  'handshake-reset': {
    says: 'Scanners, health checks, aborting accept queues. No data was lost: none was taken.',
    references: ['rfc-half-open'],
  },
  'connect-silent': {
    says: 'Host down, filter, or a full accept queue: silence looks the same for all.',
    references: ['rfc-failures'],
  },
  'reset-after-close': {
    says: 'All data had arrived and both ends knew it. The RST answers a late copy, and harms nobody.',
    references: ['rfc-close', 'rfc-reset'],
  },
  closed: {
    says: 'All data of both ends arrived. Why they closed is not on the wire: an ended process looks like close().',
    references: ['rfc-close'],
  },
  'reset-after-fin': {
    says: 'What was sent after the FIN is lost. The end that sent FIN had no socket any more, or had never read it.',
    references: ['rfc-reset', 'rfc-half-close'],
  },
  'fin-unacknowledged': {
    says: 'Whether the last FIN arrived is not known: its sender stays in LAST-ACK or CLOSING until its retries run out. Other tools call this closed.',
    references: ['rfc-close', 'rfc-states'],
  },
  unreachable: {
    says: 'Nobody answered, and somebody said why: a router by ICMP, or the link by its silence to ARP or neighbour discovery.',
    references: ['rfc-icmp', 'rfc-arp', 'rfc-neighbour'],
  },
  silent: {
    says: 'What was sent is not known to have arrived. The program sees ETIMEDOUT only when the retries run out, about 15 min by default on Linux.',
    references: ['rfc-failures', 'linux-timer'],
  },
  reset: {
    says: 'The numbers of the RST tell who can have sent it: a live socket, a stack that knows no such connection, or somebody in between.',
    references: ['rfc-reset', 'rfc-reset-taken'],
  },
  'half-closed': {
    says: 'The end that did not close is in CLOSE-WAIT and may still send: a half-close, a program that has not looked, or a leak.',
    references: ['rfc-half-close', 'man-ss'],
  },
  open: {
    says: 'No verdict is an answer: nobody asked, so nothing can be said. Keep-alives would have asked.',
    references: ['rfc-keep-alive'],
  },
};
