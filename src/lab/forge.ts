// Makes a TCP packet that nobody sent from one that somebody did: what a meddling box, a scanner or a slow path may emit.
//
// Read RFC 9293 section 3.1, RFC 791 section 3.1 and RFC 8200 section 3 (and 8.1 for the pseudo-header), RFC 792 for ICMP.

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

const PROTOCOL_ICMP = 1;

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
  /** Added to the IPv4 identification. */
  ipIdShift?: number;
  payload?: string;
}

/** A header without options between the ends of `packet`, and no payload of its own, with these changes. */
export function bareSegment(packet: Buffer, changes: Changes): Buffer {
  const six = packet[0]! >> 4 === 6;
  const ipLength = six ? 40 : 20;
  const oldTcp = packet.subarray(six ? 40 : (packet[0]! & 0x0f) * 4);
  const payload = Buffer.from(changes.payload ?? '');
  const made = Buffer.concat([packet.subarray(0, ipLength), oldTcp.subarray(0, 20), payload]);
  const tcp = made.subarray(ipLength);
  if (six) made.writeUInt16BE(tcp.length, 4);
  else {
    made[0] = 0x45;
    made.writeUInt16BE(made.length, 2);
  }
  if (changes.ipIdShift !== undefined) made.writeUInt16BE((made.readUInt16BE(4) + changes.ipIdShift) & 0xffff, 4);
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
  if (!six) sumHeader(made, ipLength);
  return made;
}

/** An ICMP host unreachable from `router` about an IPv4 packet, told to its sender; the quoted number is shifted. */
export function hostUnreachable(packet: Buffer, router: string, sequenceShift: number): Buffer {
  const quoted = Buffer.from(packet.subarray(0, 28));
  quoted.writeUInt32BE((quoted.readUInt32BE(24) + sequenceShift) >>> 0, 24);
  const header = Buffer.from(packet.subarray(0, 20));
  header[8] = 64;
  header[9] = PROTOCOL_ICMP;
  Buffer.from(router.split('.').map(Number)).copy(header, 12);
  packet.copy(header, 16, 12, 16);
  const icmp = Buffer.concat([Buffer.from([3, 1, 0, 0, 0, 0, 0, 0]), quoted]);
  icmp.writeUInt16BE(checksum(icmp), 2);
  header.writeUInt16BE(20 + icmp.length, 2);
  sumHeader(header, 20);
  return Buffer.concat([header, icmp]);
}

function sumHeader(packet: Buffer, ipLength: number): void {
  packet.writeUInt16BE(0, 10);
  packet.writeUInt16BE(checksum(packet.subarray(0, ipLength)), 10);
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
