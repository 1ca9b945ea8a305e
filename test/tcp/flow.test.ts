// Windows, acknowledgements, outstanding octets, probes, silence; and one packet captured twice.

import { describe, expect, test } from 'vitest';
import { conversation, established } from '../support/conversation.js';

const SEVEN = 7;

describe('windows', () => {
  test('are scaled by the shift their owner offered, but not in a SYN', () => {
    const talk = conversation();
    talk.client.syn({ window: 64_000, windowScaleShift: 3 });
    expect(talk.seen().client.window).toBe(64_000);
    talk.server.synAck({ window: 65_000, windowScaleShift: SEVEN });
    expect(talk.seen().server.window).toBe(65_000);
    talk.client.ack({ window: 100 });
    talk.server.ack({ window: 200 });
    expect(talk.seen()).toMatchObject({ client: { window: 800, mss: 1460 }, server: { window: 200 << SEVEN } });
  });

  test('are not scaled if one end did not offer it', () => {
    const talk = conversation();
    talk.client.syn({ windowScaleShift: 3 });
    talk.server.synAck({ windowScaleShift: -1, mss: 536 });
    talk.client.ack({ window: 100 });
    expect(talk.seen()).toMatchObject({ client: { window: 100 }, server: { mss: 536 } });
  });

  test('the largest there is', () => {
    const talk = conversation();
    talk.client.syn({ windowScaleShift: 14 });
    talk.server.synAck({ windowScaleShift: 14 });
    talk.client.ack({ window: 65_535 });
    expect(talk.seen().client.window).toBe(65_535 * 2 ** 14);
  });

  test('closed, and probed: probes of a zero window are no keep-alives', () => {
    const talk = established();
    talk.client.says(500);
    talk.server.ack({ window: 0 });
    talk.after(0.2).client.probes();
    talk.server.ack({ window: 0 });
    talk.after(0.4).client.probes();
    expect(talk.seen()).toMatchObject({ client: { keepAlives: 0, unanswered: 1 }, server: { zeroWindows: 2 } });
    expect(talk.anomalies.filter((id) => id === 'tcp.window-probe')).toHaveLength(2);
    talk.server.ack({ window: 500 });
    talk.after(60).client.probes();
    expect(talk.seen().client.keepAlives).toBe(1);
  });
});

describe('acknowledgements', () => {
  test('what is outstanding, of each end, SYN and FIN included', () => {
    const talk = conversation();
    talk.client.syn();
    expect(talk.seen().client.outstanding).toBe(1);
    talk.server.synAck();
    talk.client.ack();
    expect(talk.seen()).toMatchObject({ client: { outstanding: 0 }, server: { outstanding: 0 } });
    talk.client.says(100);
    talk.client.says(100);
    talk.server.ack({ ack: 101 });
    expect(talk.seen().client.outstanding).toBe(100);
    talk.server.says(30);
    expect(talk.seen()).toMatchObject({ client: { outstanding: 0 }, server: { outstanding: 30 } });
    talk.client.fin();
    expect(talk.seen()).toMatchObject({ client: { outstanding: 1 }, server: { outstanding: 0 } });
  });

  test('an old acknowledgement takes nothing back', () => {
    const talk = established();
    talk.client.says(100);
    talk.server.ack();
    talk.server.ack({ ack: 6 });
    expect(talk.seen().client.outstanding).toBe(0);
  });

  test('duplicates: the same number, no data, the same window, something outstanding', () => {
    const talk = established();
    talk.client.says(100, { lost: true });
    for (let i = 0; i < 3; i++) talk.client.says(100);
    for (let i = 0; i < 3; i++) talk.server.ack({ ack: 6 });
    expect(talk.seen().server.duplicateAcks).toBe(3);
    talk.server.ack({ ack: 6, window: 400 });
    talk.server.says(10, { ack: 6 });
    expect(talk.seen().server.duplicateAcks).toBe(3);
    talk.server.ack({ ack: 406 });
    talk.server.ack({ ack: 406 });
    expect(talk.seen().server.duplicateAcks).toBe(3);
  });

  test('of octets the capture never saw: the capture has a hole, not the connection', () => {
    const talk = established();
    talk.client.says(100, { unseen: true });
    talk.server.ack();
    expect(talk.anomalies).toEqual(['tcp.capture-hole']);
    expect(talk.seen().client).toMatchObject({ outstanding: 0, bytes: 5, holes: 1 });
    expect(talk.seen().client.notes.missed).toMatchObject({
      packet: 7,
      octets: 100,
      endSeq: (talk.client.isn + 106) | 0,
    });
    talk.client.says(10);
    expect(talk.seen().client).toMatchObject({ bytes: 15, retransmissions: 0, outOfOrder: 0 });
  });

  test('of far more than can have been sent are not believed', () => {
    const talk = established();
    talk.server.ack({ ack: 2 ** 30 + 100 });
    expect(talk.seen().client).toMatchObject({ outstanding: 0, holes: 0 });
    expect(talk.anomalies).toEqual([]);
    talk.client.says(5);
    expect(talk.seen().client).toMatchObject({ outstanding: 5, retransmissions: 0 });
  });
});

