// `--write-flagged DIR`: a file for each connection that ended abnormally, and nothing that grows without bound.

import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile } from '../source/reading.js';
import {
  baseAt,
  canMount,
  evidence,
  Feed,
  flaggedContents,
  framesIn,
  inFolder,
  inSmallFileSystem,
  KIB,
  NAME,
  recordWith,
  run,
  unlessMounts,
  unlessWireshark,
  wireshark,
} from './written.js';

describe('a flagged connection', () => {
  it('has its frames in a file that says why', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1);
      feed.pass(2);
      feed.pass(0);
      const arp = feed.pass(0);
      const last = feed.pass(1);
      const firewall = { title: 'a firewall', toTellApart: 'the TTL of the RST' };
      const { recorder } = feed;
      recorder.write(
        recordWith({
          final: false,
          lastPacket: last,
          verdict: {
            evidence: [evidence(last, 'RST to the SYN'), evidence(arp, 'no ARP answer'), evidence(99, 'much later')],
            lookalikes: [{ id: 'x', ofMotive: true, scenario: null, ...firewall }],
          },
        }),
      );
      await recorder.end();
      expect(fs.readdirSync(folder)).toEqual([NAME]);
      const path = join(folder, NAME);
      const { comment, packets, comments } = flaggedContents(path);
      expect(packets).toEqual([1, arp, last]);
      expect([...comments]).toEqual([
        [arp, 'no ARP answer'],
        [last, 'RST to the SYN'],
      ]);
      expect(comment.split('\n')).toEqual([
        'connection 1: 192.0.2.1:40000 → 198.51.100.2:443',
        'verdict: the server refused the connection (certain), provisional',
        'document: 3',
        'ending: refused',
        'opened: 2026-11-22T12:00:00.123456789Z',
        'ended: 2026-11-22T12:00:01.123456789Z',
        'client: connect() gave ECONNREFUSED',
        'packets are numbered as in the capture these are from',
        'packet 5: RST to the SYN',
        'packet 4: no ARP answer',
        'packet 99: much later (not in this file)',
        'cause may be: a firewall; would tell: the TTL of the RST',
      ]);
      const { frames, problem } = await readFile(path, baseAt());
      expect(problem).toBeNull();
      expect(frames.map(({ timeNs }) => timeNs)).toEqual([1000, arp * 1000, last * 1000]);
      expect(recorder).toMatchObject({ problem: null, files: 1, notWritten: 0, removed: 0 });
      expect(recorder.bytes).toBe(fs.statSync(path).size);
    });
  });

  it('has a name that is good on every file system', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(7);
      const client = { address: '2001:db8::1', port: 40000 };
      const server = { address: '::ffff:192.0.2.1', port: 443 };
      feed.recorder.write(recordWith({ id: 7, client, server, verdict: { scenario: null } }));
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([
        '20261122T120000.123456Z_2001-db8--1.40000_--ffff-192.0.2.1.443_no-verdict_7.pcapng',
      ]);
    });
  });

  it('says no more than a pcapng option can hold, and no half characters', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1);
      feed.recorder.write(
        recordWith({ verdict: { title: '→'.repeat(70_000), evidence: [evidence(1, 'é'.repeat(70_000))] } }),
      );
      await feed.recorder.end();
      const { comment, comments } = flaggedContents(join(folder, NAME));
      expect(comment).toMatch(/: →+$/);
      expect(comments.get(1)).toBe('é'.repeat(32_767));
      expect(framesIn(join(folder, NAME))).toHaveLength(1);
    });
  });

  it.skipIf(!wireshark)(`shows its verdict in Wireshark${unlessWireshark}`, async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(2, 5);
      feed.pass(1, 3);
      feed.recorder.write(
        recordWith({ firstPacket: 6, verdict: { evidence: [evidence(7, 'RST to the SYN'), evidence(7, 'at once')] } }),
      );
      await feed.recorder.end();
      const path = join(folder, NAME);
      const fields = ['frame.number', 'frame.packet_id', 'frame.comment', 'frame.interface_name'];
      const lines = run('tshark', '-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));
      expect(lines.split('\n').slice(0, 3)).toEqual([
        '1\t6\t\teth7',
        '2\t7\tRST to the SYN; at once\teth7',
        '3\t8\t\teth7',
      ]);
      const about = run('capinfos', '-M', path);
      for (const words of [
        'the server refused the connection (certain), final',
        'packet 7: at once',
        'tcpwatch 9.9.9',
      ]) {
        expect(about).toContain(words);
      }
    });
  });

  it('keeps how a long connection began and how it ended, and says what is missing', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      const last = feed.pass(1, 5000);
      const middle = last - 200;
      feed.recorder.write(recordWith({ lastPacket: last, verdict: { evidence: [evidence(middle, 'so long ago')] } }));
      await feed.recorder.end();
      const { packets, comments, comment } = flaggedContents(join(folder, NAME));
      expect(packets.slice(0, 4)).toEqual([1, 2, 3, 4]);
      expect(packets.at(-1)).toBe(last);
      const tail = packets.slice(5);
      expect(tail).toEqual(tail.map((_, i) => last - tail.length + 1 + i));
      expect(tail.length).toBeGreaterThan(50);
      // Beyond what a file takes of the memory, evidence is found all the same.
      expect(packets[4]).toBe(middle);
      expect([...comments]).toEqual([[middle, 'so long ago']]);
      expect(comment.split('\n').at(-1)).toBe(
        `missing: ${last - packets.length} frames in the middle; they had left the memory when this was written`,
      );
    });
  });

  it('says so where the end or the beginning has left the memory', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      const last = feed.pass(1, 6);
      feed.pass(2, 5000);
      feed.recorder.write(recordWith({ lastPacket: last }));
      // As of a connection whose slot was given up and taken again.
      const first = feed.pass(3);
      feed.recorder.write(recordWith({ id: 3, firstPacket: first - 1, lastPacket: first }));
      await feed.recorder.end();
      const lines = fs
        .readdirSync(folder)
        .map((name) => flaggedContents(join(folder, name)).comment.split('\n').at(-1));
      expect(lines.map((line) => line?.split(';')[0])).toEqual([
        'missing: 2 frames after the first',
        'missing: at least 1 frame, the first among them',
      ]);
    });
  });

  it('is written as it was when it was flagged: with the frame at hand, whatever comes later', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1, 6);
      feed.recorder.write(recordWith({ verdict: { evidence: [evidence(7, 'RST')] } }));
      const rst = feed.pass(1);
      feed.pass(1, 5000);
      await feed.recorder.end();
      const { packets, comments } = flaggedContents(join(folder, NAME));
      expect(packets).toEqual([1, 2, 3, 4, 5, 6, rst]);
      expect(comments.get(rst)).toBe('RST');
    });
  });
});

