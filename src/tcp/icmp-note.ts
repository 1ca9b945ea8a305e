// What an ICMP or ICMPv6 error says about the end whose segment it quotes, if it can be believed.
//
// Read RFC 5927 first: errors are easily forged, and eight quoted octets are all there is to check.

import { formatAddress } from '../wire/address.js';
import type { Segment } from '../wire/segment.js';
import type { Delivery } from './delivery.js';
import { seqDiff } from './seq.js';

/**
 * Takes in the error that the shared Segment record holds; the delivery stands at its connection, the quoted end sends.
 * @returns whether it can be believed.
 */
export function noteIcmpError(delivery: Delivery): boolean {
  const { segment, connection, sender, receiver } = delivery;
  // RFC 5927 section 4.1: an error about octets that were never sent is a forgery.
  const beyond = seqDiff(segment.seq, sender.sndNxt);
  if (sender.segments > 0 && (beyond > 0 || seqDiff(segment.seq, sender.firstSeq) < 0)) {
    delivery.flag('icmp.implausible');
    return false;
  }
  if (isTooBig(segment) && seqDiff(segment.seq, sender.sndUna) >= 0)
    delivery.senderRecovery.shrinks(sender.sndNxt, segment.timeNs);
  connection.lastNs = segment.timeNs;
  connection.lastPacket = segment.packet;
  const notes = delivery.senderNotes;
  const inWindow = sender.segments === 0 || seqDiff(segment.seq, sender.sndUna) >= 0;
  const { icmpType: type, icmpCode: code, packet, timeNs } = segment;
  const { icmp } = notes;
  // An error from before the peer was last heard is history: something got through since.
  if (
    icmp &&
    icmp.timeNs >= receiver.lastNs &&
    icmp.type === type &&
    icmp.code === code &&
    icmp.inWindow === inWindow
  ) {
    icmp.count++;
    icmp.lastNs = timeNs;
  } else {
    const from = formatAddress(segment.icmpFrom, segment.ipVersion);
    notes.icmp = {
      packet,
      timeNs,
      family: segment.ipVersion === 6 ? 6 : 4,
      type,
      code,
      inWindow,
      from,
      count: 1,
      lastNs: timeNs,
    };
  }
  return true;
}

/** RFC 1191 section 4: fragmentation needed and DF set; RFC 4443 section 3.2: packet too big. */
const isTooBig = ({ ipVersion, icmpType, icmpCode }: Segment): boolean =>
  ipVersion === 6 ? icmpType === 2 : icmpType === 3 && icmpCode === 4;
