// What the tracker tells of, besides records: openings, closings, silences, and that it is time to look again.

import { describe, expect, test } from 'vitest';
import { silenceRank } from '../../src/tcp/endpoint.js';
import { conversation, established } from '../support/conversation.js';
import { Listening } from './listening.js';

const CLIENT = 40_000;
const SERVER = 443;

describe('established', () => {
  test('once, at the final ACK of the handshake', () => {
    const watcher = new Listening();
    const talk = conversation({ on: watcher });
    const syn = talk.client.syn();
    talk.client.resends(syn);
    const synAck = talk.server.synAck();
    expect(watcher.news()).toEqual([]);
    talk.client.ack();
    expect(watcher.told.at(-1)).toMatchObject({ what: 'established', id: 1, packet: 4, from: CLIENT });
    expect(watcher.news()).toEqual(['established']);
    // The final ACK was lost behind the capture: the handshake goes on, but was told.
    talk.after(1).server.resends(synAck);
    talk.client.ack();
    talk.client.says(5);
    talk.server.ack();
    expect(watcher.news()).toEqual([]);
  });

  test('at the first data where the final ACK was not captured', () => {
    const watcher = new Listening();
    const talk = conversation({ on: watcher });
    talk.client.syn();
    talk.server.synAck();
    talk.client.ack({ unseen: true });
    expect(watcher.news()).toEqual([]);
    talk.client.says(5);
    expect(watcher.news()).toEqual(['established']);
  });

  test('each connection of a tuple by itself', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher }).closes();
    talk.after(1).anew().opens();
    expect(watcher.told.filter(({ what }) => what === 'established').map(({ id }) => id)).toEqual([1, 2]);
  });

  test('both ends opening at once: at the last word of it', () => {
    const watcher = new Listening();
    const talk = conversation({ on: watcher });
    talk.client.syn();
    talk.server.syn();
    talk.client.synAck({ seq: 0 });
    expect(watcher.news()).toEqual([]);
    talk.server.synAck({ seq: 0 });
    expect(watcher.news()).toEqual(['established']);
    talk.client.ack();
    talk.server.ack();
    expect(watcher.news()).toEqual([]);
  });

  test.each([
    ['server', SERVER],
    ['client', CLIENT],
  ] as const)('of a capture that sees the %s alone: when that goes on', (sees, from) => {
    const watcher = new Listening();
    const talk = conversation({ on: watcher, sees }).opens();
    if (sees === 'server') expect(watcher.news()).toEqual([]);
    talk.client.says(5);
    talk.server.says(5);
    talk.client.ack();
    expect(watcher.news()).toEqual(['established']);
    expect(watcher.told.at(-1)).toMatchObject({ what: 'established', from });
  });

  test('never where it was not seen: picked up later, refused, unanswered', () => {
    const watcher = new Listening();
    const later = conversation({ on: watcher }).openedBefore();
    later.client.says(5);
    later.server.ack();
    const refused = conversation({ on: watcher, clientPort: 40_001 });
    refused.client.syn();
    refused.server.rstAck({ seq: 0 });
    conversation({ on: watcher, clientPort: 40_002 }).client.syn();
    expect(watcher.secondsOf('established')).toEqual([]);
    expect(watcher.tracker.roster.connections).toBe(3);
  });
});

describe('closing', () => {
  test('at the first FIN of each end, once, and who sent it', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    watcher.news();
    const fin = talk.server.fin({ lost: true });
    talk.after(0.3).server.resends(fin);
    talk.after(0.6).server.resends(fin);
    expect(watcher.told.at(-1)).toMatchObject({ what: 'closing', packet: 7, from: SERVER });
    expect(watcher.news()).toEqual(['closing']);
    talk.server.peer.heard = talk.server.next;
    talk.client.ack();
    const other = talk.client.fin();
    expect(watcher.told.at(-1)).toMatchObject({ what: 'closing', from: CLIENT });
    expect(watcher.news()).toEqual(['closing']);
    talk.client.resends(other);
    talk.server.ack();
    expect(watcher.news()).toEqual(['ended']);
  });

  test('not for a RST, nor for a FIN that was captured twice', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    talk.capturedAgain(talk.client.fin());
    expect(watcher.secondsOf('closing')).toHaveLength(1);
    established({ on: watcher, clientPort: 40_001 }).server.rst();
    expect(watcher.secondsOf('closing')).toHaveLength(1);
  });

  test('also where nothing but the close was captured', () => {
    const watcher = new Listening();
    conversation({ on: watcher }).openedBefore().closes('server');
    expect(watcher.told.filter(({ what }) => what === 'closing').map(({ from }) => from)).toEqual([SERVER, CLIENT]);
  });
});

