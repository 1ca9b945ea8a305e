// SCENARIOS: how a connection died, as rows. The first row whose facts hold is the verdict: an orderly close before any
// suspicion, then the particular before the general.
//
// A row claims no more than its facts show. Confidence is counted, not felt: every lookalike ruled out (or none): certain;
// some left, but a corroborating fact seen: likely; else possible. Motives (`ofMotive`) are printed and do not count:
// they leave the claim as it is. A required fact never corroborates.

import type { FactId } from './facts.js';
import type { LookalikeId } from './lookalikes.js';
import type { Excludable, Weighable } from './weigh.js';

export type Severity = 'ok' | 'notice' | 'warning' | 'error';

export interface LookalikeUse extends Excludable<FactId> {
  readonly id: LookalikeId;
}

export interface ScenarioRow extends Weighable<FactId, LookalikeUse> {
  readonly id: string;
  /** The number of the scenario in the document this project comes from; null: not in it. */
  readonly document: 0 | 1 | 2 | 3 | 4 | null;
  readonly severity: Severity;
  /** With {gone}, {survivor}: Client or Server. */
  readonly title: string;
  /** What happened, for `tcpwatch explain`. */
  readonly meaning: string;
  /** It tells of both ends alike: no end is gone. */
  readonly symmetric?: true;
}

