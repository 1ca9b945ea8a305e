// Document 4: a host is shut down in order. First its processes end, each with a FIN; then the host itself is gone.

import type { Program } from '../../stage/program.js';
import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** init's SIGTERM to everything, and the FINs acknowledged. */
async function terminate(lab: Lab, programs: Program[], connections: number): Promise<void> {
  await Promise.all(programs.map((program) => program.dies('SIGTERM')));
  await lab.serverHost.reaches('FIN-WAIT-2', { times: connections });
}

/** SIGTERM, then the host is off; the client writes to nobody until its kernel gives up. */
async function shutsDownForGood(lab: Lab): Promise<void> {
  const worker = await lab.talks();
  await terminate(lab, [lab.server, worker], 1);
  await lab.serverHost.vanish();
  await lab.client.writes('after server close');
  await lab.client.reads();
  await lab.clientHost.leaves('CLOSE-WAIT', { within: 25 });
  await lab.client.writes('nobody');
}

export const hostShutdown: readonly Scenario[] = [
  {
    name: 'host-shut-down-then-silent',
    truth: 'host-shutdown',
    end: 'server',
    what: "The server got SIGTERM and its FIN was acknowledged; then its host was off. The client's writes stayed unanswered.",
    in: [{ net: 120 }, { net: 121, as: 'v6', family: 6, vantage: 'client' }],
    play: shutsDownForGood,
  },
  {
    name: 'host-shut-down-then-unreachable',
    truth: 'host-shutdown',
    end: 'server',
    what: "The server got SIGTERM and its FIN was acknowledged; then its host was off, and the router said so to the client's writes.",
    in: [{ net: 122 }, { net: 123, as: 'v6-any', family: 6, vantage: 'router-any' }],
    hastyNeighbours: true,
    play: shutsDownForGood,
  },
  {
    name: 'host-shut-down-and-booted-then-client-closes',
    truth: 'host-shutdown',
    end: 'server',
    what: 'The server got SIGTERM, its FIN was acknowledged, its host rebooted; the client then closed and its FIN was answered by a RST.',
    in: [{ net: 124 }, { net: 125, as: 'v6', family: 6 }],
    async play(lab) {
      const worker = await lab.talks();
      await terminate(lab, [lab.server, worker], 1);
      await lab.serverHost.reboot();
      await lab.passes(1);
      await lab.client.reads();
      await lab.client.closes();
      await lab.clientHost.leaves('LAST-ACK');
    },
  },
  {
    name: 'host-shut-down-with-three-clients',
    truth: 'host-shutdown',
    end: 'server',
    what: 'All services of a host got SIGTERM: three connections on two ports got FINs in one burst, then the host was off.',
    in: [{ net: 126 }, { net: 127, as: 'v6-96', family: 6, snaplen: 96 }],
    async play(lab) {
      const other = await lab.anotherServer(5432);
      const [second, third] = [await lab.anotherClient(), await lab.anotherClient()];
      const workers = [await lab.talks(), await lab.talks(second, other), await lab.talks(third)];
      await terminate(lab, [lab.server, other, ...workers], 3);
      await lab.serverHost.vanish();
      await lab.client.writes('after server close');
      await second.reads();
      await second.closes();
      await lab.passes(8);
    },
  },
  {
    name: 'services-restarted-on-a-living-host',
    truth: 'process-terminated',
    end: 'server',
    what: 'All services of a host were ended and started again: FINs in one burst, as at a shutdown, but the host answered on.',
    in: [{ net: 128 }, { net: 129, as: 'v6', family: 6 }],
    async play(lab) {
      const other = await lab.anotherServer(5432);
      const [second, third] = [await lab.anotherClient(), await lab.anotherClient()];
      const workers = [await lab.talks(), await lab.talks(second, other)];
      await terminate(lab, [lab.server, other, ...workers], 2);
      const restarted = await lab.anotherServer();
      await lab.anotherServer(5432);
      for (const client of [lab.client, second]) {
        await client.writes('after server close');
        await client.reads();
      }
      const worker = await lab.talks(third, restarted);
      await third.closes();
      await worker.gone;
      Object.assign(third.connection!, { truth: 'normal-close', end: null });
    },
  },
];
