// What a scenario can be confused with, and what would tell: printed with every verdict it is not ruled out for.

export interface LookalikeRow {
  /** Id of the scenario it would be, if it is one of ours. */
  readonly scenario: string | null;
  readonly title: string;
  readonly toTellApart: string;
  /** The same where the gone end is the client, if that differs: nobody can connect to a client. */
  readonly toTellApartOfClient?: string;
}

/** {gone} and {survivor} as in facts.ts; {address} is the gone end's address and port. */
export const LOOKALIKES = {
  'firewall-reject': {
    scenario: null,
    title: 'a firewall that rejects with a RST of its own',
    toTellApart: 'the TTL of the RST against that of other packets of {address}',
  },
  'backlog-overflow': {
    scenario: 'accept-queue-full',
    title:
      'an accept queue that overflows: Windows refuses the SYN then, Linux resets after the final ACK (tcp_abort_on_overflow)',
    toTellApart: 'nstat TcpExtListenOverflows on the server (Linux)',
  },
  'host-down': {
    scenario: 'host-crashed',
    title: 'the host of the {gone} is down',
    toTellApart: 'whether {address} answers anything else, and ARP on its own link',
  },
  filtered: {
    scenario: 'path-lost',
    title: 'a filter that drops silently',
    toTellApart: 'a trace to this port against one to another port of the same host',
  },
  'accept-queue': {
    scenario: 'accept-queue-full',
    title: 'a full accept queue',
    toTellApart: 'ss -ltn on the {gone}: Recv-Q above Send-Q of the listener',
  },
  'lost-ack': {
    scenario: null,
    title: 'the final ACK and all that followed lost on the way',
    toTellApart: 'a capture on the {gone}: did the ACK arrive?',
  },
  'scan-or-health-check': {
    scenario: null,
    title: 'a port scan or a health check',
    toTellApart: 'whether the {gone} does so at regular intervals',
  },
  'listener-ended': {
    scenario: 'process-terminated',
    title: 'a listener that ended, or whose process did, before its program had accepted the connection',
    toTellApart: 'a new connection to {address}: refused means that the listener is gone',
  },
  'answers-lost': {
    scenario: 'given-up-in-outage',
    title: 'a kernel that gave up on keep-alives whose answers were lost beyond the place of capture',
    toTellApart: 'a capture on the {gone}: did the answers arrive?',
  },
  'killed-with-linger': {
    scenario: 'process-terminated',
    title: 'a process that ended while SO_LINGER 0 was set on its socket',
    toTellApart: 'whether the process of the {gone} still runs',
  },
  'deliberate-close': {
    scenario: null,
    title: 'a deliberate early close by the {gone}',
    toTellApart:
      'a new connection to {address}: refused means that the whole program is gone; accepted, the start time of its process tells a restart from one worker gone',
    toTellApartOfClient: 'whether the client still runs, and its timeouts: one that stops waiting closes like this',
  },
  aborted: {
    scenario: 'aborted',
    title: 'a program that closed with input unread, or with SO_LINGER 0',
    toTellApart: 'whether the process of the {gone} still runs',
  },
  'killed-with-unread-input': {
    scenario: 'process-terminated',
    title: 'a process killed with input unread',
    toTellApart: 'whether the process of the {gone} still runs',
  },
  'half-close': {
    scenario: null,
    title: 'a half-close: the {gone} has only stopped sending',
    toTellApart: 'data to it: acknowledged means that it still reads',
  },
  'survivor-leak': {
    scenario: null,
    title: 'an orderly close that the {survivor} has not noticed: it never closes its own socket',
    toTellApart: 'ss -tp on the {survivor}: CLOSE-WAIT sockets piling up',
  },
  'host-shutdown': {
    scenario: 'host-shutdown',
    title: 'a shutdown of the whole host',
    toTellApart: 'whether its other ports ended in the same moment, and whether the host still answers',
  },
  'process-then-cut': {
    scenario: 'process-terminated',
    title: 'the process ended, and the path was cut after it',
    toTellApart: 'whether the host of the {gone} answers others',
  },
  'short-fin-wait': {
    scenario: null,
    title: 'an orderly close by a stack that forgets FIN-WAIT-2 soon (a load balancer, a small tcp_fin_timeout)',
    toTellApart: 'uptime of the {gone}',
  },
  'host-rebooted': {
    scenario: 'host-rebooted',
    title: 'a crash and reboot of its host',
    toTellApart: 'uptime of the {gone}',
  },
  'rebooted-elsewhere': {
    scenario: 'host-rebooted',
    title: 'a reboot after which the same machine has another link-layer address',
    toTellApart: 'uptime of the {gone}',
  },
  'path-cut': {
    scenario: 'path-lost',
    title: 'a cut path',
    toTellApart: 'whether {address} answers anyone else',
  },
  'one-of-several-machines': {
    scenario: 'host-crashed',
    title: 'one of several machines behind this address (NAT, balancer) that is gone, while others answer',
    toTellApart: 'whether {address} belongs to one machine alone',
  },
  'silent-filter': {
    scenario: 'path-lost',
    title: 'a filter or an idle timeout that drops this connection only',
    toTellApart: 'whether other connections of the same host live on',
  },
  'host-crashed': {
    scenario: 'host-crashed',
    title: 'the host of the {gone} crashed',
    toTellApart: 'whether {address} answers others',
  },
  failover: {
    scenario: 'failover',
    title: 'a failover, NAT or balancer that lost its table',
    toTellApart: 'whether MAC address, TTL or timestamps of {address} changed',
  },
  'firewall-cut': {
    scenario: 'reset-by-middlebox',
    title: 'a firewall that rejects the connection',
    toTellApart: 'a capture on the {gone}: did it send this RST?',
  },
  'lost-reset': {
    scenario: 'aborted',
    title: 'the {gone} had left by a RST that was lost on the way: nobody sends one again',
    toTellApart: 'uptime of the {gone}',
  },
  'asymmetric-path': {
    scenario: null,
    title: 'a RST of the {gone} itself that took another path',
    toTellApart: 'a capture on the {gone}: did it send this RST?',
  },
  'lost-state': {
    scenario: 'host-rebooted',
    title: 'a host that lost the connection (reboot, failover) behind another path',
    toTellApart: 'uptime of the {gone}',
  },
  'data-in-flight': {
    scenario: null,
    title: 'a {gone} that left while data was on its way to it',
    toTellApart: 'what the program of the {gone} was doing: a browser that leaves a page does so',
  },
  'process-ended': {
    scenario: 'process-terminated',
    title: 'a process that ended, whose peer closed at once',
    toTellApart: 'the log of either program: the order is the claim, not the motive',
  },
} as const satisfies Record<string, LookalikeRow>;

export type LookalikeId = keyof typeof LOOKALIKES;
