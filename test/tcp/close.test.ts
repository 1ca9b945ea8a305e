// How connections end in order: who closes first, together, or only half.

import { describe, expect, test } from 'vitest';
import { connectionInFinWait2, connectionInTimeWait, conversation, established } from '../support/conversation.js';

describe('closing', () => {
  test('the server closes first', () => {
    const talk = established().closes('server');
    expect(talk.states()).toEqual({ client: 'CLOSED', server: 'TIME-WAIT' });
  });

  test('in three segments: the second FIN acknowledges the first', () => {
    const talk = established();
    talk.client.fin();
    talk.server.fin();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'LAST-ACK' });
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.seen()).toMatchObject({
      client: { fin: { acknowledgesFin: false } },
      server: { fin: { acknowledgesFin: true } },
    });
  });

  test('at once: FINs that cross take both ends through CLOSING to TIME-WAIT', () => {
    const talk = established();
    talk.client.fin({ lost: true });
    talk.server.fin({ lost: true });
    expect(talk.states()).toEqual({ client: 'CLOSING', server: 'CLOSING' });
    const [clientHas, serverHas] = [talk.client.heard + 1, talk.server.heard + 1];
    talk.client.ack({ ack: clientHas });
    expect(talk.states()).toEqual({ client: 'CLOSING', server: 'TIME-WAIT' });
    talk.server.ack({ ack: serverHas });
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'TIME-WAIT' });
    expect(talk.watcher.ended).toHaveLength(1);
  });

  test('FINs that cross, and one is lost on its way: that end waits in FIN-WAIT-2 for it', () => {
    const talk = established();
    const fin = talk.client.fin({ lost: true });
    talk.server.fin();
    talk.client.ack();
    talk.after(2);
    expect(talk.states().client).toBe('CLOSING');
    talk.client.resends(fin);
    talk.server.ack({ ack: talk.client.next });
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'TIME-WAIT' });
    expect(talk.seen().client.retransmissions).toBe(1);
  });

  test('half-close: the other end goes on speaking, and is heard', () => {
    const talk = connectionInFinWait2();
    talk.server.says(1000);
    talk.client.ack();
    talk.after(10).server.says(1000);
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
    expect(talk.seen()).toMatchObject({
      server: { bytes: 2005, notes: { wroteAfterFin: {}, wroteAfterFinAcked: {} } },
    });
    talk.server.fin();
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
  });

  test('a FIN is believed to have arrived for a second, no longer', () => {
    const talk = established();
    talk.client.fin({ lost: true });
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-1', server: 'CLOSE-WAIT' });
    expect(talk.after(1.1).states()).toEqual({ client: 'FIN-WAIT-1', server: 'ESTABLISHED' });
  });

  test('frames with one and the same time: what is taken back is the FIN alone', () => {
    const talk = conversation();
    talk.client.syn({ at: 1 });
    talk.server.synAck({ at: 1 });
    talk.client.ack({ at: 1 });
    talk.client.fin({ at: 1, lost: true });
    expect(talk.after(3).states()).toEqual({ client: 'FIN-WAIT-1', server: 'ESTABLISHED' });
  });

  test('a FIN sent six times is one close, five retransmissions', () => {
    const talk = established();
    const fin = talk.client.fin({ lost: true });
    for (let i = 0; i < 5; i++) talk.after(2 ** i).client.resends(fin);
    expect(talk.states()).toMatchObject({ client: 'FIN-WAIT-1' });
    expect(talk.seen().client).toMatchObject({ retransmissions: 5, unanswered: 6, bytes: 5, outstanding: 1 });
    expect(talk.seen().client.fin?.packet).toBe(7);
  });

  test('a FIN rides on data that is sent again: no octet of it is new', () => {
    const talk = established();
    const data = talk.client.says(100, { lost: true });
    talk.client.fin({ seq: 6, payload: 100 });
    expect(data.payloadLength).toBe(100);
    expect(talk.seen().client).toMatchObject({ bytes: 105, retransmissions: 1, outstanding: 101 });
    talk.server.ack();
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
  });

  test('a FIN with the last new octets', () => {
    const talk = established();
    talk.client.fin({ payload: 100 });
    talk.server.ack();
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
    expect(talk.seen().client).toMatchObject({ bytes: 105, retransmissions: 0 });
  });

  test('the last ACK is lost: the FIN sent again takes LAST-ACK back, and the next ACK ends it', () => {
    const talk = connectionInFinWait2();
    const fin = talk.server.fin();
    talk.client.ack({ lost: true });
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.seen().endedNs).not.toBeNaN();
    talk.after(0.5).server.resends(fin);
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'LAST-ACK' });
    expect(talk.seen().endedNs).toBeNaN();
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.seen().endedNs).toBe(talk.watcher.nowNs);
    expect(talk.connections).toBe(1);
  });

  test('the last ACK is lost and TIME-WAIT is over: a RST to the FIN ends LAST-ACK', () => {
    const talk = connectionInFinWait2();
    const fin = talk.server.fin();
    talk.client.ack({ lost: true });
    talk.after(61).server.resends(fin);
    expect(talk.states().server).toBe('LAST-ACK');
    talk.client.rst();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });
    expect(talk.seen().client.notes).toMatchObject({ lateReset: {} });
  });

  test('the ACK of a FIN is lost: sent again, the sender is back in FIN-WAIT-1', () => {
    const talk = established();
    const fin = talk.client.fin();
    talk.server.ack({ lost: true });
    talk.after(0.3).client.resends(fin);
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-1', server: 'CLOSE-WAIT' });
  });

  test('both FINs, and the last is never acknowledged', () => {
    const talk = connectionInFinWait2();
    const fin = talk.server.fin({ lost: true });
    for (let i = 0; i < 4; i++) talk.after(1).server.resends(fin);
    expect(talk.after(1.1).states()).toEqual({ client: 'FIN-WAIT-2', server: 'LAST-ACK' });
    expect(talk.watcher.ended).toEqual([]);
  });

  test('writing after the FIN counts only with nothing outstanding before it', () => {
    const inFlight = established();
    inFlight.server.says(500, { lost: true });
    inFlight.client.fin();
    inFlight.server.says(500);
    expect(inFlight.seen().server.notes.wroteAfterFin).toBeUndefined();
    const wrote = connectionInFinWait2();
    wrote.server.says(500);
    expect(wrote.seen().server.notes.wroteAfterFin).toMatchObject({ packet: 9 });
  });

  test('a FIN while an answer is owed', () => {
    const talk = conversation().opens();
    talk.client.says(5);
    talk.server.ack();
    talk.server.fin();
    expect(talk.seen().server.fin).toMatchObject({ owedAnswer: true, dataInFlight: false });
    const answered = established();
    answered.server.fin();
    expect(answered.seen().server.fin).toMatchObject({ owedAnswer: false });
  });
});

