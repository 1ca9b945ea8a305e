// What real kernels sent: the captures that are shipped, one after another and again with other addresses, until there are enough
// packets. Only those of Ethernet, so that they make one capture.

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { connectionOf, shiftAddresses } from './readdress.js';
import type { SegmentWriter } from './segment-writer.js';
import type { Truth } from './truth.js';

const ETHERNET = 1;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Between the end of one and the beginning of the next. */
const PAUSE_US = 1000;
/** How often addresses can be shifted before they are used up. */
const MOST_ROUNDS = 200;

interface Frame {
  /** Since the first of its capture. */
  readonly timeUs: number;
  readonly octets: Buffer;
  readonly wire: number;
}

/** The frames of a pcap of Ethernet, little-endian; null: it is another kind of file. */
function framesOf(path: string): readonly Frame[] | null {
  const raw = readFileSync(path);
  const file = path.endsWith('.gz') ? gunzipSync(raw) : raw;
  const magic = file.length < 24 ? 0 : file.readUInt32LE(0);
  if ((magic !== MICROSECONDS && magic !== NANOSECONDS) || file.readUInt32LE(20) !== ETHERNET) return null;
  const frames: Frame[] = [];
  let firstUs = Number.NaN;
  for (let at = 24; at + 16 <= file.length; ) {
    const fraction = file.readUInt32LE(at + 4);
    const us = file.readUInt32LE(at) * 1e6 + (magic === NANOSECONDS ? Math.floor(fraction / 1000) : fraction);
    if (Number.isNaN(firstUs)) firstUs = us;
    const captured = file.readUInt32LE(at + 8);
    const octets = file.subarray(at + 16, at + 16 + captured);
    frames.push({ timeUs: us - firstUs, octets, wire: file.readUInt32LE(at + 12) });
    at += 16 + captured;
  }
  return frames;
}

/** Connections of these frames: by ends and ISN, or by ends alone where the capture began too late to have the SYN. */
function connectionsOf(frames: readonly Frame[]): number {
  const belonging = frames.map(({ octets }) => connectionOf(octets)).filter((found) => found !== null);
  const opened = belonging.filter(({ isn }) => isn !== null);
  const withSyn = new Set(opened.map(({ tuple }) => tuple));
  const pickedUp = belonging.map(({ tuple }) => tuple).filter((tuple) => !withSyn.has(tuple));
  return new Set(opened.map(({ tuple, isn }) => `${tuple} ${isn}`)).size + new Set(pickedUp).size;
}

/** @param folder of captures @param packets about so many; throws if the folder has none that fits. */
export function real(folder: string, packets: number, writer: SegmentWriter): Truth {
  const names = readdirSync(folder).filter((name) => /\.pcap(\.gz)?$/.test(name));
  const captures = names
    .sort()
    .map((name) => framesOf(`${folder}/${name}`))
    .flatMap((frames) => (frames && frames.length > 0 ? [frames] : []));
  if (captures.length === 0) throw new Error(`${folder} has no pcap of Ethernet`);
  const eachRound = captures.reduce((sum, frames) => sum + connectionsOf(frames), 0);
  let startUs = 0;
  let round = 0;
  for (; round < MOST_ROUNDS && writer.packets < packets; round++) {
    for (const frames of captures) {
      let lastUs = 0;
      for (const { timeUs, octets, wire } of frames) {
        const frame = Uint8Array.from(octets);
        shiftAddresses(frame, round);
        // A capture may have its frames a little out of order.
        lastUs = Math.max(lastUs, timeUs);
        writer.writeFrame(startUs + lastUs, frame, frame.length, wire);
      }
      startUs += lastUs + PAUSE_US;
    }
  }
  return { packets: writer.packets, connections: round * eachRound, endings: null, resent: null };
}