export const SCENARIOS = [
  {
    id: 'normal-close',
    document: 0,
    severity: 'ok',
    title: 'normal close',
    meaning: 'Both ends sent FIN and both FINs were acknowledged.',
    requires: [['both-fins-acknowledged']],
    excludes: [],
    corroboratedBy: [],
    alsoTells: ['outage-healed', 'rst-ignored'],
    lookalikes: [{ id: 'process-ended', ruledOutBy: [], ofMotive: true }],
    symmetric: true,
  },
  {
    id: 'connect-refused',
    document: null,
    severity: 'warning',
    title: 'connection refused by the {gone}',
    meaning: 'A RST answered the SYN: nobody listens on that port, or a firewall says so.',
    requires: [['syn-refused']],
    excludes: [],
    corroboratedBy: [],
    lookalikes: [
      { id: 'firewall-reject', ruledOutBy: [], ofMotive: true },
      { id: 'backlog-overflow', ruledOutBy: [], ofMotive: true },
    ],
  },
  {
    id: 'connect-unreachable',
    document: null,
    severity: 'error',
    title: '{gone} out of reach',
    meaning: 'A router or the neighbour protocol reported that the SYN could not be delivered.',
    requires: [['syn-unreachable'], ['syn-neighbour-silent']],
    excludes: [],
    corroboratedBy: [],
    lookalikes: [],
  },
  {
    id: 'connect-timed-out',
    document: null,
    severity: 'error',
    title: 'no answer from the {gone} to the handshake',
    meaning: 'SYN (or SYN-ACK) was sent at least three times over at least three seconds, and nothing came back.',
    requires: [['syn-unanswered'], ['syn-ack-unanswered']],
    excludes: [],
    corroboratedBy: [],
    lookalikes: [
      // Who goes on with connections of before was up all the time.
      { id: 'host-down', ruledOutBy: ['host-hears-others', 'host-outlived', 'host-heard-since'], ofMotive: true },
      { id: 'filtered', ruledOutBy: [], ofMotive: true },
      { id: 'accept-queue', ruledOutBy: ['syn-ack-unanswered'], ofMotive: true },
    ],
  },
  {
    id: 'accept-queue-full',
    document: null,
    severity: 'error',
    title: 'accept queue of the {gone} full',
    meaning:
      'The kernel of the listener finished the handshake but could not queue the connection for accept(): it behaves as if the final ACK had not come.',
    requires: [['syn-ack-resent-after-ack']],
    excludes: [],
    corroboratedBy: ['final-ack-repeated'],
    lookalikes: [{ id: 'lost-ack', ruledOutBy: [] }],
  },
  {
    id: 'reset-by-middlebox',
    document: null,
    severity: 'error',
    title: 'reset by something in between, in the name of the {gone}',
    meaning: 'The RST does not fit the end it claims to come from: a firewall, balancer or censor sent it.',
    // Options and IPv4 identification differ between honest stacks too: either alone only adds weight.
    requires: [['sender-talked-on'], ['rst-ttl-differs'], ['rst-lacks-timestamps', 'rst-ip-id-off']],
    excludes: ['link-address-changed'],
    corroboratedBy: ['rst-ttl-differs', 'rst-ttl-far-off', 'rst-lacks-timestamps', 'rst-ip-id-off'],
    lookalikes: [
      { id: 'asymmetric-path', ruledOutBy: ['sender-talked-on'] },
      { id: 'lost-state', ruledOutBy: ['sender-talked-on', 'rst-lacks-timestamps'] },
    ],
  },
  {
    id: 'handshake-aborted',
    document: null,
    severity: 'notice',
    title: 'handshake aborted by the {gone}',
    meaning: 'RST by the client after the SYN-ACK, or by the server after the final ACK, before any data.',
    requires: [['reset-before-data']],
    excludes: [],
    corroboratedBy: [],
    lookalikes: [
      { id: 'firewall-cut', ruledOutBy: ['survivor-sent-nothing'] },
      // Only a client scans.
      { id: 'scan-or-health-check', ruledOutBy: ['gone-never-spoke'], ofMotive: true },
      { id: 'backlog-overflow', ruledOutBy: [], ofMotive: true },
      { id: 'listener-ended', ruledOutBy: [], onlyIf: 'gone-never-spoke', ofMotive: true },
    ],
  },
  {
    id: 'host-shutdown',
    document: 4,
    severity: 'error',
    title: 'host of the {gone} shut down',
    meaning:
      'init ended the processes (SIGTERM, then SIGKILL), so their sockets sent FIN; then the host was gone and answered nothing, or had forgotten the connection.',
    requires: [
      ['gone-sent-fin', 'fin-acknowledged', 'survivor-unanswered'],
      ['gone-sent-fin', 'fin-acknowledged', 'unreachable-by-icmp'],
      ['gone-sent-fin', 'fin-acknowledged', 'neighbour-silent'],
      ['gone-sent-fin', 'fin-acknowledged', 'neighbour-silent-to-survivor'],
      ['gone-sent-fin', 'fin-acknowledged', 'fin-reset-soon'],
      ['gone-sent-fin', 'fin-acknowledged', 'ports-ended-together', 'host-silent-after-closing'],
      ['live-rst', 'ports-ended-together', 'host-silent-after-closing'],
    ],
    excludes: ['data-after-fin-accepted', 'host-hears-others', 'host-outlived', 'host-heard-since', 'port-refuses-now'],
    corroboratedBy: ['ports-ended-together', 'rest-ended-later', 'host-silent-to-all', 'host-answers-anew'],
    lookalikes: [
      { id: 'process-then-cut', ruledOutBy: ['fin-reset-soon'] },
      {
        id: 'short-fin-wait',
        ruledOutBy: [
          'survivor-unanswered',
          'unreachable-by-icmp',
          'neighbour-silent',
          'neighbour-silent-to-survivor',
          'host-silent-after-closing',
        ],
      },
    ],
  },
  {
    id: 'process-terminated',
    document: 1,
    severity: 'error',
    title: '{gone} process terminated',
    meaning:
      'The process ended and its kernel closed its sockets: FIN, while the other end was not done (or RST, if input was left unread). Writing to it is answered by RST: no socket there any more.',
    requires: [
      ['gone-sent-fin', 'fin-acknowledged', 'survivor-wrote-after-fin'],
      ['gone-sent-fin', 'fin-acknowledged', 'survivor-stays-in-close-wait'],
      ['live-rst', 'input-pending'],
      ['live-rst', 'window-was-zero'],
      ['live-rst', 'port-refuses-now'],
      ['live-rst', 'local-process-exited'],
      ['fin-missed', 'no-socket-rst'],
    ],
    excludes: ['data-after-fin-accepted', 'survivor-closed-in-turn', 'local-process-lives'],
    corroboratedBy: ['fin-while-answer-owed', 'port-ended-together', 'ports-ended-together', 'port-refuses-now'],
    alsoTells: ['port-accepts-on', 'host-answers-on'],
    // That its process is gone settles all: who saw that runs on the same host, so the host is not.
    lookalikes: [
      // A port that refuses may be one that drains: its program closed all it had, and is about to end.
      { id: 'deliberate-close', ruledOutBy: ['live-rst', 'local-process-exited'] },
      { id: 'host-rebooted', ruledOutBy: ['gone-sent-fin', 'live-rst', 'local-process-exited'] },
      { id: 'aborted', ruledOutBy: ['gone-sent-fin', 'fin-missed', 'port-refuses-now', 'local-process-exited'] },
      // A host that answers later may have booted meanwhile, so quickly that nobody noticed.
      { id: 'host-shutdown', ruledOutBy: ['local-process-exited'] },
      {
        id: 'survivor-leak',
        ruledOutBy: ['survivor-wrote-after-fin', 'live-rst', 'port-refuses-now', 'local-process-exited'],
      },
      { id: 'half-close', ruledOutBy: ['answered-by-reset', 'live-rst', 'port-refuses-now', 'local-process-exited'] },
    ],
  },
  {
    id: 'failover',
    document: null,
    severity: 'error',
    title: 'failover: another machine answers for the {gone}',
    meaning:
      'A stack that knows no such connection answers it, from another link-layer address than before: another machine took over, or another router before it.',
    requires: [['gone-was-heard', 'no-socket-rst', 'link-address-changed']],
    excludes: ['capture-hole', 'gave-up-before'],
    corroboratedBy: ['others-forgotten-too', 'host-answers-anew', 'heard-just-before-rst'],
    alsoTells: ['host-was-silent'],
    lookalikes: [{ id: 'rebooted-elsewhere', ruledOutBy: [] }],
  },
  {
    id: 'host-rebooted',
    document: 3,
    severity: 'error',
    title: 'host of the {gone} crashed and rebooted',
    meaning: 'The host came back without the connection: its new kernel answers the old connection with RST.',
    requires: [['gone-was-heard', 'no-socket-rst']],
    excludes: ['capture-hole', 'gave-up-before', 'heard-just-before-rst', 'host-remembers-others', 'may-have-left'],
    corroboratedBy: ['unanswered-before-rst', 'host-was-silent', 'host-forgot-others', 'host-answers-anew'],
    lookalikes: [
      { id: 'failover', ruledOutBy: [] },
      { id: 'firewall-cut', ruledOutBy: ['host-forgot-others', 'host-answers-anew'] },
      // In an outage every end may give up, and every RST be lost.
      { id: 'lost-reset', ruledOutBy: [] },
    ],
  },
  {
    id: 'given-up-in-outage',
    document: null,
    severity: 'error',
    title: 'given up while the {gone} was out of reach',
    meaning:
      'Nothing answered until this end gave up or the capture stopped asking; later the same host went on with other connections: it had been out of reach, and had not died.',
    requires: [
      ['survivor-unanswered', 'host-outlived'],
      ['survivor-gave-up', 'answered-too-late'],
    ],
    excludes: [],
    corroboratedBy: ['host-silent-to-all'],
    alsoTells: ['survivor-gave-up'],
    lookalikes: [{ id: 'one-of-several-machines', ruledOutBy: ['answered-too-late'] }],
  },
  {
    id: 'path-lost',
    document: null,
    severity: 'error',
    title: 'path to the {gone} lost',
    meaning:
      'This connection alone waits in vain while its host answers others, or a filter says by ICMP that it stops the segments: a path, a filter or a table entry is gone, and the host is well.',
    requires: [
      ['survivor-unanswered', 'host-hears-others'],
      ['survivor-unanswered', 'filtered-by-icmp'],
    ],
    excludes: [],
    corroboratedBy: ['filtered-by-icmp', 'idle-before-silence'],
    lookalikes: [
      { id: 'host-crashed', ruledOutBy: ['host-hears-others'] },
      { id: 'one-of-several-machines', ruledOutBy: ['filtered-by-icmp'] },
    ],
  },
  {
    id: 'host-crashed',
    document: 2,
    severity: 'error',
    title: 'host of the {gone} crashed or unreachable',
    meaning:
      'Nothing answers any more: no ACK, no FIN, no RST. The host died without a word, or the path to it is cut.',
    requires: [['survivor-unanswered'], ['neighbour-silent-to-survivor']],
    excludes: ['host-hears-others', 'host-heard-since'],
    corroboratedBy: [
      'host-unreachable-by-icmp',
      'neighbour-silent',
      'neighbour-silent-to-survivor',
      'host-silent-to-all',
      'host-forgot-later',
    ],
    alsoTells: ['survivor-gave-up'],
    lookalikes: [
      { id: 'path-cut', ruledOutBy: [] },
      {
        id: 'silent-filter',
        ruledOutBy: [
          'host-forgot-later',
          'host-unreachable-by-icmp',
          'neighbour-silent',
          'neighbour-silent-to-survivor',
          'host-silent-to-all',
        ],
      },
    ],
  },
  {
    id: 'aborted',
    document: null,
    severity: 'warning',
    title: 'aborted by the {gone}',
    meaning:
      'A live socket was closed with RST instead of FIN: SO_LINGER 0, close with unread data, or an administrator.',
    requires: [['live-rst']],
    excludes: [],
    corroboratedBy: [],
    lookalikes: [
      { id: 'killed-with-unread-input', ruledOutBy: ['survivor-sent-nothing', 'local-process-lives'] },
      { id: 'data-in-flight', ruledOutBy: ['survivor-sent-nothing'] },
      { id: 'listener-ended', ruledOutBy: ['local-process-lives'], onlyIf: 'gone-never-spoke' },
      { id: 'answers-lost', ruledOutBy: ['local-process-lives'], onlyIf: 'gone-had-probed' },
      { id: 'killed-with-linger', ruledOutBy: ['local-process-lives'], ofMotive: true },
    ],
  },
] as const satisfies readonly ScenarioRow[];

export type ScenarioId = (typeof SCENARIOS)[number]['id'];
