// The one record every decoder writes into. It is made once and reused for every frame.
//
// Read RFC 9293 section 3.1 first. All 32-bit fields are kept as *signed* 32-bit integers (V8 keeps those without
// allocating); `>>> 0` turns one into the number on the wire. Differences of sequence numbers belong in tcp/seq.ts.

/** TCP control bits, as they stand in octet 13 of the header (RFC 9293 section 3.1). */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;

/** Most SACK blocks that fit the 40 option octets (RFC 2018 section 3). */
export const MAX_SACK_BLOCKS = 4;

export class Segment {
  // Where and when: set by the caller before decoding.
  /** Frame number in the capture, from 1, counting every frame as Wireshark does. */
  packet = 0;
  /** Nanoseconds since the capture's base. */
  timeNs = 0;

  // Link layer.
  /** Where the sender's link-layer address (six octets) starts in the frame's buffer; -1: the link has none. */
  linkSourceAt = -1;

  // Network layer.
  /** 4 or 6; 0 when the frame never got as far as an IP or ARP header, and then the addresses below mean nothing. */
  ipVersion = 0;
  /** Source and destination address: IPv4 in the first word (the others 0), IPv6 in all four, read as big-endian. */
  readonly source = new Int32Array(4);
  readonly destination = new Int32Array(4);
  /** TTL or hop limit as captured. */
  ttl = 0;
  /** IPv4 identification; -1 where there is none (IPv6). */
  ipId = -1;
  /** VLAN identifiers of up to two tags, outermost in the low 13 bits, each plus one so that 0 means untagged; see vlan.ts. */
  vlanKey = 0;

  // TCP (DecodeStatus 'tcp'); of an ICMP error: the quoted segment, as far as it was quoted.
  sourcePort = 0;
  destinationPort = 0;
  /** SEG.SEQ and SEG.ACK as signed 32-bit integers. */
  seq = 0;
  ack = 0;
  /** Control bits FIN..URG; ECE and CWR are kept too (0x40, 0x80). */
  flags = 0;
  /** SEG.WND as on the wire, unscaled. */
  window = 0;
  /** Octets of TCP payload by the IP length (not by what was captured). */
  payloadLength = 0;
  /** Where the options start in the frame's buffer, and how many octets of them were captured. */
  optionsOffset = 0;
  optionsLength = 0;

  // TCP options; written by parseOptions() in tcp-options.ts only.
  /** Maximum segment size in octets; -1 if absent. */
  mss = -1;
  /** Window scale shift, clamped to 14 (RFC 7323 section 2.3); -1 if absent. */
  windowScaleShift = -1;
  sackPermitted = false;
  hasTimestamps = false;
  tsVal = 0;
  tsEcr = 0;
  sackBlockCount = 0;
  /** Left and right edge of each SACK block in turn. */
  readonly sackEdges = new Int32Array(MAX_SACK_BLOCKS * 2);

  // ICMP (DecodeStatus 'icmp.error'): source and destination above are those of the *quoted* segment.
  icmpType = 0;
  icmpCode = 0;
  /** Octets that fit the next hop (fragmentation needed, packet too big); 0 if the error names none. */
  icmpMtu = 0;
  /** Who sent the ICMP error; family as ipVersion. */
  readonly icmpFrom = new Int32Array(4);

  // ARP / neighbour discovery (DecodeStatus 'neighbour'). Asking, `source` wants to know where `destination` is; otherwise
  // `source` says where it is itself. `source` is 0 while a host only probes whether an address is taken.
  /** True: a question (ARP request, neighbour solicitation); false: an answer or an announcement (gratuitous ARP). */
  neighbourAsks = false;
}
