// STAGES: the way of a packet through the house, as rows; each does all that the rows above it do, and one thing more.
//
// Put together from the pipeline's own parts; what the next stage would get is thrown away.

import { closeSync, openSync, writeSync } from 'node:fs';
import { OUTPUTS } from '../output/outputs.js';
import { analyzeInBatches, DEFAULT_MAX_CONNECTIONS, type TcpwatchEvent } from '../pipeline.js';
import { type FrameBatch, TimeBase } from '../source/frame-batch.js';
import { openCapture } from '../source/open-capture.js';
import type { TrackerListener } from '../tcp/delivery.js';
import { Tracker } from '../tcp/tracker.js';
import { decode } from '../wire/decode.js';
import { Segment } from '../wire/segment.js';
import { Status } from '../wire/status.js';

export interface Stage {
  readonly name: string;
  readonly does: string;
  /** Takes a capture as far as this. */
  readonly run: (path: string) => Promise<void>;
}

export const STAGES: readonly Stage[] = [
  { name: 'read', does: 'octets of the file, frames found in them', run: (path) => batchesOf(path, () => {}) },
  {
    name: 'decode',
    does: 'headers -> fields',
    run: (path) => {
      const segment = new Segment();
      return batchesOf(path, (batch) => decodeEach(batch, segment, () => {}));
    },
  },
  { name: 'track', does: 'both ends of every connection followed', run: track },
  { name: 'judge', does: 'hosts watched, every connection judged', run: (path) => events(path, () => {}) },
  { name: 'print', does: 'records -> NDJSON, written to nowhere', run: print },
];

async function batchesOf(path: string, take: (batch: FrameBatch) => void): Promise<void> {
  for await (const batch of openCapture(path, new TimeBase()).batches()) take(batch);
}

function decodeEach(batch: FrameBatch, segment: Segment, take: (status: number) => void): void {
  const { bytes, view, offset, capturedLength, wireLength, linkType, timeNs, count } = batch;
  for (let f = 0; f < count; f++) {
    segment.packet++;
    segment.timeNs = timeNs[f]!;
    take(decode(segment, linkType[f]!, bytes, view, offset[f]!, capturedLength[f]!, wireLength[f]!));
  }
}

const nothing = (): void => {};
const DEAF: TrackerListener = {
  opened: nothing,
  established: nothing,
  closing: nothing,
  lives: nothing,
  dies: nothing,
  resets: nothing,
  spokeAgain: nothing,
  anomaly: nothing,
  silent: nothing,
  answered: nothing,
  ended: nothing,
  changed: nothing,
  hostForgotten: nothing,
  final: nothing,
};

async function track(path: string): Promise<void> {
  const segment = new Segment();
  const options = {
    maxConnections: DEFAULT_MAX_CONNECTIONS,
    hashKey: 0x5eed,
    accepts: null,
    serverPorts: [],
    looksAgain: false,
  };
  const tracker = new Tracker(segment, options, DEAF);
  await batchesOf(path, (batch) =>
    decodeEach(batch, segment, (status) => {
      if (status === Status.TCP) tracker.take();
      else tracker.tick(segment.timeNs);
    }),
  );
  for (const _ of tracker.roster.close());
}

async function events(path: string, take: (events: readonly TcpwatchEvent[]) => void): Promise<void> {
  for await (const batch of analyzeInBatches({ files: [path] })) take(batch);
}

async function print(path: string): Promise<void> {
  const output = OUTPUTS.ndjson.make();
  const fd = openSync('/dev/null', 'w');
  await events(path, (batch) => {
    writeSync(fd, batch.map((event) => output.event(event)).join(''));
  });
  closeSync(fd);
}
