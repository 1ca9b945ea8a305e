// Document, introduction: connections that end as they should. Both ends send FIN, and both FINs are acknowledged.

import { PlayAgain, type Scenario } from '../scenario.js';

export const normalClose: readonly Scenario[] = [
  {
    name: 'client-closes-first',
    truth: 'normal-close',
    end: null,
    what: 'The client closed first; the server read EOF and closed as well.',
    in: [
      { net: 1 },
      { net: 2, as: 'v6', family: 6, vantage: 'server', precision: 'nano' },
      { net: 3, as: 'loopback', topology: 'loopback' },
      { net: 4, as: 'raw-ip', topology: 'tunnel' },
      { net: 13, as: 'offload', vantage: 'client', offload: true },
      { net: 14, as: 'one-sided', filter: 'arp or src host 10.14.1.2' },
      { net: 15, as: 'without-syn', filter: 'not (tcp[tcpflags] & tcp-syn != 0)' },
    ],
    async play(lab) {
      const worker = await lab.talks();
      await lab.client.says('goodbye');
      await lab.client.closes();
      await worker.gone;
      await lab.clientHost.reaches('TIME-WAIT');
    },
  },
  {
    name: 'server-closes-first',
    truth: 'normal-close',
    end: null,
    what: 'The server closed first; the client read EOF and closed as well.',
    in: [{ net: 5 }, { net: 6, as: 'v6-any', family: 6, vantage: 'server-any' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await worker.writes('hello and goodbye');
      await worker.closes();
      await lab.client.reads();
      await lab.client.reads();
      await lab.client.closes();
      await lab.serverHost.reaches('TIME-WAIT');
    },
  },
  {
    name: 'half-close-and-data-after',
    truth: 'normal-close',
    end: null,
    what: 'The client shut its writing side down; the server read EOF, wrote three more lines and closed; the client read them all.',
    in: [{ net: 7 }, { net: 8, as: 'v6-pcapng', family: 6, vantage: 'client', format: 'pcapng' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('tell me all');
      await lab.client.shutsDown('writing');
      await worker.reads();
      await worker.reads();
      for (const line of ['one', 'two', 'three']) {
        await worker.writes(line);
        await lab.client.reads();
      }
      await worker.closes();
      await lab.client.reads();
      await lab.client.closes();
    },
  },
  {
    name: 'both-close-at-once',
    truth: 'normal-close',
    end: null,
    what: 'Both programs closed at the same moment, and their FINs crossed on a slow path.',
    in: [
      { net: 9, topology: 'tunnel', delayMs: 40 },
      { net: 10, as: 'v6', topology: 'tunnel', delayMs: 40, family: 6, vantage: 'server' },
    ],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await Promise.all([lab.client.closes(), worker.closes()]);
      for (const state of ['FIN-WAIT-1', 'CLOSING']) {
        await lab.clientHost.leaves(state);
        await lab.serverHost.leaves(state);
      }
      // Only when FINs cross do both ends pass through TIME-WAIT.
      for (const host of [lab.clientHost, lab.serverHost]) {
        if (!(await host.sockets()).some((row) => row.startsWith('TIME-WAIT '))) throw new PlayAgain('did not cross');
      }
    },
  },
  {
    name: 'services-on-two-ports-all-close',
    truth: 'normal-close',
    end: null,
    what: 'Three clients of two ports closed one after another; every connection ended orderly.',
    in: [{ net: 11 }, { net: 12, as: 'nano-96', snaplen: 96, precision: 'nano', vantage: 'router-far' }],
    async play(lab) {
      const other = await lab.anotherServer(5432);
      const second = await lab.anotherClient();
      const third = await lab.anotherClient();
      const workers = [await lab.talks(), await lab.talks(second, other), await lab.talks(third)];
      for (const client of [lab.client, second, third]) await client.closes();
      await Promise.all(workers.map((worker) => worker.gone));
    },
  },
];
