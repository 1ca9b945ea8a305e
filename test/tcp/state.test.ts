// The two tables against RFC 9293, and every cell against a real conversation.

import { describe, expect, test } from 'vitest';
import * as state from '../../src/tcp/state.js';
import { HEARS, IMPOSSIBLE, isOver, next, SENDS, STATE_NAMES, type StateName } from '../../src/tcp/state.js';
import { type Conversation, conversation, established } from '../support/conversation.js';

type Edge = readonly [half: 'sends' | 'hears', event: string, from: StateName, to: StateName];

/** RFC 9293 section 3.3.2, figure 5, arrow by arrow. UNSEEN stands for CLOSED before an OPEN, and for LISTEN. */
const FIGURE_5: readonly Edge[] = [
  ['sends', 'SYN', 'UNSEEN', 'SYN-SENT'],
  ['sends', 'SYN-ACK', 'UNSEEN', 'SYN-RECEIVED'],
  ['hears', 'SYN', 'SYN-SENT', 'SYN-RECEIVED'],
  ['hears', 'SYN-ACK', 'SYN-SENT', 'ESTABLISHED'],
  ['hears', 'ACK of SYN', 'SYN-RECEIVED', 'ESTABLISHED'],
  ['sends', 'FIN', 'SYN-RECEIVED', 'FIN-WAIT-1'],
  ['sends', 'FIN', 'ESTABLISHED', 'FIN-WAIT-1'],
  ['hears', 'FIN', 'ESTABLISHED', 'CLOSE-WAIT'],
  ['hears', 'ACK of FIN', 'FIN-WAIT-1', 'FIN-WAIT-2'],
  ['hears', 'FIN', 'FIN-WAIT-1', 'CLOSING'],
  ['hears', 'FIN', 'FIN-WAIT-2', 'TIME-WAIT'],
  ['hears', 'ACK of FIN', 'CLOSING', 'TIME-WAIT'],
  ['sends', 'FIN', 'CLOSE-WAIT', 'LAST-ACK'],
  ['hears', 'ACK of FIN', 'LAST-ACK', 'CLOSED'],
];

/** Section 3.10.7: a RST ends every state (back to LISTEN after a passive OPEN: to a watcher the connection is gone). */
const BEFORE_CLOSED = STATE_NAMES.slice(0, -1);
const RESETS: readonly Edge[] = BEFORE_CLOSED.flatMap((from): Edge[] => [
  ['sends', 'RST', from, 'CLOSED'],
  ['hears', 'RST', from, 'CLOSED'],
]);

/** What figure 5 leaves to the text of section 3.10.7.4, or what a watcher adds because it came late or missed a frame. */
const BEYOND: readonly Edge[] = [
  ['sends', 'SYN-ACK', 'SYN-SENT', 'SYN-RECEIVED'], // the other end's SYN passed elsewhere: opening at once
  ['hears', 'SYN-ACK', 'SYN-RECEIVED', 'ESTABLISHED'], // its ACK ends an opening at once
  ['hears', 'FIN', 'SYN-RECEIVED', 'CLOSE-WAIT'], // section 3.10.7.4, eighth check
  ['sends', 'text', 'SYN-SENT', 'ESTABLISHED'], // the SYN-ACK was missed
  ['sends', 'FIN', 'SYN-SENT', 'FIN-WAIT-1'],
  ['hears', 'FIN', 'SYN-SENT', 'CLOSE-WAIT'],
  ['sends', 'text', 'UNSEEN', 'ESTABLISHED'], // picked up mid-stream
  ['sends', 'FIN', 'UNSEEN', 'FIN-WAIT-1'],
  ['hears', 'text', 'UNSEEN', 'ESTABLISHED'],
  ['hears', 'SYN-ACK', 'UNSEEN', 'ESTABLISHED'],
  ['hears', 'FIN', 'UNSEEN', 'CLOSE-WAIT'],
];

const EVENTS = {
  sends: ['SYN', 'SYN-ACK', 'text', 'FIN', 'RST'],
  hears: ['SYN', 'SYN-ACK', 'ACK of SYN', 'ACK of FIN', 'text', 'FIN', 'RST'],
} as const;

