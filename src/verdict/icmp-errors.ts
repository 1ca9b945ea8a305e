// What ICMP and ICMPv6 errors say, and which errno Linux makes of them when it gives up.
//
// Source: RFC 792, RFC 1812 section 5.2.7, RFC 4443; Linux net/ipv4/icmp.c (icmp_err_convert), net/ipv6/icmp.c
// (icmpv6_err_convert).

import type { IcmpNote } from '../tcp/notes.js';

/** Who or what is out of reach: `host` and `network` are what a dead host looks like, `filter` is somebody's decision. */
type Reason = 'network' | 'host' | 'filter' | 'other';

interface IcmpRow {
  readonly reason: Reason;
  readonly errno: string;
  readonly title: string;
}

const V4_UNREACHABLE: Readonly<Record<number, IcmpRow>> = {
  0: { reason: 'network', errno: 'ENETUNREACH', title: 'network unreachable' },
  1: { reason: 'host', errno: 'EHOSTUNREACH', title: 'host unreachable' },
  2: { reason: 'filter', errno: 'ENOPROTOOPT', title: 'protocol unreachable' },
  3: { reason: 'filter', errno: 'ECONNREFUSED', title: 'port unreachable' },
  5: { reason: 'other', errno: 'EOPNOTSUPP', title: 'source route failed' },
  6: { reason: 'network', errno: 'ENETUNREACH', title: 'network unknown' },
  7: { reason: 'host', errno: 'EHOSTDOWN', title: 'host unknown' },
  8: { reason: 'host', errno: 'ENONET', title: 'source host isolated' },
  9: { reason: 'filter', errno: 'ENETUNREACH', title: 'network administratively prohibited' },
  10: { reason: 'filter', errno: 'EHOSTUNREACH', title: 'host administratively prohibited' },
  11: { reason: 'network', errno: 'ENETUNREACH', title: 'network unreachable for this type of service' },
  12: { reason: 'host', errno: 'EHOSTUNREACH', title: 'host unreachable for this type of service' },
  13: { reason: 'filter', errno: 'EHOSTUNREACH', title: 'communication administratively prohibited' },
  14: { reason: 'filter', errno: 'EHOSTUNREACH', title: 'host precedence violation' },
  15: { reason: 'filter', errno: 'EHOSTUNREACH', title: 'precedence cutoff' },
};

const V6_UNREACHABLE: Readonly<Record<number, IcmpRow>> = {
  0: { reason: 'network', errno: 'ENETUNREACH', title: 'no route to destination' },
  1: { reason: 'filter', errno: 'EACCES', title: 'administratively prohibited' },
  2: { reason: 'other', errno: 'EHOSTUNREACH', title: 'beyond scope of source address' },
  3: { reason: 'host', errno: 'EHOSTUNREACH', title: 'address unreachable' },
  4: { reason: 'filter', errno: 'ECONNREFUSED', title: 'port unreachable' },
  5: { reason: 'filter', errno: 'EACCES', title: 'source address failed policy' },
  6: { reason: 'filter', errno: 'EACCES', title: 'reject route' },
};

const TIME_EXCEEDED: IcmpRow = { reason: 'network', errno: 'EHOSTUNREACH', title: 'time exceeded in transit' };

/** The row for an error; null for those that end nothing (packet too big, source quench, parameter problem). */
export function icmpRow({ family, type, code }: Pick<IcmpNote, 'family' | 'type' | 'code'>): IcmpRow | null {
  if (family === 4) return (type === 3 && V4_UNREACHABLE[code]) || (type === 11 && code === 0 && TIME_EXCEEDED) || null;
  return (type === 1 && V6_UNREACHABLE[code]) || (type === 3 && code === 0 && TIME_EXCEEDED) || null;
}

/** What it says, in words. */
export function icmpTitle(error: Pick<IcmpNote, 'family' | 'type' | 'code'>): string {
  const { family, type, code } = error;
  const tooBig = family === 6 ? type === 2 : type === 3 && code === 4;
  if (tooBig) return family === 6 ? 'packet too big' : 'fragmentation needed';
  return icmpRow(error)?.title ?? `type ${type}, code ${code}`;
}
