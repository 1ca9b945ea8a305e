// Which captures `tcpwatch verify` is about, and where their expectations are: NAME.pcap.gz and NAME.expect.json.
//
// In a folder, what is a capture is one whatever it is called; and what is called like one is not passed over for being empty,
// damaged or packed in a way that is not read.

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { isCaptureFile } from '../pipeline.js';

/** What is left out of the name of an expectation. Pieces of a rotated capture have their number in theirs. */
const ENDING = /\.(pcap|pcapng|cap)(\.gz)?$/;
/** With the numbers that tcpdump -C gives to pieces. */
const CALLED_CAPTURE = /\.(pcap|pcapng|cap)\d*(\.(gz|zst|xz|bz2|lz4))?$/i;
const EXPECTATION = /\.expect\.json$/;

export interface CaptureFile {
  readonly capture: string;
  readonly expectation: string;
}

export interface Found {
  readonly captures: readonly CaptureFile[];
  /** Expectations whose capture is not there. */
  readonly orphans: readonly string[];
  /** Captures, of different kinds, of one name: their expectation would be the same file. */
  readonly twins: readonly string[];
  /** Paths that cannot be looked into, and why. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** @param paths captures, and folders of them with all that is below */
export function findCaptures(paths: readonly string[]): Found {
  const files = new Set<string>();
  const unreadable: { path: string; why: string }[] = [];
  for (const path of paths) {
    try {
      for (const file of filesOf(path)) files.add(file);
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      unreadable.push({ path, why: missing ? 'no such file' : (error as Error).message });
    }
  }
  const captures = [...files].filter((file) => !EXPECTATION.test(file)).map(withExpectation);
  const twin = captures.find(({ expectation }, n) => captures.findIndex((one) => one.expectation === expectation) < n);
  const twins = captures.filter(({ expectation }) => expectation === twin?.expectation).map(({ capture }) => capture);
  const answered = new Set(captures.map(({ expectation }) => expectation));
  const orphans = [...files].filter((file) => EXPECTATION.test(file) && !answered.has(file));
  return { captures, orphans, unreadable, twins };
}

/** An expectation that is named stands for the captures it is beside too. */
function filesOf(path: string): string[] {
  if (statSync(path).isDirectory()) return filesIn(path, true);
  if (!EXPECTATION.test(path)) return [path];
  const beside = filesIn(dirname(path), false).filter((file) => withExpectation(file).expectation === normalize(path));
  return [normalize(path), ...beside];
}

const filesIn = (folder: string, recursive: boolean): string[] =>
  walk(folder, recursive, new Set())
    .filter((file) => EXPECTATION.test(file) || CALLED_CAPTURE.test(file) || isCaptureFile(file))
    .sort();

/** @param seen folders, which links may lead to again */
function walk(folder: string, recursive: boolean, seen: Set<string>): string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = existsSync(path) ? statSync(path) : null;
    if (stat?.isDirectory()) return recursive ? walk(path, recursive, seen) : [];
    return stat?.isFile() ? [path] : [];
  });
}

const withExpectation = (capture: string): CaptureFile => ({
  capture,
  expectation: `${capture.replace(ENDING, '')}.expect.json`,
});

export const hasExpectation = ({ expectation }: CaptureFile): boolean => existsSync(expectation);
