// What several connections of a host tell together, when the host itself is gone without a word: for good, or not.

import type { Program } from '../../stage/program.js';
import { Crowd, FEW_SYNS, isNotServed, writeOn } from '../crowd.js';
import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** Two services with clients that stay; a first second of ordinary talk. The idle will never know. */
async function twoServices(lab: Lab, probes?: number): Promise<Crowd> {
  const crowd = await Crowd.gathers(
    lab,
    { 9998: ['writing', 'idle', 'writing'], 9999: ['writing', 'keep-alive', 'idle'] },
    probes === undefined ? {} : { probes },
  );
  await writeOn(crowd.of('writing'), 1.2);
  crowd.tell('idle', null);
  return crowd;
}

/** The host vanishes, is missed by some of its clients for 4 s, and boots. */
async function crashesAndReboots(lab: Lab, crowd: Crowd): Promise<void> {
  await lab.serverHost.vanish();
  await writeOn([crowd.of('writing', 9998)[0]!, ...crowd.of('writing', 9999)], 4.5);
  await lab.serverHost.reboot();
}

/** The clients that write are told by RST that nobody knows them any more. */
async function areForgotten(lab: Lab, crowd: Crowd): Promise<void> {
  await writeOn(crowd.of('writing'), 6);
  await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length });
}

/** Some write until their kernels give up; the last of them has something to say only seconds later, and is still resending. */
async function writeToNobody(lab: Lab, writing: readonly Program[]): Promise<void> {
  const late = lab.passes(5).then(() => writeOn(writing.slice(-1), 9));
  await Promise.all([writeOn(writing.slice(0, -1), 15), late]);
}

export const hostsVanished: readonly Scenario[] = [
  {
    name: 'host-crashes-with-all-its-connections',
    truth: 'host-crashed',
    end: 'server',
    what: 'A host vanished; the clients that wrote or probed it on two ports went unanswered, and most of their kernels gave up.',
    in: [
      { net: 62, gzip: true },
      { net: 63, as: 'v6', family: 6, gzip: true },
    ],
    hosts: { server: 'crashed' },
    tuning: FEW_SYNS,
    async play(lab) {
      const crowd = await twoServices(lab);
      await lab.serverHost.vanish();
      await Promise.all([writeToNobody(lab, crowd.of('writing')), isNotServed(lab, 9998, 'ETIMEDOUT')]);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length + 1 });
    },
  },
  {
    name: 'host-crashes-and-arp-fails',
    truth: 'host-crashed',
    end: 'server',
    what: "A host vanished; the router's ARP for it failed, and the clients that wrote or probed it were told so.",
    in: [{ net: 209, vantage: 'router-any', gzip: true }],
    hosts: { server: 'crashed' },
    hastyNeighbours: true,
    async play(lab) {
      const crowd = await twoServices(lab);
      await lab.serverHost.vanish();
      await writeToNobody(lab, crowd.of('writing'));
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length + 1 });
    },
  },
  {
    name: 'host-crashes-and-reboots-with-listeners',
    truth: 'host-rebooted',
    end: 'server',
    what: 'A host vanished and booted anew with its services; its old clients were answered by RSTs, new ones were served.',
    in: [
      { net: 64, gzip: true },
      { net: 65, as: 'v6-client', family: 6, vantage: 'client', gzip: true },
    ],
    hosts: { server: 'crashed-and-rebooted' },
    async play(lab) {
      const crowd = await twoServices(lab, 9);
      await crashesAndReboots(lab, crowd);
      await crowd.opens(9998, 9999);
      await areForgotten(lab, crowd);
      await crowd.serves(9998);
      await crowd.serves(9999);
    },
  },
  {
    name: 'host-crashes-and-reboots-without-listeners',
    truth: 'host-rebooted',
    end: 'server',
    what: 'A host vanished and booted anew without its services; its old clients were answered by RSTs, new ones were refused.',
    in: [{ net: 66, gzip: true }],
    hosts: { server: 'crashed-and-rebooted' },
    async play(lab) {
      const crowd = await twoServices(lab, 9);
      await crashesAndReboots(lab, crowd);
      await isNotServed(lab, 9998, 'ECONNREFUSED');
      await areForgotten(lab, crowd);
      await isNotServed(lab, 9999, 'ECONNREFUSED');
    },
  },
  {
    name: 'outage-of-a-host-heals',
    truth: 'outage-healed',
    end: null,
    what: 'A host was cut off for 5 s while clients wrote and probed; then the resends got through and all went on.',
    in: [{ net: 67, gzip: true }],
    hosts: { server: 'outage-healed' },
    async play(lab) {
      const crowd = await twoServices(lab, 9);
      crowd.tell('keep-alive', null);
      await lab.serverHost.vanish();
      await writeOn(crowd.of('writing'), 5);
      await lab.serverHost.reappear();
      await lab.passes(2);
      await writeOn(crowd.of('writing'), 2);
      for (const client of crowd.of('writing')) {
        // What the resends brought back at once.
        await client.reads({ within: 0.2 });
        await client.closes();
      }
      await lab.clientHost.reaches('TIME-WAIT', { times: crowd.of('writing').length });
    },
  },
  {
    name: 'outage-outlasts-a-keep-alive',
    truth: 'given-up-in-outage',
    end: 'server',
    what: 'A host was cut off for 5 s: a client whose keep-alive probes went unanswered gave up, and those that wrote went on.',
    in: [
      { net: 153, gzip: true },
      { net: 154, as: 'v6', family: 6, gzip: true },
    ],
    hosts: { server: 'outage-healed' },
    async play(lab) {
      const crowd = await twoServices(lab);
      crowd.tell('writing', null);
      await lab.serverHost.vanish();
      await writeOn(crowd.of('writing'), 4.5);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('writing').length + crowd.of('idle').length });
      await lab.serverHost.reappear();
      await lab.passes(3);
      await writeOn(crowd.of('writing'), 2);
    },
  },
  {
    name: 'client-host-crashes-with-all-its-connections',
    truth: 'host-crashed',
    end: 'client',
    what: "The clients' host vanished; the servers on two ports wrote to its clients, unanswered, until their kernel gave most of them up.",
    in: [{ net: 68, vantage: 'router-far', gzip: true }],
    hosts: { client: 'crashed' },
    async play(lab) {
      const crowd = await Crowd.gathers(
        lab,
        { 9998: ['writing', 'idle', 'writing'], 9999: ['writing', 'keep-alive', 'writing'] },
        { led: 'server' },
      );
      crowd.tell('idle', null);
      await writeOn(crowd.of('writing'), 1.2);
      await lab.clientHost.vanish();
      await writeToNobody(lab, crowd.of('writing'));
      await lab.serverHost.leaves('ESTAB', { but: crowd.of('idle').length + 1 });
    },
  },
];
