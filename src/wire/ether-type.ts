// Hot path: what an EtherType announces, through any number of VLAN tags.
//
// Read IEEE 802.3 clause 3.2.6 first (below 1536 it is a length, and an 802.2 LLC header follows), IEEE 802.1Q clause 9
// for tags, RFC 1042 for IP behind LLC and SNAP. Numbers: IANA "IEEE 802 Numbers".

import { decodeArp } from './arp.js';
import { decodeIpv4 } from './ipv4.js';
import { decodeIpv6 } from './ipv6.js';
import { decodeMpls } from './mpls.js';
import { decodePppoeSession } from './pppoe.js';
import type { Segment } from './segment.js';
import { type DecodeStatus, Status } from './status.js';
import { addVlanTag } from './vlan.js';

const IPV4 = 0x0800;
const ARP = 0x0806;
const VLAN = 0x8100;
const IPV6 = 0x86dd;
const MPLS_UNICAST = 0x8847;
const MPLS_MULTICAST = 0x8848;
const PPPOE_SESSION = 0x8864;
const PROVIDER_BRIDGE = 0x88a8;
/** Double tagging before 802.1ad, still sent by switches that were set up then. */
const QINQ_9100 = 0x9100;
const QINQ_9200 = 0x9200;

const TAG_LENGTH = 4;
const TAG_ETHER_TYPE = 2;

const MAX_LLC_LENGTH = 1500;
const LLC_LENGTH = 3;
const SNAP_LENGTH = 8;
const SNAP_ETHER_TYPE = 6;
/** DSAP and SSAP "SNAP", unnumbered information, organisation 0: an EtherType follows. */
const LLC_SNAP = 0xaaaa;
const LLC_IP = 0x0606;
const LLC_UNNUMBERED = 0x03;

/** `at` is the octet after the EtherType; `type` may be an 802.3 length. */
export function decodeEtherType(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  type: number,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  let inner = type;
  let here = at;
  for (;;) {
    switch (inner) {
      case IPV4:
        return decodeIpv4(segment, bytes, view, here, end, wireEnd);
      case IPV6:
        return decodeIpv6(segment, bytes, view, here, end, wireEnd);
      case ARP:
        return decodeArp(segment, bytes, view, here, end);
      case MPLS_UNICAST:
      case MPLS_MULTICAST:
        return decodeMpls(segment, bytes, view, here, end, wireEnd);
      case PPPOE_SESSION:
        return decodePppoeSession(segment, bytes, view, here, end, wireEnd);
      case VLAN:
      case PROVIDER_BRIDGE:
      case QINQ_9100:
      case QINQ_9200:
        if (end - here < TAG_LENGTH) return Status.LINK_TRUNCATED;
        segment.vlanKey = addVlanTag(segment.vlanKey, view.getUint16(here));
        inner = view.getUint16(here + TAG_ETHER_TYPE);
        here += TAG_LENGTH;
        break;
      default:
        return inner <= MAX_LLC_LENGTH ? decodeLlc(segment, bytes, view, here, end, wireEnd) : Status.OTHER;
    }
  }
}

/** An 802.2 LLC header, with or without SNAP. */
export function decodeLlc(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (end - at < LLC_LENGTH) return Status.LINK_TRUNCATED;
  const saps = view.getUint16(at);
  if (bytes[at + 2] !== LLC_UNNUMBERED) return Status.OTHER;
  if (saps === LLC_IP) return decodeIpv4(segment, bytes, view, at + LLC_LENGTH, end, wireEnd);
  if (saps !== LLC_SNAP) return Status.OTHER;
  if (end - at < SNAP_LENGTH) return Status.LINK_TRUNCATED;
  const etherType = view.getUint16(at + SNAP_ETHER_TYPE);
  const organisation = (bytes[at + LLC_LENGTH] << 16) | view.getUint16(at + LLC_LENGTH + 1);
  // A length here would promise a second LLC header, which nobody sends.
  if (organisation !== 0 || etherType <= MAX_LLC_LENGTH) return Status.OTHER;
  return decodeEtherType(segment, bytes, view, etherType, at + SNAP_LENGTH, end, wireEnd);
}