describe('what comes late', () => {
  test.each([
    ['FIN', ({ server }) => server.sends(0x11, { seq: server.next - 1 })],
    ['RST', ({ server }) => server.rst()],
    ['RST of the client', ({ client }) => client.rst()],
    ['ACK', ({ server }) => server.ack()],
    ['data', ({ client }) => client.says(3, { seq: client.next - 4 })],
    ['keep-alive', ({ client }) => client.probes()],
    ['SYN-ACK', ({ server }) => server.synAck({ seq: 0, ack: 1 })],
  ] satisfies [string, (talk: ReturnType<typeof established>) => unknown][])(
    'a late %s finds its finished connection, before it is final and after',
    (_, late) => {
      const talk = connectionInTimeWait();
      const before = talk.seen();
      late(talk.after(30));
      expect(talk.connections).toBe(1);
      expect(talk.seen().lastPacket).toBeGreaterThan(before.lastPacket);
      talk.closes('server');
      talk.after(500).tick();
      const [final] = talk.watcher.finals;
      expect(talk.watcher.finals).toHaveLength(1);
      late(talk);
      late(talk.after(1000));
      expect(talk.connections).toBe(1);
      expect(talk.watcher.tracker.roster.lateSegments).toBe(2);
      expect(talk.watcher.close()).toEqual([final]);
    },
  );

  test('final 120 s after the end by packet time, not before', () => {
    const talk = connectionInTimeWait();
    talk.after(119.9).tick();
    expect(talk.watcher.finals).toEqual([]);
    talk.after(0.1).tick();
    expect(talk.watcher.finals).toHaveLength(1);
    expect(talk.watcher.live()).toEqual([]);
  });

  test('final 120 s after it was over the second time', () => {
    const talk = connectionInFinWait2();
    const fin = talk.server.fin();
    talk.client.ack({ lost: true });
    talk.after(100).server.resends(fin);
    talk.client.ack();
    talk.after(100).tick();
    expect(talk.watcher.finals).toEqual([]);
    talk.after(150).tick();
    expect(talk.watcher.finals).toHaveLength(1);
  });

  test('an end that only ever sent RSTs keeps its grave too', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.rstAck({ seq: 0 });
    talk.after(200).tick();
    talk.server.rst({ seq: 2_000_000_000 });
    expect(talk.connections).toBe(1);
    expect(talk.watcher.tracker.roster.lateSegments).toBe(1);
  });

  test('far from where the buried connection stopped, another was picked up mid-stream', () => {
    const talk = connectionInTimeWait();
    talk.after(200).tick();
    talk
      .anew({ clientIsn: talk.client.isn - 2_000_000_000 })
      .openedBefore()
      .client.says(10);
    expect(talk.connections).toBe(2);
  });
});
