// A segment in words, at the moment it has passed: for who wants to see every one of them.

import type { Delivery } from '../tcp/delivery.js';
import type { PacketClock } from '../tcp/packet-time.js';
import { seqOnWire } from '../tcp/seq.js';
import type { ReportRecord, SegmentAnomaly, SegmentRecord } from '../verdict/events.js';
import { icmpTitle } from '../verdict/icmp-errors.js';
import { formatAddress } from '../wire/address.js';
import { ACK, FIN, PSH, RST, SYN, URG } from '../wire/segment.js';
import { detailsOf } from './anomaly-details.js';
import type { Oddity } from './bystander.js';

/** In the order in which they are usually read. */
const FLAGS = [
  ['SYN', SYN],
  ['FIN', FIN],
  ['RST', RST],
  ['PSH', PSH],
  ['ACK', ACK],
  ['URG', URG],
] as const;

export function segmentRecord(delivery: Delivery, odd: readonly Oddity[], clock: PacketClock): SegmentRecord {
  const { segment, connection, sender } = delivery;
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
    anomalies: odd.map((one) => anomalyOf(one, delivery)),
    states: { client: client.stateNameAt(timeNs), server: server.stateNameAt(timeNs) },
  };
}

function anomalyOf({ id, details }: Oddity, { receiverNotesIfAny }: Delivery): SegmentAnomaly {
  const missed = id === 'tcp.capture-hole' ? receiverNotesIfAny?.missed?.octets : undefined;
  return { id, ...detailsOf(details), ...(missed === undefined ? {} : { missed }) };
}

export function reportRecord(
  { segment, connection, sender }: Delivery,
  odd: readonly Oddity[],
  clock: PacketClock,
): ReportRecord {
  const { icmpType: type, icmpCode: code, icmpFrom, ipVersion, packet, timeNs } = segment;
  return {
    connection: connection.id,
    packet,
    at: clock.format(timeNs),
    to: sender === connection.client ? 'client' : 'server',
    by: formatAddress(icmpFrom, ipVersion),
    says: icmpTitle({ family: ipVersion === 6 ? 6 : 4, type, code }),
    believed: !odd.some(({ id }) => id === 'icmp.implausible'),
  };
}
