// What a segment can be beyond the next one of an orderly conversation: a closed vocabulary with stable, dotted, greppable ids.
//
// The ids are public (NDJSON `anomaly`, docs). Add a row, then report it where the tracker sees it; never rename one. Every
// segment that takes sequence space is either new and in order, or of one of the classes of `retransmission`, `reordering` or
// `capture`; the others say something about a segment besides.

export interface AnomalyRow {
  readonly id: string;
  readonly title: string;
  /** For `tcpwatch explain`. */
  readonly meaning: string;
  /** Where it is defined. */
  readonly reference: string;
  readonly kind: 'retransmission' | 'reordering' | 'capture' | 'acknowledgement' | 'window' | 'probe' | 'control';
}

export const ANOMALIES = [
  {
    id: 'tcp.retransmission.timeout',
    title: 'sent again after a timeout',
    meaning:
      'Nothing acknowledged the oldest outstanding octets until the retransmission timer ran out. Each further time the timer doubles (step).',
    reference: 'RFC 6298 section 5',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.after-timeout',
    title: 'sent again in slow start after a timeout',
    meaning: 'After a timeout everything outstanding counts as lost and is sent again as acknowledgements come in.',
    reference: 'RFC 5681 section 3.1, RFC 6298 section 5',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.fast',
    title: 'sent again for duplicate acknowledgements',
    meaning:
      'Three duplicate acknowledgements, or a partial one, said that a segment is missing: no timer was waited for.',
    reference: 'RFC 5681 section 3.2, RFC 6582',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.sack',
    title: 'sent again for selective acknowledgements',
    meaning: 'The receiver named what it has (SACK), so what lies below that and was sent long enough ago is lost.',
    reference: 'RFC 6675, RFC 8985 section 6',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.tail-loss-probe',
    title: 'last segment sent again as a probe',
    meaning:
      'About two round trips passed without an acknowledgement: the last segment goes out once more, so that a SACK may show what is missing before the timer runs out.',
    reference: 'RFC 8985 section 7',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.syn',
    title: 'SYN sent again',
    meaning: 'No SYN-ACK and no RST came back.',
    reference: 'RFC 6298 section 2, RFC 9293 section 3.8.3',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.syn-ack',
    title: 'SYN-ACK sent again',
    meaning: 'The final ACK of the handshake did not arrive, or the listener could not take the connection.',
    reference: 'RFC 6298 section 2, RFC 9293 section 3.8.3',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.fin',
    title: 'FIN sent again',
    meaning: 'The FIN was not acknowledged.',
    reference: 'RFC 9293 section 3.6',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.syn-data',
    title: 'data of the SYN sent again: it was not taken',
    meaning:
      'The server acknowledged the SYN alone (TCP Fast Open: no cookie, or not served): what came with it is sent again.',
    reference: 'RFC 7413 section 4.2.2',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.too-big',
    title: 'sent again in smaller segments: it was too big for the path',
    meaning:
      'A router said by ICMP that the segment was too big to be forwarded: what was in flight goes out again at once, in pieces that fit. No timer was waited for.',
    reference: 'RFC 1191 section 6.4, RFC 8201 section 5.4',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.early',
    title: 'sent again although nothing was missing',
    meaning:
      'No acknowledgement asked for it and no timer can have run out: a device on the way, or a stack with a habit of its own.',
    reference: 'RFC 6298',
    kind: 'retransmission',
  },
  {
    id: 'tcp.retransmission.spurious',
    title: 'what was sent again had arrived',
    meaning:
      'Told besides, once it is proven: it was acknowledged already; the receiver reported it as a duplicate (DSACK); the acknowledgement echoes the timestamp of the original (Eifel); or what was never sent again was acknowledged too (F-RTO).',
    reference: 'RFC 2883, RFC 3522, RFC 5682',
    kind: 'acknowledgement',
  },
  {
    id: 'tcp.out-of-order',
    title: 'arrived out of order',
    meaning: 'Fills a hole within the reordering window: the network let a later segment pass it.',
    reference: 'RFC 4737, RFC 8985 section 6.2',
    kind: 'reordering',
  },
  {
    id: 'tcp.hole-filled',
    title: 'resent, lost before the capture',
    meaning:
      'Sequence space that the capture had not seen comes too late to be merely out of order: the first copy was lost on its way here.',
    reference: 'RFC 9293 section 3.8.1',
    kind: 'capture',
  },
  {
    id: 'tcp.capture-hole',
    title: 'acknowledges octets the capture never saw',
    meaning: 'They arrived, so they were not lost: the capture missed them, or they went another way.',
    reference: 'RFC 9293 section 3.10.7.4',
    kind: 'capture',
  },
  {
    id: 'tcp.captured-twice',
    title: 'the same packet, captured once more',
    meaning: 'As when listening on several interfaces of one host: no retransmission.',
    reference: 'RFC 6864',
    kind: 'capture',
  },
  {
    id: 'tcp.duplicate-ack',
    title: 'duplicate acknowledgement',
    meaning:
      'Acknowledges the same octet again while data is outstanding: a later segment arrived, this one did not yet.',
    reference: 'RFC 5681 section 2',
    kind: 'acknowledgement',
  },
  {
    id: 'tcp.dsack',
    title: 'reports octets that came twice',
    meaning:
      'The first SACK block names what the receiver had already: sent again in vain, or delivered twice by the network.',
    reference: 'RFC 2883',
    kind: 'acknowledgement',
  },
  {
    id: 'tcp.challenge-ack',
    title: 'challenge ACK',
    meaning: 'Answers a SYN or RST that does not fit the connection with the numbers that would.',
    reference: 'RFC 5961 sections 3.2 and 4.2',
    kind: 'acknowledgement',
  },
  {
    id: 'tcp.keep-alive',
    title: 'keep-alive',
    meaning: 'Nothing to say: asks whether the other end is still there.',
    reference: 'RFC 9293 section 3.8.4',
    kind: 'probe',
  },
  {
    id: 'tcp.keep-alive-ack',
    title: 'answer to a keep-alive',
    meaning: 'The other end is there, and knows the connection.',
    reference: 'RFC 9293 section 3.8.4',
    kind: 'probe',
  },
  {
    id: 'tcp.window-probe',
    title: 'probe of a zero window',
    meaning: 'Asks whether the receiver has room again.',
    reference: 'RFC 9293 section 3.8.6.1',
    kind: 'probe',
  },
  {
    id: 'tcp.window-probe-ack',
    title: 'answer to a window probe',
    meaning: 'The window is still closed; the receiver lives.',
    reference: 'RFC 9293 section 3.8.6.1',
    kind: 'probe',
  },
  {
    id: 'tcp.loss-probe',
    title: 'new data, sent as a probe for loss',
    meaning:
      'About two round trips passed without an acknowledgement, and more data was waiting: a segment of it goes out, so that a SACK may show what is missing before the timer runs out. Its first copy, so no retransmission.',
    reference: 'RFC 8985 section 7.3',
    kind: 'probe',
  },
  {
    id: 'tcp.zero-window',
    title: 'receive window closed',
    meaning: 'The receiver has no room: its program does not read fast enough.',
    reference: 'RFC 9293 section 3.8.6',
    kind: 'window',
  },
  {
    id: 'tcp.window-update',
    title: 'receive window opened',
    meaning: 'Acknowledges nothing new: says only that there is more room.',
    reference: 'RFC 9293 section 3.8.6',
    kind: 'window',
  },
  {
    id: 'tcp.window-full',
    title: 'receive window used up',
    meaning: 'Sent as much as the receiver allows: from here on it is the receiver that is waited for.',
    reference: 'RFC 9293 section 3.8.6',
    kind: 'window',
  },
  {
    id: 'tcp.rst.accepted',
    title: 'RST the other end had to obey',
    meaning: 'Its number is one the receiver must believe.',
    reference: 'RFC 5961 section 3.2, RFC 9293 section 3.10.7.4',
    kind: 'control',
  },
  {
    id: 'tcp.rst.ignored',
    title: 'RST the other end did not obey',
    meaning: 'Its number does not fit, or both ends went on: late, or forged.',
    reference: 'RFC 5961 section 3.2',
    kind: 'control',
  },
  {
    id: 'tcp.syn-on-live',
    title: 'SYN with a new ISN while the old connection lives',
    meaning: 'The sender has forgotten the connection, or uses its port again.',
    reference: 'RFC 5961 section 4, RFC 9293 section 3.5.1',
    kind: 'control',
  },
  {
    id: 'tcp.syn-data',
    title: 'SYN with data',
    meaning: 'TCP Fast Open: the request comes with the SYN.',
    reference: 'RFC 7413',
    kind: 'control',
  },
  {
    id: 'tcp.data-after-fin',
    title: 'data after its own FIN',
    meaning: 'New octets beyond a FIN cannot be: nothing may follow it.',
    reference: 'RFC 9293 section 3.6',
    kind: 'control',
  },
  {
    id: 'tcp.data-after-rst',
    title: 'data after its own RST',
    meaning: 'The end that is said to have reset the connection goes on sending: it did not send that RST.',
    reference: 'RFC 9293 section 3.5.3',
    kind: 'control',
  },
  {
    id: 'tcp.urgent',
    title: 'urgent data',
    meaning: 'The URG flag is set: telnet, rlogin, or an attempt to confuse whoever watches.',
    reference: 'RFC 6093, RFC 9293 section 3.8.5',
    kind: 'control',
  },
  {
    id: 'tcp.impossible',
    title: 'flags RFC 9293 rules out in this state',
    meaning: 'No stack sends such a segment: a scanner, a broken device, or a forgery.',
    reference: 'RFC 9293 section 3.10',
    kind: 'control',
  },
  {
    id: 'icmp.implausible',
    title: 'ICMP error quoting numbers outside the window: not believed',
    meaning: 'Easily forged, so an error about octets that were never sent counts for nothing.',
    reference: 'RFC 5927 section 4.1',
    kind: 'control',
  },
] as const satisfies readonly AnomalyRow[];

export type AnomalyId = (typeof ANOMALIES)[number]['id'];

/** Rows by id. */
export const ANOMALY_INDEX = Object.fromEntries(ANOMALIES.map((row, index) => [row.id, index])) as Readonly<
  Record<AnomalyId, number>
>;
