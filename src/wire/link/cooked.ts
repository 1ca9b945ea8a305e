// Hot path: what both versions of Linux's "cooked" header share: `tcpdump -i any` puts it in place of each device's own.
//
// Read https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html first. The protocol field is an EtherType, save for a
// few small numbers of Linux's own, and save for devices whose frames have no EtherType at all.

import { decodeEtherType, decodeLlc } from '../ether-type.js';
import type { Segment } from '../segment.js';
import { type DecodeStatus, Status } from '../status.js';

const PROTOCOL_802_2 = 0x0004;
const MIN_ETHER_TYPE = 0x0600;

// ARPHRD_ values for which the protocol field is something else.
const HARDWARE_FRAME_RELAY = 770;
const HARDWARE_RADIOTAP = 803;
const HARDWARE_NETLINK = 824;

/** `at` is the octet after the cooked header. */
export function decodeCooked(
  segment: Segment,
  bytes: Uint8Array,
  view: DataView,
  hardware: number,
  protocol: number,
  at: number,
  end: number,
  wireEnd: number,
): DecodeStatus {
  if (hardware === HARDWARE_NETLINK || hardware === HARDWARE_RADIOTAP || hardware === HARDWARE_FRAME_RELAY) {
    return Status.OTHER;
  }
  if (protocol === PROTOCOL_802_2) return decodeLlc(segment, bytes, view, at, end, wireEnd);
  if (protocol < MIN_ETHER_TYPE) return Status.OTHER;
  return decodeEtherType(segment, bytes, view, protocol, at, end, wireEnd);
}
