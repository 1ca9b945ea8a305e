// Document 2: a host vanishes from the network. Whoever still has something to say to it says it again and again.

import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** How long tcp_retries2 of the lab lets a program wait for what has gone, and some more. */
const GIVE_UP = { within: 25 };

/** The client writes to a host that is gone and waits for what its kernel makes of it. */
async function writesToNobody(lab: Lab): Promise<void> {
  await lab.client.writes('are you there?');
  await lab.client.reads(GIVE_UP);
  await lab.client.writes('nobody');
}

export const hostCrashed: readonly Scenario[] = [
  {
    name: 'host-vanishes-client-writes',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished without a word; the client wrote and resent until its kernel gave up (ETIMEDOUT).",
    in: [
      { net: 70 },
      { net: 71, as: 'v6-client', family: 6, vantage: 'client' },
      { net: 72, as: 'sll-nano-96', vantage: 'client-any', linkType: 'LINUX_SLL', precision: 'nano', snaplen: 96 },
      { net: 19, as: 'one-sided', filter: 'arp or src host 10.19.1.2' },
    ],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await writesToNobody(lab);
    },
  },
  {
    name: 'host-vanishes-router-says-host-unreachable',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the router's ARP for it failed and it told the client so (EHOSTUNREACH).",
    in: [{ net: 73 }, { net: 74, as: 'v6', family: 6 }, { net: 75, as: 'any', vantage: 'router-any' }],
    hastyNeighbours: true,
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await writesToNobody(lab);
    },
  },
  {
    name: 'route-lost-router-says-net-unreachable',
    truth: 'path-lost',
    end: 'server',
    what: "The router lost its route to the server's network and told the client so at every resend (ENETUNREACH).",
    in: [{ net: 76 }, { net: 77, as: 'v6-pcapng', family: 6, format: 'pcapng' }],
    async play(lab) {
      await lab.talks();
      const version = lab.setting.family === 6 ? '-6' : '-4';
      await lab.between.run('ip', [version, 'route', 'flush', 'dev', 'far', 'proto', 'kernel']);
      await writesToNobody(lab);
    },
  },
  {
    name: 'host-vanishes-keepalive-finds-out',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the client wrote nothing, but its keep-alives stayed unanswered and its kernel sent a RST.",
    in: [{ net: 78 }, { net: 79, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      await lab.talks();
      await lab.client.keepsAlive({ idle: 1, interval: 1, probes: 4 });
      await lab.passes(1.5);
      await lab.serverHost.vanish();
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'host-vanishes-keepalive-hears-unreachable',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the client's keep-alives were answered by the router's ICMP host unreachable.",
    in: [{ net: 80 }, { net: 81, as: 'v6', family: 6 }],
    hastyNeighbours: true,
    async play(lab) {
      await lab.talks();
      await lab.client.keepsAlive({ idle: 2, interval: 1, probes: 5 });
      await lab.serverHost.vanish();
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'host-vanishes-still-resending',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the client wrote, and the capture ended while its kernel was still resending.",
    in: [{ net: 82 }, { net: 83, as: 'v6-96', family: 6, snaplen: 96 }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await lab.passes(7.5);
    },
  },
  {
    name: 'host-vanishes-on-same-lan',
    truth: 'host-crashed',
    end: 'server',
    what: "Client and server shared a LAN; the server's host vanished and the client's own kernel could no longer resolve it.",
    in: [
      { net: 84, topology: 'lan' },
      { net: 85, as: 'v6', topology: 'lan', family: 6 },
    ],
    hastyNeighbours: true,
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await lab.passes(1);
      await writesToNobody(lab);
    },
  },
  {
    name: 'host-vanishes-on-same-lan-unresolved',
    truth: 'host-crashed',
    end: 'server',
    what: "Client and server shared a LAN; the server's host vanished and its ARP entry was gone before the client wrote: no segment left.",
    in: [
      { net: 97, topology: 'lan' },
      { net: 98, as: 'v6', topology: 'lan', family: 6 },
    ],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      // What a quiet minute does by itself.
      await lab.clientHost.namespace.ip('neigh flush dev eth0');
      await writesToNobody(lab);
    },
  },
  {
    name: 'host-vanishes-client-idle',
    truth: null,
    end: null,
    what: "The server's host vanished while the connection was idle; nobody sent anything, so no packet shows it.",
    in: [{ net: 86 }, { net: 87, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await lab.passes(4);
    },
  },
  {
    name: 'host-vanishes-and-comes-back',
    truth: 'outage-healed',
    end: null,
    what: "The server's host was cut off for some seconds while the client wrote; then a resend got through and all ended well.",
    in: [{ net: 88 }, { net: 89, as: 'v6', family: 6, vantage: 'router-far' }],
    async play(lab) {
      const worker = await lab.talks();
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await lab.passes(4);
      await lab.serverHost.reappear();
      await lab.client.reads(GIVE_UP);
      await lab.client.closes();
      await worker.gone;
      await lab.clientHost.reaches('TIME-WAIT');
    },
  },
  {
    name: 'host-comes-back-after-client-gave-up',
    truth: null,
    end: null,
    what: 'The server was cut off until the client gave up (ETIMEDOUT); then the path healed, the server wrote, and the client answered with RST.',
    in: [{ net: 206 }, { net: 207, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      const worker = await lab.meets();
      await worker.writes('tick 1');
      await lab.client.reads();
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await lab.client.reads(GIVE_UP);
      await lab.serverHost.reappear();
      await worker.writes('tick 2');
      await worker.reads();
    },
  },
  {
    name: 'client-host-vanishes-server-writes',
    truth: 'host-crashed',
    end: 'client',
    what: "The client's host vanished while the server went on sending; the server's kernel gave up.",
    in: [
      { net: 90, vantage: 'router-far' },
      { net: 91, as: 'v6', family: 6, vantage: 'server' },
    ],
    async play(lab) {
      const worker = await lab.meets();
      await worker.writes('tick 1');
      await lab.client.reads();
      await lab.clientHost.vanish();
      await worker.writes('tick 2');
      await worker.reads(GIVE_UP);
    },
  },
  {
    name: 'host-vanishes-user-timeout',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the client had asked for TCP_USER_TIMEOUT 5 s and got ETIMEDOUT that early.",
    in: [{ net: 92 }, { net: 93, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      await lab.client.sets('TCP_USER_TIMEOUT', 5000);
      await lab.serverHost.vanish();
      await writesToNobody(lab);
    },
  },
  {
    name: 'host-vanishes-from-all-its-clients',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished from two connections on two ports and from a third that connected afterwards.",
    in: [{ net: 94 }],
    async play(lab) {
      const other = await lab.anotherServer(5432);
      const [second, third] = [await lab.anotherClient(), await lab.anotherClient()];
      await lab.talks();
      await lab.talks(second, other);
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await second.writes('and you?');
      await third.connects(lab.server);
      Object.assign(third.connection!, { truth: 'connect-timed-out', end: 'server' });
      await Promise.all([lab.client.reads(GIVE_UP), second.reads(GIVE_UP)]);
    },
  },
  {
    name: 'client-gives-up-and-closes',
    truth: 'host-crashed',
    end: 'server',
    what: "The server's host vanished; the client wrote, waited 3 s in vain and closed; its kernel went on resending, the FIN still behind the data.",
    in: [{ net: 95 }, { net: 96, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await lab.client.reads({ within: 3 });
      await lab.client.closes();
      await lab.passes(5);
    },
  },
];
