// What to look at first, what to do about it, most useful first, and where more can be read: of each scenario and each
// conclusion about a host.

import type { HostMomentId } from '../hosts/moments.js';
import type { HostRuleId } from '../hosts/rules.js';
import type { ScenarioId } from '../scenarios.js';
import type { AdviceId } from './advice.js';
import type { ReferenceId } from './references.js';

interface Advised {
  /** What to look at first, with the commands. */
  readonly first: string;
  readonly advice: readonly AdviceId[];
  readonly references: readonly ReferenceId[];
  /** What looks the same and no packet can rule out, where the row that judges has none. */
  readonly couldAlsoBe?: readonly (readonly [title: string, toTellApart: string])[];
}

export const ADVISED: Readonly<Record<ScenarioId, Advised>> = {
  'normal-close': {
    first: 'Nothing: the order was right. Why it was closed is in the log of the end that closed first.',
    advice: ['leave-it'],
    references: ['rfc-close', 'rfc-states'],
  },
  'connect-refused': {
    first: 'ss -ltnp on the server: does anybody listen? If so, a firewall that rejects: compare the TTL.',
    advice: ['ask-the-host', 'supervise', 'reconnect'],
    references: ['rfc-reset', 'man-connect'],
  },
  'connect-unreachable': {
    first: 'The host, its link, the route: who said so is in the evidence.',
    advice: ['ask-the-host', 'reconnect'],
    references: ['rfc-icmp', 'rfc-icmp-codes', 'rfc-icmpv6-codes', 'linux-icmp', 'rfc-arp'],
    couldAlsoBe: [
      ['a router that had lost its route, of a host that is well', 'whether the host answers from another place'],
      [
        'a filter that rejects in these words (iptables --reject-with icmp-host-unreachable)',
        'who sent the error, and whether other ports of the host answer',
      ],
    ],
  },
  'connect-timed-out': {
    first: 'Whether the host is up and the port filtered. ss -ltn on the server: a full accept queue drops SYNs.',
    advice: ['connect-timeout', 'let-icmp-through', 'backlog', 'ask-the-host'],
    references: ['rfc-failures', 'stevens-connect', 'linux-sysctl'],
  },
  'accept-queue-full': {
    first: 'ss -ltn on the server: Recv-Q, and why its program does not accept. nstat -az TcpExtListenOverflows.',
    advice: ['backlog', 'read-timeout'],
    references: ['man-listen', 'linux-sysctl'],
  },
  'reset-by-middlebox': {
    first: 'Firewalls on the way; capture at both ends: the TTL tells who sent the RST.',
    advice: ['capture-at-both-ends', 'outlive-middleboxes', 'expect-errors'],
    references: ['rfc-middlebox-reset', 'rfc-blind-reset', 'rfc-reset-taken'],
  },
  'handshake-aborted': {
    first: 'Whether it comes at regular intervals: a health check. No data was lost.',
    advice: ['expect-errors'],
    references: ['rfc-handshake', 'stevens-abort', 'man-accept', 'rfc-half-open'],
  },
  'host-shutdown': {
    first:
      'last -x shutdown reboot and the log of the platform: who shut it down. Then whether the clients had noticed the FIN.',
    advice: ['wait-for-all', 'stop-at-eof', 'close-gracefully', 'user-timeout', 'reconnect'],
    references: ['stevens-shutdown', 'rfc-close', 'linux-timer'],
  },
  'process-terminated': {
    first:
      'systemctl status, the log of the program and dmesg | grep -i oom on the host of that end. Then a new connection: refused means that the whole program is gone.',
    advice: ['wait-for-all', 'stop-at-eof', 'expect-errors', 'supervise', 'close-gracefully', 'reconnect'],
    references: ['stevens-process', 'stevens-sigpipe', 'rfc-half-close', 'linux-input'],
  },
  failover: {
    first: 'The log of the cluster manager (keepalived, pacemaker): why it moved the address.',
    advice: ['keep-alive', 'reconnect', 'tell-at-failover'],
    references: ['rfc-half-open', 'rfc-reset'],
  },
  'host-rebooted': {
    first:
      'uptime -s and journalctl -b -1 -e on the host. If it has been up for longer: a balancer or NAT that lost its table.',
    advice: ['keep-alive', 'reconnect', 'heartbeat'],
    references: ['stevens-reboot', 'rfc-half-open', 'rfc-reset', 'rfc-blind-syn'],
  },
  'given-up-in-outage': {
    first: 'The path at that time: the host had not died. Then whether keep-alives are shorter than the usual outage.',
    advice: ['keep-alive', 'user-timeout', 'reconnect'],
    references: ['rfc-keep-alive', 'rfc-failures'],
  },
  'path-lost': {
    first:
      'Firewalls and NATs on the way: rules, tables, idle timeouts. Other connections to that host go on? Then it is this path.',
    advice: ['outlive-middleboxes', 'user-timeout', 'read-timeout', 'let-icmp-through', 'capture-at-both-ends'],
    references: ['rfc-nat-timeout', 'rfc-icmp', 'linux-icmp'],
  },
  'host-crashed': {
    first:
      'Console and power of the host, and whether it answers from another place. A cut path looks the same: switch and router logs.',
    advice: ['read-timeout', 'keep-alive', 'user-timeout', 'heartbeat', 'reconnect'],
    references: ['stevens-crash', 'rfc-failures', 'rfc-rto', 'linux-timer'],
  },
  aborted: {
    first: 'The program that closed: does it still run? Its log, and how it closes.',
    advice: ['read-before-close', 'expect-errors'],
    references: ['rfc-half-close', 'rfc-lost-data', 'man-socket', 'stevens-options'],
  },
};