describe('silence', () => {
  test('is told once, as soon as it has lasted long enough, and anew after an answer', () => {
    const talk = established();
    const data = talk.after(1).client.says(5, { lost: true });
    talk.after(1).client.resends(data);
    talk.after(1).client.resends(data);
    expect(talk.watcher.silent).toHaveLength(0);
    talk.after(1.5).client.resends(data);
    expect(talk.watcher.silent).toHaveLength(1);
    talk.after(4).client.resends(data);
    expect(talk.watcher.silent).toHaveLength(1);
    talk.server.ack();
    const more = talk.client.says(5, { lost: true });
    for (let i = 0; i < 3; i++) talk.after(2).client.resends(more);
    expect(talk.watcher.silent).toHaveLength(2);
  });

  test('data, FIN and keep-alives ask; any segment of the other end answers', () => {
    const talk = established();
    talk.after(60).client.probes();
    talk.after(1).client.probes();
    expect(talk.seen().client).toMatchObject({ keepAlives: 2, unanswered: 2 });
    talk.server.ack();
    expect(talk.seen().client.unanswered).toBe(0);
    const data = talk.client.says(5, { lost: true });
    talk.after(1).client.resends(data);
    talk.client.fin({ lost: true });
    expect(talk.seen().client.unanswered).toBe(3);
    talk.client.ack();
    expect(talk.seen().client.unanswered).toBe(3);
  });

  test('an answer after three sends over three seconds heals', () => {
    const talk = established();
    const data = talk.client.says(5, { lost: true });
    for (const seconds of [1, 2, 4]) talk.after(seconds).client.resends(data);
    talk.server.ack();
    expect(talk.seen().client.notes.healed).toMatchObject({ packet: 11 });
    const brief = established();
    const lost = brief.client.says(5, { lost: true });
    for (const seconds of [0.3, 0.6]) brief.after(seconds).client.resends(lost);
    brief.server.ack();
    expect(brief.seen().client.notes.healed).toBeUndefined();
  });

  test('a keep-alive with one octet of rubbish is no retransmission', () => {
    const talk = established();
    talk.after(60).client.probes({ payload: 1 });
    expect(talk.seen().client).toMatchObject({ keepAlives: 1, retransmissions: 0, bytes: 5 });
  });

  test('one octet of data sent again is no keep-alive', () => {
    const talk = established();
    const data = talk.client.says(1, { lost: true });
    talk.after(1).client.resends(data);
    expect(talk.seen().client).toMatchObject({ keepAlives: 0, retransmissions: 1, bytes: 6 });
  });

  test('nor once it was acknowledged, if it comes so soon: its acknowledgement was lost behind the capture', () => {
    const talk = established();
    const data = talk.client.says(1);
    talk.server.ack();
    talk.after(0.3).client.resends(data);
    expect(talk.seen().client).toMatchObject({ keepAlives: 0, retransmissions: 1, bytes: 6 });
  });

  test('nor is an acknowledgement that its sender’s FIN has overtaken', () => {
    const talk = established();
    talk.server.says(10);
    const late = talk.client.ack();
    talk.server.says(10);
    talk.client.fin();
    talk.server.ack();
    talk.client.resends(late, { ack: 16 });
    expect(talk.seen().client.keepAlives).toBe(0);
  });
});

