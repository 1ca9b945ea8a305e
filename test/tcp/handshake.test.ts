// How connections begin: every way that RFC 9293 knows, and those that a capture makes of them.

import { describe, expect, test } from 'vitest';
import { HANDSHAKE_DONE, MID_STREAM } from '../../src/tcp/connection.js';
import { type Conversation, conversation, established, Watcher } from '../support/conversation.js';

const OPEN = { client: 'ESTABLISHED', server: 'ESTABLISHED' };
const handshakeDone = (talk: Conversation): boolean => (talk.seen().flags & HANDSHAKE_DONE) !== 0;

describe.each([
  { ipVersion: 4, clientIsHigh: false },
  { ipVersion: 4, clientIsHigh: true },
  { ipVersion: 6, clientIsHigh: false },
  { ipVersion: 6, clientIsHigh: true },
] as const)('IPv$ipVersion, client is the high end: $clientIsHigh', (options) => {
  test('three-way handshake, data, close: state by state', () => {
    const talk = conversation(options);
    talk.client.syn();
    expect(talk.states()).toEqual({ client: 'SYN-SENT', server: null });
    talk.server.synAck();
    expect(talk.states()).toEqual({ client: 'ESTABLISHED', server: 'SYN-RECEIVED' });
    expect(handshakeDone(talk)).toBe(false);
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(handshakeDone(talk)).toBe(true);
    talk.client.says(5);
    talk.server.says(7);
    talk.client.fin();
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-1', server: 'CLOSE-WAIT' });
    talk.server.ack();
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
    talk.server.fin();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'LAST-ACK' });
    talk.client.ack();
    expect(talk.states()).toEqual({ client: 'TIME-WAIT', server: 'CLOSED' });

    const { client, server, ...seen } = talk.seen();
    expect(seen).toMatchObject({ roles: 'syn', history: 'ShADdFaf', ipVersion: options.ipVersion });
    expect(client).toMatchObject({ segments: 5, bytes: 5, retransmissions: 0, outstanding: 0, holes: 0, port: 40_000 });
    expect(server).toMatchObject({ segments: 4, bytes: 7, retransmissions: 0, outstanding: 0, holes: 0, port: 443 });
    expect(talk.anomalies).toEqual([]);
    expect(talk.watcher.opened).toEqual([1]);
    expect(talk.watcher.ended).toHaveLength(1);
  });
});

