// What an acknowledgement is besides one: duplicate, window update, answer to a probe, challenge, DSACK; and what a full or
// closed window is. Expectations are those of RFC 5681 section 2, RFC 9293, RFC 5961 and RFC 2883.

import { describe, expect, test } from 'vitest';
import { ACK, RST } from '../../src/wire/segment.js';
import { MSS, Transfer, transfer, WINDOW } from './telling.js';

const past = (segments: number): number => 1 + segments * MSS;
/** Windows of the builders are scaled by 7. */
const units = (octets: number): number => octets >> 7;

/** Ten full segments are outstanding, the first is lost. */
function losing(options: Parameters<typeof transfer>[0] = {}): Transfer {
  const talk = transfer(options);
  talk.sends(10, 1);
  return talk;
}

describe('a duplicate acknowledgement (RFC 5681 section 2)', () => {
  test('nothing new, no data, the same window, something outstanding: each the nth', () => {
    const talk = losing();
    for (let n = 0; n < 5; n++) talk.server.ack({ ack: 1 });
    expect(talk.news()).toEqual([1, 2, 3, 4, 5].map((count) => ({ id: 'tcp.duplicate-ack', from: 'server', count })));
    expect(talk.countsOf(talk.server)).toEqual({ 'tcp.duplicate-ack': [5, 0] });
    expect(talk.seen().server.duplicateAcks).toBe(5);
  });

  test('none with nothing outstanding', () => {
    const talk = transfer();
    for (let n = 0; n < 3; n++) talk.server.ack();
    expect(talk.news()).toEqual([]);
  });

  test('none with data in it', () => {
    const talk = losing();
    talk.server.says(10, { ack: 1 });
    expect(talk.news()).toEqual([]);
  });

  test('none with a FIN in it', () => {
    const talk = losing();
    talk.server.fin({ ack: 1 });
    expect(talk.news()).toEqual([]);
  });

  test('none if the window grew', () => {
    const talk = losing();
    talk.server.ack({ ack: 1, window: 600 });
    expect(talk.ids()).toEqual(['tcp.window-update']);
  });

  test('none if the window shrank; the next like it is one', () => {
    const talk = losing();
    talk.server.ack({ ack: 1, window: 400 });
    expect(talk.ids()).toEqual([]);
    talk.server.ack({ ack: 1, window: 400 });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack']);
  });

  test('none of an acknowledgement that is older than another', () => {
    const talk = transfer();
    talk.sends(4);
    talk.server.ack({ ack: past(2) });
    talk.server.ack({ ack: past(1) });
    expect(talk.ids()).toEqual([]);
  });

  test('counted anew once something is acknowledged', () => {
    const talk = losing();
    for (let n = 0; n < 2; n++) talk.server.ack({ ack: 1 });
    talk.server.ack({ ack: past(1) });
    talk.server.ack({ ack: past(1) });
    expect(talk.news().map(({ count }) => count)).toEqual([1, 2, 1]);
  });
});

describe('captured twice, where there is no identification', () => {
  /** Equal acknowledgements, 10 microseconds apart. */
  function burst(talk: Transfer, times: number): void {
    const ack = talk.server.ack({ ack: 1 });
    for (let n = 1; n < times; n++) talk.capturedAgain(ack);
  }

  test('equal bare ACKs in a burst are duplicate acknowledgements', () => {
    const talk = losing({ ipVersion: 6 });
    burst(talk, 4);
    expect(talk.ids()).toEqual(Array(4).fill('tcp.duplicate-ack'));
    expect(talk.seen().copies).toBe(0);
  });

  test('unless the connection’s other packets were captured twice: then they are copies', () => {
    const talk = transfer({ ipVersion: 6 });
    for (let n = 0; n < 3; n++) talk.capturedAgain(talk.client.says(MSS, { lost: n === 0 }));
    talk.news();
    burst(talk, 2);
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.captured-twice']);
    expect(talk.seen().copies).toBe(4);
  });

  test('with an identification, an equal one is the same packet, another a duplicate acknowledgement', () => {
    const talk = losing();
    const ack = talk.server.ack({ ack: 1 });
    talk.capturedAgain(ack);
    talk.capturedAgain(ack, { ipId: ack.ipId + 1 });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.captured-twice', 'tcp.duplicate-ack']);
  });

  test('a copy is in no count, and measures nothing', () => {
    const talk = transfer();
    talk.capturedAgain(talk.client.says(100));
    expect(talk.seen().client).toMatchObject({ segments: 3, bytes: 100, retransmissions: 0 });
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.captured-twice': [1, 100] });
  });
});

