// What an arrow carries: flags, and numbers as tcpdump writes them.

import type { SegmentRecord } from '../../verdict/events.js';

/**
 * PSH changes nothing, and is left out; ACK goes without saying where something else is said.
 *
 * @param room columns; what matters least is left out until it fits
 */
export function arrowLabel({ flags, seq, ack, length }: SegmentRecord, room: number): string {
  const named = flags.filter((flag) => flag !== 'PSH' && flag !== 'ACK');
  const bare = named.length === 0 && length === 0;
  const words = bare ? ['ACK'] : [...named, length > 0 ? `${seq}:${seq + length}` : String(seq)];
  const acknowledges = flags.includes('ACK') ? [bare ? String(ack) : `ack ${ack}`] : [];
  const short = length > 0 ? [...named, `${length} B`] : bare ? words : named;
  const labels = [[...words, ...acknowledges], words, short].map((label) => label.join(' '));
  return labels.find((label) => label.length <= room) ?? initials(named, length);
}

/** Flags as tcpdump abbreviates them; there is always room for these. */
const initials = (named: readonly string[], length: number): string =>
  named.length > 0 ? named.map(([first]) => first).join('') : `${length}B`;
