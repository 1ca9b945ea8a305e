import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_INODES, readAnswer, readQuestion, writeAnswer, writeQuestion } from '../../src/system/holders-protocol.js';
import { isGone, parseStat } from '../../src/system/process-stat.js';
import { findHolders } from '../../src/system/socket-holders.js';

const stat = (
  pid: number,
  command: string,
  { state = 'S', flags = 4194560, threads = 1, startTicks = 100 } = {},
): string =>
  `${pid} (${command}) ${state} 1 ${pid} ${pid} 0 -1 ${flags} 120 0 0 0 1 2 0 0 20 0 ${threads} 0 ${startTicks} 1000 200 18446744073709551615 1 1\n`;

let proc: string;

/** A process in a made-up /proc. */
function makeProcess(pid: number, command: string, startTicks: number, files: readonly string[]): void {
  mkdirSync(join(proc, `${pid}/fd`), { recursive: true });
  writeFileSync(join(proc, `${pid}/stat`), stat(pid, command, { startTicks }));
  writeFileSync(join(proc, `${pid}/comm`), `${command}\n`);
  for (const [fd, file] of files.entries()) symlinkSync(file, join(proc, `${pid}/fd/${fd}`));
}

beforeAll(() => {
  proc = mkdtempSync(join(tmpdir(), 'tcpwatch-proc-'));
  makeProcess(9, 'nginx', 500, ['/dev/null', 'socket:[11]', 'pipe:[12]']);
  makeProcess(80, 'worker', 900, ['socket:[11]', 'socket:[13]']);
  makeProcess(900, 'older', 400, ['socket:[11]', 'socket:[133]']);
  makeProcess(901, 'twin', 400, ['socket:[133]', '/socket:[14]']);
  makeProcess(902, 'a\u001b[31m) S \u202e(\u2028b', 400, ['socket:[15]']);
  // It vanishes between two looks at it.
  mkdirSync(join(proc, '1000/fd'), { recursive: true });
  symlinkSync('socket:[16]', join(proc, '1000/fd/0'));
  mkdirSync(join(proc, '1001'));
  mkdirSync(join(proc, 'self'));
});

afterAll(() => rmSync(proc, { recursive: true }));

describe('the holder of a socket', () => {
  it('is the process that started last: the worker, not the one that made it', () => {
    expect(findHolders([11], proc).byInode).toEqual(new Map([[11, { pid: 80, startTicks: 900, command: 'worker' }]]));
  });

  it('is the one with the higher number where several started at once', () => {
    expect(findHolders([133], proc).byInode.get(133)?.command).toBe('twin');
  });

  it('is known for each of many, and for no other inode', () => {
    expect([...findHolders([12, 13, 14, 16, 17, 133], proc).byInode.keys()].sort()).toEqual([13, 133]);
  });

  it('has no name that could do harm where it is shown', () => {
    expect(findHolders([15], proc).byInode.get(15)?.command).toBe('a?[31m) S ?(?b');
  });

  it('is not known where there is no /proc', () => {
    expect(findHolders([11], join(proc, 'none'))).toEqual({ byInode: new Map(), unreadable: 0 });
  });
});

describe('what the helper and its parent say', () => {
  it('comes over as it was meant', () => {
    expect(readQuestion(writeQuestion([1, 4_294_967_295]).trimEnd())).toEqual([1, 4_294_967_295]);
    const holders = { byInode: new Map([[5, { pid: 6, startTicks: 7, command: 'a "b"' }]]), unreadable: 8 };
    expect(readAnswer(writeAnswer(holders).trimEnd())).toEqual(holders);
  });

  it.each(['', ' ', '1 ', '1  2', '-1', '1,2', '0x10', '1e3', '1\t2', '1/../2', '9'.repeat(16), '１'])(
    '%j is no question',
    (line) => expect(readQuestion(line)).toBeNull(),
  );

  it('is no question if it asks for too much', () => {
    const most = new Array<string>(MAX_INODES).fill('123456789012345');
    expect(readQuestion(most.join(' '))?.length).toBe(MAX_INODES);
    expect(readQuestion([...most, '1'].join(' '))).toBeNull();
  });

  it.each([
    '',
    'null',
    '7',
    '[]',
    '{',
    '{"holders":7}',
    '{"holders":[null,7,"x",[]],"unreadable":-1}',
    '{"holders":[{"inode":5,"pid":0,"startTicks":7,"command":"x"}]}',
    '{"holders":[{"inode":5,"pid":-6,"startTicks":7,"command":"x"}]}',
    '{"holders":[{"inode":5,"pid":"6","startTicks":7,"command":"x"}]}',
    '{"holders":[{"inode":5,"pid":6,"startTicks":7.5,"command":"x"}]}',
    '{"holders":[{"inode":5,"pid":6,"startTicks":7,"command":"\\u001b[2J"}]}',
    `{"holders":[{"inode":5,"pid":6,"startTicks":7,"command":"${'x'.repeat(65)}"}]}`,
    '['.repeat(100_000),
  ])('names no holder in an answer like %.70j', (line) => {
    expect(readAnswer(line)).toEqual({ byInode: new Map(), unreadable: 0 });
  });
});

describe('a process', () => {
  it('is read right whatever it calls itself', () => {
    for (const command of ['node', 'a b', 'x) Z 1 2 (', ')', '', 'a\nb']) {
      expect(parseStat(stat(5, command, { state: 'R', threads: 3, startTicks: 1234 }))).toEqual({
        state: 'R',
        flags: 4194560,
        threads: 3,
        startTicks: 1234,
      });
    }
  });

  it.each(['', 'x', '5 (x)', '5 (x) S 1 2', `5 (x) SS${' 1'.repeat(30)}`, `5 (x) S${' x'.repeat(30)}`])(
    'is not read from %j',
    (text) => expect(parseStat(text)).toBeNull(),
  );

  it.runIf(process.platform === 'linux')('is there as long as it runs, and not as another of the same number', () => {
    const own = parseStat(readFileSync('/proc/self/stat', 'latin1'))!;
    expect(isGone(process.pid, own.startTicks)).toBe(false);
    expect(isGone(process.pid, 1)).toBe(true);
    expect(isGone(2 ** 30, 1)).toBe(true);
  });
});
