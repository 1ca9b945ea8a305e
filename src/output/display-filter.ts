// A Wireshark display filter that selects one connection, and the ICMP errors that quote it.

import type { ByEnd, PeerAddress } from '../verdict/events.js';

/**
 * What Wireshark's filter line takes. It knows no numbers of connections but its own (`tcp.stream`), so this names both ends. Two
 * connections of the same ends one after the other, or with the same two ports the other way round, are one to it.
 *
 * `ip.addr` is the source or the destination (wireshark-filter(4)): where both ends have it, both must be asked for by name.
 */
export function displayFilter({ client, server }: ByEnd<PeerAddress>): string {
  const ip = client.address.includes(':') ? 'ipv6' : 'ip';
  const addresses =
    client.address === server.address
      ? [`${ip}.src==${client.address}`, `${ip}.dst==${server.address}`]
      : [`${ip}.addr==${client.address}`, `${ip}.addr==${server.address}`];
  const ports =
    client.port === server.port
      ? [`tcp.srcport==${client.port}`, `tcp.dstport==${server.port}`]
      : [`tcp.port==${client.port}`, `tcp.port==${server.port}`];
  return [...addresses, ...ports].join(' && ');
}