describe('a window update', () => {
  test('nothing new, and more room, whether or not something is outstanding', () => {
    const talk = transfer();
    talk.server.ack({ window: 600 });
    talk.sends(1);
    talk.server.ack({ ack: 1, window: 700 });
    expect(talk.ids()).toEqual(['tcp.window-update', 'tcp.window-update']);
    expect(talk.countsOf(talk.server)).toEqual({ 'tcp.window-update': [2, 0] });
  });

  test('none if it acknowledges, or carries data', () => {
    const talk = transfer();
    talk.sends(1);
    talk.server.ack({ window: 600 });
    talk.server.says(10, { window: 700 });
    expect(talk.ids()).toEqual([]);
  });

  test('an old acknowledgement says nothing of the window (RFC 9293 section 3.10.7.4: SND.WL2)', () => {
    const talk = transfer();
    talk.sends(2);
    talk.server.ack({ window: 500 });
    talk.server.ack({ ack: past(1), window: 100 });
    expect(talk.seen().server.window).toBe(500 << 7);
    talk.server.ack({ window: 500 });
    expect(talk.ids()).toEqual([]);
  });
});

describe('a full window', () => {
  /** Room for three segments and a half, in units of 128. */
  const octets = 5120;

  function limited(): Transfer {
    const talk = transfer();
    talk.server.ack({ window: units(octets) });
    return talk;
  }

  test('exactly used up', () => {
    const talk = limited();
    talk.sends(3);
    expect(talk.ids()).toEqual([]);
    talk.client.says(octets - 3 * MSS);
    expect(talk.news()).toEqual([{ id: 'tcp.window-full', from: 'client' }]);
    expect(talk.countsOf(talk.client)).toEqual({ 'tcp.window-full': [1, octets - 3 * MSS] });
  });

  test('by as much as is outstanding, not by as much as was sent', () => {
    const talk = limited();
    talk.sends(3);
    talk.server.ack({ ack: past(1), window: units(octets) });
    talk.client.says(octets - 3 * MSS);
    expect(talk.ids()).toEqual([]);
    talk.client.says(MSS);
    expect(talk.ids()).toEqual(['tcp.window-full']);
  });

  test('none by a FIN alone', () => {
    const talk = limited();
    talk.client.says(octets - 1);
    talk.client.fin();
    expect(talk.ids()).toEqual([]);
  });
});

