// HOST RULES: what became of a host, as rows; the first whose facts hold is the conclusion. Read like scenarios.ts, and
// counted like it: every lookalike ruled out, certain; some left but a corroborating fact seen, likely; else possible.

import type { Severity } from '../scenarios.js';
import type { Excludable, Weighable } from '../weigh.js';
import type { HostFactId } from './facts.js';

export interface HostLookalike extends Excludable<HostFactId> {
  readonly title: string;
  readonly toTellApart: string;
}

export interface HostRuleRow extends Weighable<HostFactId, HostLookalike> {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** What happened, for `tcpwatch explain`. */
  readonly meaning: string;
}

const MASS_RESTART_THEN_CUT: HostLookalike = {
  title: 'all its services stopped, and the path to it cut afterwards',
  toTellApart: 'whether it answers anybody else; its uptime',
  ruledOutBy: [],
};

const NAT_LOST: HostLookalike = {
  title: 'a NAT, balancer or firewall before it that lost its table in an outage',
  toTellApart: 'its uptime; whether connections that do not pass there live on',
  ruledOutBy: [],
};

const SHUTDOWN_BEGUN: HostLookalike = {
  title: 'the beginning of a shutdown of the whole host',
  toTellApart: 'whether the host still answers',
  ruledOutBy: ['another-lives', 'answers-on'],
  ofMotive: true,
};

const REJECTED: HostLookalike = {
  title: 'a firewall that has come to reject new connections',
  toTellApart: 'whether the RST has the TTL of the host',
  ruledOutBy: ['refusal-fits'],
};

const ON_PURPOSE: HostLookalike = {
  title: 'a program that closed its connections on purpose (idle for too long) and lives on',
  toTellApart: 'a new connection: refused means that the program is gone; the start time of its process',
  ruledOutBy: ['refusal-fits'],
};

const FAILOVER: HostLookalike = {
  title: 'another host that took over its address',
  toTellApart: 'whether its link-layer address or TTL changed; its uptime',
  ruledOutBy: [],
};

