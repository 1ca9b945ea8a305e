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
/** IPv6 with extension headers, behind which libpcap does not look: rare, and decided later. */
const EXTENDED = 'ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60';
/** MPLS and PPPoE, which libpcap looks into at the price of everything after; and VLAN tags of all kinds. */
const WRAPPED = etherTypes(0x8847, 0x8848, 0x8864);
const TAGGED = etherTypes(0x8100, 0x88a8, 0x9100);
/** libpcap's optimizer takes minutes for a thousand hosts in two VLAN tags; with as many, all TCP is captured. */
const MOST_TERMS = 50;

/**
 * @param expression what is wanted; null: what cannot be decided by addresses and ports, so all TCP is captured.
 * @returns texts, best first; a link type without VLANs does not take the first.
 */
export function captureFilters(expression: Expression | null): string[] {
  if (expression === null || expression.kind === 'always' || termsOf(expression) > MOST_TERMS) {
    const all = `tcp or ${EVIDENCE} or ${EXTENDED}`;
    return [`${all} or ${WRAPPED} or ${TAGGED}`, all];
  }
  const one = textOf(expression, false);
  const other = textOf(expression, true);
  const wanted = `(tcp and (${one === other ? one : `${one} or ${other}`})) or ${EVIDENCE} or ${EXTENDED}`;
  // Behind the word vlan, all that follows is looked for inside the tag (and behind the second, inside two).
  return [`${wanted} or ${WRAPPED} or (vlan and (${wanted} or (vlan and (${wanted}))))`, wanted];
}

function etherTypes(...types: readonly number[]): string {
  return types.map((type) => `ether proto ${type}`).join(' or ');
}

function termsOf(expression: Expression): number {
  if (expression.kind === 'not') return termsOf(expression.operand);
  if (expression.kind !== 'chain') return 1;
  return expression.rest.reduce((sum, { operand }) => sum + termsOf(operand), termsOf(expression.first));
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