describe('a closed window', () => {
  /** The client filled the window, the server acknowledges all of it and has no more. */
  function closed(): Transfer {
    const talk = transfer();
    talk.sends(1);
    talk.server.ack({ window: 0 });
    return talk;
  }

  test('each segment that says so, SYN and RST apart', () => {
    const talk = closed();
    talk.server.says(10, { window: 0 });
    expect(talk.ids()).toEqual(['tcp.zero-window', 'tcp.zero-window']);
    expect(talk.seen().server.zeroWindows).toBe(2);
    talk.server.rst();
    expect(talk.ids()).toEqual(['tcp.rst.accepted']);
    const other = transfer().anew();
    other.client.syn({ window: 0 });
    expect(other.seen().client.zeroWindows).toBe(0);
  });

  test('probed, and its answer: still closed', () => {
    const talk = closed();
    talk.news();
    talk.in(200).client.probes();
    talk.in(20).server.ack({ window: 0 });
    expect(talk.news()).toEqual([
      { id: 'tcp.window-probe', from: 'client' },
      { id: 'tcp.window-probe-ack', from: 'server' },
      { id: 'tcp.zero-window', from: 'server' },
    ]);
    expect(talk.seen().client.keepAlives).toBe(0);
  });

  test('open again: a window update, unasked for', () => {
    const talk = closed();
    talk.news();
    talk.in(500).server.ack();
    expect(talk.ids()).toEqual(['tcp.window-update']);
  });

  test('open again in answer to a probe: a window update too, for the window is not closed any more', () => {
    const talk = closed();
    talk.news();
    talk.in(200).client.probes();
    talk.in(20).server.ack();
    expect(talk.ids()).toEqual(['tcp.window-probe', 'tcp.window-update']);
  });

  test('probed with one octet of new data, as RFC 9293 section 3.8.6.1 has it', () => {
    const talk = closed();
    talk.news();
    talk.in(200).client.says(1, { lost: true });
    talk.in(20).server.ack({ window: 0 });
    expect(talk.ids()).toEqual(['tcp.window-probe', 'tcp.window-probe-ack', 'tcp.zero-window']);
  });

  test('probed so again and again, until it opens: nothing was sent again, and what is taken at last is new', () => {
    const talk = closed();
    const { bytes } = talk.seen().client;
    talk.news();
    const probe = talk.in(200).client.says(1, { lost: true });
    talk.in(20).server.ack({ window: 0 });
    for (const ms of [400, 800]) {
      talk.in(ms).client.resends(probe, { lost: true });
      talk.in(20).server.ack({ window: 0 });
    }
    expect(talk.ids().filter((id) => id === 'tcp.window-probe')).toHaveLength(3);
    talk.server.ack();
    talk.client.resends({ ...probe, payloadLength: MSS });
    expect(talk.ids()).toEqual(['tcp.window-update']);
    expect(talk.seen().client).toMatchObject({ retransmissions: 0, bytes: bytes + MSS });
  });

  test('the octet of a probe may be taken: it counts as sent then, and leaves no hole', () => {
    const talk = closed();
    const { bytes } = talk.seen().client;
    talk.news();
    talk.in(200).client.says(1);
    talk.in(20).server.ack();
    expect(talk.ids()).toEqual(['tcp.window-probe']);
    expect(talk.seen().client).toMatchObject({ bytes: bytes + 1, outstanding: 0 });
  });
});

describe('a keep-alive', () => {
  test('and its answer', () => {
    const talk = transfer();
    talk.in(60_000).client.probes();
    talk.in(20).server.ack();
    expect(talk.news()).toEqual([
      { id: 'tcp.keep-alive', from: 'client' },
      { id: 'tcp.keep-alive-ack', from: 'server' },
    ]);
  });

  test('with an octet of rubbish, and an answer that reports it as a duplicate', () => {
    const talk = transfer({ sack: true });
    talk.sends(1);
    talk.in(20).server.ack();
    talk.in(60_000).client.probes({ payload: 1 });
    talk.in(20).server.ack({ sack: [past(1) - 1, past(1)] });
    expect(talk.ids()).toEqual(['tcp.keep-alive', 'tcp.keep-alive-ack', 'tcp.dsack']);
    expect(talk.seen().client).toMatchObject({ retransmissions: 0, bytes: MSS });
  });

  test('of both ends', () => {
    const talk = transfer();
    talk.in(60_000).server.probes();
    talk.client.ack();
    expect(talk.news()).toEqual([
      { id: 'tcp.keep-alive', from: 'server' },
      { id: 'tcp.keep-alive-ack', from: 'client' },
    ]);
  });

  test('is no duplicate acknowledgement, though something of the other end is outstanding', () => {
    const talk = transfer();
    talk.in(60_000).server.fin({ lost: true });
    talk.in(10).client.probes();
    expect(talk.ids()).toEqual(['tcp.keep-alive']);
  });

  test('lost, and long since answered by what acknowledges new data: later ACKs are what they are', () => {
    const talk = transfer();
    talk.in(60_000).client.probes({ lost: true });
    talk.client.says(100);
    talk.in(20).server.ack();
    talk.news();
    talk.in(500).server.ack({ window: 600 });
    expect(talk.ids()).toEqual(['tcp.window-update']);
  });

  test('answered with data: later ACKs are what they are', () => {
    const talk = transfer();
    talk.in(60_000).client.probes();
    talk.in(20).server.says(10);
    talk.client.ack();
    talk.sends(4, 1);
    talk.news();
    talk.in(16).server.ack({ ack: 1 });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack']);
  });

  test('none by an ACK that was overtaken by the FIN after it', () => {
    const talk = transfer();
    const { next } = talk.client;
    talk.client.fin();
    talk.client.ack({ seq: next });
    expect(talk.ids()).toEqual([]);
  });
});

