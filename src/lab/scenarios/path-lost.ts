// Not the host but the path: a filter or a forgetful firewall swallows one connection while the host answers others.

import type { Scenario } from '../scenario.js';

const GIVE_UP = { within: 25 };

export const pathLost: readonly Scenario[] = [
  {
    name: 'path-drops-one-connection',
    truth: 'path-lost',
    end: 'server',
    what: 'The router began to drop one connection, both ways; another one to the same host went on all the while.',
    in: [{ net: 200 }, { net: 201, as: 'v6-pcapng', family: 6, format: 'pcapng' }],
    async play(lab) {
      const second = await lab.anotherClient();
      await lab.talks();
      const worker = await lab.talks(second);
      const { port } = lab.client.connection!.client;
      await lab.routerRules(`tcp sport ${port} drop`, `tcp dport ${port} drop`);
      await lab.client.writes('are you there?');
      const answer = lab.client.reads(GIVE_UP);
      for (let i = 0; i < 6; i++) {
        await second.says('still here');
        await lab.passes(1);
      }
      await answer;
      await second.closes();
      await worker.gone;
      Object.assign(second.connection!, { truth: 'normal-close', end: null });
    },
  },
  {
    name: 'filter-prohibits-mid-connection',
    truth: 'path-lost',
    end: 'server',
    what: 'The router began to reject the client with ICMP administratively prohibited.',
    in: [{ net: 202 }, { net: 203, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      await lab.routerRules('tcp dport 9998 reject with icmpx admin-prohibited');
      await lab.client.writes('are you there?');
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'filter-says-port-unreachable-mid-connection',
    truth: 'path-lost',
    end: 'server',
    what: 'The router began to reject the client with ICMP port unreachable.',
    in: [{ net: 204 }, { net: 205, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      await lab.talks();
      await lab.routerRules('tcp dport 9998 reject with icmpx port-unreachable');
      await lab.client.writes('are you there?');
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'firewall-forgets-an-idle-connection',
    truth: 'path-lost',
    end: 'server',
    what: 'A stateful firewall forgot the connection after 60 s of idleness and dropped what came later; one that had talked on was let through.',
    in: [{ net: 175, gzip: true }],
    async play(lab) {
      const second = await lab.anotherClient();
      await lab.routerRules('ct state invalid drop');
      await lab.between.sysctl({
        'net.netfilter.nf_conntrack_tcp_timeout_established': 60,
        'net.netfilter.nf_conntrack_tcp_loose': 0,
      });
      await lab.talks();
      await lab.talks(second);
      second.tells(null);
      for (let i = 0; i < 4; i++) {
        await lab.passes(16);
        await second.says('still here');
      }
      await lab.client.writes('are you there?');
      const answer = lab.client.reads(GIVE_UP);
      for (let i = 0; i < 3; i++) {
        await lab.passes(3);
        await second.says('still here');
      }
      await answer;
    },
  },
  {
    name: 'path-holds-back-keep-alives',
    truth: 'given-up-in-outage',
    end: 'server',
    what: "The path held everything back for 8 s; the client's keep-alive gave up meanwhile, and then the server answered all of it.",
    in: [{ net: 176, topology: 'tunnel', delayMs: 5, pause: { after: 5, forMs: 8000 } }],
    async play(lab) {
      const worker = await lab.talks();
      await lab.client.keepsAlive({ idle: 1, interval: 1, probes: 4 });
      await lab.client.reads(GIVE_UP);
      await worker.gone;
      await lab.passes(0.2);
    },
  },
];
