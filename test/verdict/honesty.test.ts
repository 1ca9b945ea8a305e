// Verdicts that would be wrong if they were said, or said too surely: what is not captured is not proof.
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../../src/pipeline.js';
import type { PcapRecord } from '../support/captures.js';
import { CLOSED, captureOf, conversation, OPEN, type Row } from '../support/packet-rows.js';
import { eventsOf } from '../support/render.js';

const HANDSHAKE: readonly Row[] = OPEN.slice(0, 3);
/** Where the TTL stands behind an Ethernet header. */
const TTL = 14 + 8;

async function connectionsOf(records: readonly PcapRecord[]): Promise<ConnectionEvent[]> {
  const events = await eventsOf(captureOf(records));
  return events.filter((event) => event.type === 'connection');
}

/** The one connection of a talk, without the frames that were not captured (numbers from 1). */
async function judged(rows: readonly Row[], { missing = [] as number[], ttl = {} as Record<number, number> } = {}) {
  const records = conversation(rows);
  for (const [frame, value] of Object.entries(ttl)) records[Number(frame) - 1].data![TTL] = value;
  const [connection, ...others] = await connectionsOf(records.filter((_, n) => !missing.includes(n + 1)));
  expect(others).toEqual([]);
  return connection;
}

const said = ({ verdict: { scenario, end, confidence } }: ConnectionEvent) => ({ scenario, end, confidence });
const NOTHING = { scenario: null, end: null, confidence: null };

describe('a capture of one direction', () => {
  const servers = (rows: readonly Row[]) => conversation(rows).filter((_, n) => rows[n][1] === 'server');

  it('claims no silence', async () => {
    const rows: Row[] = [...OPEN, [0.1, 'server', 'PA', 10], [5, 'server', 'PA', 10], [9, 'server', 'PA', 10]];
    const [connection] = await connectionsOf(servers(rows));
    expect(said(connection)).toEqual(NOTHING);
    expect(connection.ending).toBe('open');
  });

  it('claims no abort before data', async () => {
    const rows: Row[] = [...HANDSHAKE, [0.01, 'client', 'PA', 600], [0.02, 'server', 'A'], [0.03, 'server', 'RA']];
    const [connection] = await connectionsOf(servers(rows));
    expect(connection.verdict.scenario).not.toBe('handshake-aborted');
    expect(connection.verdict.confidence).not.toBe('certain');
  });
});

describe('a capture that lost one direction on the way', () => {
  it('claims no silence: who sends new data all the time is answered', async () => {
    const sends: Row[] = [1, 2, 3, 4, 5, 6, 7, 8].map((at) => [at, 'client', 'PA', 10]);
    const connection = await judged([...OPEN, ...sends]);
    expect([said(connection), connection.ending]).toEqual([NOTHING, 'open']);
    const resends: Row[] = [1.2, 1.6, 2.4, 4, 7.2].map((at) => [at, 'client', 'PA*', 10]);
    expect(said(await judged([...OPEN, sends[0], ...resends]))).toMatchObject({ scenario: 'host-crashed' });
  });
});

describe('a SYN-ACK that came again', () => {
  const again: Row[] = [...HANDSHAKE, [1, 'server', 'SA*'], [1.001, 'client', 'A']];

  it('may be of a full queue, as long as nothing shows that the connection was let in', async () => {
    expect(said(await judged(again))).toMatchObject({ scenario: 'accept-queue-full', confidence: 'possible' });
    const acknowledged: Row[] = [...again, [2, 'client', 'PA', 5], [2.001, 'server', 'A']];
    const letIn = await judged(acknowledged);
    expect([said(letIn), letIn.ending]).toEqual([NOTHING, 'open']);
  });

  it('and does not when it should have come once more: it was let in', async () => {
    const elsewhere = conversation(CLOSED, { clientPort: 50_000, from: 60 });
    const [connection] = await connectionsOf([...conversation(again), ...elsewhere]);
    expect(said(connection)).toEqual(NOTHING);
  });
});

