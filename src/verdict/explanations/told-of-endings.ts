// Of each ending: the scenarios that can end so, and the endings it can be taken for. What programs see and what to do follows
// from the scenarios.

import type { EndingId } from '../endings.js';
import type { ScenarioId } from '../scenarios.js';
import type { Told } from './told.js';

interface EndingTold extends Told<EndingId> {
  /** Most usual first. Held against all shipped captures. */
  readonly scenarios: readonly ScenarioId[];
}

export const TOLD_OF_ENDINGS: Readonly<Record<EndingId, EndingTold>> = {
  refused: {
    scenarios: ['connect-refused'],
    confusedWith: [
      { of: 'handshake-reset', tells: 'what the RST answers: the SYN here, before any SYN-ACK' },
      { of: 'connect-silent', tells: 'whether anything comes back: a refusal takes one round trip' },
    ],
  },
  'connect-unreachable': {
    scenarios: ['connect-unreachable'],
    confusedWith: [
      {
        of: 'connect-silent',
        tells: 'ICMP errors or unanswered ARP in the capture; one made with the filter "tcp" has neither',
      },
      { of: 'unreachable', tells: 'whether the connection had been open' },
      {
        title: 'a filter that rejects in these words (iptables --reject-with icmp-host-unreachable)',
        tells: 'who sent the error, and whether other ports of the host answer',
      },
    ],
  },
  'handshake-reset': {
    scenarios: ['handshake-aborted'],
    confusedWith: [
      { of: 'refused', tells: 'whether a SYN-ACK came first: then somebody listens' },
      { of: 'reset', tells: 'whether data had been taken' },
    ],
  },
  'connect-silent': {
    scenarios: ['connect-timed-out', 'accept-queue-full'],
    confusedWith: [
      { of: 'connect-unreachable', tells: 'an ICMP error that quotes the SYN' },
      { of: 'open', tells: 'how often it was asked: one SYN at the end of a capture says nothing yet' },
    ],
  },
  'reset-after-close': {
    scenarios: ['normal-close'],
    confusedWith: [
      { of: 'reset-after-fin', tells: 'whether both FINs had been acknowledged before the RST' },
      { of: 'reset', tells: 'the same' },
    ],
  },
  closed: {
    scenarios: ['normal-close'],
    confusedWith: [
      { of: 'fin-unacknowledged', tells: 'the acknowledgement of the last FIN' },
      { of: 'half-closed', tells: 'whether both ends sent FIN' },
    ],
  },
  'reset-after-fin': {
    scenarios: ['process-terminated', 'host-shutdown'],
    confusedWith: [
      {
        of: 'reset-after-close',
        tells: 'whether the other end had sent its FIN, and had it acknowledged, before the RST',
      },
      { of: 'reset', tells: 'whether the end that resets had sent FIN: the capture may have missed it' },
    ],
  },
  'fin-unacknowledged': {
    scenarios: ['host-shutdown'],
    confusedWith: [
      { of: 'closed', tells: 'whether the capture ended too soon: an acknowledgement may have come after it' },
      { of: 'silent', tells: 'whether both ends had sent FIN' },
    ],
  },
  unreachable: {
    scenarios: ['host-crashed', 'host-shutdown', 'path-lost'],
    confusedWith: [
      { of: 'silent', tells: 'ICMP errors or unanswered ARP about the segments' },
      { of: 'connect-unreachable', tells: 'whether the connection had been open' },
    ],
  },
  silent: {
    scenarios: ['host-crashed', 'host-shutdown', 'path-lost', 'given-up-in-outage'],
    confusedWith: [
      { of: 'open', tells: 'whether somebody asked: an idle connection shows nothing of a host that is gone' },
      { of: 'unreachable', tells: 'ICMP or ARP: they say who does not answer' },
      { of: 'half-closed', tells: 'whether what was sent after the FIN stays unanswered' },
    ],
  },
  reset: {
    scenarios: [
      'host-rebooted',
      'failover',
      'process-terminated',
      'aborted',
      'reset-by-middlebox',
      'given-up-in-outage',
    ],
    confusedWith: [
      { of: 'reset-after-fin', tells: 'a FIN of that end before the RST, or one octet that the capture missed' },
      { of: 'handshake-reset', tells: 'whether data had been taken' },
    ],
  },
  'half-closed': {
    scenarios: ['process-terminated', 'host-shutdown'],
    confusedWith: [
      { of: 'open', tells: 'the FIN: the end that got it is in CLOSE-WAIT' },
      { of: 'closed', tells: 'the second FIN, which may come long after the capture' },
    ],
  },
  open: {
    scenarios: [],
    seen: {
      says: 'Nothing: no call has failed. A program that waits in read() waits on, whether the other host lives or not.',
    },
    advice: ['keep-alive', 'read-timeout', 'capture-well'],
    confusedWith: [
      { of: 'silent', tells: 'whether somebody asks: send a line, or let a keep-alive do so' },
      { of: 'closed', tells: 'whether the capture ran to the end, and in both directions' },
    ],
  },
};