describe('captured twice', () => {
  test('the same identification and octets, another TTL: one segment', () => {
    const talk = conversation();
    for (const passed of [talk.client.syn(), talk.server.synAck(), talk.client.ack(), talk.client.says(100)]) {
      talk.capturedAgain(passed, { ttl: passed.ttl - 1 });
    }
    expect(talk.seen()).toMatchObject({
      copies: 4,
      client: { segments: 3, bytes: 100, retransmissions: 0, duplicateAcks: 0 },
      server: { segments: 1, retransmissions: 0 },
    });
    expect(talk.connections).toBe(1);
    expect(talk.anomalies).toEqual(Array(4).fill('tcp.captured-twice'));
  });

  test('though other segments of the sender came between', () => {
    const talk = established();
    const passed = [1, 2, 3, 4].map(() => talk.client.says(100));
    for (const one of passed) talk.capturedAgain(one);
    expect(talk.seen()).toMatchObject({ copies: 4, client: { bytes: 405, retransmissions: 0 } });
  });

  test('a FIN and its ACK: states move once', () => {
    const talk = established();
    talk.capturedAgain(talk.client.fin());
    talk.capturedAgain(talk.server.ack());
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
  });

  test('a new identification is a retransmission, however soon', () => {
    const talk = established();
    const data = talk.client.says(100);
    talk.capturedAgain(data, { ipId: data.ipId + 1 });
    expect(talk.seen()).toMatchObject({ copies: 0, client: { retransmissions: 1 } });
  });

  test.each([
    ['IPv6', { ipVersion: 6 } as const, -1],
    ['identification 0', {}, 0],
  ])('%s: only closer than any stack resends', (_, options, ipId) => {
    const soon = established(options);
    soon.capturedAgain(soon.client.says(100, { ipId }));
    expect(soon.seen()).toMatchObject({ copies: 1, client: { retransmissions: 0 } });
    const later = established(options);
    const data = later.client.says(100, { ipId });
    later.after(0.0002).capturedAgain(data);
    expect(later.seen()).toMatchObject({ copies: 0, client: { retransmissions: 1 } });
  });

  test('duplicate ACKs on IPv6 in one burst are not copies: their SACK blocks grow', () => {
    const talk = established({ ipVersion: 6 });
    talk.client.says(100, { lost: true });
    for (let i = 0; i < 3; i++) talk.client.says(100);
    const ack = talk.server.ack({ ack: 6, sack: [106, 206] });
    for (const edge of [306, 406]) talk.capturedAgain(ack, { sack: [ack.sack[0], (talk.client.isn + edge) | 0] });
    expect(talk.seen()).toMatchObject({ copies: 0, server: { duplicateAcks: 3 } });
  });
});

describe('the history', () => {
  test('the order in which kinds of segment first appeared, of each end', () => {
    const talk = established().closes('server');
    talk.server.rst();
    expect(talk.seen().history).toBe('ShADdfFar');
  });

  test('upper case is the client, though it was learnt only from the ports', () => {
    const talk = conversation({ clientIsHigh: true }).openedBefore();
    talk.server.says(1);
    talk.client.ack();
    expect(talk.seen().history).toBe('dA');
  });
});
