// What several connections of a host tell together, when it is not the host: a filter, a NAT without memory, another machine.

import { Crowd, writeOn } from '../crowd.js';
import type { Lab } from '../lab.js';
import { PlayAgain, type Scenario } from '../scenario.js';

/** Two services with clients that stay. The idle will never know. */
async function twoServices(lab: Lab): Promise<Crowd> {
  const crowd = await Crowd.gathers(
    lab,
    { 9998: ['writing', 'idle', 'writing'], 9999: ['writing', 'keep-alive'] },
    { probes: 9 },
  );
  crowd.tell('idle', null);
  await writeOn(crowd.of('writing'), 1.2);
  return crowd;
}

/** Every translation that the router holds of TCP. */
async function translations(lab: Lab): Promise<string[]> {
  const all = await lab.between.run('cat', ['/proc/net/nf_conntrack']);
  return all.split('\n').filter((line) => / tcp .*ESTABLISHED/.test(line));
}

async function forgetsTranslations(lab: Lab): Promise<void> {
  if ((await translations(lab)).length < 5) throw new Error('the router translates nothing');
  await lab.routerForgetsTranslations();
  await lab.passes(0.2);
  if ((await translations(lab)).length > 0) throw new PlayAgain('the NAT remembers');
}

export const hostsBehindPaths: readonly Scenario[] = [
  {
    name: 'one-connection-filtered',
    truth: 'path-lost',
    end: 'server',
    what: 'The router began to drop one connection, both ways; others of the same host, on both ports, talked on.',
    in: [{ net: 196, gzip: true }],
    hosts: { server: 'path-lost' },
    async play(lab) {
      const crowd = await twoServices(lab);
      const [filtered, ...others] = crowd.of('writing');
      for (const client of [...others, ...crowd.of('keep-alive')]) client.tells(null);
      const { port } = filtered!.connection!.client;
      await lab.routerRules(`tcp sport ${port} drop`, `tcp dport ${port} drop`);
      await writeOn(crowd.of('writing'), 9);
      await crowd.serves(9998);
    },
  },
  {
    name: 'path-cut-for-one-of-two-client-hosts',
    truth: 'path-lost',
    end: 'server',
    what: 'The router began to drop all of one client host, both ways; the clients of another host talked on with the same server.',
    in: [{ net: 197, gzip: true }],
    hosts: { server: 'path-lost' },
    async play(lab) {
      const host = await lab.anotherClientHost();
      const cut = await twoServices(lab);
      const spared = [await lab.anotherClient(host), await lab.anotherClient(host)];
      for (const client of spared) {
        await lab.talks(client);
        client.tells(null);
      }
      const { address } = lab.clientHost;
      await lab.routerRules(`ip saddr ${address} drop`, `ip daddr ${address} drop`);
      await writeOn([...cut.of('writing'), ...spared], 9);
    },
  },
  {
    name: 'nat-table-flushed',
    truth: 'failover',
    end: 'server',
    what: "The router's uplink flapped and its NAT forgot its table: old connections got new ports, which the server answered by RSTs.",
    in: [{ net: 198, gzip: true }],
    hosts: { server: 'nat-flushed' },
    async play(lab) {
      await lab.routerTranslates();
      const crowd = await twoServices(lab);
      await forgetsTranslations(lab);
      await writeOn(crowd.of('writing'), 3);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length });
      await crowd.serves(9998);
      await crowd.serves(9999);
    },
  },
  {
    name: 'nat-table-flushed-in-an-outage',
    truth: 'failover',
    end: 'server',
    what: 'The router forwarded nothing for 4 s and then had forgotten its NAT table: silence, then RSTs, as of a host that booted.',
    in: [{ net: 152, gzip: true }],
    hosts: { server: 'nat-flushed' },
    async play(lab) {
      await lab.routerTranslates();
      const crowd = await twoServices(lab);
      await lab.routerRules('drop');
      await writeOn([...crowd.of('writing', 9999), crowd.of('writing', 9998)[0]!], 4.2);
      await forgetsTranslations(lab);
      await lab.routerRules();
      await writeOn(crowd.of('writing'), 6);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length });
      await crowd.serves(9998);
      await crowd.serves(9999);
    },
  },
  {
    name: 'address-fails-over',
    truth: 'failover',
    end: 'server',
    what: "A standby took over the server's address with gratuitous ARP, but not its connections: RSTs for the old, service for the new.",
    in: [
      { net: 116, vantage: 'router-far', gzip: true },
      { net: 117, as: 'lan', topology: 'lan', gzip: true },
      { net: 118, as: 'v6', family: 6, vantage: 'router-far', gzip: true },
    ],
    hosts: { server: 'failed-over' },
    async play(lab) {
      const standby = await lab.standbyHost();
      const crowd = await twoServices(lab);
      await lab.serverHost.vanish();
      await lab.failsOverTo(standby);
      await crowd.opens(9998, 9999);
      await writeOn(crowd.of('writing'), 3);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length });
      await crowd.serves(9998);
      await crowd.serves(9999);
    },
  },
  {
    name: 'address-fails-over-after-an-outage',
    truth: 'failover',
    end: 'server',
    what: "The server's host vanished, and only 4 s later a standby took over its address, without the connections: silence, then RSTs.",
    in: [{ net: 151, vantage: 'router-far', gzip: true }],
    hosts: { server: 'failed-over' },
    async play(lab) {
      const standby = await lab.standbyHost();
      const crowd = await twoServices(lab);
      await lab.serverHost.vanish();
      await writeOn([...crowd.of('writing', 9999), crowd.of('writing', 9998)[0]!], 4.2);
      await lab.failsOverTo(standby);
      await crowd.opens(9998, 9999);
      await writeOn(crowd.of('writing'), 6);
      await lab.clientHost.leaves('ESTAB', { but: crowd.of('idle').length });
      await crowd.serves(9998);
      await crowd.serves(9999);
    },
  },
];
