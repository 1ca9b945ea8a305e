// A Wireshark display filter that selects one connection, and the ICMP errors that quote it.

import type { ByEnd, ConnectionEvent, PeerAddress } from '../verdict/events.js';

/**
 * What Wireshark's filter line takes. It knows no numbers of connections but its own (`tcp.stream`), so this names both ends, and
 * nothing else as long as that is enough: it then finds the connection in the capture of another host too.
 *
 * Where a new connection of the same ends begins before the old one is over, the packets in which they overlap are in both.
 *
 * @param shared other connections of the capture have the same addresses and ports: the VLAN and the packets tell
 */
export function displayFilter(event: ConnectionEvent, shared: boolean): string {
  return [...endsClauses(event), ...(shared ? ownClauses(event) : [])].join(' && ');
}

/** `ip.addr` is the source or the destination (wireshark-filter(4)): where both ends have it, both must be asked for by name. */
function endsClauses({ client, server }: ByEnd<PeerAddress>): string[] {
  const ip = client.address.includes(':') ? 'ipv6' : 'ip';
  const addresses =
    client.address === server.address
      ? [`${ip}.src==${client.address}`, `${ip}.dst==${server.address}`]
      : [`${ip}.addr==${client.address}`, `${ip}.addr==${server.address}`];
  const ports =
    client.port === server.port
      ? [`tcp.srcport==${client.port}`, `tcp.dstport==${server.port}`]
      : [`tcp.port==${client.port}`, `tcp.port==${server.port}`];
  return [...addresses, ...ports];
}

function ownClauses({ vlan, firstPacket, lastPacket, verdict }: ConnectionEvent): string[] {
  const last = Math.max(lastPacket, ...verdict.evidence.map(({ packet }) => packet));
  const tags = vlan.length > 0 ? vlan.map((id) => `vlan.id==${id}`) : ['!vlan'];
  return [...tags, `frame.number in {${firstPacket}..${last}}`];
}

/** Connections of one word are one to a filter that only names ends, whichever way round their ports are. */
export const endsWord = ({ client, server }: ByEnd<PeerAddress>): string =>
  [...[client.address, server.address].sort(), ...[client.port, server.port].sort()].join(' ');
