// RSTs: which kill, which must be ignored, and what they look like.

import { describe, expect, test } from 'vitest';
import type { EndNotes } from '../../src/tcp/notes.js';
import {
  type Conversation,
  connectionInFinWait2,
  connectionInTimeWait,
  conversation,
  established,
} from '../support/conversation.js';

const OPEN = { client: 'ESTABLISHED', server: 'ESTABLISHED' };
const GONE = { client: 'CLOSED', server: 'CLOSED' };
const serverReset = (talk: Conversation): NonNullable<EndNotes['reset']> => {
  const { reset } = talk.seen().server.notes;
  if (!reset) throw new Error('the server has no RST to its name');
  return reset;
};

describe('a RST that kills', () => {
  test('refused: RST+ACK to the SYN', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.rstAck({ seq: 0, window: 0 });
    expect(talk.states()).toEqual(GONE);
    expect(serverReset(talk)).toMatchObject({
      shape: 'refused',
      accepted: true,
      beforeData: true,
      answers: { packet: 1 },
    });
    expect(talk.anomalies).toEqual(['tcp.rst.accepted']);
  });

  test('refused again and again (Windows resends the same SYN): one connection', () => {
    const talk = conversation();
    const syn = talk.client.syn();
    talk.server.rstAck({ seq: 0 });
    for (let i = 0; i < 2; i++) {
      talk.after(0.5).client.resends(syn);
      talk.server.rstAck({ seq: 0 });
    }
    expect(talk.states()).toEqual(GONE);
    expect(talk.connections).toBe(1);
    expect(talk.seen()).toMatchObject({ client: { retransmissions: 2 }, server: { resets: 3 } });
  });

  test('no socket: SEG.SEQ is the SEG.ACK it answers', () => {
    const talk = connectionInFinWait2();
    talk.server.says(10);
    talk.client.rst();
    expect(talk.states()).toEqual(GONE);
    expect(talk.seen().client.notes.reset).toMatchObject({
      shape: 'no-socket',
      accepted: true,
      answers: { packet: 9 },
    });
  });

  test('Linux takes RCV.NXT-1 after a FIN', () => {
    const talk = connectionInFinWait2();
    talk.client.rst({ seq: talk.client.next - 1 });
    expect(talk.states()).toEqual(GONE);
  });

  test('live socket: RST+ACK at SND.NXT; an answer was owed', () => {
    const talk = established();
    talk.client.says(5);
    talk.server.ack();
    talk.server.rstAck();
    expect(talk.states()).toEqual(GONE);
    expect(serverReset(talk)).toMatchObject({
      shape: 'live-socket',
      accepted: true,
      owedAnswer: true,
      beforeData: false,
    });
  });

  test('live socket with its window closed', () => {
    const talk = established();
    talk.client.says(500);
    talk.server.ack({ window: 0 });
    talk.server.rstAck({ window: 0 });
    expect(serverReset(talk)).toMatchObject({ shape: 'live-socket', windowWasZero: true });
  });

  test('it counts the segments that had waited for an answer', () => {
    const talk = established();
    const data = talk.client.says(10, { lost: true });
    talk.after(1).client.resends(data, { lost: true });
    talk.after(2).client.resends(data, { lost: true });
    talk.server.rst();
    expect(serverReset(talk)).toMatchObject({ shape: 'no-socket', asked: { packet: 7, count: 3 } });
    expect(talk.seen().client.unanswered).toBe(0);
  });

  test('a RST of an end that nobody answered: it gave up; who was silent heard nothing', () => {
    const talk = established();
    for (let i = 0; i < 4; i++) talk.after(1).client.probes();
    talk.after(1).client.rstAck();
    expect(talk.states()).toEqual({ client: 'CLOSED', server: 'ESTABLISHED' });
    expect(talk.seen().client.notes).toMatchObject({ gaveUp: { packet: 11 } });
    expect(talk.watcher.ended).toEqual([]);
  });

  test('after both FINs were acknowledged it is a stray: the close was orderly', () => {
    const talk = connectionInTimeWait();
    talk.after(1).server.rst();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.seen().server.notes).toMatchObject({ lateReset: { packet: 11 } });
    expect(talk.seen().server.notes.reset).toBeUndefined();
  });
});

