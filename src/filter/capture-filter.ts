// What the kernel is asked to capture, so that a filter on connections can be answered: pcap-filter(7) text for libpcap.
//
// A connection is wanted whole, so both directions of it are; and what explains its death is no TCP at all: ICMP errors
// about it, ARP and neighbour discovery for its ends. What is reported is narrower: that is decided later, by connection.

import { formatAddress } from '../wire/address.js';
import type { Direction, Expression, Network } from './expression.js';

/** ICMP: unreachable, source quench, time exceeded, parameter problem; ICMPv6: errors, neighbour discovery. */
const EVIDENCE =
  'arp or (icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 11 or icmp[0] = 12)) ' +
  'or (icmp6 and (ip6[40] <= 4 or ip6[40] = 135 or ip6[40] = 136))';
/** What Ethernet wraps IP in: VLAN (IEEE 802.1Q, 802.1ad, and its forerunner), MPLS, PPPoE. */
const WRAPPED = [0x8100, 0x88a8, 0x9100, 0x8847, 0x8848, 0x8864];

/**
 * @param expression what is wanted; null: what cannot be decided by addresses and ports, so all TCP is captured.
 * @returns texts, best first; a link type without VLANs does not take the first.
 */
export function captureFilters(expression: Expression | null): string[] {
  if (expression === null || expression.kind === 'always') {
    const all = `tcp or ${EVIDENCE}`;
    return [`${all} or ${WRAPPED.map((type) => `ether proto ${type}`).join(' or ')}`, all];
  }
  const one = textOf(expression, false);
  const other = textOf(expression, true);
  const wanted = `(tcp and (${one === other ? one : `${one} or ${other}`})) or ${EVIDENCE}`;
  // Behind the word vlan, all that follows is looked for inside the tag (and behind the second, inside two).
  return [`${wanted} or (vlan and (${wanted} or (vlan and (${wanted}))))`, wanted];
}

/** @param mirrored as it reads for a packet that goes the other way. */
function textOf(expression: Expression, mirrored: boolean): string {
  switch (expression.kind) {
    case 'always':
      return 'tcp';
    case 'family':
      return expression.ipVersion === 4 ? 'ip' : 'ip6';
    case 'net':
      return `${turned(expression.direction, mirrored)} net ${networkText(expression.network)}`;
    case 'port':
      return `${turned(expression.direction, mirrored)} portrange ${expression.low}-${expression.high}`;
    case 'not':
      return `not (${textOf(expression.operand, mirrored)})`;
    case 'chain':
      return expression.rest.reduce(
        (text, { operator, operand }) => `(${text} ${operator} ${textOf(operand, mirrored)})`,
        textOf(expression.first, mirrored),
      );
  }
}

function turned(direction: Direction, mirrored: boolean): Direction {
  if (!mirrored || (direction !== 'src' && direction !== 'dst')) return direction;
  return direction === 'src' ? 'dst' : 'src';
}

function networkText({ ipVersion, words, mask }: Network): string {
  const address = formatAddress(words, ipVersion, 0);
  if (ipVersion === 4) return `${address} mask ${formatAddress(mask, 4, 0)}`;
  const bits = mask.reduce((sum, word) => sum + Math.clz32(~word), 0);
  return `${address}/${bits}`;
}
