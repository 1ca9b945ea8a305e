// Lossy transfers, captured at the sender, against what the sender's own kernel counted, class by class.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AnomalyEvent, analyze, type ConnectionEvent } from '../src/pipeline.js';

const CAPTURES = resolve(import.meta.dirname, '../fixtures/captures');
const names = readdirSync(CAPTURES)
  .filter((file) => file.startsWith('lossy-') && file.endsWith('.pcap.gz'))
  .map((file) => file.replace('.pcap.gz', ''));

interface Heard {
  readonly record: ConnectionEvent;
  /** The sender's, which is the client, and the receiver's. */
  readonly kernel: Readonly<Record<string, number>>;
  readonly receiver: Readonly<Record<string, number>>;
  /** Of the client's packets by the receiver's firewall, which counts them; absent from the older captures. */
  readonly dropped: number | undefined;
  /** Frames in which the server reported octets that came twice. */
  readonly dsacks: readonly number[];
  /** How often an acknowledgement of the server showed that a timeout had been in vain. */
  readonly undone: number;
  /** Segments of the client, by class; a FIN under the reason it was sent again for. */
  readonly byReason: (...reasons: string[]) => number;
  readonly from: (end: 'client' | 'server', id: string) => number;
}

async function hear(name: string): Promise<Heard> {
  const anomalies: AnomalyEvent[] = [];
  let record: ConnectionEvent | undefined;
  for await (const event of analyze({ files: [join(CAPTURES, `${name}.pcap.gz`)], anomalies: true })) {
    if (event.type === 'anomaly') anomalies.push(event);
    if (event.type === 'connection') record = event;
  }
  const answers = JSON.parse(readFileSync(join(CAPTURES, `${name}.answers.json`), 'utf8'));
  const reasonOf = ({ id, details }: AnomalyEvent): string => details.reason ?? id.replace('tcp.retransmission.', '');
  const own = anomalies.filter(({ id, from }) => from === 'client' && id.startsWith('tcp.retransmission.'));
  return {
    record: record!,
    kernel: answers.kernel.client,
    receiver: answers.kernel.server,
    dsacks: anomalies.filter(({ id, from }) => id === 'tcp.dsack' && from === 'server').map(({ packet }) => packet),
    dropped: answers.dropped?.server,
    undone: anomalies.filter(
      ({ id, from, details }) =>
        id === 'tcp.retransmission.spurious' &&
        from === 'server' &&
        (details.proof === 'timestamp' || details.proof === 'original-acknowledged'),
    ).length,
    byReason: (...reasons) => own.filter((event) => reasons.includes(reasonOf(event))).length,
    from: (end, id) => anomalies.filter((event) => event.from === end && event.id === id).length,
  };
}

describe.each(names)('%s', (name) => {
  it('is what the kernel counted', async () => {
    const { record, kernel, byReason, from, dsacks } = await hear(name);
    const counted = (counter: string): number => kernel[counter] ?? 0;
    expect({
      all: record.counts.client.retransmissions,
      inRecovery: byReason('fast', 'sack'),
      inSlowStart: byReason('after-timeout'),
      timeouts: byReason('timeout'),
      early: byReason('early'),
    }).toEqual({
      all: counted('TcpRetransSegs'),
      inRecovery: counted('TcpExtTCPFastRetrans'),
      inSlowStart: counted('TcpExtTCPSlowStartRetrans'),
      timeouts: counted('TcpExtTCPTimeouts'),
      early: 0,
    });
    // The kernel counts none that comes in TIME-WAIT: there is no socket any more.
    const over = record.verdict.evidence.find(({ fact }) => fact === 'both-fins-acknowledged')!.packet;
    const heard = dsacks.filter((packet) => packet <= over).length;
    const reported = counted('TcpExtTCPDSACKRecv') + counted('TcpExtTCPDSACKOfoRecv');
    // Acknowledgements that the client's firewall drops were captured, and not heard.
    if (name.includes('ack-loss')) expect(heard).toBeGreaterThanOrEqual(reported);
    else expect(heard).toBe(reported);
    // A probe that carries new data is no retransmission.
    expect(byReason('tail-loss-probe') + from('client', 'tcp.loss-probe')).toBe(counted('TcpExtTCPLossProbes'));
    expect(record.timeouts.client?.count ?? 0).toBe(counted('TcpExtTCPTimeouts'));
    // Nothing is lost before the capture, nor out of order: the sender sent it.
    expect(record.anomalies.client).not.toHaveProperty(['tcp.out-of-order']);
    expect(record.anomalies.client).not.toHaveProperty(['tcp.hole-filled']);
  });
});

const paused = names.filter((name) => name.includes('pause'));

it.each(paused)('%s: a timeout in vain is found out, as by the kernel', async (name) => {
  const { kernel, undone } = await hear(name);
  // F-RTO is counted as such; Eifel only among all that was undone, and that once more for each step of it.
  expect(undone).toBe(Math.min(1, kernel.TcpExtTCPLossUndo ?? 0));
  expect(undone).toBeGreaterThanOrEqual(kernel.TcpExtTCPSpuriousRTOs ?? 0);
});

it.each(paused.filter((name) => !name.includes('no-sack')))(
  '%s: what was sent again was dropped, or came twice',
  async (name) => {
    const { record, receiver, dropped } = await hear(name);
    const { TcpExtTCPDSACKOldSent: old = 0, TcpExtTCPDSACKOfoSent: early = 0 } = receiver;
    expect(record.counts.client.retransmissions).toBe(dropped! + old + early);
  },
);

it('they are many, of every kind', async () => {
  expect(names.length).toBeGreaterThanOrEqual(20);
  const all = await Promise.all(names.map(hear));
  const sum = (of: (heard: Heard) => number): number => all.reduce((total, heard) => total + of(heard), 0);
  expect(sum(({ undone }) => undone)).toBeGreaterThanOrEqual(4);
  for (const reason of ['fast', 'sack', 'timeout', 'after-timeout', 'tail-loss-probe', 'fin']) {
    const count =
      reason === 'fin'
        ? sum(({ from }) => from('client', 'tcp.retransmission.fin'))
        : sum(({ byReason }) => byReason(reason));
    expect(count, reason).toBeGreaterThan(0);
  }
  expect(
    sum(({ from }) => from('server', 'tcp.retransmission.spurious') + from('client', 'tcp.retransmission.spurious')),
  ).toBeGreaterThan(10);
});
