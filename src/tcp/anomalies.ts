// Things worth flagging in single segments: a closed vocabulary with stable, dotted, greppable ids.
//
// The ids are public (NDJSON `anomaly`, docs). Add a row, then report it where the tracker sees it; never rename one.

interface AnomalyRow {
  readonly id: string;
  readonly title: string;
}

export const ANOMALIES = [
  { id: 'tcp.retransmission', title: 'sequence space sent before was sent again' },
  { id: 'tcp.out-of-order', title: 'filled a hole within the reordering window' },
  { id: 'tcp.hole-filled', title: 'resent something that was lost before the capture saw it' },
  { id: 'tcp.capture-hole', title: 'acknowledges octets the capture never saw' },
  { id: 'tcp.duplicate-ack', title: 'acknowledged the same octet again while data was outstanding' },
  { id: 'tcp.keep-alive', title: 'keep-alive' },
  { id: 'tcp.window-probe', title: 'probe of a zero window' },
  { id: 'tcp.zero-window', title: 'receive window closed' },
  { id: 'tcp.captured-twice', title: 'the same packet, captured once more' },
  { id: 'tcp.syn-on-live', title: 'SYN with a new ISN while the old connection lives' },
  { id: 'tcp.rst.accepted', title: 'RST the other end had to obey' },
  { id: 'tcp.rst.ignored', title: 'RST the other end did not obey' },
  { id: 'tcp.impossible', title: 'flags RFC 9293 rules out in this state' },
  { id: 'icmp.implausible', title: 'ICMP error quoting numbers outside the window: not believed' },
] as const satisfies readonly AnomalyRow[];

export type AnomalyId = (typeof ANOMALIES)[number]['id'];