describe('the handshake', () => {
  test('the client is believed to have heard the SYN-ACK for a second, no longer, unless it says so', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.synAck();
    expect(talk.after(1).states().client).toBe('ESTABLISHED');
    expect(talk.after(0.01).states().client).toBe('SYN-SENT');
    talk.client.ack();
    expect(talk.after(100).states()).toEqual(OPEN);
  });

  test('SYN and SYN-ACK resent: one connection, one retransmission each', () => {
    const talk = conversation();
    const syn = talk.client.syn();
    talk.after(1).client.resends(syn);
    const synAck = talk.server.synAck();
    talk.after(1).server.resends(synAck, { ack: 1 });
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.connections).toBe(1);
    expect(talk.seen().client.retransmissions).toBe(1);
    expect(talk.seen().server.retransmissions).toBe(1);
  });

  test('a SYN-ACK resent after the final ACK: the server is still in SYN-RECEIVED', () => {
    const talk = conversation();
    talk.client.syn();
    const synAck = talk.server.synAck();
    talk.client.ack({ lost: true });
    talk.client.says(5, { lost: true });
    talk.after(1).server.resends(synAck, { ack: 1 });
    expect(talk.states()).toEqual({ client: 'ESTABLISHED', server: 'SYN-RECEIVED' });
    expect(talk.seen().server.notes.synAckResentAfterAck).toMatchObject({ packet: 5, count: 1 });
  });

  test('the same, though the client has closed: what it was believed to have heard is taken back for good', () => {
    const talk = conversation();
    talk.client.syn();
    const synAck = talk.server.synAck();
    talk.client.ack();
    talk.client.fin({ lost: true });
    talk.server.resends(synAck, { ack: 1 });
    expect(talk.states()).toEqual({ client: 'FIN-WAIT-1', server: 'SYN-RECEIVED' });
    expect(talk.after(2).states().server).toBe('SYN-RECEIVED');
  });

  test('a late SYN-ACK of a server that has taken or sent data moves it nowhere', () => {
    const talk = conversation();
    talk.client.syn();
    const synAck = talk.server.synAck();
    talk.client.ack();
    talk.client.says(5);
    talk.server.ack();
    talk.server.resends(synAck, { ack: 1 });
    expect(talk.states()).toEqual(OPEN);
  });

  test('opening at once: two SYNs, two SYN-ACKs, one connection', () => {
    const talk = conversation();
    talk.client.syn({ lost: true });
    talk.server.syn({ lost: true });
    expect(talk.states()).toEqual({ client: 'SYN-RECEIVED', server: 'SYN-SENT' });
    talk.client.synAck({ seq: 0, ack: 1 });
    talk.server.synAck({ seq: 0, ack: 1 });
    expect(talk.states()).toEqual(OPEN);
    expect(talk.after(5).states()).toMatchObject({ server: 'ESTABLISHED' });
    expect(talk.connections).toBe(1);
    expect(handshakeDone(talk)).toBe(true);
    expect(talk.seen()).toMatchObject({ roles: 'syn', history: 'SsHh' });
    talk.client.heard = talk.server.heard = 1;
    talk.client.says(3);
    talk.server.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen()).toMatchObject({ client: { bytes: 3, outstanding: 0 }, server: { outstanding: 0 } });
  });

  test('split handshake: SYN answered by a bare SYN', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.syn();
    expect(talk.states()).toEqual({ client: 'SYN-RECEIVED', server: 'SYN-SENT' });
    talk.client.synAck({ seq: 0 });
    talk.server.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.connections).toBe(1);
    expect(handshakeDone(talk)).toBe(true);
    expect(talk.seen()).toMatchObject({ roles: 'syn', client: { port: 40_000 } });
  });

  test('split handshake in five: the server acknowledges first, then sends its SYN', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.ack({ seq: 777 });
    talk.server.next = 0;
    talk.server.syn();
    talk.client.heard = 1;
    talk.client.synAck({ seq: 0 });
    talk.server.ack();
    talk.server.says(4);
    expect(talk.states()).toEqual(OPEN);
    expect(talk.connections).toBe(1);
    expect(talk.seen().server).toMatchObject({ bytes: 4, holes: 0, retransmissions: 0, outstanding: 4 });
  });

  test('a SYN with data, refused without it', () => {
    const talk = conversation();
    talk.client.syn({ payload: 20 });
    talk.server.rstAck({ seq: 0, ack: 1, window: 0 });
    expect(talk.states()).toEqual({ client: 'CLOSED', server: 'CLOSED' });
    expect(talk.seen().client.bytes).toBe(20);
  });

  test('the SYN-ACK was missed by the capture', () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.synAck({ unseen: true });
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    talk.server.says(9);
    expect(talk.seen().server).toMatchObject({ bytes: 9, outstanding: 9 });
  });

  test('the SYN was captured after its answer', () => {
    const talk = conversation();
    const syn = talk.client.syn({ unseen: true });
    talk.server.synAck();
    talk.watcher.pass({ ...syn, timeNs: talk.watcher.nowNs });
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.connections).toBe(1);
    expect(talk.seen()).toMatchObject({ roles: 'syn-ack', client: { port: 40_000 } });
    expect(talk.anomalies).not.toContain('tcp.impossible');
  });

  test('a SYN that nobody answers', () => {
    const talk = conversation();
    const syn = talk.client.syn();
    for (const seconds of [1, 2, 4]) talk.after(seconds).client.resends(syn);
    expect(talk.states()).toEqual({ client: 'SYN-SENT', server: null });
    expect(talk.seen().client).toMatchObject({ unanswered: 4, retransmissions: 3 });
    expect(talk.connections).toBe(1);
  });
});

describe('picked up mid-stream', () => {
  test('both ends are open at the first data, and count from there', () => {
    const talk = conversation().openedBefore();
    talk.client.says(5, { seq: 1000, ack: 9000 });
    expect(talk.states()).toEqual(OPEN);
    talk.server.says(7, { seq: 9000, ack: 1005 });
    expect(talk.seen()).toMatchObject({
      client: { bytes: 5, outstanding: 0, holes: 0 },
      server: { bytes: 7, outstanding: 7, holes: 0 },
    });
    expect(talk.seen().flags & MID_STREAM).toBe(MID_STREAM);
    expect(talk.anomalies).toEqual([]);
  });

  test.each([
    ['filter-port', { clientPort: 50_000, serverPort: 40_000 }, [40_000]],
    ['service-port', {}, []],
    ['first-seen', { clientPort: 50_000, serverPort: 40_000 }, []],
    ['first-seen', { clientPort: 80, serverPort: 443 }, []],
  ])('roles by %s', (roles, ports, serverPorts) => {
    const talk = conversation({ ...ports, on: new Watcher({ serverPorts }) }).openedBefore();
    // Who is seen first decides only where nothing better is known.
    (roles === 'first-seen' ? talk.client : talk.server).says(5);
    expect(talk.seen()).toMatchObject({ roles, client: { port: talk.client.port } });
  });

  test('closes like any other', () => {
    const talk = conversation().openedBefore();
    talk.client.says(5);
    talk.server.ack();
    talk.closes('server');
    expect(talk.states()).toEqual({ client: 'CLOSED', server: 'TIME-WAIT' });
  });

  test('at a FIN', () => {
    const talk = conversation().openedBefore();
    talk.server.fin();
    expect(talk.states()).toEqual({ client: 'CLOSE-WAIT', server: 'FIN-WAIT-1' });
    talk.client.ack();
    expect(talk.after(3).states()).toEqual({ client: 'CLOSE-WAIT', server: 'FIN-WAIT-2' });
  });

  test('at a RST', () => {
    const talk = conversation().openedBefore();
    talk.server.rst();
    expect(talk.states()).toEqual({ client: 'CLOSED', server: 'CLOSED' });
  });

  test('at a keep-alive: the octet before SND.NXT that it claims is no hole in the capture', () => {
    const talk = conversation().openedBefore();
    talk.client.probes();
    talk.server.ack();
    expect(talk.anomalies).toEqual([]);
    talk.after(60).client.probes();
    talk.server.ack();
    talk.client.says(5);
    expect(talk.seen().client).toMatchObject({ keepAlives: 1, bytes: 5, outstanding: 5, holes: 0, notes: {} });
  });

  test('what was sent before the first segment seen is new when it comes: not a retransmission', () => {
    const talk = conversation().openedBefore();
    talk.client.says(10, { seq: 1001 });
    talk.client.says(10, { seq: 501 });
    talk.client.says(10, { seq: 701 });
    expect(talk.seen().client).toMatchObject({ bytes: 30, retransmissions: 0 });
    talk.client.says(20, { seq: 501 });
    expect(talk.seen().client).toMatchObject({ bytes: 40, retransmissions: 1 });
  });
});

