// The networks a scenario is played on: hosts on a switch, with or without a router between them.
//
//   routed    client - switch - router - switch - server     10.N.1.2, 10.N.2.2 (fd00:N:1::2, fd00:N:2::2)
//   lan       client - switch - server                        10.N.1.2, 10.N.1.3
//   loopback  both programs on one host's lo                  127.N.0.2, 127.N.0.1 (fd00:N::2, fd00:N::1)
//   tunnel    client - tun - pump - tun - server              as routed; raw IP, and the pump may delay
//
// N is the fixture's own number, so that all captures can be read as one. The switch is a namespace of its own: a host can
// vanish behind it (its port goes deaf) without any other end noticing a lost carrier, as behind a real switch.

import { Host } from './host.js';
import { makeNamespace, type Namespace } from './namespaces.js';
import { type Cable, Pump } from './pump.js';

export type Topology = 'routed' | 'lan' | 'loopback' | 'tunnel';

export interface Network {
  client: Host;
  server: Host;
  /** The router; on a network without one, the switch. */
  between: Namespace;
  remove(): Promise<void>;
}

/** How the networks are numbered. */
export function addressing(topology: Topology, net: number, family: 4 | 6) {
  const hex = net.toString(16);
  const four = {
    routed: { client: `10.${net}.1.2`, server: `10.${net}.2.2`, near: `10.${net}.1.1`, far: `10.${net}.2.1` },
    lan: { client: `10.${net}.1.2`, server: `10.${net}.1.3`, near: '', far: '' },
    loopback: { client: `127.${net}.0.2`, server: `127.${net}.0.1`, near: '', far: '' },
  };
  const six = {
    routed: {
      client: `fd00:${hex}:1::2`,
      server: `fd00:${hex}:2::2`,
      near: `fd00:${hex}:1::1`,
      far: `fd00:${hex}:2::1`,
    },
    lan: { client: `fd00:${hex}:1::2`, server: `fd00:${hex}:1::3`, near: '', far: '' },
    loopback: { client: `fd00:${hex}::2`, server: `fd00:${hex}::1`, near: '', far: '' },
  };
  return (family === 4 ? four : six)[topology === 'tunnel' ? 'routed' : topology];
}

export const PREFIX_LENGTH = { 4: 24, 6: 64 } as const;

const makers: Record<Topology, (net: number, family: 4 | 6, cable: Cable) => Promise<Network>> = {
  routed: makeRouted,
  lan: makeLan,
  loopback: makeLoopback,
  tunnel: makeTunnel,
};

/** Builds one. What stands of one that fails half-way is left to sweep(). */
export async function makeNetwork(topology: Topology, net: number, family: 4 | 6, cable: Cable): Promise<Network> {
  return makers[topology](net, family, cable);
}

async function makeRouted(net: number, family: 4 | 6): Promise<Network> {
  const a = addressing('routed', net, family);
  const [between, wire] = await Promise.all([
    makeNamespace(`${net}-router`, family),
    makeNamespace(`${net}-switch`, 4),
  ]);
  await wire.ip('link add near type bridge', 'link add far type bridge', 'link set near up', 'link set far up');
  for (const [side, address] of [
    ['near', a.near],
    ['far', a.far],
  ] as const) {
    await wire.ip(
      `link add router-${side} type veth peer name ${side} address ${mac(net, side === 'near' ? 1 : 3)} netns ${between.name}`,
      `link set router-${side} master ${side} up`,
    );
    await between.ip(`link set ${side} up`, `addr add ${address}/${PREFIX_LENGTH[family]} dev ${side}`);
  }
  await between.sysctl({ 'net.ipv4.ip_forward': 1, ...(family === 6 ? { 'net.ipv6.conf.all.forwarding': 1 } : {}) });
  const common = { net, family, wire };
  const client = new Host({
    ...common,
    role: 'client',
    address: a.client,
    bridge: 'near',
    mac: mac(net, 2),
    gateway: a.near,
  });
  const server = new Host({
    ...common,
    role: 'server',
    address: a.server,
    bridge: 'far',
    mac: mac(net, 4),
    gateway: a.far,
  });
  return finish(client, server, between, [between, wire]);
}

async function makeLan(net: number, family: 4 | 6): Promise<Network> {
  const a = addressing('lan', net, family);
  const wire = await makeNamespace(`${net}-switch`, 4);
  await wire.ip('link add near type bridge', 'link set near up');
  const common = { net, family, wire, bridge: 'near', gateway: null };
  const client = new Host({ ...common, role: 'client', address: a.client, mac: mac(net, 2) });
  const server = new Host({ ...common, role: 'server', address: a.server, mac: mac(net, 4) });
  return finish(client, server, wire, [wire]);
}

async function makeLoopback(net: number, family: 4 | 6): Promise<Network> {
  const a = addressing('loopback', net, family);
  const both = await makeNamespace(`${net}-host`, family);
  if (family === 6) await both.ip(`addr add ${a.client}/128 dev lo`, `addr add ${a.server}/128 dev lo`);
  const client = Host.on(both, 'client', a.client, family, ['lo']);
  const server = Host.on(both, 'server', a.server, family, ['lo']);
  return { client, server, between: both, remove: () => both.remove() };
}

async function makeTunnel(net: number, family: 4 | 6, cable: Cable): Promise<Network> {
  const a = addressing('tunnel', net, family);
  const [between, one, other] = await Promise.all([
    makeNamespace(`${net}-tunnel`, family),
    makeNamespace(`${net}-client`, family),
    makeNamespace(`${net}-server`, family),
  ]);
  const pump = await Pump.start(between, cable);
  const bits = family === 4 ? 32 : 128;
  for (const [host, own, peer, device] of [
    [one, a.client, a.server, 'near'],
    [other, a.server, a.client, 'far'],
  ] as const) {
    await between.ip(`link set ${device} netns ${host.name} name tun0`);
    await host.ip(`addr add ${own}/${bits} dev tun0`, 'link set tun0 up', `route add ${peer}/${bits} dev tun0`);
  }
  return {
    client: Host.on(one, 'client', a.client, family, ['tun0']),
    server: Host.on(other, 'server', a.server, family, ['tun0']),
    between,
    remove: async () => {
      await pump.stop();
      for (const namespace of [one, other, between]) await namespace.remove();
    },
  };
}

async function finish(client: Host, server: Host, between: Namespace, others: Namespace[]): Promise<Network> {
  await Promise.all([client.boot(), server.boot()]);
  return {
    client,
    server,
    between,
    remove: async () => {
      for (const one of [client, server, ...others]) await one.remove();
    },
  };
}

export const mac = (net: number, last: number): string =>
  `02:00:00:00:${net.toString(16).padStart(2, '0')}:${last.toString(16).padStart(2, '0')}`;