export const HOST_RULES = [
  {
    id: 'failed-over',
    severity: 'error',
    title: 'taken over by another machine',
    meaning:
      'Another machine answers for its address, and does not know the connections of before: a failover, of the host or of the router before it.',
    requires: [['forgot', 'moved']],
    excludes: ['is-silent'],
    corroboratedBy: ['forgot-several', 'answers-anew', 'announced-elsewhere'],
    lookalikes: [
      {
        title: 'a reboot after which the same machine has another link-layer address',
        toTellApart: 'its uptime',
        ruledOutBy: [],
      },
    ],
  },
  {
    id: 'shut-down-and-rebooted',
    severity: 'error',
    title: 'shut down and rebooted',
    meaning:
      'All services closed their connections in one burst, the host fell silent, and came back without what it had known.',
    requires: [
      ['services-closed-together', 'silent-after-closing', 'forgot'],
      ['services-closed-together', 'silent-after-closing', 'answers-anew'],
    ],
    excludes: ['remembers', 'is-silent'],
    corroboratedBy: ['rest-closed-later', 'nothing-left', 'answers-anew', 'forgot'],
    lookalikes: [MASS_RESTART_THEN_CUT, FAILOVER],
  },
  {
    id: 'shut-down',
    severity: 'error',
    title: 'shut down',
    meaning:
      'init sent SIGTERM to all processes, so that the services closed their connections in one burst (those that do not heed it, in another when SIGKILL came); then the host was gone.',
    requires: [
      ['services-closed-together', 'silent-after-closing', 'is-silent'],
      ['service-closed-together', 'nothing-left', 'silent-after-closing', 'is-silent'],
    ],
    // What was open to the end had not been closed by init: what closed before closed for a reason of its own.
    excludes: ['open-ones-wait'],
    corroboratedBy: [
      'services-closed-together',
      'rest-closed-later',
      'several-wait',
      'link-asks-in-vain',
      'reported-unreachable',
    ],
    lookalikes: [MASS_RESTART_THEN_CUT],
  },
  {
    id: 'services-restarted',
    severity: 'warning',
    title: 'several services restarted at once',
    meaning: 'The services closed their connections in one burst like at a shutdown, but the host answers on.',
    requires: [
      ['services-closed-together', 'served-again'],
      ['services-closed-together', 'answers-on'],
    ],
    excludes: ['silent-after-closing', 'refuses-now'],
    corroboratedBy: ['many-closed'],
    lookalikes: [
      {
        title: 'ordinary closes that happened to come together',
        toTellApart: 'the start times of the services',
        ruledOutBy: ['refused-meanwhile'],
      },
      {
        title: 'a shutdown and reboot so quick that nobody was left waiting',
        toTellApart: 'its uptime',
        ruledOutBy: [],
      },
    ],
  },
  {
    id: 'rebooted',
    severity: 'error',
    title: 'crashed and rebooted',
    meaning: 'It fell silent without a FIN and came back without the connections of before: their ends get a RST.',
    requires: [['was-silent', 'forgot']],
    excludes: ['remembers', 'is-silent'],
    corroboratedBy: ['forgot-several', 'answers-anew'],
    lookalikes: [FAILOVER, NAT_LOST],
  },
  {
    id: 'outage',
    severity: 'warning',
    title: 'out of reach for a while',
    meaning: 'It fell silent and is heard again. If it goes on with connections of before, it had not died.',
    requires: [['was-silent', 'heard-again']],
    excludes: ['is-silent', 'hears-others'],
    corroboratedBy: ['remembers'],
    lookalikes: [
      { title: 'a crash and reboot', toTellApart: 'its uptime', ruledOutBy: ['remembers'] },
      {
        title: 'the path of those who waited was gone, and the host itself was only quiet',
        toTellApart: 'whether anybody else reached it meanwhile',
        ruledOutBy: ['answered-who-waited'],
      },
    ],
  },
  {
    id: 'crashed-or-cut',
    severity: 'error',
    title: 'crashed, or the path to it cut',
    meaning: 'All connections that asked it were left without an answer at once, and none had been closed.',
    requires: [['is-silent', 'several-wait', 'open-ones-wait']],
    excludes: [],
    corroboratedBy: ['many-wait', 'link-asks-in-vain', 'reported-unreachable'],
    lookalikes: [
      {
        title: 'an outage that will pass',
        toTellApart: 'whether it answers from another place; its console; its uptime once it is back',
        ruledOutBy: [],
      },
    ],
  },
  {
    id: 'connections-forgotten',
    severity: 'warning',
    title: 'several connections forgotten, though it had not been silent',
    meaning:
      'RSTs of a stack that knows no such connection, out of the blue: a NAT, balancer or failover lost its table.',
    requires: [['forgot-several']],
    excludes: ['was-silent', 'is-silent'],
    corroboratedBy: ['remembers'],
    lookalikes: [
      {
        title: 'a reboot that nobody happened to notice',
        toTellApart: 'its uptime',
        ruledOutBy: ['remembers'],
      },
    ],
  },
  {
    id: 'path-to-one-lost',
    severity: 'error',
    title: 'out of reach for some, while it answers others',
    meaning: 'Connections wait in vain while the host speaks to others: a path, a filter or a table entry is gone.',
    requires: [['hears-others']],
    excludes: ['is-silent'],
    corroboratedBy: [],
    lookalikes: [
      {
        title: 'one of several machines behind this address (NAT, balancer) that is gone, while others answer',
        toTellApart: 'whether the address belongs to one machine alone',
        ruledOutBy: [],
      },
      {
        title: 'a full accept queue of one service, if those who wait want to be let in',
        toTellApart: 'ss -ltn on the host: Recv-Q above Send-Q of the listener',
        ruledOutBy: [],
      },
    ],
  },
  {
    id: 'service-gone',
    severity: 'error',
    title: 'one service ended',
    meaning: 'All connections of one service were closed at once, and now it refuses new ones; the host goes on.',
    requires: [['service-closed-together', 'refuses-now']],
    excludes: ['silent-after-closing', 'services-closed-together'],
    corroboratedBy: ['another-lives', 'answers-on'],
    lookalikes: [SHUTDOWN_BEGUN, REJECTED],
  },
  {
    id: 'services-closed',
    severity: 'warning',
    title: 'several services closed all their connections at once',
    meaning:
      'All connections of several services were closed in one burst: their programs ended, or closed them on purpose, or the host is on its way down.',
    requires: [['services-closed-together']],
    excludes: ['silent-after-closing'],
    corroboratedBy: ['refuses-now'],
    lookalikes: [ON_PURPOSE, SHUTDOWN_BEGUN, REJECTED],
  },
  {
    id: 'service-closed',
    severity: 'notice',
    title: 'one service closed all its connections at once',
    meaning:
      'All connections of one service were closed in one burst: its program ended, was restarted, or closed them on purpose.',
    requires: [
      ['service-closed-together', 'another-lives'],
      ['service-closed-together', 'served-again'],
      ['service-closed-together', 'many-closed'],
    ],
    excludes: ['silent-after-closing', 'refuses-now', 'services-closed-together'],
    corroboratedBy: [],
    lookalikes: [ON_PURPOSE],
  },
] as const satisfies readonly HostRuleRow[];

export type HostRuleId = (typeof HOST_RULES)[number]['id'];