describe('a RST that must be ignored', () => {
  test.each([
    ['without ACK', {}, 'rst'],
    ['that acknowledges something else', { ack: 77 }, 'rstAck'],
    ['that acknowledges nothing', { ack: 0 }, 'rstAck'],
  ] as const)('in SYN-SENT: one %s, and the handshake goes on', (_, fields, kind) => {
    const talk = conversation();
    talk.client.syn();
    talk.server[kind]({ seq: 123_456_789, ttl: 9, ...fields });
    expect(talk.states()).toEqual({ client: 'SYN-SENT', server: null });
    expect(talk.anomalies).toContain('tcp.rst.ignored');
    talk.server.synAck();
    talk.client.ack();
    talk.server.says(40);
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen().server).toMatchObject({
      bytes: 40,
      outstanding: 0,
      holes: 0,
      retransmissions: 0,
      outOfOrder: 0,
    });
    expect(serverReset(talk)).toMatchObject({ accepted: false });
  });

  test.each([
    ['a thousand octets off: in the window, challenged by RFC 5961', 1000],
    ['far outside the window', 1_000_000_000],
    ['below what was acknowledged', -3],
  ])('%s', (_, offset) => {
    const talk = established();
    talk.server.rst({ seq: talk.server.next + offset });
    expect(talk.states()).toEqual(OPEN);
    talk.client.ack();
    talk.server.says(10);
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen().server).toMatchObject({
      bytes: 15,
      retransmissions: 0,
      outOfOrder: 0,
      filledHoles: 0,
      holes: 0,
      resets: 1,
    });
    expect(talk.seen().server.notes).toMatchObject({ ignoredReset: { packet: 7 } });
    expect(talk.connections).toBe(1);
  });

  test('it moves neither SND.NXT nor the TTL that its sender is known by', () => {
    const talk = established();
    talk.server.rst({ seq: talk.server.next + 1000, ttl: 200 });
    talk.server.says(10);
    talk.server.rst({ seq: talk.server.next, ttl: 200 });
    expect(serverReset(talk)).toMatchObject({ accepted: true, ttlDistance: 137 });
  });

  test('forged and exact but lost on its way: the end it meant goes on within the second, and is answered', () => {
    const talk = established();
    talk.after(1).server.rstAck({ ttl: 57 });
    talk.after(0.05).client.says(10);
    talk.after(0.05).server.says(10);
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen().server.notes).toMatchObject({ talkedOn: {}, ignoredReset: {}, reset: { accepted: false } });
    talk.client.fin();
    talk.server.fin();
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
  });

  test('forged and exact, and its "sender" talks on: it is open again', () => {
    const talk = established();
    talk.server.rst({ ttl: 70 });
    expect(talk.states()).toEqual(GONE);
    expect(talk.watcher.ended).toHaveLength(1);
    talk.after(0.5).server.says(10);
    expect(talk.states().server).toBe('ESTABLISHED');
    expect(talk.seen().server.notes).toMatchObject({ talkedOn: {}, reset: { ttlDistance: 7 } });
    talk.after(0.6).client.says(10);
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen()).toMatchObject({ endedNs: Number.NaN, server: { notes: { reset: { accepted: false } } } });
    talk.closes();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.connections).toBe(1);
  });

  test('what was in flight when the RST passed doubts nothing', () => {
    const talk = established();
    talk.server.rst();
    talk.client.says(10, { lost: true });
    talk.client.says(10, { lost: true });
    expect(talk.states()).toEqual(GONE);
    expect(serverReset(talk).accepted).toBe(true);
  });
});

