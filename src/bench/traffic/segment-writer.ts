// Hot path: segments -> a pcap of Ethernet frames, as a kernel's capture of Linux hosts has them: IPv4, timestamps, TCP checksums left
// to the card. One buffer, written when it is full; nothing is allocated for a segment.

import { closeSync, openSync, writeSync } from 'node:fs';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** Octets of data in a full segment, timestamps apart: 1514 on the wire. */
export const FULL = 1448;
/** What an end may have in flight: the window that is sent, scaled. */
export const WINDOW = 501 << 7;

const CHUNK = 4 << 20;
const LONGEST_RECORD = 16 + 1514;
const EPOCH_SECONDS = 1_767_225_600;
const ETHERNET = 14;
const IPV4 = 20;
const TCP = 20;
const TIMESTAMPS = 12;
const SYN_OPTIONS = 20;
const DONT_FRAGMENT = 0x4000;
const MAC_HIGH = 0x0200;

/** The segment to be written; set what differs from the one before. Addresses and numbers as 32-bit integers, signed or not. */
export class OutSegment {
  timeUs = 0;
  source = 0;
  destination = 0;
  /** Source port in the upper 16 bits, destination port in the lower. */
  ports = 0;
  seq = 0;
  ack = 0;
  flags = 0;
  payload = 0;
  tsVal = 0;
  tsEcr = 0;
  ipId = 0;
  ttl = 64;
  /** SACK blocks, and their edges in turn. */
  sackBlocks = 0;
  readonly sackEdges = new Int32Array(6);
}

export class SegmentWriter {
  readonly segment = new OutSegment();
  packets = 0;
  octets = 0;
  private readonly fd: number;
  private readonly bytes = new Uint8Array(CHUNK);
  private readonly view = new DataView(this.bytes.buffer);
  private at = 0;

  /** Throws what the file system says. @param snaplen octets kept of each frame */
  constructor(
    path: string,
    private readonly snaplen: number,
  ) {
    this.fd = openSync(path, 'w');
    const { view } = this;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(8, 0, true);
    view.setUint32(12, 0, true);
    view.setUint32(16, snaplen, true);
    view.setUint32(20, 1, true);
    this.at = 24;
  }

  /** Writes `segment`. */
  write(): void {
    if (this.at > CHUNK - LONGEST_RECORD) this.flush();
    const { view, segment, at } = this;
    const { timeUs, source, destination, flags, payload, sackBlocks } = segment;
    const options = flags & SYN ? SYN_OPTIONS : TIMESTAMPS + (sackBlocks > 0 ? 4 + 8 * sackBlocks : 0);
    const ipLength = IPV4 + TCP + options + payload;
    const wire = ETHERNET + ipLength;
    const captured = wire < this.snaplen ? wire : this.snaplen;
    const seconds = Math.floor(timeUs / 1e6);
    view.setUint32(at, EPOCH_SECONDS + seconds, true);
    view.setUint32(at + 4, timeUs - seconds * 1e6, true);
    view.setUint32(at + 8, captured, true);
    view.setUint32(at + 12, wire, true);

    const ethernet = at + 16;
    view.setUint16(ethernet, MAC_HIGH);
    view.setInt32(ethernet + 2, destination);
    view.setUint16(ethernet + 6, MAC_HIGH);
    view.setInt32(ethernet + 8, source);
    view.setUint16(ethernet + 12, 0x0800);

    const ip = ethernet + ETHERNET;
    const ttlProtocol = (segment.ttl << 8) | 6;
    view.setUint16(ip, 0x4500);
    view.setUint16(ip + 2, ipLength);
    view.setUint16(ip + 4, segment.ipId);
    view.setUint16(ip + 6, DONT_FRAGMENT);
    view.setUint16(ip + 8, ttlProtocol);
    let sum = 0x4500 + ipLength + (segment.ipId & 0xffff) + DONT_FRAGMENT + ttlProtocol;
    sum += (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(ip + 10, ~(sum + (sum >>> 16)));
    view.setInt32(ip + 12, source);
    view.setInt32(ip + 16, destination);

    const tcp = ip + IPV4;
    view.setInt32(tcp, segment.ports);
    view.setInt32(tcp + 4, segment.seq);
    view.setInt32(tcp + 8, segment.ack);
    const opens = (flags & SYN) !== 0;
    view.setUint16(tcp + 12, (((TCP + options) >> 2) << 12) | flags);
    view.setUint16(tcp + 14, opens ? 64_240 : flags & RST ? 0 : WINDOW >> 7);
    view.setInt32(tcp + 16, 0);
    let option = tcp + TCP;
    if (opens) {
      view.setInt32(option, 0x020405b4); // MSS 1460
      view.setInt32(option + 4, 0x0402080a); // SACK permitted, timestamps
      view.setInt32(option + 8, segment.tsVal);
      view.setInt32(option + 12, segment.tsEcr);
      view.setInt32(option + 16, 0x01030307); // window scale 7
    } else {
      view.setInt32(option, 0x0101080a);
      view.setInt32(option + 4, segment.tsVal);
      view.setInt32(option + 8, segment.tsEcr);
      option += TIMESTAMPS;
      if (sackBlocks > 0) this.writeSack(option);
    }
    this.end(ethernet, tcp + TCP + options, captured);
  }

  private writeSack(option: number): void {
    const { view, segment } = this;
    view.setInt32(option, 0x01010500 | (2 + 8 * segment.sackBlocks));
    for (let edge = 0; edge < 2 * segment.sackBlocks; edge++)
      view.setInt32(option + 4 + 4 * edge, segment.sackEdges[edge]);
  }

  /** The same octet as data throughout. */
  private end(frame: number, data: number, captured: number): void {
    const end = frame + captured;
    if (end > data) this.bytes.fill(0x2e, data, end);
    this.at = end;
    this.packets++;
  }

  /** Writes a frame as it is. @param captured octets of it, from 0 on @param wire its true length */
  writeFrame(timeUs: number, frame: Uint8Array, captured: number, wire: number): void {
    if (this.at > CHUNK - 16 - captured) this.flush();
    const { view, at } = this;
    const seconds = Math.floor(timeUs / 1e6);
    view.setUint32(at, EPOCH_SECONDS + seconds, true);
    view.setUint32(at + 4, timeUs - seconds * 1e6, true);
    view.setUint32(at + 8, captured, true);
    view.setUint32(at + 12, wire, true);
    this.bytes.set(captured === frame.length ? frame : frame.subarray(0, captured), at + 16);
    this.at = at + 16 + captured;
    this.packets++;
  }

  private flush(): void {
    for (let from = 0; from < this.at; ) from += writeSync(this.fd, this.bytes, from, this.at - from);
    this.octets += this.at;
    this.at = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.fd);
  }
}
