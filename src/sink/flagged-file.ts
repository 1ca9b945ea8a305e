// The file of a flagged connection: put together from what was copied out of the memory and from the file written for
// an earlier verdict, which may have frames that the memory has no more.
// Read first: pcapng-blocks.ts.

import type { TimeBase } from '../source/frame-batch.js';
import type { ConnectionEvent } from '../verdict/events.js';
import { packetComments, sectionComment } from './flagged-comment.js';
import {
  BLOCK_HEADER_LENGTH,
  BLOCK_TRAILER_LENGTH,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  OPTION_HEADER_LENGTH,
  PACKET_DATA,
  PACKET_ID,
  PcapngBlocks,
  SECTION_HEADER,
} from './pcapng-blocks.js';

const AT_CAPTURED_LENGTH = 20;
const PACKET_ID_LENGTH = 8;
const MIN_BLOCK_LENGTH = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH;
const WORD = 4_294_967_296;

/** A packet block that we wrote. */
interface Packet {
  readonly packet: number;
  readonly linkType: number;
  readonly from: Uint8Array;
  readonly at: number;
  readonly capturedLength: number;
}

export interface FlaggedFileOptions {
  readonly application: string;
  readonly interfaceName: string;
}

export interface FlaggedParts {
  readonly record: ConnectionEvent;
  /** Blocks, as of a Snapshot. */
  readonly parts: readonly Uint8Array[];
  /** Frames there were of the connection, and the packets of the parts that are of none. */
  readonly total: number;
  readonly strays: ReadonlySet<number>;
}

/** @returns the file's octets; null if there is no frame to put into it. */
export function flaggedFile(
  base: TimeBase,
  { application, interfaceName }: FlaggedFileOptions,
  { record, parts, total, strays }: FlaggedParts,
): Uint8Array | null {
  const packets = new Map<number, Packet>();
  for (const part of parts) for (const packet of packetsOf(part)) packets.set(packet.packet, packet);
  if (packets.size === 0) return null;

  const numbers = [...packets.keys()].sort((a, b) => a - b);
  const own = numbers.filter((packet) => !strays.has(packet)).length;
  const comments = packetComments(record);
  const blocks = new PcapngBlocks(base);
  blocks.sectionHeader(
    application,
    sectionComment(record, { packets: new Set(numbers), missing: Math.max(0, total - own) }),
  );
  const linkTypes: number[] = [];
  for (const number of numbers) {
    const { linkType, from, at, capturedLength } = packets.get(number)!;
    let interfaceId = linkTypes.indexOf(linkType);
    if (interfaceId < 0) {
      blocks.interfaceDescription({ linkType, snaplen: 0, name: interfaceName, filter: null });
      interfaceId = linkTypes.push(linkType) - 1;
    }
    blocks.copyPacket(interfaceId, from, at, capturedLength);
    blocks.describePacket(number, comments.get(number) ?? null);
  }
  return blocks.bytes.subarray(0, blocks.length);
}

/** Packets of blocks that we wrote; of a file that somebody has changed since, none. */
function packetsOf(from: Uint8Array): Packet[] {
  const view = new DataView(from.buffer, from.byteOffset, from.length);
  const packets: Packet[] = [];
  const linkTypes: number[] = [];
  for (let at = 0; at < from.length; ) {
    if (from.length - at < MIN_BLOCK_LENGTH) return [];
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (length < MIN_BLOCK_LENGTH || length > from.length - at || (length & 3) !== 0) return [];
    if (type === INTERFACE_DESCRIPTION) linkTypes.push(view.getUint16(at + BLOCK_HEADER_LENGTH, true));
    else if (type === ENHANCED_PACKET) {
      const found = packetAt(from, view, at, length, linkTypes);
      if (found === null) return [];
      packets.push(found);
    } else if (type !== SECTION_HEADER) return [];
    at += length;
  }
  return packets;
}

function packetAt(
  from: Uint8Array,
  view: DataView,
  at: number,
  length: number,
  linkTypes: readonly number[],
): Packet | null {
  if (length < PACKET_DATA + BLOCK_TRAILER_LENGTH) return null;
  const linkType = linkTypes[view.getUint32(at + BLOCK_HEADER_LENGTH, true)];
  const capturedLength = view.getUint32(at + AT_CAPTURED_LENGTH, true);
  const option = PACKET_DATA + Math.ceil(capturedLength / 4) * 4;
  const value = option + OPTION_HEADER_LENGTH;
  if (linkType === undefined || value + PACKET_ID_LENGTH + BLOCK_TRAILER_LENGTH > length) return null;
  if (view.getUint32(at + option, true) !== PACKET_ID + PACKET_ID_LENGTH * 0x10000) return null;
  const packet = view.getUint32(at + value, true) + view.getUint32(at + value + 4, true) * WORD;
  return { packet, linkType, from, at, capturedLength };
}
