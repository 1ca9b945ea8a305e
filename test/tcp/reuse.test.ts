// The same addresses and ports once more: new connections, recovered ones, and strays between them.

import { describe, expect, test } from 'vitest';
import { connectionInFinWait2, connectionInTimeWait, conversation, established } from '../support/conversation.js';

const OPEN = { client: 'ESTABLISHED', server: 'ESTABLISHED' };

describe('port reuse', () => {
  test('a SYN with a new ISN in TIME-WAIT is a new connection', () => {
    const old = connectionInTimeWait();
    const talk = old.anew({ clientIsn: old.client.isn + old.client.next + 65_537 }).opens();
    expect(talk.connections).toBe(2);
    expect(talk.states(1)).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.states(2)).toEqual(OPEN);
    expect(talk.anomalies).toEqual([]);
  });

  test('late segments of the old one stay its own, while the new one goes on', () => {
    const old = connectionInTimeWait();
    const talk = old.anew().opens();
    talk.client.says(100);
    const before = talk.seen(2);
    old.server.sends(0x11, { seq: old.server.next - 1 });
    old.client.ack();
    old.server.rst();
    talk.server.ack();
    expect(talk.connections).toBe(2);
    expect(talk.seen(1)).toMatchObject({ server: { retransmissions: 1, resets: 1 } });
    expect(talk.seen(2)).toMatchObject({
      server: { segments: before.server.segments + 1, resets: 0, retransmissions: 0 },
    });
    expect(talk.states(2)).toEqual(OPEN);
  });

  test('a resent SYN of the new one is its retransmission', () => {
    const old = connectionInTimeWait();
    const talk = old.anew();
    const syn = talk.client.syn();
    talk.after(1).client.resends(syn);
    expect(talk.connections).toBe(2);
    expect(talk.seen(2).client.retransmissions).toBe(1);
    expect(talk.seen(1).client.retransmissions).toBe(0);
  });

  test('a SYN with FIN is a forgery, and the connection it is aimed at goes on', () => {
    const talk = established();
    talk.server.says(100);
    talk.client.ack();
    const { next } = talk.server;
    talk.server.sends(0x03, { seq: next, ack: 0 });
    talk.client.ack({ ack: next });
    expect(talk.connections).toBe(1);
    expect(talk.states()).toEqual(OPEN);
    expect(talk.anomalies).toEqual(['tcp.impossible', 'tcp.challenge-ack']);
  });

  test('many times over: every one has its record, each told once', () => {
    let talk = established();
    for (let i = 0; i < 20; i++) talk = talk.closes().anew().opens();
    expect(talk.connections).toBe(21);
    const ids = talk.watcher.close().map(({ id }) => id);
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });

  test('a connection picked up mid-stream and closed, then a SYN', () => {
    const old = conversation().openedBefore();
    old.client.says(5);
    old.closes();
    const talk = old.anew().opens();
    expect(talk.connections).toBe(2);
    expect(talk.states(2)).toEqual(OPEN);
  });

  test('the other end as client: its SYN is a new connection with roles of its own', () => {
    const old = connectionInTimeWait();
    const talk = old.anew();
    talk.server.syn();
    talk.client.synAck();
    talk.server.ack();
    expect(talk.connections).toBe(2);
    expect(talk.seen(2)).toMatchObject({ roles: 'syn', client: { port: 443 } });
    expect(talk.states(2)).toEqual(OPEN);
  });

  test('roles of the old connection are not those of the new one', () => {
    const old = established().closes();
    const talk = old.anew();
    talk.client.syn();
    expect(talk.seen(1)).toMatchObject({ roles: 'syn', client: { port: 40_000 } });
  });
});

describe('half-open recovery (RFC 9293 section 3.5.1)', () => {
  test('the client lost its state: SYN, challenge ACK, RST, the same SYN again', () => {
    const old = established();
    const talk = old.after(100).anew();
    const syn = talk.client.syn({ lost: true });
    expect(talk.anomalies).toEqual(['tcp.syn-on-live']);
    old.server.ack();
    expect(talk.states(2)).toEqual({ client: 'SYN-SENT', server: null });
    old.client.rst();
    expect(talk.states(1)).toEqual({ client: 'CLOSED', server: 'CLOSED' });
    expect(talk.seen(1).client.notes.reset).toMatchObject({ shape: 'no-socket', accepted: true });
    talk.after(1).client.resends(syn);
    talk.server.synAck();
    talk.client.ack();
    expect(talk.connections).toBe(2);
    expect(talk.states(2)).toEqual(OPEN);
    expect(talk.seen(2)).toMatchObject({
      openedNs: syn.timeNs,
      client: { retransmissions: 1, resets: 0 },
      server: { segments: 1, outstanding: 0 },
    });
    expect(talk.seen(1).client.retransmissions).toBe(0);
  });

  test.each([-1_000_000_000, -1000, 1_000_000_000])(
    'the same, the old connection never seen; ISNs %i apart',
    (apart) => {
      const old = conversation().openedBefore();
      const talk = old.anew({ clientIsn: (old.client.isn + apart) | 0, serverIsn: (old.server.isn + apart) | 0 });
      const syn = talk.client.syn({ lost: true });
      old.server.ack();
      old.client.rst();
      talk.after(1).client.resends(syn);
      talk.server.synAck();
      talk.client.ack();
      talk.client.says(5);
      talk.server.ack();
      talk.server.says(7);
      expect(talk.connections).toBe(1);
      expect(talk.states()).toEqual(OPEN);
      expect(talk.seen()).toMatchObject({
        client: { retransmissions: 1, bytes: 5, outstanding: 0, holes: 0 },
        server: { retransmissions: 0, bytes: 7, outstanding: 7, holes: 0 },
      });
    },
  );

  test('the server lost its state: data is answered by a RST, and the client connects anew', () => {
    const old = established();
    old.after(100).client.says(10, { lost: true });
    old.server.rst();
    expect(old.states()).toEqual({ client: 'CLOSED', server: 'CLOSED' });
    const talk = old.anew().opens();
    expect(talk.connections).toBe(2);
    expect(talk.states(2)).toEqual(OPEN);
  });

  test('the old connection speaks while the new one opens: each to its own', () => {
    const old = connectionInFinWait2();
    const talk = old.anew();
    talk.client.syn({ lost: true });
    old.server.says(50);
    talk.server.synAck();
    old.server.says(50);
    talk.client.ack();
    expect(talk.seen(1).server).toMatchObject({ bytes: 105, retransmissions: 0, holes: 0 });
    expect(talk.seen(2).server).toMatchObject({ bytes: 0, segments: 1 });
    expect(talk.states(2).client).toBe('ESTABLISHED');
  });
});
