// Of each fact about a connection: what it can be taken for. What programs see of it and what to do follows from its example and
// from the scenarios it is needed for; where those have nothing true to say of it, it stands here.

import type { FactId } from '../facts.js';
import { ON_BSD_ASKED_LINK, ON_BSD_QUEUE_FULL } from './sight.js';
import type { Told } from './told.js';
import { TOLD_OF_HOSTS } from './told-of-hosts.js';
import { TOLD_OF_SILENCES } from './told-of-silences.js';

const OF_OPENING_AND_CLOSING: Readonly<
  Record<Exclude<FactId, keyof typeof TOLD_OF_HOSTS | keyof typeof TOLD_OF_SILENCES>, Told<FactId>>
> = {
  'syn-refused': {
    confusedWith: [
      {
        title: 'a firewall that rejects with RST',
        tells: 'its TTL against that of other packets of the host, or a capture on the host',
      },
      { of: 'reset-before-data', tells: 'whether a SYN-ACK came before the RST' },
    ],
  },
  'syn-unreachable': {
    confusedWith: [
      {
        of: 'unreachable-by-icmp',
        tells: 'what the error quotes: a SYN that had no answer, or a segment of an open connection',
      },
    ],
  },
  'syn-neighbour-silent': {
    advice: ['ask-the-host', 'connect-timeout', 'reconnect'],
    seen: {
      says: 'connect() gives EHOSTUNREACH after about 3 s, or ETIMEDOUT where the router that asks cannot tell; on the LAN itself no SYN ever leaves.',
      onBsd: ON_BSD_ASKED_LINK,
    },
    confusedWith: [
      { of: 'neighbour-silent', tells: 'whether the host had been heard on this connection before' },
      { title: 'an address in another network or VLAN', tells: 'the netmask and the VLAN of the one that asks' },
    ],
  },
  'syn-unanswered': {
    confusedWith: [
      { of: 'syn-ack-unanswered', tells: 'who asks in vain: the client with SYNs, or the server with SYN-ACKs' },
      {
        title: 'answers that take another way past the capture',
        tells: 'a capture at the client: does connect() succeed?',
      },
    ],
  },
  'syn-ack-unanswered': {
    seen: {
      says: 'The server: nothing, for accept() gives no such connection. The client, if it lives, waits in connect() until that gives ETIMEDOUT.',
    },
    confusedWith: [
      { of: 'syn-ack-resent-after-ack', tells: 'whether the final ACK passed the capture' },
      {
        title: 'a SYN with a forged source (a flood)',
        tells: 'whether the client was heard after its SYN, and how many there are',
      },
    ],
  },
  'syn-ack-resent-after-ack': {
    seen: {
      says: 'The client: connect() has succeeded, and read() waits in vain. The server: nothing, for accept() gives no such connection.',
      onBsd: ON_BSD_QUEUE_FULL,
    },
    confusedWith: [
      { of: 'syn-ack-unanswered', tells: 'the final ACK: it passed the capture here' },
      {
        title: 'a final ACK lost between the capture and the server',
        tells: 'how often: once may be loss, twice is a full queue (final-ack-repeated)',
      },
    ],
  },
  'final-ack-repeated': {
    seen: {
      says: 'The client: connect() has succeeded, and read() waits in vain. The server: nothing, for accept() gives no such connection.',
      onBsd: ON_BSD_QUEUE_FULL,
    },
    confusedWith: [
      {
        title: 'a path that loses most packets one way',
        tells: 'other connections at the same time: do they lose as much?',
      },
    ],
  },
  'reset-before-data': {
    confusedWith: [
      { of: 'syn-refused', tells: 'the SYN-ACK: it came first here' },
      { of: 'live-rst', tells: 'whether any data had been taken' },
    ],
  },
  'outage-healed': {
    seen: { says: 'A pause and nothing else: read() and write() wait, then go on. No call fails.' },
    advice: ['user-timeout', 'read-timeout', 'find-the-loss'],
    confusedWith: [
      { of: 'survivor-unanswered', tells: 'whether anything came in the end' },
      {
        title: 'a host that was stopped for a while (a frozen virtual machine)',
        tells: 'its own log and clock: a path that failed leaves no gap there',
      },
    ],
  },
  'rst-ignored': {
    seen: { says: 'Nothing: the connection goes on.' },
    advice: ['capture-at-both-ends'],
    confusedWith: [
      {
        of: 'sender-talked-on',
        tells: 'who went on: the receiver here, which did not believe it; there the end in whose name it came',
      },
    ],
  },
  'gone-sent-fin': {
    confusedWith: [
      {
        title: 'close(), exit and shutdown(SHUT_WR), which all send the same FIN',
        tells: 'what becomes of data sent to it: RST, nothing, or an acknowledgement',
      },
      { of: 'fin-missed', tells: 'whether the capture has the FIN itself' },
    ],
  },
  'fin-acknowledged': {
    confusedWith: [
      {
        title: 'a program that has noticed',
        tells: 'its own FIN: the kernel acknowledges by itself, a program that reads EOF closes',
      },
      { of: 'both-fins-acknowledged', tells: 'whether both ends sent FIN' },
    ],
  },
  'both-fins-acknowledged': {
    confusedWith: [
      { of: 'fin-acknowledged', tells: 'whether both ends sent FIN' },
      { title: 'a killed process whose peer closed at once', tells: 'the log of either program: packets are the same' },
    ],
  },
  'survivor-wrote-after-fin': {
    confusedWith: [
      {
        title: 'data that was under way when the FIN came',
        tells: 'whether its segments acknowledge the FIN: then they were sent after it',
      },
      {
        of: 'data-after-fin-accepted',
        tells: 'the answer: RST means that nobody reads, an acknowledgement that somebody does',
      },
    ],
  },
  'survivor-stays-in-close-wait': {
    confusedWith: [
      {
        of: 'data-after-fin-accepted',
        tells: 'whether it goes on sending, and is acknowledged: a half-close on purpose',
      },
      { title: 'a capture that ended too soon', tells: 'how long after the FIN it goes on' },
    ],
  },
  'survivor-closed-in-turn': {
    seen: { says: 'read() gives EOF, and the program closes: no call fails.' },
    advice: ['leave-it'],
    confusedWith: [
      {
        of: 'survivor-wrote-after-fin',
        tells: 'whether new data went out before its FIN; a few octets of TLS are a goodbye',
      },
    ],
  },
  'data-after-fin-accepted': {
    seen: {
      says: 'The end that closed one direction reads on; write() of the other end succeeds. It reads EOF and may take its time.',
    },
    advice: ['leave-it'],
    confusedWith: [{ of: 'survivor-wrote-after-fin', tells: 'whether the octets after the FIN are acknowledged' }],
  },
  'answered-by-reset': {
    confusedWith: [
      { of: 'live-rst', tells: 'a FIN of the same end before it' },
      { title: 'a firewall that answers for a closed connection', tells: 'the TTL of the RST against that of the FIN' },
    ],
  },
  'fin-while-answer-owed': {
    confusedWith: [
      {
        title: 'a protocol in which the client speaks last',
        tells: 'what the last message means: a goodbye needs no answer',
      },
    ],
  },
  'fin-reset-soon': {
    confusedWith: [
      {
        title: 'a stack that keeps FIN-WAIT-2 for a shorter time',
        tells: 'sysctl net.ipv4.tcp_fin_timeout on the host, or a balancer before it',
      },
      { of: 'answered-by-reset', tells: 'what it answers: the FIN of the other end here, data there' },
    ],
  },
};

export const TOLD_OF_FACTS: Readonly<Record<FactId, Told<FactId>>> = {
  ...OF_OPENING_AND_CLOSING,
  ...TOLD_OF_SILENCES,
  ...TOLD_OF_HOSTS,
};
