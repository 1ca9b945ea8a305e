// Of each fact about silences, resets and what the capture missed: what it can be taken for.

import type { FactId } from '../facts.js';
import { ON_BSD_RESET } from './sight.js';
import type { Seen, Told } from './told.js';

/** No FIN came before it. */
const AFTER_A_RST: Seen = {
  says: 'What any RST gives: the first call ECONNRESET, usually read(); then read() EOF and write() EPIPE.',
  onBsd: ON_BSD_RESET,
};

export const TOLD_OF_SILENCES = {
  'survivor-unanswered': {
    confusedWith: [
      { title: 'a capture that sees one direction', tells: 'whether it has any segment of the other end' },
      { of: 'outage-healed', tells: 'whether anything comes in the end: the capture may be too short' },
      { of: 'unreachable-by-icmp', tells: 'ICMP errors about these segments: then it is known who cannot reach whom' },
    ],
  },
  'idle-before-silence': {
    seen: {
      says: 'Nothing while it is idle; then what silence gives: read() fails with ETIMEDOUT when the retries run out.',
    },
    confusedWith: [
      { title: 'a host that died while nobody asked', tells: 'whether other connections of the host go on' },
    ],
  },
  'survivor-gave-up': {
    confusedWith: [
      { of: 'live-rst', tells: 'what came before: probes that nobody answered' },
      { of: 'gave-up-before', tells: 'which end gave up' },
    ],
  },
  'answered-too-late': {
    seen: {
      says: 'read() has given ETIMEDOUT by then; what comes now is answered by RST, which is ECONNRESET to the other program.',
    },
    confusedWith: [{ of: 'outage-healed', tells: 'whether this end had sent its RST before' }],
  },
  'unreachable-by-icmp': {
    advice: ['ask-the-host', 'user-timeout', 'read-timeout', 'reconnect'],
    confusedWith: [
      { of: 'filtered-by-icmp', tells: 'the code of the error: a filter decides, a router reports' },
      {
        title: 'a forged error',
        tells: 'whether it quotes octets in flight: else it does not count (icmp.implausible)',
      },
    ],
  },
  'host-unreachable-by-icmp': {
    confusedWith: [
      {
        title: 'an error of a router on the way, not of the last one',
        tells: 'who sent it: traceroute shows whether it is the last before the host',
      },
      { of: 'filtered-by-icmp', tells: 'the code of the error' },
    ],
  },
  'filtered-by-icmp': {
    confusedWith: [
      { of: 'unreachable-by-icmp', tells: 'the code of the error: prohibited and port unreachable are decisions' },
    ],
  },
  'neighbour-silent': {
    advice: ['ask-the-host', 'user-timeout', 'read-timeout', 'reconnect'],
    confusedWith: [
      { of: 'neighbour-silent-to-survivor', tells: 'who asks: a router here, the other end itself there' },
      { title: 'ARP answers that the capture does not see', tells: 'whether IP packets go to that host nevertheless' },
    ],
  },
  'neighbour-silent-to-survivor': {
    advice: ['ask-the-host', 'user-timeout', 'read-timeout', 'reconnect'],
    confusedWith: [{ of: 'neighbour-silent', tells: 'who asks' }],
  },
  'no-socket-rst': {
    confusedWith: [
      { of: 'live-rst', tells: 'the flags and numbers: ACK is set there, and the number is the next of its sender' },
      { of: 'gave-up-before', tells: 'whether that end had asked in vain before: then it has closed by itself' },
    ],
  },
  'gave-up-before': {
    seen: { says: 'The end that had given up has had ETIMEDOUT; the other one gets ECONNRESET when it writes.' },
    advice: ['user-timeout', 'keep-alive', 'reconnect'],
    confusedWith: [
      {
        of: 'no-socket-rst',
        tells: 'the unanswered resends of the same end before: without them its host has forgotten',
      },
    ],
  },
  'gone-was-heard': {
    confusedWith: [{ of: 'capture-hole', tells: 'whether what it sent last is in the capture: a FIN may be missing' }],
  },
  'capture-hole': {
    seen: { says: 'Nothing: programs had all octets, the capture did not.' },
    advice: ['capture-well', 'capture-at-both-ends'],
    confusedWith: [
      {
        of: 'fin-missed',
        tells: 'how many octets are missing, and what answered later data: one octet and a RST were a FIN',
      },
    ],
  },
  'fin-missed': {
    confusedWith: [
      { of: 'capture-hole', tells: 'how many octets are missing: more than one were data' },
      {
        title: 'one octet of data',
        tells: 'the RST that followed: a stack that still had a socket would not have sent it',
      },
    ],
  },
  'heard-just-before-rst': {
    seen: AFTER_A_RST,
    advice: ['capture-at-both-ends', 'expect-errors'],
    confusedWith: [
      {
        title: 'a late segment of before the reboot',
        tells: 'its timestamp option: is it older than what was heard before?',
      },
    ],
  },
  'may-have-left': {
    seen: { says: 'The server has closed already: no call of it fails. What the client saw nobody knows.' },
    advice: ['capture-at-both-ends'],
    confusedWith: [
      { of: 'no-socket-rst', tells: 'uptime of the client: it has rebooted, or it had left by a RST that was lost' },
    ],
  },
  'unanswered-before-rst': {
    confusedWith: [{ title: 'loss on the way', tells: 'whether the RST answers the very segment that was resent' }],
  },
  'live-rst': {
    confusedWith: [
      { of: 'no-socket-rst', tells: 'whether ACK is set, with the next number of its sender' },
      { of: 'rst-ttl-differs', tells: 'the TTL: whoever sees the connection can forge these numbers' },
    ],
  },
  'input-pending': {
    seen: AFTER_A_RST,
    confusedWith: [
      {
        title: 'a question that needs no answer',
        tells: 'the protocol; the program may have read it and closed on purpose',
      },
    ],
  },
  'window-was-zero': {
    seen: {
      says: 'A write() that waits for room gives ECONNRESET; if none waits, the first call does. Then read() EOF and write() EPIPE.',
      onBsd: ON_BSD_RESET,
    },
    confusedWith: [
      { title: 'the window of 0 of a RST itself', tells: 'the last segment before it: only that one counts' },
    ],
  },
  'survivor-sent-nothing': {
    confusedWith: [
      {
        title: 'data that the capture missed',
        tells: 'the acknowledgements of the other end: do they stay at the first octet?',
      },
    ],
  },
  'gone-never-spoke': {
    confusedWith: [
      {
        title: 'a program that has accepted the connection and waits for the first word of its peer',
        tells: 'ss -ltn on the host: Recv-Q of the listener counts those that nobody has accepted',
      },
    ],
  },
  'gone-had-probed': {
    confusedWith: [
      { of: 'survivor-gave-up', tells: 'whether the other end had answered: then nobody gave up in silence' },
    ],
  },
  'rst-ttl-differs': {
    confusedWith: [
      { title: 'a path that has changed', tells: 'the TTL of later segments of that end' },
      { of: 'link-address-changed', tells: 'the link-layer address: another one is another machine, not a forger' },
    ],
  },
  'rst-ttl-far-off': { confusedWith: [{ of: 'rst-ttl-differs', tells: 'by how much: 1 is an adjacent router' }] },
  'rst-ip-id-off': {
    seen: AFTER_A_RST,
    confusedWith: [
      {
        title: 'a stack that numbers each packet at random',
        tells: 'whether the other packets of that end count up one by one',
      },
    ],
  },
  'rst-lacks-timestamps': {
    seen: AFTER_A_RST,
    confusedWith: [
      {
        title: 'a stack that sends RST without options',
        tells: 'the operating system of that end: Linux puts the timestamp in',
      },
    ],
  },
  'local-process-exited': {
    seen: {
      says: 'The program is not there any more to see anything. That of the other end: EOF, then EPIPE; or ECONNRESET.',
    },
    confusedWith: [{ title: 'a process that handed its socket on', tells: 'ss -tp: whether another process holds it' }],
  },
  'local-process-lives': {
    seen: {
      says: 'The program has closed the socket itself, or aborted it. That of the other end: EOF, then EPIPE; or ECONNRESET.',
    },
    advice: ['read-before-close', 'close-gracefully'],
    confusedWith: [{ title: 'a process that is dying', tells: 'whether it is still there a moment later' }],
  },
  'sender-talked-on': {
    confusedWith: [{ of: 'rst-ignored', tells: 'who goes on: that end in whose name the RST came, here' }],
  },
} as const satisfies Partial<Record<FactId, Told<FactId>>>;