interface HostAdvised extends Advised {
  /** A capture of fixtures/captures that shows it. */
  readonly example: string;
  /** What is seen of it there, in order. */
  readonly course: readonly HostMomentId[];
}

export const HOST_ADVISED: Readonly<Record<HostRuleId, HostAdvised>> = {
  'failed-over': {
    example: 'address-fails-over-lan',
    course: ['announced', 'disowns', 'listener-back'],
    first: 'The log of the cluster manager (keepalived, pacemaker): why it moved the address.',
    advice: ['keep-alive', 'reconnect', 'tell-at-failover'],
    references: ['rfc-half-open'],
  },
  'shut-down-and-rebooted': {
    example: 'host-shuts-down-and-reboots',
    course: ['mass-close', 'went-silent', 'came-back', 'disowns', 'listener-back', 'listener-gone'],
    first: 'last -x shutdown reboot, and journalctl -b -1 -e on the host: who asked for it.',
    advice: ['ask-the-host', 'close-gracefully', 'reconnect'],
    references: ['stevens-shutdown'],
  },
  'shut-down': {
    example: 'host-shuts-down',
    course: ['mass-close', 'went-silent'],
    first: 'Whether somebody, or the platform, turned it off; then power and console.',
    advice: ['wait-for-all', 'close-gracefully', 'user-timeout'],
    references: ['stevens-shutdown'],
  },
  'services-restarted': {
    example: 'services-restarted-with-a-gap',
    course: ['mass-close', 'listener-gone', 'listener-back'],
    first: 'What deployment or package update ran at that time; systemctl status of the services.',
    advice: ['close-gracefully', 'reconnect'],
    references: ['stevens-process'],
  },
  rebooted: {
    example: 'host-crashes-and-reboots-with-listeners',
    course: ['went-silent', 'came-back', 'disowns', 'listener-back'],
    first: 'uptime -s and journalctl -b -1 -e on the host: a log that stops in mid-line is a crash or a loss of power.',
    advice: ['ask-the-host', 'keep-alive', 'reconnect'],
    references: ['stevens-reboot', 'rfc-half-open'],
  },
  outage: {
    example: 'outage-of-a-host-heals',
    course: ['went-silent', 'came-back'],
    first: 'The path: switch and router logs at that time. The host itself had not died.',
    advice: ['user-timeout', 'keep-alive'],
    references: ['rfc-failures', 'rfc-rto'],
  },
  'crashed-or-cut': {
    example: 'host-crashes-and-arp-fails',
    course: ['went-silent', 'out-of-reach'],
    first:
      'The console of the host, and whether it answers from another place: that tells a dead host from a cut path.',
    advice: ['read-timeout', 'keep-alive', 'user-timeout'],
    references: ['stevens-crash', 'rfc-failures'],
  },
  'connections-forgotten': {
    example: 'nat-table-flushed',
    course: ['disowns', 'listener-back'],
    first: 'NATs and balancers before the host: whether one restarted, failed over or had its table flushed.',
    advice: ['tell-at-failover', 'keep-alive', 'reconnect'],
    references: ['rfc-half-open', 'rfc-middlebox-reset'],
  },
  'path-to-one-lost': {
    example: 'one-connection-filtered',
    course: ['deaf-to-some'],
    first: 'Firewalls and NATs on the way: their tables and rules for this connection, and their idle timeouts.',
    advice: ['outlive-middleboxes', 'capture-at-both-ends', 'user-timeout'],
    references: ['rfc-nat-timeout'],
  },
  'service-gone': {
    example: 'one-port-of-two-gone-for-long',
    course: ['mass-close', 'listener-gone'],
    first: 'The service on that port: systemctl status, its log, dmesg for the out-of-memory killer.',
    advice: ['supervise', 'ask-the-host', 'reconnect'],
    references: ['stevens-process'],
  },
  'services-closed': {
    example: 'two-ports-killed-and-nobody-asks',
    course: ['mass-close'],
    first: 'Whether somebody listens on those ports now, and whether the host answers at all.',
    advice: ['ask-the-host', 'supervise'],
    references: ['stevens-process', 'stevens-shutdown'],
  },
  'service-closed': {
    example: 'one-port-of-two-killed-and-nobody-asks',
    course: ['mass-close'],
    first: 'Whether somebody listens on that port now: a new connection tells.',
    advice: ['ask-the-host', 'supervise'],
    references: ['stevens-process'],
  },
};
