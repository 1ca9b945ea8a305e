// Makes a TCP packet that nobody sent from one that somebody did: what a meddling box, a scanner or a slow path may emit.
//
// Read RFC 9293 section 3.1, RFC 791 section 3.1 and RFC 8200 section 3 (and 8.1 for the pseudo-header).

export const SYN = 0x02;
export const RST = 0x04;

interface Changes {
  /** TTL or hop limit. */
  ttl?: number;
  flags?: number;
  /** Added to SEG.SEQ. */
  sequenceShift?: number;
  sequence?: number;
  acknowledgment?: number;
  window?: number;
  sourcePort?: number;
}

/** A bare header (no options, no payload) between the ends of `packet`, with these changes. */
export function bareSegment(packet: Buffer, changes: Changes): Buffer {
  const six = packet[0]! >> 4 === 6;
  const ipLength = six ? 40 : 20;
  const oldTcp = packet.subarray(six ? 40 : (packet[0]! & 0x0f) * 4);
  const made = Buffer.concat([packet.subarray(0, ipLength), oldTcp.subarray(0, 20)]);
  const tcp = made.subarray(ipLength);
  if (six) made.writeUInt16BE(20, 4);
  else {
    made[0] = 0x45;
    made.writeUInt16BE(made.length, 2);
  }
  if (changes.ttl !== undefined) made[six ? 7 : 8] = changes.ttl;
  if (changes.sourcePort !== undefined) tcp.writeUInt16BE(changes.sourcePort, 0);
  const sequence = (changes.sequence ?? tcp.readUInt32BE(4)) + (changes.sequenceShift ?? 0);
  tcp.writeUInt32BE(sequence >>> 0, 4);
  if (changes.acknowledgment !== undefined) tcp.writeUInt32BE(changes.acknowledgment >>> 0, 8);
  tcp[12] = 5 << 4;
  if (changes.flags !== undefined) tcp[13] = changes.flags;
  if (changes.window !== undefined) tcp.writeUInt16BE(changes.window, 14);
  tcp.writeUInt16BE(0, 16);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudoHeader(made, six, tcp.length), tcp])), 16);
  if (!six) {
    made.writeUInt16BE(0, 10);
    made.writeUInt16BE(checksum(made.subarray(0, ipLength)), 10);
  }
  return made;
}

/** SEG.SEQ + SEG.LEN of a packet: where its sender goes on. */
export function nextSequence(packet: Buffer): number {
  const six = packet[0]! >> 4 === 6;
  const ipLength = six ? 40 : (packet[0]! & 0x0f) * 4;
  const total = six ? 40 + packet.readUInt16BE(4) : packet.readUInt16BE(2);
  const tcp = packet.subarray(ipLength);
  const flags = tcp[13]!;
  const payload = total - ipLength - (tcp[12]! >> 4) * 4;
  return (tcp.readUInt32BE(4) + payload + (flags & 1) + ((flags >> 1) & 1)) >>> 0;
}

function pseudoHeader(packet: Buffer, six: boolean, tcpLength: number): Buffer {
  const tail = Buffer.from([0, 6, tcpLength >> 8, tcpLength & 0xff]);
  return Buffer.concat([six ? packet.subarray(8, 40) : packet.subarray(12, 20), tail]);
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
