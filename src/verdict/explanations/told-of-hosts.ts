// Of each fact that other connections of a host tell: what it can be taken for.

import type { FactId } from '../facts.js';
import type { FACTS_FROM_HOSTS } from '../facts-from-hosts.js';
import type { Told } from './told.js';

export const TOLD_OF_HOSTS: Readonly<Record<keyof typeof FACTS_FROM_HOSTS, Told<FactId>>> = {
  'ports-ended-together': {
    confusedWith: [
      { of: 'port-ended-together', tells: 'whether more than one service is concerned' },
      {
        title: 'services restarted together on a host that lives',
        tells: 'whether the host answers afterwards, and accepts',
      },
    ],
  },
  'port-ended-together': {
    confusedWith: [
      { of: 'ports-ended-together', tells: 'other services of the same host' },
      {
        title: 'a service that closes idle connections',
        tells: 'whether it is asked for and answers on: then it lives',
      },
    ],
  },
  'rest-ended-later': {
    confusedWith: [
      {
        title: 'a second service that ended for a reason of its own',
        tells: 'the pause: init waits for 5 to 90 s before SIGKILL',
      },
    ],
  },
  'host-silent-after-closing': {
    confusedWith: [
      {
        title: 'a path cut just after the process ended',
        tells: 'the console of the host, or whether it answers from another place',
      },
      { of: 'host-answers-on', tells: 'whether it was heard again' },
    ],
  },
  'host-silent-to-all': {
    confusedWith: [
      { title: 'a cut path', tells: 'whether the host answers from another place' },
      { of: 'host-hears-others', tells: 'whether all connections wait, or only some' },
    ],
  },
  'host-forgot-later': {
    confusedWith: [{ of: 'host-outlived', tells: 'whether it goes on with any connection of before' }],
  },
  'host-outlived': {
    confusedWith: [
      { of: 'host-forgot-later', tells: 'what it answers to connections of before: data, or RST' },
      { title: 'one of several machines behind an address', tells: 'whether the address belongs to one machine alone' },
    ],
  },
  'host-heard-since': {
    seen: {
      says: 'Nothing yet: connect(), read() or write() waits for the next resend, which is answered if nothing else is wrong.',
    },
    advice: ['user-timeout', 'read-timeout'],
    confusedWith: [{ of: 'host-outlived', tells: 'whether this connection still asks: its next resend tells' }],
  },
  'host-hears-others': {
    confusedWith: [
      { of: 'host-silent-to-all', tells: 'whether anyone is answered' },
      { title: 'one of several machines behind an address', tells: 'whether the address belongs to one machine alone' },
    ],
  },
  'host-answers-on': {
    seen: { says: 'EOF, then EPIPE, as of any process that ended; a new connection is answered.' },
    confusedWith: [{ title: 'a host that has booted meanwhile', tells: 'uptime of the host' }],
  },
  'port-refuses-now': {
    confusedWith: [
      { title: 'a firewall that has begun to reject', tells: 'the TTL of the RST, or ss -ltn on the host' },
      { of: 'port-accepts-on', tells: 'a later SYN to the same port' },
    ],
  },
  'port-accepts-on': {
    confusedWith: [{ title: 'a service that was started again at once', tells: 'the start time of its process' }],
  },
  'link-address-changed': {
    confusedWith: [
      { title: 'two routers that share the way', tells: 'whether both addresses are seen before as well' },
      { title: 'the same machine with another card', tells: 'uptime, and who announced the address (gratuitous ARP)' },
    ],
  },
  'host-was-silent': {
    confusedWith: [{ of: 'unanswered-before-rst', tells: 'how many connections waited: one alone can be loss' }],
  },
  'host-forgot-others': {
    confusedWith: [
      { of: 'others-forgotten-too', tells: 'whether the host had been silent before' },
      { title: 'a NAT or balancer that lost its table', tells: 'uptime of the host' },
    ],
  },
  'others-forgotten-too': {
    confusedWith: [
      {
        title: 'a program that resets all its connections',
        tells: 'the numbers of the RSTs: of no socket here (no-socket-rst)',
      },
    ],
  },
  'host-answers-anew': {
    confusedWith: [
      { title: 'another machine at the same address', tells: 'link-layer address and TTL (link-address-changed)' },
    ],
  },
  'host-remembers-others': {
    seen: { says: 'What any RST gives to this one: read() ECONNRESET. The others go on.' },
    advice: ['capture-at-both-ends', 'expect-errors'],
    confusedWith: [{ of: 'host-forgot-others', tells: 'what it answers to connections of before: data, or RST' }],
  },
};
