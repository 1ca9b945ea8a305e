// What a stream is, from its first octets: which reader it needs, or what to tell the person who gave it to us.

import type { TimeBase } from './frame-batch.js';
import type { FrameReader } from './frame-reader.js';
import { PcapReader } from './pcap.js';
import { PcapngReader } from './pcapng.js';

/** As many octets as a format is told by. */
export const MAGIC_LENGTH = 4;
/** How much of an unknown stream is looked at to see whether a person wrote it. */
const TEXT_SAMPLE_LENGTH = 256;
/** Tab, line feed, form feed, carriage return. */
const LAYOUT: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d];

/** Files that people hand to a capture reader by mistake: first octets, name, what to do. */
const STRANGERS = [
  { octets: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd-compressed', advice: 'pipe it through `zstd -dc`' },
  { octets: [0xfd, 0x37, 0x7a, 0x58], name: 'xz-compressed', advice: 'pipe it through `xz -dc`' },
  { octets: [0x04, 0x22, 0x4d, 0x18], name: 'lz4-compressed', advice: 'pipe it through `lz4 -dc`' },
  { octets: [0x42, 0x5a, 0x68], name: 'bzip2-compressed', advice: 'pipe it through `bzip2 -dc`' },
  { octets: [0x1f, 0x8b], name: 'gzip-compressed twice', advice: 'pipe it through `gzip -dc`' },
  { octets: [0x50, 0x4b, 0x03, 0x04], name: 'a ZIP archive', advice: 'unpack it first' },
  { octets: [0x73, 0x6e, 0x6f, 0x6f], name: 'a snoop capture', advice: 'convert it with `editcap -F pcapng`' },
  {
    octets: [0x47, 0x4d, 0x42, 0x55],
    name: 'a Network Monitor capture',
    advice: 'convert it with `editcap -F pcapng`',
  },
  {
    octets: [0x52, 0x54, 0x53, 0x53],
    name: 'a Network Monitor capture',
    advice: 'convert it with `editcap -F pcapng`',
  },
  { octets: [0x54, 0x52, 0x53, 0x4e], name: 'a Sniffer capture', advice: 'convert it with `editcap -F pcapng`' },
] as const;

const READERS = [PcapReader, PcapngReader] as const;

/** Which reader octets from `start` on call for; undefined: none. */
export const readerFor = (view: DataView, start: number, end: number): (typeof READERS)[number] | undefined =>
  end - start >= MAGIC_LENGTH ? READERS.find((reader) => reader.startsWith(view, start)) : undefined;

export function isGzip(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 2 && bytes[start] === 0x1f && bytes[start + 1] === 0x8b;
}

/**
 * @param start at least {@link MAGIC_LENGTH} octets before `end`, unless the stream is shorter.
 * @returns the reader for this stream, or one line that says why there is none.
 */
export function chooseReader(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  base: TimeBase,
): FrameReader | string {
  const Reader = readerFor(view, start, end);
  if (Reader) return new Reader(base);
  if (start === end) return 'the input is empty';

  const stranger = STRANGERS.find(({ octets }) =>
    octets.every((octet, i) => start + i < end && bytes[start + i] === octet),
  );
  if (stranger !== undefined) return `not a capture file: it is ${stranger.name}; ${stranger.advice}`;
  const sample = bytes.subarray(start, Math.min(end, start + TEXT_SAMPLE_LENGTH));
  if (isText(sample)) return 'not a capture file: it looks like text';
  const magic = [...sample.subarray(0, MAGIC_LENGTH)].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return `not a capture file: it starts with ${magic}, neither pcap nor pcapng`;
}

/** UTF-8, perhaps cut off, without control characters but those that lay out text. */
function isText(octets: Uint8Array): boolean {
  if (octets.some((octet) => (octet < 0x20 && !LAYOUT.includes(octet)) || octet === 0x7f)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return true;
  } catch {
    return false;
  }
}
