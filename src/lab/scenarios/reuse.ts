// Two lives of one pair of endpoints, and segments that come after the end.

import type { Scenario } from '../scenario.js';

export const reuse: readonly Scenario[] = [
  {
    name: 'port-reused-in-servers-time-wait',
    truth: 'normal-close',
    end: null,
    what: "The server closed first and was in TIME-WAIT when the client's next SYN came from the same port; both connections were orderly.",
    in: [{ net: 190 }, { net: 191, as: 'v6', family: 6, vantage: 'server' }],
    async play(lab) {
      const worker = await lab.meets();
      await lab.client.writes('hello');
      await worker.reads();
      await worker.closes();
      await lab.client.reads();
      await lab.client.closes();
      await lab.serverHost.reaches('TIME-WAIT');
      await lab.passes(1.2);
      const { port } = lab.client.connection!.client;
      await lab.client.connects(lab.server, { from: port });
      const next = await lab.server.accepts();
      await next.echoes();
      await lab.client.says('hello again');
      await lab.client.closes();
      await next.gone;
    },
  },
  {
    name: 'port-reused-in-clients-time-wait',
    truth: 'normal-close',
    end: null,
    what: 'The client closed first, and tcp_tw_reuse let its next connection have the same port while in TIME-WAIT.',
    in: [{ net: 192 }, { net: 193, as: 'v6', family: 6 }],
    tuning: { 'net.ipv4.tcp_tw_reuse': 1 },
    async play(lab) {
      await lab.client.connects(lab.server, { options: { SO_REUSEADDR: 1 } });
      const worker = await lab.server.accepts();
      await worker.echoes();
      await lab.client.says('hello');
      const { port } = lab.client.connection!.client;
      await lab.client.closes();
      await worker.gone;
      await lab.clientHost.reaches('TIME-WAIT');
      await lab.passes(1.5);
      await lab.client.connects(lab.server, { from: port, options: { SO_REUSEADDR: 1 } });
      const next = await lab.server.accepts();
      await next.echoes();
      await lab.client.says('hello again');
      await lab.client.closes();
      await next.gone;
    },
  },
  {
    name: 'late-duplicate-after-close',
    truth: 'normal-close',
    end: null,
    what: "After an orderly close an old segment of the client's arrived once more at the server, which answered with a stray RST.",
    in: [{ net: 194 }, { net: 195, as: 'v6-far', family: 6, vantage: 'router-far' }],
    async play(lab) {
      const worker = await lab.talks();
      // Longer than a bare ACK: the line itself.
      const old = await lab.wire.last(`tcp and dst port 9998 and greater ${lab.setting.family === 6 ? 90 : 70}`);
      await lab.client.closes();
      await worker.gone;
      await lab.clientHost.reaches('TIME-WAIT');
      await lab.passes(0.5);
      await lab.routerSends(old, lab.serverHost.address);
      await lab.passes(0.3);
    },
  },
];
