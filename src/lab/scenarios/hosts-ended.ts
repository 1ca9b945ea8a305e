// What several connections of a host tell together, when programs end: all services of a host, some, or one child.

import { Crowd, FEW_SYNS, isNotServed, writeOn } from '../crowd.js';
import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** Two services with clients of every habit; a first second of ordinary talk. */
async function twoServices(lab: Lab): Promise<Crowd> {
  const crowd = await Crowd.gathers(lab, {
    9998: ['writing', 'idle', 'reacting'],
    9999: ['writing', 'keep-alive', 'writing', 'reacting'],
  });
  await writeOn(crowd.of('writing'), 1.2);
  crowd.tell('reacting', 'normal-close');
  return crowd;
}

/** The server of 9998 is killed with all its children; those of 9999 talk on for a while. */
async function losesOnePort(lab: Lab): Promise<Crowd> {
  const crowd = await Crowd.gathers(lab, {
    9998: ['writing', 'idle', 'reacting', 'keep-alive'],
    9999: ['writing', 'idle', 'writing'],
  });
  crowd.tell('reacting', 'normal-close');
  for (const client of crowd.clients(undefined, 9999)) client.tells(null);
  await writeOn(crowd.of('writing'), 1.2);
  await crowd.serversDie('SIGKILL', 9998);
  await writeOn(crowd.of('writing'), 6);
  return crowd;
}

