// When each moment of a host is said, with its numbers, and what to look at first.

import type { HostMomentId } from '../hosts/moments.js';
import { HOST_TIMES } from '../hosts/times.js';
import { span } from './spans.js';

export interface HostMomentNote {
  readonly says: string;
  readonly first: string;
}

export const HOST_MOMENT_NOTES: Readonly<Record<HostMomentId, HostMomentNote>> = {
  'mass-close': {
    says: `FINs or RSTs of the host that leave a service without a connection, at most ${span(HOST_TIMES.burstGapNs)} apart and ${span(HOST_TIMES.burstNs)} in all. "The remaining": up to ${span(HOST_TIMES.killNs)} after a burst that left some, as SIGKILL follows SIGTERM.`,
    first: 'What comes after it: silence means shutdown, RSTs to newcomers a service that is gone, SYN-ACKs a restart.',
  },
  'went-silent': {
    says: 'From the first segment on that was never answered, where two connections or more wait, or every open one. Nobody who does not ask hears a silence: it may have begun earlier.',
    first: 'Its console, and whether it answers from another place: that tells a dead host from a cut path.',
  },
  'deaf-to-some': {
    says: `Some wait from the first unanswered segment on, and ${span(HOST_TIMES.livesNs)} or more later the host was heard by others.`,
    first: 'Firewalls, NATs and balancers between them, and what those that wait have in common: address, port, path.',
  },
  'out-of-reach': {
    says: 'During a silence: ARP or neighbour questions for it went unanswered on its own link, or a router sent ICMP host or network unreachable.',
    first:
      'Who says so. Its own link says that the host is off, or unplugged; a router far from it may only have lost a route.',
  },
  'came-back': {
    says: 'Any segment of the host after a silence. With "goes on with connections of before" it had been out of reach, and had not died.',
    first: 'Whether it knows connections of before; uptime -s on the host.',
  },
  disowns: {
    says: 'Since it is heard again, or out of the blue, it answers an older connection with the RST of a stack that has no such socket.',
    first:
      'uptime -s on the host: if it had not started anew, a NAT, balancer or failover before it has lost its table.',
  },
  'listener-gone': {
    says: 'A SYN to a port that had been served was answered by RST, after a burst or a silence: that a port refuses is no news otherwise.',
    first: 'ss -ltnp on the host, then systemctl status and the log of the service.',
  },
  'listener-back': {
    says: 'A SYN to a port that had been closed or refused was answered by SYN-ACK, after a burst or a silence.',
    first: 'Nothing: the service is back. How long it was away is the time since the line of its closing.',
  },
  announced: {
    says: 'ARP or neighbour discovery gives its address another link-layer address than its segments had: a failover, or two machines with one address.',
    first: 'The log of the cluster manager (keepalived, pacemaker); without one, who else has this address: arping -D.',
  },
  withdrawn: {
    says: 'A later packet contradicts a conclusion that had been told, and nothing else can be concluded in its place.',
    first: 'The report at the end: it has all that still holds.',
  },
};
