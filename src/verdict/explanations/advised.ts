// What to do about each scenario and each conclusion about a host, most useful first, and where more can be read.

import type { HostRuleId } from '../hosts/rules.js';
import type { ScenarioId } from '../scenarios.js';
import type { AdviceId } from './advice.js';
import type { ReferenceId } from './references.js';

interface Advised {
  readonly advice: readonly AdviceId[];
  readonly references: readonly ReferenceId[];
}

export const ADVISED: Readonly<Record<ScenarioId, Advised>> = {
  'normal-close': { advice: [], references: ['rfc-close', 'rfc-states'] },
  'connect-refused': {
    advice: ['ask-the-host', 'supervise', 'reconnect'],
    references: ['rfc-reset', 'man-connect'],
  },
  'connect-unreachable': {
    advice: ['ask-the-host', 'reconnect'],
    references: ['rfc-icmp', 'rfc-icmp-codes', 'rfc-icmpv6-codes', 'linux-icmp', 'rfc-arp'],
  },
  'connect-timed-out': {
    advice: ['connect-timeout', 'let-icmp-through', 'backlog', 'ask-the-host'],
    references: ['rfc-failures', 'stevens-connect', 'linux-sysctl'],
  },
  'accept-queue-full': { advice: ['backlog', 'read-timeout'], references: ['man-listen', 'linux-sysctl'] },
  'reset-by-middlebox': {
    advice: ['capture-at-both-ends', 'outlive-middleboxes', 'expect-errors'],
    references: ['rfc-middlebox-reset', 'rfc-blind-reset', 'rfc-reset-taken'],
  },
  'handshake-aborted': {
    advice: ['expect-errors'],
    references: ['rfc-handshake', 'stevens-abort', 'man-accept', 'rfc-half-open'],
  },
  'host-shutdown': {
    advice: ['wait-for-all', 'stop-at-eof', 'close-gracefully', 'user-timeout', 'reconnect'],
    references: ['stevens-shutdown', 'rfc-close', 'linux-timer'],
  },
  'process-terminated': {
    advice: ['wait-for-all', 'stop-at-eof', 'expect-errors', 'supervise', 'close-gracefully', 'reconnect'],
    references: ['stevens-process', 'stevens-sigpipe', 'rfc-half-close', 'linux-input'],
  },
  failover: {
    advice: ['keep-alive', 'reconnect', 'tell-at-failover'],
    references: ['rfc-half-open', 'rfc-reset'],
  },
  'host-rebooted': {
    advice: ['keep-alive', 'reconnect', 'heartbeat'],
    references: ['stevens-reboot', 'rfc-half-open', 'rfc-reset', 'rfc-blind-syn'],
  },
  'given-up-in-outage': {
    advice: ['keep-alive', 'user-timeout', 'reconnect'],
    references: ['rfc-keep-alive', 'rfc-failures'],
  },
  'path-lost': {
    advice: ['outlive-middleboxes', 'user-timeout', 'read-timeout', 'let-icmp-through', 'capture-at-both-ends'],
    references: ['rfc-nat-timeout', 'rfc-icmp', 'linux-icmp'],
  },
  'host-crashed': {
    advice: ['read-timeout', 'keep-alive', 'user-timeout', 'heartbeat', 'reconnect'],
    references: ['stevens-crash', 'rfc-failures', 'rfc-rto', 'linux-timer'],
  },
  aborted: {
    advice: ['read-before-close', 'expect-errors'],
    references: ['rfc-half-close', 'rfc-lost-data', 'man-socket', 'stevens-options'],
  },
};

interface HostAdvised extends Advised {
  /** A capture of fixtures/captures that shows it. */
  readonly example: string;
  /** What to look at first. */
  readonly first: string;
}

export const HOST_ADVISED: Readonly<Record<HostRuleId, HostAdvised>> = {
  'failed-over': {
    example: 'address-fails-over-lan',
    first: 'The log of the cluster manager (keepalived, pacemaker): why it moved the address.',
    advice: ['keep-alive', 'reconnect', 'tell-at-failover'],
    references: ['rfc-half-open'],
  },
  'shut-down-and-rebooted': {
    example: 'host-shuts-down-and-reboots',
    first: 'last -x shutdown reboot, and journalctl -b -1 -e on the host: who asked for it.',
    advice: ['ask-the-host', 'close-gracefully', 'reconnect'],
    references: ['stevens-shutdown'],
  },
  'shut-down': {
    example: 'host-shuts-down',
    first: 'Whether somebody, or the platform, turned it off; then power and console.',
    advice: ['wait-for-all', 'close-gracefully', 'user-timeout'],
    references: ['stevens-shutdown'],
  },
  'services-restarted': {
    example: 'services-restarted-together',
    first: 'What deployment or package update ran at that time; systemctl status of the services.',
    advice: ['close-gracefully', 'reconnect'],
    references: ['stevens-process'],
  },
  rebooted: {
    example: 'host-crashes-and-reboots-with-listeners',
    first: 'uptime -s and journalctl -b -1 -e on the host: a log that stops in mid-line is a crash or a loss of power.',
    advice: ['ask-the-host', 'keep-alive', 'reconnect'],
    references: ['stevens-reboot', 'rfc-half-open'],
  },
  outage: {
    example: 'outage-of-a-host-heals',
    first: 'The path: switch and router logs at that time. The host itself had not died.',
    advice: ['user-timeout', 'keep-alive'],
    references: ['rfc-failures', 'rfc-rto'],
  },
  'crashed-or-cut': {
    example: 'host-crashes-with-all-its-connections',
    first:
      'The console of the host, and whether it answers from another place: that tells a dead host from a cut path.',
    advice: ['read-timeout', 'keep-alive', 'user-timeout'],
    references: ['stevens-crash', 'rfc-failures'],
  },
  'connections-forgotten': {
    example: 'nat-table-flushed',
    first: 'NATs and balancers before the host: whether one restarted, failed over or had its table flushed.',
    advice: ['tell-at-failover', 'keep-alive', 'reconnect'],
    references: ['rfc-half-open', 'rfc-middlebox-reset'],
  },
  'path-to-one-lost': {
    example: 'one-connection-filtered',
    first: 'Firewalls and NATs on the way: their tables and rules for this connection, and their idle timeouts.',
    advice: ['outlive-middleboxes', 'capture-at-both-ends', 'user-timeout'],
    references: ['rfc-nat-timeout'],
  },
  'service-gone': {
    example: 'one-port-of-two-killed',
    first: 'The service on that port: systemctl status, its log, dmesg for the out-of-memory killer.',
    advice: ['supervise', 'ask-the-host', 'reconnect'],
    references: ['stevens-process'],
  },
  'service-closed': {
    example: 'one-port-of-two-killed-and-nobody-asks',
    first: 'Whether somebody listens on that port now: a new connection tells.',
    advice: ['ask-the-host', 'supervise'],
    references: ['stevens-process'],
  },
};