export const hostsEnded: readonly Scenario[] = [
  {
    name: 'host-shuts-down',
    truth: 'host-shutdown',
    end: 'server',
    what: 'A host was shut down: the services on two ports obeyed SIGTERM, a third was killed 5 s later, then the host was off.',
    in: [
      { net: 130, gzip: true },
      { net: 131, as: 'v6', family: 6, gzip: true },
    ],
    hosts: { server: 'shut-down' },
    tuning: FEW_SYNS,
    async play(lab) {
      const crowd = await Crowd.gathers(lab, {
        9998: ['writing', 'idle', 'reacting'],
        9999: ['writing', 'keep-alive', 'reacting'],
        7777: ['writing', 'idle'],
      });
      crowd.tell('reacting', 'normal-close');
      const [early, late, served] = [crowd.of('writing', 9998), crowd.of('writing', 9999), crowd.of('writing', 7777)];
      await crowd.ignoresSigterm(7777);
      await writeOn([...early, ...late, ...served], 1.2);
      crowd.annoys(7777);
      await crowd.serversDie('SIGTERM', 9998, 9999);
      await writeOn([...early, ...served], 5);
      await crowd.serversDie('SIGKILL', 7777);
      await lab.serverHost.vanish();
      await Promise.all([writeOn([...late, ...served], 9), isNotServed(lab, 9998, 'ETIMEDOUT')]);
    },
  },
  {
    name: 'host-shuts-down-one-service-after-another',
    truth: 'host-shutdown',
    end: 'server',
    what: 'A host was shut down: its three services were stopped in turn, 2 s apart, then the host was off.',
    in: [
      { net: 156, gzip: true },
      { net: 157, as: 'v6', family: 6, gzip: true },
    ],
    hosts: { server: 'shut-down' },
    tuning: FEW_SYNS,
    async play(lab) {
      const crowd = await Crowd.gathers(lab, {
        9998: ['idle', 'writing'],
        9999: ['idle', 'idle'],
        7777: ['writing', 'idle'],
      });
      await writeOn(crowd.of('writing'), 1.2);
      for (const port of [9998, 9999, 7777]) {
        await crowd.serversDie('SIGTERM', port);
        if (port !== 7777) await lab.passes(2);
      }
      await lab.serverHost.vanish();
      await writeOn(crowd.of('writing'), 5);
    },
  },
  {
    name: 'host-shuts-down-then-arp-fails',
    truth: 'host-shutdown',
    end: 'server',
    what: "A host's services obeyed SIGTERM, then the host was off: its neighbour's ARP for it failed and the clients were told.",
    in: [
      { net: 132, vantage: 'router-far', gzip: true },
      { net: 133, as: 'any', vantage: 'router-any', gzip: true },
      { net: 134, as: 'lan', topology: 'lan', gzip: true },
    ],
    hosts: { server: 'shut-down' },
    hastyNeighbours: true,
    async play(lab) {
      const crowd = await twoServices(lab);
      await crowd.serversDie('SIGTERM');
      await lab.serverHost.vanish();
      await writeOn(crowd.of('writing'), 7);
      await isNotServed(lab, 9999, 'EHOSTUNREACH');
    },
  },
  {
    name: 'host-shuts-down-and-reboots',
    truth: 'host-shutdown',
    end: 'server',
    what: "A host's services obeyed SIGTERM, the host was off for 4 s and booted anew, with one service of the two.",
    in: [{ net: 113, gzip: true }],
    hosts: { server: 'shut-down-and-rebooted' },
    async play(lab) {
      const crowd = await twoServices(lab);
      const [late] = crowd.of('writing', 9998);
      await crowd.serversDie('SIGTERM');
      await lab.serverHost.vanish();
      await writeOn(crowd.of('writing', 9999), 4);
      await lab.serverHost.reboot();
      await crowd.opens(9998);
      await writeOn([late!, ...crowd.of('writing', 9999)], 4);
      await lab.clientHost.leaves('CLOSE-WAIT', { port: 9999 });
      await crowd.serves(9998);
      await isNotServed(lab, 9999, 'ECONNREFUSED');
    },
  },
  {
    name: 'services-restarted-together',
    truth: 'process-terminated',
    end: 'server',
    what: 'All services of a host were ended by SIGTERM at once and started again within a second; the host answered all the while.',
    in: [
      { net: 114, gzip: true },
      { net: 115, as: 'v6', family: 6, gzip: true },
    ],
    hosts: { server: 'services-restarted' },
    async play(lab) {
      const crowd = await twoServices(lab);
      await crowd.serversDie('SIGTERM');
      await lab.passes(0.5);
      await crowd.opens(9998, 9999);
      await crowd.serves(9998);
      await crowd.serves(9999);
      await writeOn(crowd.of('writing'), 2);
      for (const client of crowd.of('idle')) {
        await client.reads();
        await client.closes();
      }
      await lab.clientHost.leaves('LAST-ACK');
      await crowd.serves(9998);
    },
  },
  {
    name: 'one-port-of-two-killed',
    truth: 'process-terminated',
    end: 'server',
    what: 'The server of one port was killed with all its children; those of the other port talked on.',
    in: [{ net: 48, gzip: true }],
    hosts: { server: 'process-terminated' },
    async play(lab) {
      const crowd = await losesOnePort(lab);
      await isNotServed(lab, 9998, 'ECONNREFUSED');
      const [leaving] = crowd.of('writing', 9999);
      leaving!.tells('normal-close');
      await leaving!.closes();
      await lab.clientHost.reaches('TIME-WAIT');
    },
  },
  {
    name: 'one-port-of-two-killed-and-nobody-asks',
    truth: 'process-terminated',
    end: 'server',
    what: 'The server of one port was killed with all its children; no newcomer asked for the port that was gone.',
    in: [{ net: 155, gzip: true }],
    hosts: { server: 'process-terminated' },
    play: async (lab) => void (await losesOnePort(lab)),
  },
  {
    name: 'two-ports-killed-and-nobody-asks',
    truth: 'process-terminated',
    end: 'server',
    what: 'The servers of both ports were killed at once; the host was well, but nothing more was asked of it.',
    in: [{ net: 158, gzip: true }],
    hosts: { server: 'processes-terminated' },
    async play(lab) {
      const crowd = await twoServices(lab);
      await crowd.serversDie('SIGKILL');
      await lab.passes(1);
    },
  },
  {
    name: 'one-worker-of-several-killed',
    truth: 'process-terminated',
    end: 'server',
    what: 'One child of a server was killed; its siblings and the other port talked on, and a newcomer was served.',
    in: [{ net: 49, gzip: true }],
    hosts: { server: 'worker-terminated' },
    async play(lab) {
      const crowd = await Crowd.gathers(lab, {
        9998: ['writing', 'writing', 'idle'],
        9999: ['writing', 'keep-alive'],
      });
      const [bereft, ...others] = crowd.clients();
      for (const client of others) client.tells(null);
      await writeOn(crowd.of('writing'), 1.2);
      await crowd.workers('writing', 9998)[0]!.dies('SIGKILL');
      await lab.serverHost.reaches('FIN-WAIT-2');
      await writeOn(crowd.of('writing'), 6);
      await lab.clientHost.leaves('CLOSE-WAIT');
      await crowd.serves(9998);
      await bereft!.closes();
    },
  },
  {
    name: 'client-host-shuts-down',
    truth: 'host-shutdown',
    end: 'client',
    what: "The clients' host was shut down: all its clients obeyed SIGTERM at once, then it was off, and the servers wrote to nobody.",
    in: [{ net: 119, gzip: true }],
    hosts: { client: 'shut-down' },
    async play(lab) {
      const crowd = await Crowd.gathers(
        lab,
        { 9998: ['writing', 'reacting', 'writing'], 9999: ['writing', 'idle', 'keep-alive'] },
        { led: 'server' },
      );
      crowd.tell('reacting', 'normal-close');
      await writeOn(crowd.of('writing'), 1.2);
      await Promise.all(crowd.clients().map((client) => client.dies('SIGTERM')));
      await lab.clientHost.reaches('FIN-WAIT-2', { times: 5 });
      await lab.clientHost.vanish();
      await writeOn(crowd.of('writing'), 9);
    },
  },
  {
    name: 'one-port-of-two-gone-for-long',
    truth: 'process-terminated',
    end: 'server',
    what: 'The server of one port was killed and its port refused a newcomer; 100 s later the other port still served.',
    in: [{ net: 199, gzip: true }],
    hosts: { server: 'process-terminated' },
    async play(lab) {
      const crowd = await Crowd.gathers(lab, { 9998: ['idle', 'writing'], 9999: ['writing'] });
      const [staying] = crowd.of('writing', 9999);
      staying!.tells(null);
      await crowd.serversDie('SIGKILL', 9998);
      await writeOn(crowd.of('writing'), 1);
      await isNotServed(lab, 9998, 'ECONNREFUSED');
      await lab.passes(100);
      await staying!.says('still here');
    },
  },
  {
    name: 'services-restarted-with-a-gap',
    truth: 'process-terminated',
    end: 'server',
    what: 'All services of a host were ended by SIGTERM at once; one refused a newcomer before they were started again.',
    in: [{ net: 208, gzip: true }],
    hosts: { server: 'services-restarted' },
    async play(lab) {
      const crowd = await Crowd.gathers(lab, { 9998: ['idle', 'writing'], 9999: ['idle', 'writing'] });
      await crowd.serversDie('SIGTERM');
      await isNotServed(lab, 9998, 'ECONNREFUSED');
      await crowd.opens(9998, 9999);
      await crowd.serves(9998);
      await crowd.serves(9999);
      await writeOn(crowd.of('writing'), 1);
    },
  },
];
