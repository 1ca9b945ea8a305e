// Where the machine stands: behind a router, whose other side is the clients' host.
//
//   client 10.N.1.2 - near - router - far - 10.N.2.2 the machine
//
// A machine is not a namespace: it hangs on a tap device, which keeps its carrier for as long as QEMU lives.

import { Host } from '../../stage/host.js';
import { Ledger } from '../../stage/ledger.js';
import { makeNamespace, type Namespace } from '../../stage/namespaces.js';
import { addressing, mac } from '../../stage/network.js';
import { startProgram } from '../../stage/program.js';
import { FEW_SYNS } from '../crowd.js';

export interface Surroundings {
  client: Host;
  router: Namespace;
  machine: { address: string; gateway: string; mac: string };
  remove(): Promise<void>;
}

/** What the router does about a neighbour that it does not hear: ask within seconds, or not within the story. */
const NEIGHBOURS = {
  hurried: {
    base_reachable_time_ms: 2000,
    delay_first_probe_time: 1,
    retrans_time_ms: 300,
    ucast_solicit: 2,
    mcast_solicit: 2,
  },
  patient: { base_reachable_time_ms: 600_000, gc_stale_time: 600 },
} as const;

export type Temper = keyof typeof NEIGHBOURS;

export async function makeSurroundings(net: number, temper: Temper, retries: number): Promise<Surroundings> {
  const { client: clientAddress, server: address, near, far } = addressing('routed', net, 4);
  const router = await makeNamespace(`${net}-router`, 4);
  await router.ip(
    `link add near address ${mac(net, 1)} type bridge`,
    `addr add ${near}/24 dev near`,
    'link set near up',
    'tuntap add dev far mode tap',
    `link set far address ${mac(net, 3)} up`,
    `addr add ${far}/24 dev far`,
  );
  const neighbours = Object.entries(NEIGHBOURS[temper]).map(([key, value]) => [`net.ipv4.neigh.far.${key}`, value]);
  await router.sysctl({ 'net.ipv4.ip_forward': 1, ...Object.fromEntries(neighbours) });
  const place = { net, family: 4, wire: router, bridge: 'near' } as const;
  const client = new Host({ ...place, role: 'client', address: clientAddress, mac: mac(net, 2), gateway: near });
  await client.boot();
  await client.tune({ 'net.ipv4.tcp_retries2': retries, ...FEW_SYNS });
  await plainFrames(router);
  return {
    client,
    router,
    machine: { address, gateway: far, mac: mac(net, 4) },
    remove: async () => {
      await client.remove();
      await router.remove();
    },
  };
}

/** Whole checksums where the capture is taken, as on a wire. */
async function plainFrames(router: Namespace): Promise<void> {
  const host = Host.on(router, 'client', '', 4, ['near', 'far']);
  const program = await startProgram('client', host, new Ledger(null, null));
  await program.dismiss();
}