describe('one-sided captures', () => {
  test('only the client is seen: its states are told, the other end is believed', () => {
    const talk = conversation({ sees: 'client' }).opens();
    talk.client.says(5);
    talk.server.says(100);
    talk.client.ack();
    expect(talk.states()).toEqual(OPEN);
    expect(talk.seen()).toMatchObject({ client: { bytes: 5, segments: 4 }, server: { segments: 0, bytes: 0 } });
    expect(talk.anomalies).toEqual([]);
  });

  test('only the server is seen', () => {
    const talk = conversation({ sees: 'server' });
    talk.client.syn();
    talk.server.synAck();
    expect(talk.states()).toEqual({ client: 'ESTABLISHED', server: 'SYN-RECEIVED' });
    talk.client.ack();
    talk.client.says(5);
    talk.server.says(100);
    expect(talk.states().server, 'it goes on: it has had its final ACK').toBe('ESTABLISHED');
    talk.server.fin();
    expect(talk.seen()).toMatchObject({ roles: 'syn-ack', server: { bytes: 100, state: 'FIN-WAIT-1' } });
    expect(talk.anomalies).toEqual([]);
  });

  test('only the server is seen, and the ports are used again: a SYN-ACK with another ISN is a new connection', () => {
    const talk = conversation({ sees: 'server' }).opens();
    talk.server.says(100);
    talk.server.fin();
    const next = talk.anew({}).opens();
    next.server.says(30);
    expect(talk.connections).toBe(2);
    expect(talk.seen(1).server).toMatchObject({ bytes: 100, holes: 0 });
    expect(talk.seen(2).server).toMatchObject({ bytes: 30, holes: 0 });
  });

  test('only the server is seen, and it resends its SYN-ACK: one connection', () => {
    const talk = conversation({ sees: 'server' }).opens();
    talk.server.resends({ ...talk.server.synAck({ seq: 0 }) }, { ack: 1 });
    expect(talk.connections).toBe(1);
  });

  test('a server that answers a resent SYN with another cookie: one connection', () => {
    const talk = conversation({ sees: 'server' });
    talk.client.syn();
    talk.server.synAck();
    talk.server.synAck({ seq: 5_000_000 });
    expect(talk.connections).toBe(1);
  });
});

describe('VLANs apart', () => {
  test('the same addresses, ports and numbers on two VLANs are two connections', () => {
    const watcher = new Watcher();
    const [one, two] = [101, 102].map((vlan) => conversation({ on: watcher, vlan }));
    one.client.syn();
    two.client.syn();
    one.server.synAck();
    one.client.ack();
    expect(one.connections).toBe(2);
    expect(one.states(1)).toEqual(OPEN);
    expect(one.states(2)).toEqual({ client: 'SYN-SENT', server: null });
    expect(watcher.all().map(({ vlanKey }) => vlanKey)).toEqual([101, 102]);
  });

  test('IPv4 and IPv6 never meet, whatever the VLAN', () => {
    const watcher = new Watcher();
    established({ on: watcher, ipVersion: 4, vlan: 5 });
    established({ on: watcher, ipVersion: 6, vlan: 5 });
    expect(watcher.all().map(({ ipVersion, vlanKey }) => [ipVersion, vlanKey])).toEqual([
      [4, 5],
      [6, 5],
    ]);
  });
});