describe('a verdict that is revised', () => {
  it('replaces the file and its name, and keeps frames that have left the memory since', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      const early = feed.pass(1, 10);
      feed.recorder.write(recordWith({ final: false, verdict: { evidence: [evidence(early, 'an early guess')] } }));
      await feed.recorder.end();
      feed.pass(2, 5000);
      const late = feed.pass(1, 2);
      const verdict = { scenario: 'path-lost', evidence: [evidence(late, 'late'), evidence(9, 'seen again')] };
      feed.recorder.write(recordWith({ revision: 2, lastPacket: late, verdict }));
      await feed.recorder.end();
      const name = NAME.replace('connect-refused', 'path-lost');
      expect(fs.readdirSync(folder)).toEqual([name]);
      const { packets, comments, comment } = flaggedContents(join(folder, name));
      expect(packets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, late - 1, late]);
      expect([...comments]).toEqual([
        [9, 'seen again'],
        [late, 'late'],
      ]);
      expect(comment).not.toContain('missing');
      expect(feed.recorder).toMatchObject({ files: 1, bytes: fs.statSync(join(folder, name)).size, removed: 0 });
    });
  });

  it('counts also while the one before it still waits', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      for (const scenario of ['connect-refused', 'path-lost', 'aborted']) {
        feed.pass(1);
        feed.recorder.write(recordWith({ verdict: { scenario } }));
      }
      await feed.recorder.end();
      const name = NAME.replace('connect-refused', 'aborted');
      expect(fs.readdirSync(folder)).toEqual([name]);
      expect(flaggedContents(join(folder, name)).packets).toEqual([1, 2, 3]);
    });
  });

  it('does not take frames from a file that somebody has changed', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1, 5);
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      const path = join(folder, NAME);
      fs.writeFileSync(path, fs.readFileSync(path).fill(0xff, 200));
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      expect(flaggedContents(path).packets).toEqual([1, 2, 3, 4, 5]);
      expect(framesIn(path)).toHaveLength(5);
    });
  });

  it('takes the file away when the connection turns out well', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1);
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      feed.recorder.withdraw(1);
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([]);
      // Also one that waits, or is being written.
      feed.recorder.write(recordWith({}));
      feed.recorder.withdraw(1);
      feed.recorder.withdraw(2);
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([]);
      expect(feed.recorder).toMatchObject({ files: 0, bytes: 0, notWritten: 0, removed: 0 });
      // And it may go wrong after all.
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([NAME]);
    });
  });

  it('is written though the connection is forgotten at once', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder);
      feed.pass(1, 3);
      feed.recorder.write(recordWith({}));
      feed.recorder.forget(1);
      feed.recorder.write(recordWith({ id: 2 }));
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([NAME]);
      expect(feed.recorder.notWritten).toBe(1);
    });
  });
});

