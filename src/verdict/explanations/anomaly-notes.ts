// What follows from an anomalous segment: whether it is a fault, whose, and what it costs.

import type { AnomalyId } from '../../tcp/anomalies.js';

export const ANOMALY_NOTES: Readonly<Record<AnomalyId, string>> = {
  'tcp.retransmission.timeout':
    'The dearest loss: at least 200 ms of nothing on Linux (RFC 6298: 1 s), doubled each time. Several in a row without an answer are how a death begins.',
  'tcp.retransmission.after-timeout': 'Part of the price of the timeout before; some of it may have arrived already.',
  'tcp.retransmission.fast': 'Ordinary loss, mended within about a round trip. The sender halves its speed or so.',
  'tcp.retransmission.sack': 'Ordinary loss, mended within about a round trip, several holes at once.',
  'tcp.retransmission.tail-loss-probe': 'No fault by itself. Two first gaps that are equal are a sign of it.',
  'tcp.retransmission.syn': 'The first one costs a second. See connect-timed-out, accept-queue-full.',
  'tcp.retransmission.syn-ack':
    'If the final ACK had passed before: see accept-queue-full. Else the ACK or the client is lost.',
  'tcp.retransmission.fin': 'One close, however often its FIN is seen. Unanswered to the end: see fin-unacknowledged.',
  'tcp.retransmission.syn-data': 'Harmless: Fast Open fell back to a plain handshake.',
  'tcp.retransmission.too-big':
    'Harmless, once: the sender has learnt the MTU of the path. Where the ICMP error is filtered, the same octets are lost for good.',
  'tcp.retransmission.early':
    'Wasted octets. If one direction has many: look for a device that copies or a capture that missed ACKs.',
  'tcp.retransmission.spurious':
    'Wasted octets and a slower sender. A round trip that grew suddenly, or reordering, makes them.',
  'tcp.out-of-order':
    'No loss. Paths of different length (link aggregation, multipath) do that; much of it looks like loss to the sender.',
  'tcp.hole-filled': 'A loss between the sender and the capture: it lies on that side of it.',
  'tcp.capture-hole':
    'A fault of the capture, not of the connection. tcpwatch is careful about what it may have missed: a FIN, for instance.',
  'tcp.captured-twice': 'Not counted again. Capture one interface to be rid of it.',
  'tcp.duplicate-ack': 'Three of them make the sender send again without a timeout.',
  'tcp.dsack': 'Proves that something was sent twice in vain.',
  'tcp.challenge-ack':
    'The connection lives on at its receiver. After a SYN: that client has lost its state and will now reset and try again.',
  'tcp.keep-alive': 'No data. Unanswered several times over: the other host is gone or out of reach.',
  'tcp.keep-alive-ack': 'The kernel at the other end is alive; its program need not be.',
  'tcp.window-probe': 'Goes on as long as it is answered: a reader that stopped can hold a connection for ever.',
  'tcp.window-probe-ack': 'The host is well. The program that should read is the fault.',
  'tcp.loss-probe': 'No fault by itself.',
  'tcp.zero-window': 'Look at the program that should read: ss -tn shows Recv-Q full there.',
  'tcp.window-update': 'The reader reads again.',
  'tcp.window-full': 'If it comes often and the reader is quick: the receive buffer is too small for the round trip.',
  'tcp.rst.accepted': 'The connection is over at once, and what was not delivered is lost. See the scenario for why.',
  'tcp.rst.ignored': 'No harm was done. Forged RSTs look like that when their number was guessed.',
  'tcp.syn-on-live': 'The old connection is dead at its sender. See host-rebooted with the client as the gone end.',
  'tcp.syn-data': 'Saves a round trip.',
  'tcp.data-after-fin': 'A broken stack, a forged FIN, or two connections mixed up.',
  'tcp.data-after-rst': 'Somebody else sent the RST. See reset-by-middlebox.',
  'tcp.urgent': 'Few programs mean it. Devices disagree about what it points at.',
  'tcp.impossible': 'Look at who sends it: scanners probe stacks so.',
  'icmp.implausible': 'Nothing follows from it; that somebody forges may be worth a look.',
};
