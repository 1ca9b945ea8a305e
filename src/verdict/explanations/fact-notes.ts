// When each fact is said: the test behind it, its numbers, and where they come from.

import { SILENT_NS, SILENT_SENDS } from '../../tcp/endpoint.js';
import { NEIGHBOUR_ASKS, NEIGHBOUR_NS } from '../../tcp/neighbours.js';
import type { FactId } from '../facts.js';
import { CLOSE_WAIT_NS, CLOSES_IN_TURN_NS, DELAYED_ACK_NS, FIN_WAIT_2_NS } from '../facts-of-closing.js';
import { DYING_NS, FASTEST_REBOOT_NS, PROMPT_NS, RESEND_NS } from '../facts-of-resets.js';
import { IDLE_TIMEOUT_NS } from '../facts-of-silence.js';
import { HANDSHAKE_TAIL_NS } from '../findings.js';
import { HOST_NOTES } from './fact-notes-of-hosts.js';
import type { Note } from './note.js';
import { span } from './spans.js';

const UNANSWERED = `at least ${SILENT_SENDS} sends over at least ${span(SILENT_NS)} with nothing back`;

export const FACT_NOTES: Readonly<Record<FactId, Note>> = {
  ...HOST_NOTES,
  'syn-refused': {
    says: 'RST+ACK to a SYN whose ACK covers the SYN: sequence number 0, window 0, no options.',
    references: ['rfc-reset'],
  },
  'syn-unreachable': {
    says: 'An ICMP error quoted the SYN, and nothing of the other end was ever seen. While connecting, Linux takes such an error as the answer.',
    references: ['rfc-icmp', 'linux-icmp'],
  },
  'syn-neighbour-silent': {
    says: `ARP or neighbour solicitations: at least ${NEIGHBOUR_ASKS} over at least ${span(NEIGHBOUR_NS)} without an answer (RFC 4861: three solicitations, one second apart).`,
    references: ['rfc-arp', 'rfc-neighbour'],
  },
  'syn-unanswered': {
    says: `${capital(UNANSWERED)}, the first of them a SYN.`,
    references: ['rfc-failures', 'linux-sysctl'],
  },
  'syn-ack-unanswered': {
    says: `${capital(UNANSWERED)}, the first of them a SYN-ACK, of a client that had been seen.`,
    references: ['rfc-failures', 'linux-sysctl'],
  },
  'syn-ack-resent-after-ack': {
    says: 'A SYN-ACK came again though the final ACK had passed the capture, and no data or FIN of that end followed: Linux ignores the ACK when the accept queue is full.',
    references: ['man-listen', 'linux-sysctl'],
  },
  'final-ack-repeated': {
    says: 'The SYN-ACK came again at least twice: that two ACKs were lost on the way is less likely than a full queue.',
    references: ['man-listen'],
  },
  'reset-before-data': {
    says: `A RST within ${span(HANDSHAKE_TAIL_NS)} of the handshake, before data was taken.`,
    references: ['rfc-half-open', 'stevens-abort'],
  },
  'outage-healed': {
    says: `${capital(UNANSWERED)}; then the other end answered and the connection went on.`,
    references: ['rfc-failures'],
  },
  'rst-ignored': {
    says: 'The RST had a number that its receiver need not believe, or both ends went on after it.',
    references: ['rfc-blind-reset'],
  },
  'gone-sent-fin': { says: 'The first copy of its FIN.', references: ['rfc-close'] },
  'fin-acknowledged': { says: 'An acknowledgement that covers the FIN.', references: ['rfc-close'] },
  'both-fins-acknowledged': {
    says: 'Each FIN is covered by an acknowledgement of the other end.',
    references: ['rfc-close'],
  },
  'survivor-wrote-after-fin': {
    says: 'New octets in segments that already acknowledge the FIN: the program wrote after its kernel knew. Data that was in flight when the FIN came does not count.',
    references: ['rfc-half-close', 'stevens-process'],
  },
  'survivor-stays-in-close-wait': {
    says: `${span(CLOSE_WAIT_NS)} or more after the FIN it had sent neither FIN nor RST while other packets passed; or ${span(DELAYED_ACK_NS)} where its ACK is the last packet (a delayed ACK, 40 ms at least on Linux, shows that it did not close at once).`,
    references: ['rfc-states'],
  },
  'survivor-closed-in-turn': {
    says: `Its FIN acknowledges the other one and came less than ${span(CLOSES_IN_TURN_NS)} after it.`,
    references: ['rfc-close'],
  },
  'data-after-fin-accepted': {
    says: 'An acknowledgement of octets that were sent after the FIN was acknowledged: a half-close, for somebody reads.',
    references: ['rfc-half-close', 'man-shutdown'],
  },
  'answered-by-reset': {
    says: 'A RST from an end that had sent FIN, with a number that must be believed.',
    references: ['rfc-reset'],
  },
  'fin-while-answer-owed': {
    says: 'The last data before the FIN was a question to it (it is not the end that speaks first), and no answer had come.',
    references: ['stevens-process'],
  },
  'fin-reset-soon': {
    says: `FIN, FIN in turn, and a RST of no socket to that second FIN less than ${span(FIN_WAIT_2_NS)} after the first: Linux keeps an orphan in FIN-WAIT-2 that long (tcp_fin_timeout), unless its host forgot.`,
    references: ['linux-sysctl', 'linux-timer'],
  },
  'survivor-unanswered': {
    says: `${capital(UNANSWERED)}. Data, FIN, keep-alives and window probes count. Not said where the capture has one direction only.`,
    references: ['rfc-failures', 'rfc-rto'],
  },
  'idle-before-silence': {
    says: `Nothing had been heard for ${span(IDLE_TIMEOUT_NS)} or more before the first unanswered segment. 60, 350 and 3600 s are common idle timeouts.`,
    references: ['rfc-nat-timeout'],
  },
  'survivor-gave-up': {
    says: `Its RST ended an asking of at least ${span(SILENT_NS)}: Linux sends one when keep-alives run out. When data runs out it sends nothing.`,
    references: ['linux-timer', 'rfc-keep-alive'],
  },
  'answered-too-late': {
    says: 'The other end was heard after the RST with which this one had given up.',
    references: ['rfc-half-open'],
  },
  'unreachable-by-icmp': {
    says: 'ICMP network or host unreachable about a segment that stayed unanswered. For an open connection it is a soft error: the kernel goes on trying.',
    references: ['rfc-icmp', 'rfc-icmp-attacks'],
  },
  'host-unreachable-by-icmp': {
    says: 'ICMP type 3 code 1 (IPv4), or type 1 code 3 (IPv6): the last router asked its link and got no answer. With default ARP caches it can come more than a minute late.',
    references: ['rfc-icmp-codes', 'rfc-icmpv6-codes'],
  },
  'filtered-by-icmp': {
    says: 'ICMP administratively prohibited, port unreachable and the like, about a segment that stayed unanswered: a decision of somebody, not a dead host.',
    references: ['rfc-icmp-codes', 'rfc-icmpv6-codes', 'linux-icmp'],
  },
  'neighbour-silent': {
    says: `Somebody other than the survivor sent at least ${NEIGHBOUR_ASKS} ARP questions or neighbour solicitations over at least ${span(NEIGHBOUR_NS)} in vain.`,
    references: ['rfc-arp', 'rfc-neighbour'],
  },
  'neighbour-silent-to-survivor': {
    says: `The survivor itself sent at least ${NEIGHBOUR_ASKS} over at least ${span(NEIGHBOUR_NS)} in vain: on the same LAN a dead host shows by ARP alone, for no TCP leaves while ARP fails.`,
    references: ['rfc-arp', 'rfc-neighbour'],
  },
  'no-socket-rst': {
    says: `A RST without ACK whose number repeats an acknowledgement of the other end, less than ${span(PROMPT_NS)} after the segment it answers, from an end that had not sent FIN.`,
    references: ['rfc-reset', 'rfc-half-open'],
  },
  'gave-up-before': {
    says: 'The end that now answers with RST had itself gone unanswered before, long enough to have given up.',
    references: ['linux-timer'],
  },
  'gone-was-heard': {
    says: 'At least one segment of it is in the capture before its RST: without that nobody knows what it had said.',
    references: ['rfc-reset'],
  },
  'capture-hole': {
    says: 'An acknowledgement covers octets at the very end of what it sent that the capture never saw: a FIN may have been among them.',
    references: ['rfc-acknowledged'],
  },
  'fin-missed': {
    says: 'Exactly one octet more is acknowledged than was captured, and data sent after that met a RST of no socket: that octet was the FIN.',
    references: ['rfc-reset'],
  },
  'heard-just-before-rst': {
    says: `It had been heard less than ${span(FASTEST_REBOOT_NS)} before its RST: no host reboots so fast, but a firewall's rule takes hold at once.`,
    references: ['rfc-middlebox-reset'],
  },
  'may-have-left': {
    says: 'The gone end is a client, its RST answers a FIN, and its host was not silent: it may have left by a RST that was lost.',
    references: ['rfc-reset'],
  },
  'unanswered-before-rst': {
    says: `At least two sends had gone unanswered for at least ${span(RESEND_NS)} before the RST (a resend after a timeout, with room for a second).`,
    references: ['rfc-rto'],
  },
  'live-rst': {
    says: "RST+ACK at the sender's next number, acknowledging the other end's, with no FIN before: only a stack that has the connection knows both.",
    references: ['rfc-reset', 'linux-close'],
  },
  'input-pending': {
    says: 'Its kernel had acknowledged a question that was not answered when it reset: the input may have lain unread.',
    references: ['rfc-lost-data', 'linux-close'],
  },
  'window-was-zero': {
    says: 'Its last window was 0: the receive buffer was full of input that nobody read.',
    references: ['rfc-zero-window', 'linux-close'],
  },
  'survivor-sent-nothing': {
    says: 'The capture has its handshake and no data of it: close() cannot have found input unread.',
    references: ['linux-close'],
  },
  'gone-never-spoke': {
    says: 'A listener that ends takes the connections with it that its program has not accepted, by RST. One on which the program has spoken is not among those.',
    references: ['linux-close'],
  },
  'gone-had-probed': {
    says: 'A kernel whose keep-alives are not answered gives up by a RST like that of a program. Where the answers were lost behind the place of capture, only the probes tell.',
    references: ['rfc-keep-alive'],
  },
  'rst-ttl-differs': {
    says: 'The TTL (hop limit) of the RST is not the one that all other segments of that end had.',
    references: ['rfc-middlebox-reset'],
  },
  'rst-ttl-far-off': {
    says: 'It differs by more than 1. An adjacent router differs by 1 only.',
    references: ['rfc-middlebox-reset'],
  },
  'rst-ip-id-off': {
    says: 'The IPv4 identifications of that end count up one by one, and the RST does not go on there.',
    references: ['rfc-ip-id'],
  },
  'rst-lacks-timestamps': {
    says: 'Timestamps were agreed and the RST carries ACK but no timestamp: Linux puts one in. RFC 7323 leaves that open for a RST, so it only adds weight.',
    references: ['rfc-timestamps'],
  },
  'local-process-exited': {
    says: 'Live only, and where that end is on this machine: the process that held the socket is not there any more. A capture holds packets alone, so none shows it.',
    references: ['man-ss'],
  },
  'local-process-lives': {
    says: `Live only: the process that held the socket was still there ${span(DYING_NS)} after the close (a dying process closes its sockets first). A capture holds packets alone, so none shows it.`,
    references: ['man-ss'],
  },
  'sender-talked-on': {
    says: 'After the RST that end sent what nobody sends who has reset: new data, or an answer to the old connection.',
    references: ['rfc-reset-taken', 'rfc-middlebox-reset'],
  },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
