// What kernels can do and programs seldom ask for: data in the SYN, and data out of band.

import type { Scenario } from '../scenario.js';

const FAST_OPEN = { options: { TCP_FASTOPEN_CONNECT: 1 } };
/** Clients may ask for it, servers grant it, and every listener has it. */
const FOR_ALL = 0x001 | 0x002 | 0x400;

export const seldom: readonly Scenario[] = [
  {
    name: 'fast-open',
    truth: 'normal-close',
    end: null,
    what: 'TCP Fast Open: one connection fetched a cookie, the next sent its request with the SYN; the last did as well when the server took none any more.',
    in: [{ net: 69 }, { net: 99, as: 'v6', family: 6 }],
    tuning: { 'net.ipv4.tcp_fastopen': FOR_ALL },
    async play(lab) {
      await lab.client.connects(lab.server, FAST_OPEN);
      const first = await lab.server.accepts();
      await first.echoes();
      await lab.client.says('hello');
      await lab.client.closes();
      await first.gone;
      for (const serves of [true, false]) {
        if (!serves) await lab.serverHost.tune({ 'net.ipv4.tcp_fastopen': 0 });
        const client = await lab.anotherClient();
        await client.connects(lab.server, FAST_OPEN);
        await client.writes('hello again');
        const worker = await lab.server.accepts();
        await worker.echoes();
        await client.reads();
        await client.closes();
        await worker.gone;
      }
    },
  },
  {
    name: 'urgent-octet',
    truth: 'normal-close',
    end: null,
    what: 'The client sent one octet as urgent data (MSG_OOB), as telnet does to interrupt; the server read on without it.',
    in: [{ net: 159 }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await lab.client.writes('!', { urgent: true });
      await lab.client.writes('more');
      await lab.passes(0.1);
      await worker.reads();
      await lab.client.closes();
      await worker.reads();
      await worker.closes();
      await lab.clientHost.leaves('FIN-WAIT-1');
    },
  },
];