describe('a RST', () => {
  it('of a server that has not spoken may be of a connection that nobody had accepted', async () => {
    const mute = await judged([...HANDSHAKE, [5, 'server', 'RA']]);
    expect(said(mute)).toEqual({ scenario: 'aborted', end: 'server', confidence: 'possible' });
    expect(mute.verdict.lookalikes.map(({ id }) => id)).toContain('listener-ended');
    const greets: Row[] = [...HANDSHAKE, [0.1, 'server', 'PA', 20], [0.101, 'client', 'A'], [5, 'server', 'RA']];
    expect(said(await judged(greets))).toEqual({ scenario: 'aborted', end: 'server', confidence: 'certain' });
  });

  it('after which an old segment is seen once more is not anybody else’s', async () => {
    const rows: Row[] = [...OPEN, [0.1, 'server', 'RA'], [0.4, 'server', 'PA*', 30]];
    expect(said(await judged(rows))).toMatchObject({ scenario: 'aborted', confidence: 'possible' });
  });

  it('of an end that was reset itself says nothing of that end', async () => {
    const rows: Row[] = [...OPEN, [0.1, 'server', 'RA'], [0.4, 'server', 'PA*', 30], [0.401, 'client', 'R']];
    expect(said(await judged(rows))).toMatchObject({ scenario: 'aborted', end: 'server' });
  });

  it('of a server that closed with SO_LINGER 0 may be that of a process that was killed', async () => {
    const mute = await judged([...HANDSHAKE, [5, 'client', 'RA']]);
    expect(said(mute)).toEqual({ scenario: 'aborted', end: 'client', confidence: 'certain' });
    expect(mute.verdict.lookalikes).toMatchObject([{ id: 'killed-with-linger', ofMotive: true }]);
  });

  it('has no TTL to be compared with where nothing else of its sender was seen', async () => {
    const rows: Row[] = [
      [0, 'server', 'PA', 6],
      [0.001, 'client', 'R'],
      [0.1, 'server', 'A'],
      [0.101, 'client', 'R'],
    ];
    expect((await judged(rows)).verdict.scenario).not.toBe('reset-by-middlebox');
  });

  it('with another TTL right after the first request is a middlebox’s, not the server’s', async () => {
    const rows: Row[] = [...HANDSHAKE, [0.003, 'client', 'PA', 500], [0.004, 'server', 'RA']];
    expect(said(await judged(rows, { ttl: { 5: 40 } }))).toMatchObject({
      scenario: 'reset-by-middlebox',
      confidence: 'likely',
    });
    const talksOn: Row[] = [...rows, [0.05, 'server', 'PA', 1400]];
    expect(said(await judged(talksOn, { ttl: { 5: 40 } }))).toMatchObject({
      scenario: 'reset-by-middlebox',
      confidence: 'certain',
    });
  });

  it('is not certainly an abort when data was acknowledged that the capture missed', async () => {
    const rows: Row[] = [...OPEN, [0.1, 'server', 'PA', 9000], [0.2, 'client', 'A'], [0.3, 'client', 'RA']];
    expect(said(await judged(rows, { missing: [8] }))).toMatchObject({ scenario: 'aborted', confidence: 'possible' });
  });

  it('of a live socket says that the octet missed before it was no FIN', async () => {
    const rows: Row[] = [
      ...OPEN,
      [0.1, 'server', 'PA', 1],
      [0.2, 'client', 'A'],
      [0.3, 'client', 'PA', 5],
      [0.4, 'server', 'A'],
      [0.5, 'server', 'RA'],
    ];
    const connection = await judged(rows, { missing: [8] });
    expect(said(connection)).toMatchObject({ scenario: 'process-terminated', confidence: 'possible' });
    expect(connection.verdict.errors.client[0].error).toBe('ECONNRESET');
  });

  it('to the first write after two idle seconds is a lost connection', async () => {
    const rows: Row[] = [...HANDSHAKE, [2, 'client', 'PA', 5], [2.001, 'server', 'R']];
    expect(said(await judged(rows))).toEqual({ scenario: 'host-rebooted', end: 'server', confidence: 'possible' });
  });

  it('after an idle hour without data is an abort, and nothing can have been unread', async () => {
    expect(said(await judged([...HANDSHAKE, [3600, 'client', 'RA']]))).toMatchObject({
      scenario: 'aborted',
      end: 'client',
    });
  });

  it('to a SYN with data refuses the connection', async () => {
    const connection = await judged([
      [0, 'client', 'S', 10],
      [0.001, 'server', 'RA'],
    ]);
    expect(connection.ending).toBe('refused');
    expect(connection.verdict.errors.client).toEqual([{ call: 'connect', error: 'ECONNREFUSED', when: 'now' }]);
  });

  it('within milliseconds of the last word is no reboot', async () => {
    const rows: Row[] = [...OPEN, [0.007, 'client', 'PA', 5], [0.0071, 'server', 'R']];
    expect(said(await judged(rows))).toEqual(NOTHING);
  });

  it('the other end did not obey is no end', async () => {
    const rows: Row[] = [...OPEN, [0.1, 'server', 'RA'], [0.15, 'server', 'PA', 50], [0.16, 'client', 'A']];
    const connection = await judged(rows);
    expect(connection.states).toEqual({ client: 'ESTABLISHED', server: 'ESTABLISHED' });
    expect(connection.verdict.scenario).toBeNull();
  });

  it('to a connection picked up mid-stream names a frame that exists', async () => {
    const rows: Row[] = [
      [0, 'client', 'PA', 5],
      [0.001, 'server', 'R'],
      [0.003, 'server', 'A'],
    ];
    const connection = await judged(rows);
    for (const { packet } of connection.verdict.evidence) expect(packet).toBeGreaterThan(0);
  });
});

