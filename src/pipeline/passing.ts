// A segment in words, at the moment it has passed: for who wants to see every one of them.

import type { AnomalyId } from '../tcp/anomalies.js';
import type { Delivery } from '../tcp/delivery.js';
import type { PacketClock } from '../tcp/packet-time.js';
import { seqOnWire } from '../tcp/seq.js';
import type { SegmentRecord } from '../verdict/events.js';
import { ACK, FIN, PSH, RST, SYN, URG } from '../wire/segment.js';

/** In the order in which they are usually read. */
const FLAGS = [
  ['SYN', SYN],
  ['FIN', FIN],
  ['RST', RST],
  ['PSH', PSH],
  ['ACK', ACK],
  ['URG', URG],
] as const;

export function segmentRecord(
  { segment, connection, sender }: Delivery,
  anomalies: readonly AnomalyId[],
  clock: PacketClock,
): SegmentRecord {
  const { client, server } = connection;
  const { packet, timeNs, flags, seq, ack, payloadLength } = segment;
  return {
    connection: connection.id,
    packet,
    at: clock.format(timeNs),
    from: sender === client ? 'client' : 'server',
    flags: FLAGS.filter(([, bit]) => flags & bit).map(([name]) => name),
    seq: seqOnWire(seq),
    ack: seqOnWire(ack),
    length: payloadLength,
    anomalies: [...anomalies],
    states: { client: client.stateNameAt(timeNs), server: server.stateNameAt(timeNs) },
  };
}
