// VOCABULARY: words of reports and tables that are rows of no other table: how sure, how bad, which form, what Zeek calls it.

import type { ConnectionEvent } from '../events.js';
import type { Severity } from '../scenarios.js';
import type { Confidence } from '../weigh.js';
import type { ReferenceId } from './references.js';

export interface WordRow {
  readonly title: string;
  readonly meaning: string;
  /** What it takes, or what to make of it. */
  readonly says: string;
  /** How tables write it, and where, if not like its id. */
  readonly spelt?: Readonly<Record<string, string>>;
  readonly references?: readonly ReferenceId[];
}

const CONFIDENCES: Readonly<Record<Confidence, WordRow>> = {
  certain: {
    title: 'how sure: nothing else explains these packets',
    meaning: 'Everything that looks the same has been ruled out, or nothing does.',
    says: 'It takes a fact against each lookalike; tcpwatch explain of the scenario lists both. It is about what happened, not why: "cause may be" can still have several.',
  },
  likely: {
    title: 'how sure: something else looks the same, but a fact speaks for this',
    meaning:
      'A lookalike is left, and at least one fact makes this one more likely: one beyond those that the claim itself is made of.',
    says: '"could also be" names what is left, and "would tell" how to find out.',
  },
  possible: {
    title: 'how sure: the packets allow it, and something else as well',
    meaning: 'A lookalike is left, and nothing beyond the claim itself speaks for this one.',
    says: '"could also be" names what is left, and "would tell" how to find out. Capture more, all ports of the host and a while longer: several connections tell more than one.',
  },
};

const SEVERITIES: Readonly<Record<Severity, WordRow>> = {
  error: {
    title: 'how bad: a connection failed',
    meaning: 'A connection that did not come about, or died of its process, host, path or a middlebox.',
    says: 'First in the table. --fail-on error, --flag error choose it.',
  },
  warning: {
    title: 'how bad: it ended against the rules, maybe by intent',
    meaning: 'Refused, or aborted by a program that lives; of a host, services that stopped and came back.',
    says: '--fail-on warning, --flag warning choose it and errors; --write-flagged keeps these if nothing else is said.',
  },
  notice: {
    title: 'how bad: odd, and often harmless',
    meaning:
      'Ended in another way than by FIN on both sides, as scanners, health checks and hurried programs do; or no verdict.',
    says: '--fail-on notice, --flag notice choose it and what is worse.',
  },
  ok: {
    title: 'how bad: not at all',
    meaning: 'Closed in the order that RFC 9293 has for it.',
    says: 'Last in the table.',
  },
};

const FORMS: Readonly<Partial<Record<NonNullable<ConnectionEvent['form']>, WordRow>>> = {
  'four-segment': {
    title: 'closed with FIN, ACK, FIN, ACK',
    meaning:
      'The end that was asked to close acknowledged the FIN first, and sent its own later: its program had to learn of it.',
    says: 'The usual way.',
    spelt: { '4 segm.': 'the column "how"' },
    references: ['rfc-close'],
  },
  'three-segment': {
    title: 'closed with FIN, FIN-ACK, ACK',
    meaning: 'The end that was asked to close did so at once: its FIN went with the acknowledgement of the first.',
    says: 'As good as four segments: its program was waiting in read().',
    spelt: { '3 segm.': 'the column "how"' },
    references: ['rfc-close'],
  },
  simultaneous: {
    title: 'closed by both in the same moment',
    meaning: 'The two FINs crossed: each was sent before the other was heard.',
    says: 'Both ends pass through CLOSING and wait in TIME-WAIT.',
    references: ['rfc-close'],
  },
};

const zeek = (title: string, meaning: string, says: string): WordRow => ({
  title: `Zeek: ${title}`,
  meaning: `A conn_state of Zeek, on the line "zeek" of -v. ${meaning}`,
  says,
});

const ZEEK: Readonly<Record<string, WordRow>> = {
  S0: zeek(
    'asked, never answered',
    'SYN of the client, and nothing of the server.',
    'Here connect-timed-out or connect-unreachable: an ICMP error tells, which Zeek leaves out.',
  ),
  S1: zeek(
    'open',
    'A handshake, and neither FIN nor RST.',
    'It may live, or its host may have crashed: Zeek does not ask who waits for an answer.',
  ),
  S2: zeek(
    'the client closed, the server did not',
    'FIN of the client only.',
    'Half closed: the server leaks, or its host is gone.',
  ),
  S3: zeek(
    'the server closed, the client did not',
    'FIN of the server only.',
    'Half closed: process-terminated, host-shutdown, or a client that has not noticed.',
  ),
  SF: zeek(
    'closed by both',
    'FIN of both ends, acknowledged or not.',
    'Here closed only if both FINs were acknowledged; else fin-unacknowledged, as of a host that was shut down.',
  ),
  REJ: zeek('refused', 'The SYN was answered by RST.', 'Here connect-refused.'),
  RSTO: zeek(
    'reset by the client',
    'The client sent the first RST ("originator").',
    'Aborted, its process ended with input unread, it gave up, or its host came back without the connection.',
  ),
  RSTR: zeek(
    'reset by the server',
    'The server sent the first RST ("responder").',
    'One word for process-terminated, host-rebooted, failover, aborted and reset-by-middlebox.',
  ),
  RSTOS0: zeek(
    'SYN, then RST by the client',
    'No SYN-ACK was seen between them.',
    'A scan that does not finish handshakes, or a capture of one direction.',
  ),
  RSTRH: zeek('SYN-ACK, then RST by the server', 'No SYN was seen.', 'A capture of one direction.'),
  SH: zeek('SYN, then FIN by the client', 'No SYN-ACK was seen.', 'A capture of one direction.'),
  SHR: zeek('SYN-ACK, then FIN by the server', 'No SYN was seen.', 'A capture of one direction.'),
  OTH: zeek(
    'picked up in its middle',
    'No SYN was seen.',
    'The capture began too late: who the client is had to be guessed.',
  ),
};

export const VOCABULARY: Readonly<Record<string, WordRow>> = {
  ...CONFIDENCES,
  'no-verdict': {
    title: 'what happened cannot be told honestly',
    meaning: 'No scenario holds. Behind it stands what is on the wire: "no verdict: open", "no verdict: silent".',
    says: 'Explain that word. An idle connection whose host died shows nothing: what comes later, or other connections of the host, may still tell.',
  },
  ...SEVERITIES,
  ...FORMS,
  document: {
    title: 'which of the failures that Stevens made famous',
    meaning:
      '0 is the normal close; 1: the process of the peer ended; 2: its host crashed; 3: it crashed and came back; 4: it was shut down.',
    says: 'UNIX Network Programming 1, sections 5.12, 5.14, 5.15 and 5.16.',
    references: ['stevens-process', 'stevens-crash', 'stevens-reboot', 'stevens-shutdown'],
  },
  retrans: {
    title: 'segments sent again, by direction',
    meaning: 'A count for each direction: from c, the client, to s, the server, and back; 0: none.',
    says: '-v tells their classes (timeout, fast, tail-loss-probe ...), each of which can be explained.',
  },
  'not-seen': {
    title: 'nothing is known of this end',
    meaning: 'It sent nothing that was captured, and nothing it heard tells its state. Ladders write "?".',
    says: 'A host that is not there, or a capture of one direction.',
  },
  ...ZEEK,
};