describe('a close', () => {
  it('of which the capture missed the second FIN leaves nobody in CLOSE-WAIT', async () => {
    const byClient: Row[] = [...OPEN, [0.1, 'client', 'FA'], [0.101, 'server', 'FA'], [0.102, 'client', 'A']];
    const later: Row = [1, 'client', 'A'];
    expect(said(await judged([...byClient, later], { missing: [8] }))).toEqual(NOTHING);
    const byServer: Row[] = [...OPEN, [0.1, 'server', 'FA'], [0.101, 'client', 'A'], [0.2, 'client', 'FA']];
    expect(said(await judged([...byServer, [1, 'client', 'A']], { missing: [10] }))).toEqual(NOTHING);
  });

  it('after an answer that the capture missed does not leave an answer owed', async () => {
    const rows: Row[] = [
      ...HANDSHAKE,
      [0.1, 'client', 'PA', 5],
      [0.11, 'server', 'A'],
      [0.12, 'server', 'PA', 22],
      [0.121, 'client', 'A'],
      [0.13, 'server', 'FA'],
      [0.131, 'client', 'A'],
      [1, 'client', 'PA', 5],
      [1.001, 'server', 'R'],
    ];
    expect(said(await judged(rows))).toMatchObject({ scenario: 'process-terminated', confidence: 'possible' });
    expect(said(await judged(rows, { missing: [6] }))).toMatchObject({ confidence: 'possible' });
    expect(said(await judged(rows, { missing: [6, 7] }))).toMatchObject({ confidence: 'possible' });
  });

  it('to which the other end says a last word and closes too is nobody’s death', async () => {
    // TLS: the server answers close_notify with its own, and meets a client that has closed for good.
    const rows: Row[] = [
      ...OPEN,
      [0.1, 'client', 'FPA', 31],
      [0.1005, 'server', 'PA', 31],
      [0.1006, 'server', 'FA'],
      [0.1207, 'client', 'R'],
    ];
    expect(said(await judged(rows))).toEqual(NOTHING);
  });
});

describe('what comes late', () => {
  it('belongs to the closed connection only if it brings nothing new', async () => {
    const strays: Row[] = [...CLOSED, [200, 'server', 'R']];
    expect(await connectionsOf(conversation(strays))).toHaveLength(1);
    const anew: Row[] = [...CLOSED, [200, 'client', 'PA', 5], [200.1, 'server', 'PA', 5]];
    expect(await connectionsOf(conversation(anew))).toHaveLength(2);
  });
});
