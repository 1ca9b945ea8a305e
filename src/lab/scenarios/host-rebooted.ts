// Document 3: a host crashed and came back with no memory of its connections. It answers what belongs to none with a RST.

import type { Scenario } from '../scenario.js';

const GIVE_UP = { within: 25 };

export const hostRebooted: readonly Scenario[] = [
  {
    name: 'host-rebooted-then-client-writes',
    truth: 'host-rebooted',
    end: 'server',
    what: "The server's host crashed and booted while the connection was idle, its service runs again; the client wrote: ECONNRESET.",
    in: [{ net: 100 }, { net: 101, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.reboot();
      const server = await lab.anotherServer();
      await lab.client.writes('are you there?');
      await lab.client.reads();
      const second = await lab.anotherClient();
      const worker = await lab.talks(second, server);
      await second.closes();
      await worker.gone;
      Object.assign(second.connection!, { truth: 'normal-close', end: null });
    },
  },
  {
    name: 'host-rebooted-without-its-service',
    truth: 'host-rebooted',
    end: 'server',
    what: "The server's host crashed and booted, but its service did not start; the client wrote: ECONNRESET.",
    in: [{ net: 102 }, { net: 103, as: 'v6-far', family: 6, vantage: 'router-far' }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.reboot();
      await lab.client.writes('are you there?');
      await lab.client.reads();
    },
  },
  {
    name: 'host-reboots-while-client-resends',
    truth: 'host-rebooted',
    end: 'server',
    what: "The server's host crashed; the client wrote and resent until the host was back and answered with a RST.",
    in: [{ net: 104 }, { net: 105, as: 'v6-any', family: 6, vantage: 'client-any' }],
    async play(lab) {
      await lab.talks();
      await lab.serverHost.vanish();
      await lab.client.writes('are you there?');
      await lab.passes(2);
      await lab.serverHost.reboot();
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'host-rebooted-keepalive-finds-out',
    truth: 'host-rebooted',
    end: 'server',
    what: "The server's host crashed and booted; the client's next keep-alive was answered with a RST.",
    in: [{ net: 106 }, { net: 107, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      await lab.client.keepsAlive({ idle: 2, interval: 1, probes: 5 });
      await lab.passes(2.5);
      await lab.serverHost.reboot();
      await lab.client.reads(GIVE_UP);
    },
  },
  {
    name: 'client-host-rebooted-then-server-writes',
    truth: 'host-rebooted',
    end: 'client',
    what: "The client's host crashed and booted; the server, sending on, got a RST.",
    in: [{ net: 108 }, { net: 109, as: 'v6', family: 6, vantage: 'server' }],
    async play(lab) {
      const worker = await lab.meets();
      await worker.writes('tick 1');
      await lab.client.reads();
      await lab.clientHost.reboot();
      await worker.writes('tick 2');
      await worker.reads();
    },
  },
  {
    name: 'client-host-rebooted-and-reuses-its-port',
    truth: 'host-rebooted',
    end: 'client',
    what: "The client's host crashed and booted; its new client came from the old port: challenge ACK, RST, and the SYN again.",
    in: [{ net: 110 }, { net: 111, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.talks();
      const { port } = lab.client.connection!.client;
      await lab.clientHost.reboot();
      const second = await lab.anotherClient();
      await second.connects(lab.server, { from: port });
      const worker = await lab.server.accepts();
      await worker.echoes();
      await second.says('hello again');
      await second.closes();
      await worker.gone;
      Object.assign(second.connection!, { truth: 'normal-close', end: null });
    },
  },
  {
    name: 'host-rebooted-forgot-all-its-clients',
    truth: 'host-rebooted',
    end: 'server',
    what: "The server's host crashed and booted; three clients on two ports wrote and each got a RST.",
    in: [{ net: 112 }],
    async play(lab) {
      const other = await lab.anotherServer(5432);
      const clients = [lab.client, await lab.anotherClient(), await lab.anotherClient()];
      await lab.talks(clients[0], lab.server);
      await lab.talks(clients[1], other);
      await lab.talks(clients[2], lab.server);
      await lab.serverHost.reboot();
      for (const client of clients) {
        await client.writes('are you there?');
        await client.reads();
      }
    },
  },
];