describe('a challenge ACK (RFC 5961 section 3.2)', () => {
  test('answers a RST that is in the window and not exact', () => {
    const talk = transfer();
    talk.client.sends(RST, { seq: 1000, window: 0 });
    talk.in(20).server.ack();
    expect(talk.news()).toEqual([
      { id: 'tcp.rst.ignored', from: 'client' },
      { id: 'tcp.challenge-ack', from: 'server' },
    ]);
    talk.server.ack();
    expect(talk.ids()).toEqual([]);
  });

  test('though data is outstanding: it is no duplicate', () => {
    const talk = losing();
    talk.client.sends(RST | ACK, { seq: past(20), window: 0 });
    talk.in(20).server.ack({ ack: 1 });
    talk.server.ack({ ack: 1 });
    expect(talk.ids()).toEqual(['tcp.rst.ignored', 'tcp.challenge-ack', 'tcp.duplicate-ack']);
  });

  test('answers a SYN-ACK that comes again after the handshake (section 4.2)', () => {
    const talk = new Transfer();
    talk.client.syn({ window: WINDOW });
    const synAck = talk.server.synAck({ window: WINDOW });
    talk.client.ack({ lost: true });
    talk.client.says(5, { lost: true });
    talk.in(1000).server.resends(synAck);
    talk.client.ack();
    expect(talk.ids()).toEqual(['tcp.retransmission.syn-ack', 'tcp.challenge-ack']);
  });

  test('answers a SYN on a live connection (section 4.2)', () => {
    const talk = transfer();
    talk.in(500).anew().client.syn();
    talk.in(20).server.ack();
    expect(talk.ids()).toEqual(['tcp.syn-on-live', 'tcp.challenge-ack']);
  });

  test('a RST outside the window is dropped in silence: what comes after it answers something else', () => {
    const talk = losing();
    talk.client.sends(RST, { seq: 1_000_000, window: 0 });
    talk.in(20).server.ack({ ack: 1 });
    expect(talk.ids()).toEqual(['tcp.rst.ignored', 'tcp.duplicate-ack']);
  });

  test('not captured, and long since overtaken by what acknowledges new data: later ACKs are what they are', () => {
    const talk = transfer();
    talk.client.sends(RST, { seq: 1000, window: 0 });
    talk.in(2000);
    talk.sends(1);
    talk.in(20).server.ack();
    talk.sends(3, 1);
    talk.in(17).server.ack({ ack: past(1) });
    expect(talk.ids()).toEqual(['tcp.rst.ignored', 'tcp.duplicate-ack']);
  });
});

describe('a DSACK (RFC 2883)', () => {
  test('below the acknowledgement, in octets', () => {
    const talk = transfer({ sack: true });
    talk.sends(3);
    talk.server.ack({ sack: [past(1), past(2)] });
    expect(talk.news()).toEqual([{ id: 'tcp.dsack', from: 'server' }]);
    expect(talk.countsOf(talk.server)).toEqual({ 'tcp.dsack': [1, MSS] });
  });

  test('within the second block, in octets', () => {
    const talk = losing({ sack: true });
    talk.server.ack({ ack: 1, sack: [past(2), past(3), past(1), past(6)] });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.dsack']);
    expect(talk.countsOf(talk.server)).toMatchObject({ 'tcp.dsack': [1, MSS] });
  });

  test('none of a first block beyond the acknowledgement, nor of a later one', () => {
    const talk = losing({ sack: true });
    talk.server.ack({ ack: 1, sack: [past(3), past(4), past(1), past(2)] });
    talk.server.ack({ ack: 1, sack: [past(1), past(5), past(2), past(3)] });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.duplicate-ack']);
  });

  test('nothing beyond what was sent, nor backwards', () => {
    const talk = losing({ sack: true });
    talk.server.ack({ ack: 1, sack: [past(50), past(51), past(50), past(60)] });
    talk.server.ack({ ack: 1, sack: [past(2), past(1)] });
    expect(talk.ids()).toEqual(['tcp.duplicate-ack', 'tcp.duplicate-ack']);
  });
});
