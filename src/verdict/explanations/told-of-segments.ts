// Of each anomaly that is no loss: what programs see, what it can be taken for, what to do.

import type { AnomalyId } from '../../tcp/anomalies.js';
import type { WhollyTold } from './told.js';
import type { TOLD_OF_LOSS } from './told-of-loss.js';

export const TOLD_OF_SEGMENTS: Readonly<Record<Exclude<AnomalyId, keyof typeof TOLD_OF_LOSS>, WhollyTold<AnomalyId>>> =
  {
    'tcp.capture-hole': {
      seen: { says: 'Nothing: both programs got all octets. Only the capture did not.' },
      confusedWith: [
        {
          title: 'loss in the network',
          tells: 'the acknowledgement: what is acknowledged had arrived, so nothing was lost',
        },
        {
          title: 'a path of which the capture sees one direction',
          tells: 'whether any segment of that end is in the capture',
        },
      ],
      advice: ['capture-well', 'capture-at-both-ends'],
    },
    'tcp.captured-twice': {
      seen: { says: 'Nothing: the packet passed once.' },
      confusedWith: [
        {
          of: 'tcp.retransmission.early',
          tells:
            'the IP identification and the timestamp: a resend is a packet of its own, a copy has the same, or a TTL one less',
        },
        { of: 'tcp.duplicate-ack', tells: 'the same: IP identification, and microseconds in between' },
      ],
      advice: ['capture-well'],
    },
    'tcp.challenge-ack': {
      seen: {
        says: 'Nothing at the end that sends it: its connection lives on. A client that has lost its state answers with RST and sends its SYN again at once.',
      },
      confusedWith: [
        { of: 'tcp.duplicate-ack', tells: 'what came just before: a SYN or RST with a number that does not fit' },
        { of: 'tcp.keep-alive-ack', tells: 'the same: a probe of one octet below the next number asks for the latter' },
      ],
      advice: ['capture-at-both-ends', 'ask-the-host'],
    },
    'tcp.keep-alive': {
      seen: {
        says: 'Nothing while it is answered. Unanswered, read() gives ETIMEDOUT after 9 of them on Linux; answered by RST, ECONNRESET.',
        onBsd: { says: 'FreeBSD gives up after 8 probes, and so does macOS', reference: 'freebsd-timer' },
      },
      confusedWith: [
        {
          of: 'tcp.window-probe',
          tells: 'the last window of the other end: of a closed one it asks for room, of an open one for life',
        },
        {
          of: 'tcp.retransmission.tail-loss-probe',
          tells: 'whether octets are outstanding: a keep-alive goes out when all is acknowledged',
        },
        {
          title: 'a heartbeat of the program',
          tells: 'whether it carries octets above the next number: those are data of the program',
        },
      ],
      advice: ['keep-alive', 'outlive-middleboxes', 'heartbeat'],
    },
    'tcp.keep-alive-ack': {
      seen: { says: 'Nothing: kernels talk among themselves. A program that hangs answers too, for its kernel does.' },
      confusedWith: [
        { of: 'tcp.duplicate-ack', tells: 'the probe just before it, and that nothing is outstanding' },
        {
          title: 'a balancer that answers for a host that is gone',
          tells: 'the TTL against that of the data, or a capture at the host',
        },
      ],
      advice: ['heartbeat', 'read-timeout'],
    },
    'tcp.window-probe': {
      seen: {
        says: 'The writer: its send buffer is full, and write() blocks, or a non-blocking one gives EAGAIN. For as long as probes are answered it waits without an error.',
      },
      confusedWith: [
        { of: 'tcp.keep-alive', tells: 'the last window of the other end: 0 here' },
        { of: 'tcp.retransmission.timeout', tells: 'the same: where there is room and no answer, it is loss' },
      ],
      advice: ['read-steadily', 'user-timeout', 'heartbeat'],
    },
    'tcp.window-probe-ack': {
      seen: { says: 'The writer waits on in write(); the reader has Recv-Q full of what it has not read.' },
      confusedWith: [
        { of: 'tcp.duplicate-ack', tells: 'the window of 0 in it, and the probe before it' },
        { of: 'tcp.window-update', tells: 'the window: still 0 here' },
      ],
      advice: ['read-steadily', 'user-timeout'],
    },
    'tcp.zero-window': {
      seen: {
        says: 'The writer: write() blocks once its send buffer is full as well. The reader could read at once: it has a full buffer and does not.',
      },
      confusedWith: [
        {
          of: 'tcp.window-full',
          tells: 'who says so: here the receiver, in its own window; there the sender has filled what was offered',
        },
        { title: 'a slow network', tells: 'the window: a network that is slow leaves it open' },
        { title: 'a RST that carries a window of 0', tells: 'the flags: the window of a RST says nothing' },
      ],
      advice: ['read-steadily', 'larger-receive-buffer', 'user-timeout'],
    },
    'tcp.window-update': {
      seen: { says: 'A write() that was blocked returns; poll() says POLLOUT.' },
      confusedWith: [
        { of: 'tcp.duplicate-ack', tells: 'the window: larger here, the same there' },
        { of: 'tcp.keep-alive-ack', tells: 'whether a probe came before' },
      ],
      advice: ['read-steadily', 'larger-receive-buffer'],
    },
    'tcp.window-full': {
      seen: {
        says: 'The writer: write() blocks once the send buffer is full too. The transfer runs at one window a round trip, on whatever link.',
      },
      confusedWith: [
        {
          title: 'a full congestion window',
          tells: 'the octets in flight: below the window of the receiver it is the network that limits',
        },
        {
          of: 'tcp.zero-window',
          tells: 'the next acknowledgement: with room again, the window was too small; with 0, the reader too slow',
        },
      ],
      advice: ['larger-receive-buffer', 'read-steadily'],
    },
    'tcp.rst.accepted': {
      seen: {
        says: 'connect() gives ECONNREFUSED where it answers the SYN; on an open connection the next call, usually read(), gives ECONNRESET once, and then read() EOF and write() EPIPE; after a FIN, EOF and EPIPE from the first on.',
        onBsd: { says: 'older BSDs give ECONNRESET after a FIN as well', reference: 'stevens-process' },
      },
      confusedWith: [
        {
          of: 'tcp.rst.ignored',
          tells: 'its number: only the very next one must be believed; and whether either end goes on',
        },
        {
          title: 'a RST of something in between',
          tells: 'TTL, IP identification and timestamps against those of the end it claims to come from',
        },
      ],
      advice: ['expect-errors', 'read-before-close', 'reconnect', 'capture-at-both-ends'],
    },
    'tcp.rst.ignored': {
      seen: { says: 'Nothing: the connection goes on.' },
      confusedWith: [
        { of: 'tcp.rst.accepted', tells: 'what its receiver does next: a challenge ACK, or data of the connection' },
        {
          title: 'a late RST to a copy',
          tells: 'whether the connection had been closed before: then it answers what came too late',
        },
      ],
      advice: ['capture-at-both-ends'],
    },
    'tcp.syn-on-live': {
      seen: {
        says: 'The server: read() of the old connection gives ECONNRESET, once the client has reset it. The client: connect() takes a moment longer, for Linux sends its SYN again at once.',
        onBsd: { says: 'the SYN goes out again when its timer says so, after a second', reference: 'freebsd-input' },
      },
      confusedWith: [
        { of: 'tcp.retransmission.syn', tells: 'the initial sequence number: another one is another attempt' },
        {
          title: 'a port used again after an orderly close',
          tells: 'whether both FINs had been acknowledged: then the port was free (TIME-WAIT)',
        },
        {
          title: 'a NAT that gave the same port to another client',
          tells: 'the TTL and the timestamps of the SYN against those of the old connection',
        },
      ],
      advice: ['keep-alive', 'ask-the-host', 'tell-at-failover'],
    },
    'tcp.syn-data': {
      seen: { says: 'Nothing but speed: the server can read the request with the accepted connection.' },
      confusedWith: [
        {
          title: 'a scanner that puts octets into a SYN',
          tells: 'the Fast Open option with a cookie: without it nobody asked for this',
        },
      ],
      advice: ['fast-open-at-both-ends'],
    },
    'tcp.data-after-fin': {
      seen: { says: 'The reader has had its EOF: these octets never reach it.' },
      confusedWith: [
        {
          of: 'tcp.retransmission.fast',
          tells: 'the numbers: what lies below the FIN was sent before, what lies above it cannot be',
        },
        {
          title: 'two connections of the same ports taken for one',
          tells: 'a SYN in between, which the capture may have missed',
        },
      ],
      advice: ['capture-at-both-ends', 'capture-well'],
    },
    'tcp.data-after-rst': {
      seen: {
        says: 'The end that believed the RST got ECONNRESET; the other one gets it at its next write, for its peer has no such connection any more.',
      },
      confusedWith: [
        {
          title: 'data that was under way when the end reset',
          tells: 'its number and time: new octets, sent after the RST, show that the sender knew nothing of it',
        },
        { of: 'tcp.captured-twice', tells: 'the IP identification: a copy of what was sent before proves nothing' },
      ],
      advice: ['capture-at-both-ends', 'expect-errors'],
    },
    'tcp.urgent': {
      seen: { says: 'poll() says POLLPRI; one octet is out of band, and read() skips it unless SO_OOBINLINE is set.' },
      confusedWith: [
        {
          title: 'a stray URG flag of a scanner',
          tells: 'whether the handshake was completed, and an urgent pointer that points into data',
        },
      ],
      advice: ['no-urgent-data'],
    },
    'tcp.impossible': {
      seen: { says: 'Nothing: kernels drop such segments, or answer with RST or ACK by the rules of the state.' },
      confusedWith: [
        {
          title: 'a capture that cut or damaged packets',
          tells: 'the checksum, and whether the same host sends orderly segments as well',
        },
        { of: 'tcp.captured-twice', tells: 'whether an equal packet came just before' },
      ],
      advice: ['capture-at-both-ends', 'capture-well'],
    },
    'icmp.implausible': {
      seen: { says: 'Nothing: a kernel ignores an error whose numbers are not in flight.' },
      confusedWith: [
        {
          title: 'an error that came very late',
          tells: 'whether the octets it quotes were once in flight, and have been acknowledged since',
        },
        { title: 'a capture that missed the segment it quotes', tells: 'holes of the capture: tcp.capture-hole' },
      ],
      advice: ['capture-at-both-ends', 'capture-well'],
    },
  };