const cellOf = (half: 'sends' | 'hears', event: string, from: StateName): number =>
  next(half === 'sends' ? SENDS : HEARS, (EVENTS[half] as readonly string[]).indexOf(event), STATE_NAMES.indexOf(from));

const ALL_CELLS = (['sends', 'hears'] as const).flatMap((half) =>
  EVENTS[half].flatMap((event) => STATE_NAMES.map((from) => ({ half, event, from, cell: cellOf(half, event, from) }))),
);

describe('the tables', () => {
  test('rows stand in the order of the event constants', () => {
    const { SENDS_SYN, SENDS_SYN_ACK, SENDS_TEXT, SENDS_FIN, SENDS_RST } = state;
    expect([SENDS_SYN, SENDS_SYN_ACK, SENDS_TEXT, SENDS_FIN, SENDS_RST]).toEqual([0, 1, 2, 3, 4]);
    const { HEARS_SYN, HEARS_SYN_ACK, HEARS_ACK_OF_SYN, HEARS_ACK_OF_FIN, HEARS_TEXT, HEARS_FIN, HEARS_RST } = state;
    const heard = [HEARS_SYN, HEARS_SYN_ACK, HEARS_ACK_OF_SYN, HEARS_ACK_OF_FIN, HEARS_TEXT, HEARS_FIN, HEARS_RST];
    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test.each([...FIGURE_5, ...RESETS, ...BEYOND])('%s %s: %s -> %s', (half, event, from, to) => {
    expect(STATE_NAMES[cellOf(half, event, from)]).toBe(to);
  });

  test('have no other edge than those listed here', () => {
    const listed = [...FIGURE_5, ...RESETS, ...BEYOND].map((edge) => edge.join());
    const found = ALL_CELLS.filter(({ cell }) => cell >= 0).map((c) =>
      [c.half, c.event, c.from, STATE_NAMES[c.cell]].join(),
    );
    expect(found.sort()).toEqual(listed.sort());
  });

  test('nothing that is heard is impossible: only senders are judged', () => {
    expect(ALL_CELLS.filter(({ half, cell }) => half === 'hears' && cell === IMPOSSIBLE)).toEqual([]);
  });

  test('no second FIN, and no SYN once synchronised', () => {
    const impossible = ALL_CELLS.filter(({ cell }) => cell === IMPOSSIBLE).map(
      ({ event, from }) => `${event} in ${from}`,
    );
    const closing = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT', 'CLOSED'];
    const synchronised = [...closing.slice(0, 2), 'CLOSE-WAIT', ...closing.slice(2)];
    expect(impossible).toEqual([
      ...['ESTABLISHED', ...synchronised].map((from) => `SYN in ${from}`),
      ...synchronised.map((from) => `SYN-ACK in ${from}`),
      ...closing.map((from) => `FIN in ${from}`),
    ]);
  });

  test('TIME-WAIT and CLOSED are over, nothing else', () => {
    expect(STATE_NAMES.filter((_, index) => isOver(index))).toEqual(['TIME-WAIT', 'CLOSED']);
  });
});

/** A conversation whose client is in the state; the peer has acknowledged no more than that takes. */
const CLIENT_IN: Record<StateName, () => Conversation> = {
  // The server's ACK alone: what the client did is not known, though it is believed to be open.
  UNSEEN: () => conversation(),
  'SYN-SENT': () => {
    const talk = conversation();
    talk.client.syn();
    return talk;
  },
  'SYN-RECEIVED': () => {
    const talk = conversation();
    talk.client.syn();
    talk.server.syn();
    return talk;
  },
  ESTABLISHED: () => established(),
  'FIN-WAIT-1': () => {
    const talk = established();
    talk.client.fin({ lost: true });
    return talk;
  },
  'FIN-WAIT-2': () => {
    const talk = established();
    talk.client.fin();
    talk.server.ack();
    return talk;
  },
  'CLOSE-WAIT': () => {
    const talk = established();
    talk.server.fin();
    talk.client.ack();
    return talk;
  },
  CLOSING: () => {
    const talk = established();
    talk.client.fin({ lost: true });
    talk.server.fin();
    talk.client.ack();
    return talk;
  },
  'LAST-ACK': () => {
    const talk = established();
    talk.server.fin();
    talk.client.fin({ lost: true });
    return talk;
  },
  'TIME-WAIT': () => established().closes('client'),
  CLOSED: () => established().closes('server'),
};

const CLIENT_SENDS: Record<string, (talk: Conversation, from: StateName) => void> = {
  // With its own ISN: another would open a new connection (see reuse.test.ts).
  SYN: ({ client }) => client.syn({ seq: 0 }),
  'SYN-ACK': ({ client }) => client.synAck({ seq: 0 }),
  text: ({ client }) => client.says(3),
  FIN: ({ client }) => client.fin(),
  // The peer of an end in SYN-RECEIVED is in SYN-SENT, where only a RST that acknowledges its SYN counts.
  RST: ({ client }, from) => (from === 'SYN-RECEIVED' ? client.rstAck() : client.rst({ seq: client.next })),
};

/** The client of the given state hears the event and nothing else. */
const CLIENT_HEARS: Record<string, (talk: Conversation, from: StateName) => void> = {
  SYN: ({ server }) => server.syn({ seq: 0 }),
  'SYN-ACK': ({ server }) => server.synAck({ seq: 0 }),
  'ACK of SYN': ({ server }) => server.ack({ ack: 1 }),
  'ACK of FIN': ({ server, client }) => server.ack({ ack: client.next }),
  text: ({ server }, from) => server.says(3, from === 'SYN-RECEIVED' ? { ack: 0 } : {}),
  FIN: ({ server }, from) => server.fin(from === 'SYN-RECEIVED' ? { ack: 0 } : {}),
  RST: ({ server }, from) => (from === 'SYN-SENT' ? server.rstAck({ seq: 0 }) : server.rst({ seq: server.next })),
};

/** Cells that no segment meets, because the tracker knows more than flags: what it makes of the segment instead. */
const OTHERWISE: Record<string, { readonly state: StateName; readonly because: string }> = {
  ...Object.fromEntries(
    (['FIN-WAIT-2', 'CLOSED'] as const).map((from) => [
      `sends FIN in ${from}`,
      {
        state: from === 'CLOSED' ? ('LAST-ACK' as const) : ('FIN-WAIT-1' as const),
        because: 'a FIN sent again: it did not hear the ACK that the watcher saw pass',
      },
    ]),
  ),
  'sends RST in TIME-WAIT': { state: 'TIME-WAIT', because: 'both FINs were acknowledged: a stray RST changes nothing' },
  'hears RST in TIME-WAIT': { state: 'TIME-WAIT', because: 'both FINs were acknowledged: a stray RST changes nothing' },
  'hears ACK of SYN in UNSEEN': { state: 'ESTABLISHED', because: 'any ACK is text to an end picked up mid-stream' },
  'hears ACK of FIN in UNSEEN': { state: 'ESTABLISHED', because: 'any ACK is text to an end picked up mid-stream' },
  'hears ACK of FIN in SYN-RECEIVED': { state: 'ESTABLISHED', because: 'without a FIN the ACK is that of its SYN' },
};

describe('every cell, by what passes', () => {
  test.each(STATE_NAMES.slice(1))('a client can be brought to %s', (from) => {
    expect(CLIENT_IN[from]().states().client).toBe(from);
  });

  test.each(ALL_CELLS)('$half $event in $from', ({ half, event, from, cell }) => {
    const talk = CLIENT_IN[from]();
    if (half === 'sends') CLIENT_SENDS[event](talk, from);
    else CLIENT_HEARS[event](talk, from);
    const expected = OTHERWISE[`${half} ${event} in ${from}`]?.state ?? (cell >= 0 ? STATE_NAMES[cell] : from);
    expect(talk.viewOf(talk.client).state ?? 'UNSEEN').toBe(expected);
    expect(talk.connections).toBe(1);
  });

  test('an impossible cell is reported and changes nothing', () => {
    const talk = established();
    talk.server.fin();
    talk.client.ack();
    talk.client.synAck({ seq: 0 });
    expect(talk.anomalies).toContain('tcp.impossible');
    expect(talk.states()).toEqual({ client: 'CLOSE-WAIT', server: 'FIN-WAIT-2' });
  });
});