describe('the folder', () => {
  const minute = (n: number): string => `2026-11-22T12:${String(n).padStart(2, '0')}:00.000000000Z`;
  const octetsIn = (folder: string): number =>
    fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(join(folder, name)).size, 0);

  it('stays within its bounds: the oldest of ours go, and nobody else’s', async () => {
    await inFolder(async (folder) => {
      const foreign = ['notes.pcapng', `0${NAME}.txt`, '0.part', 'x_y_z_1.pcapng'];
      for (const name of foreign) fs.writeFileSync(join(folder, name), Buffer.alloc(20_000));
      fs.mkdirSync(join(folder, NAME.replace('_1.', '_2.')));
      // Of an earlier run: one whole, one that was cut off.
      const earlier = NAME.replace('20261122', '20251122');
      fs.writeFileSync(join(folder, earlier), Buffer.alloc(5000));
      fs.writeFileSync(join(folder, `${earlier}.part`), Buffer.alloc(3000));
      const before = octetsIn(folder) - 8000;

      const feed = new Feed(folder, { directoryBytes: 10_000 });
      for (let id = 1; id <= 30; id++) {
        feed.pass(id, 5);
        feed.recorder.write(
          recordWith({ id, opened: minute(id), firstPacket: feed.packet - 4, lastPacket: feed.packet }),
        );
        await feed.recorder.end();
        expect(octetsIn(folder) - before).toBeLessThanOrEqual(10_000);
      }
      const names = fs.readdirSync(folder).filter((name) => name.startsWith('20261122T12') && !name.includes('_2.'));
      const { recorder } = feed;
      expect(names).toHaveLength(recorder.files);
      expect(recorder.files).toBeGreaterThan(3);
      expect(recorder.removed).toBe(30 - recorder.files + 2);
      expect(names.map((name) => Number(/_(\d+)\.pcapng/.exec(name)?.[1]))).toEqual(
        Array.from(names, (_, i) => 31 - recorder.files + i),
      );
      for (const name of foreign) expect(fs.statSync(join(folder, name)).size).toBe(20_000);
      expect(recorder.problem).toBeNull();
    });
  });

  it('takes no file larger than all of it', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(folder, { directoryBytes: 500 });
      feed.pass(1, 4);
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      expect(fs.readdirSync(folder)).toEqual([]);
      expect(feed.recorder).toMatchObject({ problem: null, files: 0, notWritten: 1 });
    });
  });

  it('is written into through no link', async () => {
    await inFolder(async (folder) => {
      const victim = join(folder, 'victim');
      fs.writeFileSync(victim, 'untouched');
      fs.symlinkSync(victim, join(folder, `${NAME}.part`));
      fs.symlinkSync(victim, join(folder, NAME));
      const feed = new Feed(folder);
      feed.pass(1);
      feed.recorder.write(recordWith({}));
      await feed.recorder.end();
      expect(fs.readFileSync(victim, 'utf8')).toBe('untouched');
      expect(fs.lstatSync(join(folder, NAME)).isFile()).toBe(true);
    });
  });

  it('that is not there is a problem, and told once', async () => {
    await inFolder(async (folder) => {
      const feed = new Feed(join(folder, 'missing'));
      for (const id of [1, 2]) {
        feed.pass(id);
        feed.recorder.write(recordWith({ id }));
      }
      await feed.recorder.end();
      feed.pass(3);
      feed.recorder.write(recordWith({ id: 3 }));
      feed.recorder.write(recordWith({ id: 3 }));
      await feed.recorder.end();
      expect(feed.recorder).toMatchObject({ problem: 'no such file or directory', files: 0, notWritten: 3 });
    });
  });

  it.skipIf(!canMount)(`that is full leaves no part of a file${unlessMounts}`, async () => {
    await inSmallFileSystem(32 * KIB, async (folder) => {
      const feed = new Feed(folder);
      for (let id = 1; id <= 20; id++) {
        feed.pass(id, 30);
        feed.recorder.write(recordWith({ id, firstPacket: feed.packet - 29, lastPacket: feed.packet }));
      }
      await feed.recorder.end();
      const { recorder } = feed;
      expect(recorder.problem).toBe('no space left on device');
      const names = fs.readdirSync(folder);
      expect(names.length).toBe(recorder.files);
      expect(recorder.files).toBeGreaterThan(1);
      expect(recorder.notWritten).toBe(20 - recorder.files);
      for (const name of names) expect(framesIn(join(folder, name))).toHaveLength(30);
    });
  });
});
