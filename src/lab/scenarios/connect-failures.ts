// Connections that never opened: refused, unreachable, unanswered, or turned away by a firewall.

import { firewall } from '../../stage/host.js';
import type { Scenario } from '../scenario.js';

export const connectFailures: readonly Scenario[] = [
  {
    name: 'connect-refused',
    truth: 'connect-refused',
    end: 'server',
    what: 'No program listened on the port; the host answered the SYN with a RST (ECONNREFUSED).',
    in: [
      { net: 135 },
      { net: 136, as: 'v6', family: 6, vantage: 'client' },
      { net: 137, as: 'loopback', topology: 'loopback' },
    ],
    deafServer: true,
    async play(lab) {
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-dropped',
    truth: 'connect-timed-out',
    end: 'server',
    what: 'The router dropped every SYN in silence; the client gave up after 5 resends (ETIMEDOUT).',
    in: [{ net: 138 }, { net: 139, as: 'v6-96', family: 6, snaplen: 96 }],
    async play(lab) {
      await lab.routerRules('tcp dport 9998 drop');
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-to-missing-host',
    truth: 'connect-unreachable',
    end: 'server',
    what: "The server's host was not there; the router's ARP for it failed and it told the client so (EHOSTUNREACH).",
    in: [{ net: 140 }, { net: 141, as: 'v6', family: 6 }, { net: 142, as: 'any', vantage: 'router-any' }],
    hastyNeighbours: true,
    async play(lab) {
      await lab.serverHost.vanish();
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-without-route',
    truth: 'connect-unreachable',
    end: 'server',
    what: "The router had no route to the server's network and said so (ENETUNREACH).",
    in: [{ net: 143 }, { net: 144, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      const version = lab.setting.family === 6 ? '-6' : '-4';
      await lab.between.run('ip', [version, 'route', 'flush', 'dev', 'far', 'proto', 'kernel']);
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-prohibited',
    truth: 'connect-unreachable',
    end: 'server',
    what: 'The router rejected the SYN with ICMP administratively prohibited.',
    in: [{ net: 145 }, { net: 146, as: 'v6-pcapng', family: 6, format: 'pcapng' }],
    async play(lab) {
      await lab.routerRules('tcp dport 9998 reject with icmpx admin-prohibited');
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-to-missing-host-on-same-lan',
    truth: 'connect-unreachable',
    end: 'server',
    what: "Nobody on the client's LAN had the address: its ARP failed, and no SYN ever left (EHOSTUNREACH).",
    in: [
      { net: 147, topology: 'lan' },
      { net: 148, as: 'v6', topology: 'lan', family: 6 },
    ],
    async play(lab) {
      await lab.serverHost.vanish();
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-rejected-with-reset',
    truth: 'firewall-reject',
    end: 'server',
    what: 'The server listened, but the router answered the SYN in its name with a RST (ECONNREFUSED).',
    in: [{ net: 149 }, { net: 150, as: 'v6-nano', family: 6, precision: 'nano' }],
    async play(lab) {
      const second = await lab.anotherClient();
      const worker = await lab.talks(second);
      await second.closes();
      await worker.gone;
      Object.assign(second.connection!, { truth: 'normal-close', end: null });
      await lab.routerRules('tcp dport 9998 reject with tcp reset');
      await lab.client.connects(lab.server);
    },
  },
  {
    name: 'connect-to-missing-host-unreported',
    truth: 'connect-unreachable',
    end: 'server',
    what: "The server's host was not there; the router's ARP for it failed, and a filter kept the router from telling (ETIMEDOUT).",
    in: [{ net: 174, vantage: 'router-any' }],
    async play(lab) {
      await firewall(lab.between, 'output', 'icmp type destination-unreachable drop');
      await lab.serverHost.vanish();
      await lab.client.connects(lab.server);
    },
  },
];