describe('a silence', () => {
  /** Data that nobody acknowledges, again at each of these seconds after it was first sent. */
  function unanswered(seconds: readonly number[]): { watcher: Listening; talk: ReturnType<typeof established> } {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    watcher.news();
    const data = talk.client.says(5, { lost: true });
    const beganNs = watcher.nowNs;
    for (const second of seconds) {
      watcher.nowNs = beganNs + second * 1e9;
      talk.client.resends(data, { at: watcher.nowNs / 1e9 });
    }
    return { watcher, talk };
  }
  const since = ({ told, finals: _ }: Listening, what: string): number[] => {
    const beganNs = 7e6;
    return told.filter((one) => one.what === what).map(({ clockNs }) => (clockNs - beganNs) / 1e9);
  };

  test('is told once it has lasted three seconds, and again each time that has doubled, not at each resend', () => {
    const { watcher } = unanswered(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(since(watcher, 'silent')).toEqual([3]);
    expect(since(watcher, 'changed')).toEqual([6, 12, 24, 48, 96]);
    expect(watcher.secondsOf('answered')).toEqual([]);
  });

  test('with the pace of a real stack: every resend doubles it, so every resend is told', () => {
    // RTO 0.2 s, doubled each time.
    const { watcher } = unanswered([0.2, 0.6, 1.4, 3, 6.2, 12.6, 25.4, 51]);
    expect(since(watcher, 'silent')).toEqual([3]);
    expect(since(watcher, 'changed')).toEqual([6.2, 12.6, 25.4, 51]);
  });

  test('needs three sends as well: the first word may come late, and is one', () => {
    const { watcher } = unanswered([40, 41, 42, 47, 48, 49]);
    expect(since(watcher, 'silent')).toEqual([41]);
    expect(since(watcher, 'changed')).toEqual([48]);
  });

  test('an answer is told once; before a silence was told there is nothing to take back', () => {
    const { watcher, talk } = unanswered([1, 2, 4, 7]);
    expect(watcher.news()).toEqual(['silent', 'changed']);
    talk.server.ack();
    expect(watcher.news()).toEqual(['answered']);
    talk.server.ack();
    talk.server.says(5);
    expect(watcher.news()).toEqual([]);
    const brief = unanswered([1, 2]);
    brief.talk.server.ack();
    expect(brief.watcher.news()).toEqual([]);
  });

  test('after an answer the next one is told anew', () => {
    const { watcher, talk } = unanswered([1, 2, 4]);
    talk.server.ack();
    const more = talk.client.says(5, { lost: true });
    for (const seconds of [1, 1, 1, 1, 1, 1]) talk.after(seconds).client.resends(more);
    expect(watcher.news()).toEqual(['silent', 'answered', 'silent', 'changed']);
  });

  test('of either end by itself', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    watcher.news();
    const both = [talk.client.says(5, { lost: true }), talk.server.says(5, { lost: true })] as const;
    for (let i = 0; i < 4; i++) talk.after(1).server.resends(both[1]);
    expect(watcher.news()).toEqual(['silent']);
    talk.client.resends(both[0]);
    expect(watcher.news()).toEqual(['answered']);
  });

  test('of who is asked to open: SYNs count', () => {
    const watcher = new Listening();
    const talk = conversation({ on: watcher });
    const syn = talk.client.syn();
    for (const seconds of [1, 2, 4, 8]) talk.after(seconds).client.resends(syn);
    expect(watcher.news()).toEqual(['silent', 'changed', 'changed']);
    talk.server.synAck();
    expect(watcher.news()).toEqual(['answered']);
  });

  test.each([
    [3, 0],
    [5.999, 0],
    [6, 1],
    [11.999, 1],
    [12, 2],
    [3 * 2 ** 20, 20],
  ])('of %d seconds has doubled %i times', (seconds, rank) => {
    expect(silenceRank(seconds * 1e9)).toBe(rank);
  });
});

