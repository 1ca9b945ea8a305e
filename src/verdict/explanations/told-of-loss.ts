// Of each class of loss and of what mends it: what programs see, what it can be taken for, what to do.

import type { AnomalyId } from '../../tcp/anomalies.js';
import type { Seen, WhollyTold } from './told.js';

type AnomalyTold = WhollyTold<AnomalyId>;

/** FreeBSD's probes come with a stack that must be loaded. */
const PROBES_ON_BSD = {
  says: 'FreeBSD probes only with its RACK stack, which is not the default: there the timer must run out',
  reference: 'freebsd-rack',
} as const;

const ONE_ROUND_TRIP: Seen = {
  says: 'Nothing but a read() that takes about a round trip longer. All octets after the hole wait in the kernel until it is filled.',
};

export const TOLD_OF_LOSS = {
  'tcp.retransmission.timeout': {
    seen: {
      says: 'The reader waits in read() for as long as the timer ran, 200 ms at least on Linux; the writer sees nothing until its send buffer is full and write() blocks. Only when the retries run out do calls fail: see errno-silence.',
      onBsd: {
        says: 'FreeBSD waits for 230 ms at least: it adds 200 ms to a minimum of 30 ms',
        reference: 'freebsd-timer',
      },
    },
    confusedWith: [
      {
        of: 'tcp.retransmission.tail-loss-probe',
        tells:
          'the wait: about two round trips for the probe, which is the last segment; the timer takes longer and sends the oldest one',
      },
      {
        of: 'tcp.retransmission.spurious',
        tells: 'the next acknowledgement: a DSACK or an old timestamp in it says that the first copy had arrived',
      },
      {
        title: 'a path that lets no full segments through',
        tells: 'whether only large ones stay unanswered while small ones pass',
      },
      {
        title: 'a host that is gone',
        tells: 'whether anything comes back: the wait doubles at every resend until it does (host-crashed, path-lost)',
      },
    ],
    advice: ['find-the-loss', 'mind-the-mtu', 'keep-sack-and-timestamps', 'send-in-one-go', 'user-timeout'],
  },
  'tcp.retransmission.after-timeout': {
    seen: {
      says: 'The transfer goes on slowly: one segment, then two, then four a round trip. read() gives data again, in one burst where later segments had arrived.',
    },
    confusedWith: [
      {
        of: 'tcp.retransmission.timeout',
        tells: 'the acknowledgement just before: these are sent because one came, not because none did',
      },
      {
        of: 'tcp.retransmission.sack',
        tells: 'whether a timer ran out before: then all that was outstanding is sent again',
      },
    ],
    advice: ['find-the-loss', 'keep-sack-and-timestamps'],
  },
  'tcp.retransmission.fast': {
    seen: ONE_ROUND_TRIP,
    confusedWith: [
      {
        of: 'tcp.retransmission.sack',
        tells:
          'the SACK option of the SYNs: with it the receiver says what it has, and need not repeat itself three times',
      },
      {
        of: 'tcp.retransmission.spurious',
        tells:
          'what comes after: if the network had only delayed the segment, the receiver reports it twice, or an acknowledgement covers it too soon',
      },
      {
        of: 'tcp.retransmission.early',
        tells: 'three acknowledgements of the same octet just before: without them nobody asked for it',
      },
    ],
    advice: ['find-the-loss', 'keep-sack-and-timestamps', 'one-path-a-connection'],
  },
  'tcp.retransmission.sack': {
    seen: ONE_ROUND_TRIP,
    confusedWith: [
      {
        of: 'tcp.retransmission.fast',
        tells: 'the SACK blocks in the acknowledgements before: only with them can a stack choose what to send',
      },
      {
        of: 'tcp.retransmission.spurious',
        tells: 'a DSACK soon after: then it was reordering, and the first copy had arrived',
      },
      {
        of: 'tcp.retransmission.tail-loss-probe',
        tells: 'what caused it: an acknowledgement here; the probe is caused by none, and goes out after a silence',
      },
    ],
    advice: ['find-the-loss', 'one-path-a-connection', 'keep-sack-and-timestamps'],
  },
  'tcp.retransmission.tail-loss-probe': {
    seen: {
      says: 'The reader waits for two round trips and a little more, in place of the timer. Where the answer was merely late, programs see nothing.',
      onBsd: PROBES_ON_BSD,
    },
    confusedWith: [
      {
        of: 'tcp.retransmission.timeout',
        tells:
          'whether it is the last segment or the oldest, and the pause: the next pause is not twice as long after a probe',
      },
      { of: 'tcp.keep-alive', tells: 'whether octets are outstanding: a keep-alive goes out when all is acknowledged' },
    ],
    advice: ['send-in-one-go', 'find-the-loss'],
  },
  'tcp.retransmission.syn': {
    seen: {
      says: 'connect() takes 1 s longer where the first resend is answered, then 2, 3 or 4 s (before Linux 6.5: 3, 7 or 15 s). It fails only when they run out.',
      onBsd: { says: '4.4BSD gives up after 75 s', reference: 'stevens-connect' },
    },
    confusedWith: [
      {
        of: 'tcp.syn-on-live',
        tells: 'the initial sequence number: the same one is a resend, another one is a new attempt from the same port',
      },
      { of: 'tcp.captured-twice', tells: 'the pause: copies come within milliseconds, resends after a second' },
      { title: 'a full accept queue', tells: 'ss -ltn on the server: Recv-Q above Send-Q of the listener' },
    ],
    advice: ['connect-timeout', 'backlog', 'ask-the-host', 'find-the-loss'],
  },
  'tcp.retransmission.syn-ack': {
    seen: {
      says: 'The program that listens sees nothing: accept() gives no connection whose handshake is not done. A client that had the first SYN-ACK believes that it is connected.',
    },
    confusedWith: [
      {
        title: 'a full accept queue',
        tells: 'whether the final ACK had passed before: then the server ignored it (accept-queue-full)',
      },
      {
        title: 'a SYN flood, or a client that is gone',
        tells: 'whether the client was heard after its SYN, and from how many addresses such SYNs come',
      },
      { of: 'tcp.captured-twice', tells: 'the pause: copies come within milliseconds, resends after a second' },
    ],
    advice: ['backlog', 'capture-at-both-ends', 'find-the-loss'],
  },
  'tcp.retransmission.fin': {
    seen: {
      says: 'Nothing at the end that closed: close() has long returned, and the kernel goes on alone. The other program gets its EOF later by as much.',
    },
    confusedWith: [
      {
        of: 'tcp.captured-twice',
        tells: 'the pause, and the IP identification: a copy has the same one within milliseconds',
      },
      {
        title: 'a host that is gone',
        tells: 'whether any acknowledgement comes: without one the ending is fin-unacknowledged',
      },
    ],
    advice: ['find-the-loss', 'read-before-close'],
  },
  'tcp.retransmission.syn-data': {
    seen: {
      says: 'connect() and the first write() succeed; the answer takes a round trip longer than Fast Open promised.',
    },
    confusedWith: [
      {
        of: 'tcp.retransmission.fast',
        tells: 'the SYN-ACK: it acknowledges the SYN alone, so the data was refused, not lost',
      },
    ],
    advice: ['fast-open-at-both-ends'],
  },
  'tcp.retransmission.too-big': {
    seen: { says: 'Nothing but a read() that takes about a round trip longer, at the first large segments of a path.' },
    confusedWith: [
      {
        of: 'tcp.retransmission.sack',
        tells:
          'the ICMP error just before (fragmentation needed, packet too big): SACK reports loss, a router says why',
      },
      {
        of: 'tcp.retransmission.timeout',
        tells: 'the wait: where the ICMP error is filtered, the timer must run out, again and again',
      },
    ],
    advice: ['mind-the-mtu'],
  },
  'tcp.retransmission.early': {
    seen: { says: 'Nothing: the receiver throws the second copy away.' },
    confusedWith: [
      {
        of: 'tcp.captured-twice',
        tells: 'the IP identification and the TTL: a copy of the same packet has the same, or a TTL one less',
      },
      {
        of: 'tcp.retransmission.fast',
        tells: 'whether the capture missed the acknowledgements that asked for it: look for tcp.capture-hole',
      },
      {
        title: 'a network that delivers twice',
        tells: 'a capture at the sender: did the segment leave once or twice?',
      },
    ],
    advice: ['capture-well', 'capture-at-both-ends'],
  },
  'tcp.retransmission.spurious': {
    seen: {
      says: 'Nothing, or a short pause: the receiver throws the second copy away. The sender has slowed down for no reason.',
    },
    confusedWith: [
      {
        of: 'tcp.captured-twice',
        tells: 'whether the receiver complains: of a copy that only the capture has it knows nothing',
      },
      {
        title: 'loss of the acknowledgements',
        tells: 'a capture at the sender: had the acknowledgement come before the timer ran out?',
      },
    ],
    advice: ['keep-sack-and-timestamps', 'one-path-a-connection', 'capture-at-both-ends'],
  },
  'tcp.out-of-order': {
    seen: { says: 'Nothing, or a read() that waits some milliseconds: the kernel puts the octets in order.' },
    confusedWith: [
      {
        of: 'tcp.hole-filled',
        tells: 'how late it is: a resend cannot come sooner than the sender hears of the hole, about a round trip',
      },
      {
        of: 'tcp.retransmission.fast',
        tells: 'whether the capture has seen the octets before: reordered ones come once',
      },
      {
        title: 'a capture that merged two interfaces in the wrong order',
        tells: 'the IP identification: it counts in the order of sending',
      },
    ],
    advice: ['one-path-a-connection', 'capture-well'],
  },
  'tcp.hole-filled': {
    seen: ONE_ROUND_TRIP,
    confusedWith: [
      { of: 'tcp.out-of-order', tells: 'the time since the hole: less than about a round trip is reordering' },
      {
        title: 'a capture that lost the first copy itself',
        tells: 'duplicate acknowledgements before it: only a receiver that missed it sends them',
      },
    ],
    advice: ['find-the-loss', 'capture-at-both-ends'],
  },
  'tcp.duplicate-ack': {
    seen: { says: 'Nothing by itself. The reader waits for the octets that are missing, the writer is slowed down.' },
    confusedWith: [
      {
        of: 'tcp.window-update',
        tells: 'the window: another one says that there is room, the same one says that something is missing',
      },
      { of: 'tcp.challenge-ack', tells: 'what it answers: a segment that arrived, or a SYN or RST that did not fit' },
      { of: 'tcp.captured-twice', tells: 'the IP identification: duplicate acknowledgements are packets of their own' },
      { of: 'tcp.keep-alive-ack', tells: 'whether octets are outstanding: then it says that a later one arrived' },
    ],
    advice: ['find-the-loss', 'one-path-a-connection', 'keep-sack-and-timestamps'],
  },
  'tcp.dsack': {
    seen: { says: 'Nothing: what came twice was thrown away.' },
    confusedWith: [
      {
        of: 'tcp.duplicate-ack',
        tells: 'the first SACK block: below the acknowledgement it names what came twice, above it what came early',
      },
      {
        title: 'a network that delivers twice',
        tells: 'a capture at the sender: did the segment leave once or twice?',
      },
    ],
    advice: ['keep-sack-and-timestamps', 'one-path-a-connection'],
  },
  'tcp.loss-probe': {
    seen: {
      says: 'Nothing: it is the next data, sent somewhat before its turn.',
      onBsd: PROBES_ON_BSD,
    },
    confusedWith: [
      { of: 'tcp.retransmission.tail-loss-probe', tells: 'whether its octets were sent before: here they are new' },
      {
        of: 'tcp.window-probe',
        tells: 'the window of the other end: a loss probe fits into it, a window probe goes out because it is closed',
      },
    ],
    advice: ['find-the-loss'],
  },
} as const satisfies Partial<Record<AnomalyId, AnomalyTold>>;
