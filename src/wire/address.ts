// Addresses: from the wire into words, and between words and text.
//
// Read RFC 5952 first (one way to write an IPv6 address), then RFC 4291 section 2.2 (the many ways to read one).
// A word is 32 bits of the address in network order, kept signed as everywhere in wire/.

const MAPPED_PREFIX = 0x0000ffff;

/** Hot path. Stores an IPv4 address in `words`; the words it does not need become 0, so that tuples compare whole. */
export function readIpv4Address(words: Int32Array, view: DataView, at: number): void {
  words[0] = view.getInt32(at);
  words[1] = 0;
  words[2] = 0;
  words[3] = 0;
}

/** Hot path. Stores an IPv6 address in `words`. */
export function readIpv6Address(words: Int32Array, view: DataView, at: number): void {
  words[0] = view.getInt32(at);
  words[1] = view.getInt32(at + 4);
  words[2] = view.getInt32(at + 8);
  words[3] = view.getInt32(at + 12);
}

/** The address whose first word is `words[at]`, in RFC 5952 form: `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`. */
export function formatAddress(words: ArrayLike<number>, ipVersion: number, at = 0): string {
  if (ipVersion === 4) return formatIpv4(words[at]);
  if (words[at] === 0 && words[at + 1] === 0 && words[at + 2] === MAPPED_PREFIX) {
    return `::ffff:${formatIpv4(words[at + 3])}`;
  }
  const groups: number[] = [];
  for (let word = at; word < at + 4; word++) groups.push(words[word] >>> 16, words[word] & 0xffff);
  const { start, length } = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

/** The first of the longest runs (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

export interface Address {
  /** 4 or 6. */
  readonly ipVersion: number;
  /** Four words, as in {@link Segment.source}. */
  readonly words: Int32Array;
}

/** Reads dotted IPv4 and every form of IPv6 without a zone; null if `text` is neither. */
export function parseAddress(text: string): Address | null {
  const words = new Int32Array(4);
  if (!text.includes(':')) {
    const groups = parseIpv4(text);
    if (groups === null) return null;
    words[0] = (groups[0] << 16) | groups[1];
    return { ipVersion: 4, words };
  }
  const groups = parseIpv6(text);
  if (groups === null) return null;
  for (let word = 0; word < 4; word++) words[word] = (groups[2 * word] << 16) | groups[2 * word + 1];
  return { ipVersion: 6, words };
}

/** Two 16-bit groups, or null. */
function parseIpv4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const octets = match.slice(1).map(Number);
  // A leading zero reads as octal to some and as decimal to others: it names no address (RFC 6943 section 3.1.1).
  if (octets.some((octet, index) => octet > 255 || String(octet) !== match[index + 1])) return null;
  return [(octets[0] << 8) | octets[1], (octets[2] << 8) | octets[3]];
}

/** Eight 16-bit groups, or null. */
function parseIpv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const before = parseGroups(halves[0], halves.length === 1);
  if (before === null) return null;
  if (halves.length === 1) return before.length === 8 ? before : null;
  const after = parseGroups(halves[1], true);
  if (after === null || before.length + after.length > 7) return null;
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** Groups between colons; the last one may be a dotted IPv4 address where the address ends. */
function parseGroups(text: string, endsAddress: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const dotted = endsAddress && index === parts.length - 1 ? parseIpv4(part) : null;
    if (dotted === null) return null;
    groups.push(...dotted);
  }
  return groups;
}
