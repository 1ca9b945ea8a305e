// Other addresses for the hosts of a captured frame: in IP, in what an ICMP error quotes, in ARP and neighbour discovery.

const ARP = 0x0806;
const VLANS = [0x8100, 0x88a8];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const SYN = 0x02;
/** FIN, SYN, RST, ACK: a SYN with any of the others opens nothing. */
const CONTROL = 0x17;
/** Hosts of the lab live in 10.0.0.0/8; 11.0.0.0/8 and what follows are for the others. */
const LAB = 10;
const LOOPBACK = 127;

const word = (frame: Uint8Array, at: number): number => (frame[at] << 8) | frame[at + 1];

/** Where the network header begins, and of which protocol. */
function network(frame: Uint8Array): { at: number; type: number } {
  let at = 12;
  while (VLANS.includes(word(frame, at))) at += 4;
  return { at: at + 2, type: word(frame, at) };
}

/** Moves every address by as many networks as `by` says; 0: nothing. Frames of anything else stay as they are. */
export function shiftAddresses(frame: Uint8Array, by: number): void {
  if (by === 0) return;
  const { at, type } = network(frame);
  if (type === ARP) {
    shift4(frame, at + 14, by);
    shift4(frame, at + 24, by);
  } else if (type === IPV4) shiftIpv4(frame, at, by);
  else if (type === IPV6) shiftIpv6(frame, at, by);
}

function shift4(frame: Uint8Array, at: number, by: number): void {
  if (at + 4 > frame.length || frame[at] !== LAB) return;
  const first = LAB + by;
  frame[at] = first < LOOPBACK ? first : first + 1;
}

/** The second word: fd00::/8 and 2001:db8::/32 keep their first, link-local addresses and groups stay. */
function shift6(frame: Uint8Array, at: number, by: number): void {
  if (at + 16 > frame.length || frame[at] === 0xff || frame[at] === 0xfe || frame[at] === 0) return;
  frame[at + 2] ^= by;
}

function shiftIpv4(frame: Uint8Array, at: number, by: number): void {
  shift4(frame, at + 12, by);
  shift4(frame, at + 16, by);
  const header = (frame[at] & 15) * 4;
  sumIpv4(frame, at, header);
  const quoted = at + header + 8;
  if (frame[at + 9] !== 1 || ![3, 4, 5, 11, 12].includes(frame[at + header]) || quoted + 20 > frame.length) return;
  shiftIpv4(frame, quoted, by);
}

function sumIpv4(frame: Uint8Array, at: number, header: number): void {
  if (at + header > frame.length) return;
  frame[at + 10] = frame[at + 11] = 0;
  let sum = 0;
  for (let n = 0; n < header; n += 2) sum += word(frame, at + n);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  frame[at + 10] = (~sum >>> 8) & 0xff;
  frame[at + 11] = ~sum & 0xff;
}

function shiftIpv6(frame: Uint8Array, at: number, by: number): void {
  shift6(frame, at + 8, by);
  shift6(frame, at + 24, by);
  if (frame[at + 6] !== 58) return;
  const icmp = at + 40;
  if (frame[icmp] === 135 || frame[icmp] === 136) shift6(frame, icmp + 8, by);
  else if (frame[icmp] >= 1 && frame[icmp] <= 4) shiftIpv6(frame, icmp + 8, by);
}

/** The connection of a TCP frame; null: it is of none. */
export interface Belongs {
  /** Both ends, the same whoever sends. */
  readonly tuple: string;
  /** It opens one, with these octets as its number. */
  readonly isn: string | null;
}

export function connectionOf(frame: Uint8Array): Belongs | null {
  const { at, type } = network(frame);
  if (type !== IPV4 && type !== IPV6) return null;
  if (frame[at + (type === IPV4 ? 9 : 6)] !== TCP) return null;
  const tcp = at + (type === IPV4 ? (frame[at] & 15) * 4 : 40);
  const length = type === IPV4 ? 4 : 16;
  const addresses = at + (type === IPV4 ? 12 : 8);
  const hex = (from: number, octets: number): string =>
    Buffer.from(frame.subarray(from, from + octets)).toString('hex');
  const source = `${hex(addresses, length)}.${hex(tcp, 2)}`;
  const destination = `${hex(addresses + length, length)}.${hex(tcp + 2, 2)}`;
  const opens = (frame[tcp + 13] & CONTROL) === SYN;
  return { tuple: [source, destination].sort().join(' '), isn: opens ? hex(tcp + 4, 4) : null };
}
