// Who is asked for on the local link and does not answer.

import { describe, expect, test } from 'vitest';
import { Neighbours } from '../../src/tcp/neighbours.js';
import { parseAddress } from '../../src/wire/address.js';
import { Segment } from '../../src/wire/segment.js';

const [ME, YOU, THIRD, NOBODY] = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '0.0.0.0'];

function link() {
  const neighbours = new Neighbours();
  const segment = new Segment();
  let packet = 0;
  const note = (asks: boolean, from: string, to: string, seconds: number, vlanKey = 0): void => {
    const [source, destination] = [from, to].map((text) => parseAddress(text)!);
    segment.ipVersion = source.ipVersion;
    segment.source.set(source.words);
    segment.destination.set(destination.words);
    Object.assign(segment, { neighbourAsks: asks, timeNs: seconds * 1e9, vlanKey, packet: ++packet });
    neighbours.note(segment);
  };
  return {
    asks: (from: string, to: string, seconds: number, vlanKey = 0) => note(true, from, to, seconds, vlanKey),
    answers: (from: string, seconds: number, vlanKey = 0) => note(false, from, NOBODY, seconds, vlanKey),
    unanswered: (target: string, sinceSeconds = 0, asker?: string, vlanKey = 0) => {
      const { words, ipVersion } = parseAddress(target)!;
      const by = asker === undefined ? null : { words: parseAddress(asker)!.words, at: 0, except: false };
      return neighbours.unanswered({ words, at: 0, ipVersion, vlanKey }, sinceSeconds * 1e9, by);
    },
  };
}

describe('neighbours', () => {
  test('asked for three times, in vain', () => {
    const lan = link();
    for (const seconds of [1, 2, 3]) lan.asks(ME, YOU, seconds);
    expect(lan.unanswered(YOU)).toEqual({ packet: 1, timeNs: 1e9, lastNs: 3e9, count: 3 });
    expect(lan.unanswered(ME)).toBeNull();
  });

  test.each(['answers', 'asks'] as const)('whoever %s is there', (how) => {
    const lan = link();
    lan.asks(ME, YOU, 1);
    if (how === 'answers') lan.answers(YOU, 2);
    else lan.asks(YOU, THIRD, 2);
    expect(lan.unanswered(YOU)).toBeNull();
  });

  test('by whom, and since when', () => {
    const lan = link();
    lan.asks(ME, YOU, 1);
    lan.asks(THIRD, YOU, 5);
    lan.asks(THIRD, YOU, 6);
    expect(lan.unanswered(YOU)).toMatchObject({ count: 2, packet: 2 });
    expect(lan.unanswered(YOU, 0, ME)).toMatchObject({ count: 1 });
    expect(lan.unanswered(YOU, 2, ME)).toBeNull();
  });

  test('a host that asks for its own address announces itself; one that probes for it has none yet', () => {
    const lan = link();
    lan.asks(YOU, YOU, 1);
    expect(lan.unanswered(YOU)).toBeNull();
    lan.asks(NOBODY, YOU, 2);
    expect(lan.unanswered(YOU)).toMatchObject({ count: 1 });
  });

  test('VLANs and IP versions apart', () => {
    const lan = link();
    lan.asks(ME, YOU, 1, 101);
    expect(lan.unanswered(YOU)).toBeNull();
    expect(lan.unanswered(YOU, 0, undefined, 101)).toMatchObject({ count: 1 });
    lan.answers(YOU, 2, 102);
    expect(lan.unanswered(YOU, 0, undefined, 101)).toMatchObject({ count: 1 });
    lan.asks('2001:db8::1', '2001:db8::2', 3);
    expect(lan.unanswered('2001:db8::2')).toMatchObject({ count: 1 });
  });

  test('a scan forgets the oldest question, not the newest', () => {
    const lan = link();
    for (let n = 0; n < 5000; n++) lan.asks(ME, `10.0.${n >> 8}.${n & 255}`, n);
    expect(lan.unanswered('10.0.0.0')).toBeNull();
    expect(lan.unanswered('10.0.19.135')).toMatchObject({ count: 1 });
  });
});
