// Whether a file is a capture, by its first octets alone: for folders of which captures are one part.

import fs from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { isGzip, readerFor } from './format.js';

/** Whatever a gzip header holds, and more than the first octets of what is packed. */
const SAMPLE_LENGTH = 4096;

/** @returns true also where it cannot be looked into: it may be one. */
export function isCaptureFile(path: string): boolean {
  const sample = new Uint8Array(SAMPLE_LENGTH);
  let length: number;
  try {
    const fd = fs.openSync(path, 'r');
    try {
      length = fs.readSync(fd, sample);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return true;
  }
  return startsCapture(isGzip(sample, 0, length) ? unpacked(sample.subarray(0, length)) : sample.subarray(0, length));
}

function startsCapture(octets: Uint8Array): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return readerFor(view, 0, octets.length) !== undefined;
}

/** As far as it goes: the sample ends where it likes. */
function unpacked(sample: Uint8Array): Uint8Array {
  try {
    return gunzipSync(sample, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}
