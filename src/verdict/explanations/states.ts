// STATES: what a socket is in, as reports and ladders print it: what this end has sent and heard, what it waits for, and for how
// long where it is Linux.

import { CONNECT_TIMEOUT_NS, DATA_TIMEOUT_NS } from '../errors.js';
import type { AdviceId } from './advice.js';
import type { ReferenceId } from './references.js';
import { span } from './spans.js';
import type { SocketState } from './story.js';

export interface StateRow {
  readonly title: string;
  /** What it has sent and heard, and what it waits for. */
  readonly meaning: string;
  /** How long, on Linux with its defaults. */
  readonly lasts: string;
  /** What its program can know of it. */
  readonly seen: string;
  /** Other spellings, and who has them. */
  readonly spelt: Readonly<Record<string, string>>;
  readonly advice: readonly AdviceId[];
  readonly references: readonly ReferenceId[];
}

const DATA_RESENDS = `${span(DATA_TIMEOUT_NS)} (measured; tcp_retries2 15)`;
/** What an end does for a FIN of its own that is not acknowledged. */
const UNACKNOWLEDGED_FIN = `If the program has closed, about 100 s: 8 resends (tcp_orphan_retries). If it has only called shutdown(), as for data: ${DATA_RESENDS}.`;

export const STATES: Readonly<Record<SocketState, StateRow>> = {
  LISTEN: {
    title: 'waits for anybody to connect',
    meaning: 'It has sent nothing and waits for a SYN from anywhere. Only the socket of the listener is in it.',
    lasts:
      'As long as its program keeps it open. ss -ltn: Recv-Q is how many connections wait for accept(), Send-Q how many may.',
    seen: 'accept() waits.',
    spelt: {},
    advice: ['backlog'],
    references: ['rfc-states', 'man-listen'],
  },
  'SYN-SENT': {
    title: 'asked for a connection, and has no answer',
    meaning: 'It has sent SYN, heard nothing of its peer, and waits for SYN-ACK.',
    lasts: `Until connect() gives up: ${span(CONNECT_TIMEOUT_NS)} (measured; tcp_syn_retries 6), or what the program allows. ICMP errors end it at once.`,
    seen: 'connect() waits; where the socket does not block, it is not writable yet.',
    spelt: { SYN_SENT: 'netstat; ss as above' },
    advice: ['connect-timeout'],
    references: ['rfc-states', 'rfc-handshake', 'linux-sysctl'],
  },
  'SYN-RECEIVED': {
    title: 'answered a SYN, and waits for the last ACK',
    meaning:
      'It has heard SYN and sent SYN-ACK, and waits for the ACK of that. An end that connects comes here only where two SYNs cross.',
    lasts:
      'About 63 s: 5 resends of the SYN-ACK (tcp_synack_retries). Also while the accept queue is full: the last ACK is dropped then.',
    seen: 'Nothing: accept() gives it once the ACK has come.',
    spelt: { 'SYN-RECV': 'ss', SYN_RECV: 'netstat', SYN_RCVD: 'BSD' },
    advice: ['backlog'],
    references: ['rfc-states', 'rfc-handshake', 'linux-sysctl'],
  },
  ESTABLISHED: {
    title: 'open: both ends may send',
    meaning:
      'Both SYNs are acknowledged, and neither FIN nor RST was sent or heard. It waits for whatever its program sends or its peer does.',
    lasts: `For ever, if nothing is sent: a peer that is gone is not noticed without keep-alives. With unacknowledged data ${DATA_RESENDS}.`,
    seen: 'read() and write() work. That the peer still lives it does not say.',
    spelt: { ESTAB: 'ss; netstat as above' },
    advice: ['keep-alive', 'heartbeat'],
    references: ['rfc-states', 'rfc-keep-alive'],
  },
  'FIN-WAIT-1': {
    title: 'closed first, and its FIN is not acknowledged',
    meaning: 'It has sent FIN, heard none, and waits for the ACK of its own.',
    lasts: UNACKNOWLEDGED_FIN,
    seen: 'A program that has closed is told nothing any more; one that has called shutdown() still reads.',
    spelt: { FIN_WAIT1: 'netstat; ss as above' },
    advice: [],
    references: ['rfc-states', 'rfc-close', 'linux-timer'],
  },
  'FIN-WAIT-2': {
    title: 'closed first; the other end knows, and has not closed',
    meaning: 'It has sent FIN and heard the ACK of that, and waits for the FIN of its peer.',
    lasts:
      'If the program has closed, 60 s (tcp_fin_timeout): what comes later is answered by RST. If it has only called shutdown(), for ever.',
    seen: 'A program that has closed is told nothing any more; one that has called shutdown() still reads.',
    spelt: { FIN_WAIT2: 'netstat; ss as above' },
    advice: [],
    references: ['rfc-states', 'rfc-half-close', 'linux-sysctl'],
  },
  'CLOSE-WAIT': {
    title: 'the other end has closed, and this program has not',
    meaning: 'It has heard FIN and acknowledged it, has sent none, and waits for its own program to close.',
    lasts:
      'For ever: no timer ends it. Where such sockets pile up, the program leaks them: ss -tp state close-wait names it.',
    seen: 'read() gives EOF. write() still works: the other end may only have stopped sending, or be gone.',
    spelt: { CLOSE_WAIT: 'netstat; ss as above' },
    advice: ['wait-for-all', 'stop-at-eof'],
    references: ['rfc-states', 'rfc-close', 'man-ss'],
  },
  CLOSING: {
    title: 'both closed in the same moment',
    meaning: 'It has sent FIN and heard one before the ACK of its own: the two FINs crossed. It waits for that ACK.',
    lasts: UNACKNOWLEDGED_FIN,
    seen: 'A program that has closed is told nothing any more; read() of one that has called shutdown() gives EOF.',
    spelt: {},
    advice: [],
    references: ['rfc-states', 'rfc-close', 'linux-timer'],
  },
  'LAST-ACK': {
    title: 'closed in turn, and its FIN is not acknowledged',
    meaning: 'It has heard FIN, sent its own after it, and waits for the ACK of that: then it is gone.',
    lasts: UNACKNOWLEDGED_FIN,
    seen: 'A program that has closed is told nothing any more.',
    spelt: { LAST_ACK: 'netstat; ss as above' },
    advice: [],
    references: ['rfc-states', 'rfc-close', 'linux-timer'],
  },
  'TIME-WAIT': {
    title: 'all is closed; waits for strays',
    meaning:
      'It has sent FIN and heard FIN, both are acknowledged, and it closed first (or at the same time). It waits for nothing but segments that are late, and acknowledges the FIN of its peer again if that is sent again.',
    lasts:
      '60 s, whatever tcp_fin_timeout says (RFC 9293: two maximum segment lifetimes, 4 minutes). Many of them are no fault: the side that closes first has them.',
    seen: 'Nothing. A server that restarts needs SO_REUSEADDR to bind its port meanwhile.',
    spelt: { TIME_WAIT: 'netstat; ss as above' },
    advice: [],
    references: ['rfc-states', 'rfc-close'],
  },
  CLOSED: {
    title: 'no socket',
    meaning:
      'It has sent RST or heard one, or its last FIN is acknowledged, or it gave up: its kernel knows no such connection any more, and answers RST to what still comes.',
    lasts: 'There is no line of it: ss and netstat show nothing.',
    seen: 'After a RST or a timeout read() gives the error once, then EOF; write() gives EPIPE.',
    spelt: {},
    advice: [],
    references: ['rfc-states', 'rfc-reset'],
  },
  gone: {
    title: 'its host is down, out of reach, or has forgotten',
    meaning:
      'A word of the ladders of tcpwatch explain, and no state of TCP: nothing of that end is left to be in a state, and the other end cannot know.',
    lasts: 'There is no line of it: there is no host to ask, or it knows no such connection.',
    seen: 'Its program is no more, or cannot be reached.',
    spelt: {},
    advice: ['keep-alive', 'user-timeout'],
    references: ['rfc-half-open'],
  },
};
