// What a pcapng file says of one interface: link type, clock and name of the frames that refer to it, and how its capture
// ended. Read first: draft-ietf-opsawg-pcapng, "Options", "Interface Description Block", "Interface Statistics Block".

import type { TimeBase } from './frame-batch.js';
import { InterfaceClock } from './interface-clock.js';

const AT_LINK_TYPE = 0;
const AT_SNAPLEN = 4;
const AT_OPTIONS = 8;

const OPTION_END = 0;
const OPTION_NAME = 2;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
const OPTION_HEADER_LENGTH = 4;
const STATISTICS_END_TIME = 3;
const STATISTICS_DELIVERED = 8;
const WORD = 4_294_967_296;

/** 10^-6 seconds, unless the block says otherwise. */
const DEFAULT_RESOLUTION = 6;
/** A name is shown to people; more than this is not one. */
const MAX_NAME_LENGTH = 256;

export interface PcapngInterface {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** Octets; 0 means no limit. */
  readonly snaplen: number;
  readonly name: string | null;
  readonly clock: InterfaceClock;
}

/**
 * Reads the body of an Interface Description Block, `start` up to `end` of `view`.
 *
 * @returns the interface, or what is wrong with it.
 */
export function readInterface(
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  base: TimeBase,
): PcapngInterface | string {
  if (end - start < AT_OPTIONS) return 'an interface description is too short';
  let name: string | null = null;
  let resolution = DEFAULT_RESOLUTION;
  let offsetSeconds = 0n;

  let at = start + AT_OPTIONS;
  while (at < end) {
    if (end - at < OPTION_HEADER_LENGTH) return 'an option of an interface description is cut off';
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const value = at + OPTION_HEADER_LENGTH;
    if (code === OPTION_END) break;
    if (length > end - value) return `option ${code} of an interface description runs over the block's end`;
    if (code === OPTION_RESOLUTION) {
      if (length !== 1) return `an interface's timestamp resolution is ${length} octets long, not 1`;
      resolution = view.getUint8(value);
      if (!InterfaceClock.understands(resolution)) {
        return `an interface's timestamp resolution 0x${resolution.toString(16)} is finer than 64 bits can count`;
      }
    } else if (code === OPTION_OFFSET) {
      if (length !== 8) return `an interface's timestamp offset is ${length} octets long, not 8`;
      offsetSeconds = view.getBigInt64(value, little);
    } else if (code === OPTION_NAME) {
      const octets = new Uint8Array(view.buffer, view.byteOffset + value, Math.min(length, MAX_NAME_LENGTH));
      name = new TextDecoder().decode(octets).replace(/\0+$/, '');
    }
    at = value + length + (-length & 3);
  }

  return {
    linkType: view.getUint16(start + AT_LINK_TYPE, little),
    snaplen: view.getUint32(start + AT_SNAPLEN, little),
    name,
    clock: new InterfaceClock(base, resolution, offsetSeconds),
  };
}

export interface PcapngStatistics {
  /** When the capture ended, as a timestamp of the interface. */
  readonly endTime: { readonly high: number; readonly low: number } | null;
  /** Frames that the capturing program got. */
  readonly delivered: number | null;
}

/** Reads the options of an Interface Statistics Block, as far as they make sense: nothing depends on them but a clock. */
export function readStatistics(view: DataView, start: number, end: number, little: boolean): PcapngStatistics {
  let endTime: PcapngStatistics['endTime'] = null;
  let delivered: number | null = null;
  for (let at = start; end - at >= OPTION_HEADER_LENGTH; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const value = at + OPTION_HEADER_LENGTH;
    if (code === OPTION_END || length > end - value) break;
    if (length === 8 && code === STATISTICS_END_TIME) {
      endTime = { high: view.getUint32(value, little), low: view.getUint32(value + 4, little) };
    } else if (length === 8 && code === STATISTICS_DELIVERED) {
      const [first, second] = [view.getUint32(value, little), view.getUint32(value + 4, little)];
      delivered = little ? second * WORD + first : first * WORD + second;
    }
    at = value + length + (-length & 3);
  }
  return { endTime, delivered };
}