describe('what a RST is measured by', () => {
  const shaken = (options = {}): Conversation => {
    const talk = established(options);
    talk.server.says(5);
    return talk;
  };

  test.each([63, 62, 64, 255])('TTL %i against a constant 63', (ttl) => {
    const talk = shaken();
    talk.server.rstAck({ ttl });
    expect(serverReset(talk).ttlDistance).toBe(Math.abs(ttl - 63));
  });

  test('a TTL that varies convicts nobody', () => {
    const talk = shaken();
    talk.server.says(5, { ttl: 61 });
    talk.server.rstAck({ ttl: 255 });
    expect(serverReset(talk).ttlDistance).toBe(0);
  });

  test.each([
    ['the next identification', 1, false],
    ['256 further', 256, false],
    ['257 further', 257, true],
    ['one before', -1, true],
  ])('%s', (_, step, off) => {
    const talk = shaken();
    talk.server.rstAck({ ipId: (talk.server.ipId + step) & 0xffff });
    expect(serverReset(talk).ipIdOff).toBe(off);
  });

  test('identifications that jump, or are absent, convict nobody', () => {
    const jumps = shaken();
    jumps.server.says(5, { ipId: 60_000 });
    jumps.server.rstAck({ ipId: 3 });
    expect(serverReset(jumps).ipIdOff).toBe(false);
    const v6 = shaken({ ipVersion: 6 });
    v6.server.rstAck();
    expect(serverReset(v6).ipIdOff).toBe(false);
  });

  test('timestamps that both negotiated are missed in a RST+ACK, not in a bare RST', () => {
    const missing = shaken({ timestamps: true });
    missing.server.rstAck({ timestamps: false });
    expect(serverReset(missing).lacksTimestamps).toBe(true);
    const present = shaken({ timestamps: true });
    present.server.rstAck();
    expect(serverReset(present).lacksTimestamps).toBe(false);
    const bare = shaken({ timestamps: true });
    bare.server.rst({ timestamps: false });
    expect(serverReset(bare).lacksTimestamps).toBe(false);
  });

  test('numbers that fit nothing are odd', () => {
    const talk = shaken();
    talk.server.rstAck({ ack: 50_000_000 });
    expect(serverReset(talk)).toMatchObject({ shape: 'odd', accepted: true });
  });

  test('what it acknowledges and the capture never saw was missed, if there was room for it', () => {
    const talk = shaken();
    talk.server.rstAck({ ack: talk.client.next + 6 });
    expect(serverReset(talk)).toMatchObject({ shape: 'live-socket', beforeData: false });
    expect(talk.seen().client.notes.missed).toMatchObject({ octets: 6 });
  });

  test('a SYN is refused by who has no number of its own: with one, the SYN-ACK was missed', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.rstAck({ seq: 1 });
    expect(serverReset(talk)).toMatchObject({ shape: 'odd', accepted: true });
  });
});

describe('ICMP errors', () => {
  test('of one kind are counted with the end they are about; a changed one starts anew', () => {
    const talk = established();
    const data = talk.client.says(10, { lost: true });
    for (let i = 0; i < 3; i++) expect(talk.after(1).watcher.icmpErrorAbout(data, 3, 1)).toBe(true);
    expect(talk.seen().client.notes.icmp).toMatchObject({ type: 3, code: 1, count: 3, from: '203.0.113.9' });
    talk.watcher.icmpErrorAbout(data, 3, 13);
    expect(talk.seen().client.notes.icmp).toMatchObject({ code: 13, count: 1 });
    expect(talk.seen().server.notes.icmp).toBeUndefined();
  });

  test('about octets never sent are not believed, about strangers not taken', () => {
    const talk = established();
    const data = talk.client.says(10);
    talk.watcher.icmpErrorAbout({ ...data, seq: (data.seq + 5000) | 0 }, 3, 1);
    expect(talk.anomalies).toEqual(['icmp.implausible']);
    expect(talk.seen().client.notes.icmp).toBeUndefined();
    expect(talk.watcher.icmpErrorAbout({ ...data, sourcePort: 1 }, 3, 1)).toBe(false);
    expect(talk.connections).toBe(1);
  });
});
