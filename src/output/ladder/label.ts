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
  const fits = [[...words, ...acknowledges], words].find((label) => label.join(' ').length <= room);
  return (fits ?? short).join(' ');
}
