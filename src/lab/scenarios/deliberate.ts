// Not deaths but choices that look like them: aborts, early closes, leaving while data comes. The programs lived on.

import type { Scenario } from '../scenario.js';

export const deliberate: readonly Scenario[] = [
  {
    name: 'server-aborts',
    truth: 'aborted',
    end: 'server',
    what: 'The server answered, then closed with SO_LINGER 0; everything it had received had been read.',
    in: [{ net: 50 }, { net: 51, as: 'v6-any', family: 6, vantage: 'router-any' }],
    async play(lab) {
      const worker = await lab.greets();
      await worker.aborts();
      await lab.clientHost.leaves('ESTAB');
      await lab.client.reads();
      await lab.client.writes('after');
    },
  },
  {
    name: 'client-aborts',
    truth: 'aborted',
    end: 'client',
    what: 'The client had its answer, then closed with SO_LINGER 0.',
    in: [{ net: 52 }, { net: 53, as: 'v6-loopback', topology: 'loopback', family: 6 }],
    async play(lab) {
      const worker = await lab.talks();
      await lab.client.aborts();
      await worker.gone;
    },
  },
  {
    name: 'server-closes-with-unread-input',
    truth: 'unread-input-abort',
    end: 'server',
    what: 'The server closed its socket while input lay unread in it, and lived on: its kernel sent a RST.',
    in: [{ net: 54 }, { net: 55, as: 'v6', family: 6 }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('never read');
      await lab.passes(0.3);
      await worker.closes();
      await lab.clientHost.leaves('ESTAB');
      await lab.client.reads();
    },
  },
  {
    name: 'server-closes-early-then-client-writes',
    truth: 'deliberate-close',
    end: 'server',
    what: 'The server answered and closed on purpose; the client did not look, wrote again and got a RST.',
    in: [{ net: 56 }, { net: 57, as: 'v6-nano', family: 6, precision: 'nano' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await worker.writes('hello, and that is all');
      await lab.client.reads();
      await worker.closes();
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('after server close');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
    },
  },
  {
    name: 'server-shuts-both-ways-then-client-writes',
    truth: 'deliberate-close',
    end: 'server',
    what: 'The server called shutdown(SHUT_RDWR) and kept its socket; the client wrote again and got a RST.',
    in: [{ net: 58 }, { net: 59, as: 'loopback', topology: 'loopback' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await worker.shutsDown('both');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await lab.client.writes('after server shutdown');
      await lab.client.reads();
      await lab.clientHost.leaves('CLOSE-WAIT');
      await worker.reads();
    },
  },
  {
    name: 'client-leaves-while-data-comes',
    truth: 'left-while-data-came',
    end: 'client',
    what: 'The client closed while lines of the server were on their way; its FIN was followed by RSTs to what still arrived.',
    in: [
      { net: 60, topology: 'tunnel', delayMs: 60 },
      { net: 61, as: 'v6', topology: 'tunnel', delayMs: 60, family: 6, vantage: 'server' },
    ],
    async play(lab) {
      const worker = await lab.meets();
      await worker.sets('TCP_NODELAY', 1);
      await worker.writes('line 1');
      await lab.client.reads();
      await Promise.all([worker.writes('line 2'), worker.writes('line 3'), lab.client.closes()]);
      await lab.serverHost.leaves('ESTAB');
      await lab.serverHost.leaves('CLOSE-WAIT');
      await worker.reads();
    },
  },
  {
    name: 'client-aborts-and-its-reset-is-lost',
    truth: null,
    end: null,
    what: 'The client closed with SO_LINGER 0, and its RST was lost on the way; later the server closed, and its FIN was answered by a RST.',
    in: [{ net: 177, vantage: 'router-far' }],
    async play(lab) {
      const worker = await lab.greets();
      await lab.routerRules('tcp flags & rst == rst drop');
      await lab.client.aborts();
      await lab.passes(0.5);
      await lab.routerRules();
      await worker.closes();
      await lab.serverHost.leaves('FIN-WAIT-1');
    },
  },
  {
    name: 'server-drops-a-socket-without-a-word',
    truth: null,
    end: null,
    what: 'The server took its socket out of the kernel (TCP_REPAIR), as for a move to another machine; the client wrote and got a RST, others talked on.',
    in: [{ net: 178 }],
    async play(lab) {
      const second = await lab.anotherClient();
      const worker = await lab.greets();
      await lab.talks(second);
      await worker.sets('TCP_REPAIR', 1);
      await worker.closes();
      await lab.passes(0.5);
      await lab.client.writes('are you there?');
      await lab.client.reads();
      await lab.passes(0.3);
      await second.says('still here');
    },
  },
];
