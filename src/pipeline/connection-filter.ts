// The filter as the user typed it: our own reading, by connection, where that goes; else libpcap's, by packet.
//
// What addresses and ports decide is decided once per connection. All the rest of pcap-filter(7) asks about packets: a
// connection is wanted if one of its packets is.

import { captureFilters } from '../filter/capture-filter.js';
import { type Filter, FilterError, parseFilter } from '../filter/parse-filter.js';
import { PacketFilter } from '../libpcap/packet-filter.js';

export interface ConnectionFilter {
  readonly text: string;
  readonly ends: Filter | null;
  readonly packets: PacketFilter | null;
  /** What a live capture must let in for it, as pcap-filter(7) texts, best first. */
  readonly captureFilters: readonly string[];
}

/** @returns null for a text that takes everything. Throws a FilterError, with libpcap's own words where it is there. */
export function connectionFilter(text: string): ConnectionFilter | null {
  if (text.trim() === '') return null;
  try {
    const ends = parseFilter(text);
    return { text, ends, packets: null, captureFilters: ends.captureFilters };
  } catch (refused) {
    if (!(refused instanceof FilterError)) throw refused;
    const packets = PacketFilter.compile(text);
    if (packets instanceof PacketFilter) return { text, ends: null, packets, captureFilters: captureFilters(null) };
    refused.message +=
      'error' in packets ? `; libpcap: ${packets.error}` : `; for all of pcap-filter(7): ${packets.advice}`;
    throw refused;
  }
}

/** What a live capture without a filter lets in. */
export const CAPTURE_ALL: readonly string[] = captureFilters(null);