describe('changed', () => {
  test('by an ICMP error that can be believed, each time', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    const data = talk.client.says(5, { lost: true });
    watcher.news();
    expect(watcher.icmpErrorAbout(data, 3, 1)).toBe(true);
    expect(watcher.icmpErrorAbout(data, 3, 1)).toBe(true);
    expect(watcher.news()).toEqual(['changed', 'changed']);
  });

  test('not by one about octets that were never sent, nor by one about a connection never seen', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    const data = talk.client.says(5, { lost: true });
    watcher.news();
    watcher.icmpErrorAbout({ ...data, seq: (data.seq + 1_000_000) | 0 }, 3, 1);
    expect(watcher.icmpErrorAbout({ ...data, sourcePort: 1 }, 3, 1)).toBe(false);
    expect(watcher.news()).toEqual([]);
  });

  test('by a RST that does not end it', () => {
    const watcher = new Listening();
    const talk = established({ on: watcher });
    watcher.news();
    talk.server.rst({ seq: 1_000_000 });
    expect(watcher.news()).toEqual(['changed']);
    expect(talk.states()).toEqual({ client: 'ESTABLISHED', server: 'ESTABLISHED' });
    talk.server.rst();
    expect(watcher.news()).toEqual(['ended']);
  });
});

describe('looking again', () => {
  test('a second after each first FIN and after the end, and not before', () => {
    const watcher = new Listening({ looksAgain: true });
    const talk = established({ on: watcher });
    watcher.news();
    talk.client.fin();
    const finNs = watcher.nowNs;
    talk.server.ack();
    expect(watcher.news()).toEqual(['closing']);
    watcher.tracker.tick(finNs + 1e9 - 1);
    expect(watcher.news()).toEqual([]);
    watcher.tracker.tick(finNs + 5e9);
    expect(watcher.told.at(-1)).toMatchObject({ what: 'changed', id: 1, clockNs: finNs + 1e9 });
    expect(watcher.news()).toEqual(['changed']);

    talk.after(10).server.fin();
    const otherNs = watcher.nowNs;
    talk.after(0.2).client.ack();
    const endNs = watcher.nowNs;
    expect(watcher.news()).toEqual(['closing', 'ended']);
    watcher.tracker.tick(endNs + 60e9);
    expect(watcher.told.slice(-2).map(({ clockNs }) => clockNs)).toEqual([otherNs + 1e9, endNs + 1e9]);
    expect(watcher.news()).toEqual(['changed', 'changed']);
  });

  test('also after an end by RST; and once it is final no more', () => {
    const watcher = new Listening({ looksAgain: true });
    const talk = established({ on: watcher });
    watcher.news();
    talk.server.rst();
    const endNs = watcher.nowNs;
    watcher.tracker.tick(endNs + 500e9);
    expect(watcher.news()).toEqual(['ended', 'changed', 'final']);
    expect(watcher.told.slice(-2).map(({ clockNs }) => clockNs)).toEqual([endNs + 1e9, endNs + 120e9]);
  });

  test('not at a connection that has gone meanwhile, whoever has its place', () => {
    const watcher = new Listening({ looksAgain: true, maxConnections: 1 });
    established({ on: watcher }).client.fin();
    established({ on: watcher, clientPort: 40_001 });
    expect(watcher.tracker.roster.evicted).toBe(1);
    watcher.news();
    watcher.tracker.tick(watcher.nowNs + 10e9);
    expect(watcher.news()).toEqual([]);
  });

  test('nothing without the option', () => {
    const watcher = new Listening({ looksAgain: false });
    const talk = established({ on: watcher });
    talk.client.fin();
    talk.server.ack();
    talk.after(10).server.fin();
    talk.client.ack();
    established({ on: watcher, clientPort: 40_001 }).server.rst();
    watcher.tracker.tick(watcher.nowNs + 100e9);
    expect(watcher.secondsOf('changed')).toEqual([]);
    expect(watcher.secondsOf('ended')).toHaveLength(2);
  });
});
