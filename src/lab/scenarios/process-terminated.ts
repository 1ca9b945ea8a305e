// Document 1: the server's process is killed. Its kernel lives on, closes its sockets, and answers for what is gone.

import type { Scenario } from '../scenario.js';

/** A receive window that a fixture's worth of octets can fill. */
const SMALL_BUFFERS = { 'net.ipv4.tcp_rmem': '4096 8192 16384', 'net.ipv4.tcp_wmem': '4096 16384 32768' };

export const processTerminated: readonly Scenario[] = [
  {
    name: 'worker-killed-then-client-writes',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child serving this client was killed (SIGKILL); the client, waiting for its user, wrote once more and got a RST.',
    in: [
      { net: 20 },
      { net: 21, as: 'v6', family: 6, vantage: 'client' },
      { net: 22, as: 'loopback', topology: 'loopback' },
      { net: 23, as: 'any', vantage: 'client-any' },
      { net: 24, as: 'pcapng', format: 'pcapng', vantage: 'server' },
      { net: 25, as: 'gzip', gzip: true },
      { net: 16, as: 'one-sided', filter: 'arp or src host 10.16.1.2' },
      { net: 17, as: 'fin-missed', filter: 'not (tcp[tcpflags] & tcp-fin != 0)' },
      { net: 18, as: 'without-syn', filter: 'not (tcp[tcpflags] & tcp-syn != 0)' },
    ],
    async play(lab) {
      const worker = await lab.talks();
      await worker.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('after server close');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
      await lab.client.writes('still there?');
      await lab.client.closes();
    },
  },
  {
    name: 'worker-killed-client-idle',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child serving this client was killed (SIGKILL); the client did nothing and stayed in CLOSE-WAIT.',
    in: [{ net: 26 }, { net: 27, as: 'v6-96', family: 6, snaplen: 96 }],
    async play(lab) {
      const worker = await lab.talks();
      await worker.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.passes(4);
    },
  },
  {
    name: 'worker-killed-client-notices',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child serving this client was killed (SIGKILL); the client was in read(), saw EOF and closed at once.',
    in: [{ net: 28 }, { net: 29, as: 'loopback-v6', topology: 'loopback', family: 6 }],
    async play(lab) {
      const worker = await lab.talks();
      const reading = lab.client.reads({ within: 10 });
      await worker.dies('SIGKILL');
      await reading;
      await lab.client.closes();
    },
  },
  {
    name: 'worker-terminated-then-client-writes',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child serving this client was ended by SIGTERM; the client wrote once more and got a RST.',
    in: [{ net: 30 }, { net: 31, as: 'v6-nano', family: 6, precision: 'nano' }],
    async play(lab) {
      const worker = await lab.talks();
      await worker.dies('SIGTERM');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('after server close');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
    },
  },
  {
    name: 'server-killed-then-connect-refused',
    truth: 'process-terminated',
    end: 'server',
    what: 'The whole server was killed, parent and children; clients that wrote got RSTs, a new one was refused.',
    in: [{ net: 32 }, { net: 33, as: 'v6', family: 6 }],
    async play(lab) {
      const second = await lab.anotherClient();
      const third = await lab.anotherClient();
      const workers = [await lab.talks(), await lab.talks(second)];
      await Promise.all([lab.server, ...workers].map((program) => program.dies('SIGKILL')));
      await lab.serverHost.reaches('FIN-WAIT-2', { times: 2 });
      for (const client of [lab.client, second]) {
        await client.writes('after server close');
        await client.reads();
      }
      await third.connects(lab.server);
      Object.assign(third.connection!, { truth: 'connect-refused', end: 'server' });
    },
  },
  {
    name: 'worker-killed-others-served',
    truth: 'process-terminated',
    end: 'server',
    what: 'One child was killed; its client wrote and got a RST, while a new client was served and closed.',
    in: [{ net: 34 }, { net: 35, as: 'sll', vantage: 'router-any', linkType: 'LINUX_SLL' }],
    async play(lab) {
      const worker = await lab.talks();
      const second = await lab.anotherClient();
      await worker.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('after server close');
      await lab.client.reads();
      const next = await lab.talks(second);
      await second.closes();
      await next.gone;
      Object.assign(second.connection!, { truth: 'normal-close', end: null });
    },
  },
  {
    name: 'worker-killed-with-unread-input',
    truth: 'process-terminated',
    end: 'server',
    what: 'The client wrote; the child had not read it when it was killed, so its kernel sent a RST instead of a FIN.',
    in: [{ net: 36 }, { net: 37, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('first');
      await worker.reads();
      await worker.writes('first');
      await lab.client.reads();
      await lab.client.writes('never read');
      // Long enough for a delayed ACK: the octets were received, not merely sent.
      await lab.passes(0.3);
      await worker.dies('SIGKILL');
      await lab.clientHost.leaves('ESTAB');
      await lab.client.reads();
      await lab.client.writes('after');
    },
  },
  {
    name: 'worker-killed-with-window-closed',
    truth: 'process-terminated',
    end: 'server',
    what: 'The client wrote until it blocked, the child never read; window probes went on until the child was killed.',
    in: [{ net: 38 }, { net: 39, as: 'v6-96', family: 6, snaplen: 96 }],
    tuning: SMALL_BUFFERS,
    async play(lab) {
      const worker = await lab.meets();
      const line = 'x'.repeat(1024);
      for (let result: unknown = 0; result !== 'blocked'; ) {
        ({ result } = await lab.client.writes(line, { within: 0.4 }));
      }
      await lab.passes(2.5);
      await worker.dies('SIGKILL');
      await lab.clientHost.leaves('ESTAB');
      await lab.client.writes(line);
    },
  },
  {
    name: 'worker-killed-owing-an-answer',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child read a request and was killed before it answered; the client asked again and got a RST.',
    in: [{ net: 40 }, { net: 41, as: 'v6-pcapng', family: 6, format: 'pcapng' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('question');
      await worker.reads();
      await lab.passes(0.3);
      await worker.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('question, again');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
    },
  },
  {
    name: 'worker-killed-forgotten-then-client-writes',
    truth: 'process-terminated',
    end: 'server',
    what: 'The child was killed and its kernel gave up FIN-WAIT-2 (after 2 s here) before the client wrote and got a RST.',
    in: [{ net: 42 }, { net: 43, as: 'any-96', vantage: 'server-any', snaplen: 96 }],
    tuning: { 'net.ipv4.tcp_fin_timeout': 2 },
    async play(lab) {
      const worker = await lab.talks();
      await worker.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.serverHost.leaves('FIN-WAIT-2');
      await lab.client.writes('after server close');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
    },
  },
  {
    name: 'client-killed-server-keeps-sending',
    truth: 'process-terminated',
    end: 'client',
    what: 'The client was killed (SIGKILL) with nothing unread; the server went on sending and got a RST.',
    in: [{ net: 44 }, { net: 45, as: 'v6', family: 6, vantage: 'server' }],
    async play(lab) {
      const worker = await lab.meets();
      for (const line of ['tick 1', 'tick 2']) {
        await worker.writes(line);
        await lab.client.reads();
        await lab.passes(0.2);
      }
      await lab.client.dies('SIGKILL');
      await lab.clientHost.reaches('FIN-WAIT-2');
      await worker.writes('tick 3');
      await lab.serverHost.leaves('CLOSE-WAIT');
      await worker.writes('tick 4');
    },
  },
  {
    name: 'client-killed-with-unread-input',
    truth: 'process-terminated',
    end: 'client',
    what: 'The client was killed (SIGKILL) while lines of the server lay unread: its kernel sent a RST.',
    in: [{ net: 46 }, { net: 47, as: 'lan', topology: 'lan' }],
    async play(lab) {
      const worker = await lab.talks();
      await lab.client.writes('subscribe');
      await lab.client.reads();
      await lab.client.writes('and more');
      await lab.passes(0.3);
      await lab.client.dies('SIGKILL');
      await worker.gone;
    },
  },
];
