// Reads whole captures for tests, through the parser alone or through a source, into plain records that can be compared.

import { PassThrough } from 'node:stream';
import type { CaptureProblem } from '../../src/source/capture-problem.js';
import { chooseReader } from '../../src/source/format.js';
import { FrameBatch, TimeBase } from '../../src/source/frame-batch.js';
import type { FrameReader, OctetWindow, SourceInfo } from '../../src/source/frame-reader.js';
import { type CaptureSource, openCapture } from '../../src/source/open-capture.js';

export interface ReadFrame {
  readonly timeNs: number;
  readonly linkType: number;
  readonly wireLength: number;
  readonly data: readonly number[];
}

export interface Reading {
  readonly frames: readonly ReadFrame[];
  readonly problem: CaptureProblem | null;
  readonly info: SourceInfo;
}

export function framesOf(batch: FrameBatch): ReadFrame[] {
  return Array.from({ length: batch.count }, (_, i) => ({
    timeNs: batch.timeNs[i],
    linkType: batch.linkType[i],
    wireLength: batch.wireLength[i],
    data: [...batch.bytes.subarray(batch.offset[i], batch.offset[i] + batch.capturedLength[i])],
  }));
}

export async function readSource(source: CaptureSource): Promise<Reading> {
  const frames: ReadFrame[] = [];
  for await (const batch of source.batches()) frames.push(...framesOf(batch));
  return { frames, problem: source.problem, info: source.info() };
}

export function readFile(path: string, base = new TimeBase()): Promise<Reading> {
  return readSource(openCapture(path, base));
}

/** Through a pipe, in chunks of this many octets. */
export function readPiped(octets: Uint8Array, chunkLength = octets.length, base = new TimeBase()): Promise<Reading> {
  const stdin = new PassThrough();
  const source = openCapture('-', base, { stdin });
  for (let at = 0; at < octets.length; at += chunkLength) stdin.write(octets.subarray(at, at + chunkLength));
  stdin.end();
  return readSource(source);
}

/** Through the parser alone, which sees `step` octets more each time and never what it is done with. */
export function parse(input: Uint8Array, step = input.length, base = new TimeBase()) {
  const octets = Uint8Array.from(input);
  const view = new DataView(octets.buffer);
  const reader = chooseReader(octets, view, 0, octets.length, base);
  if (typeof reader === 'string') throw new Error(reader);
  const frames: ReadFrame[] = [];
  const batch = new FrameBatch();
  let at = 0;
  for (let shown = Math.min(step, octets.length); ; shown = Math.min(shown + step, octets.length)) {
    let before: number;
    do {
      // A copy of the window alone: a reader that looks beyond it throws.
      const bytes = octets.slice(at, shown);
      const window = windowOn(bytes, at);
      batch.count = 0;
      before = at;
      at += reader.read(window, batch);
      frames.push(...framesOf(batch));
    } while (at > before);
    if (shown === octets.length) break;
  }
  const cutOffAt = reader.problem === null ? reader.end(windowOn(octets.slice(at), at)) : null;
  return { frames, reader: reader satisfies FrameReader, problem: reader.problem, cutOffAt, base };
}

function windowOn(bytes: Uint8Array, streamOffset: number): OctetWindow {
  return { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length, streamOffset };
}
