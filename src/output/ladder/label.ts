// What an arrow carries: flags, and numbers as tcpdump counts them, from where each end began.

import type { SegmentRecord } from '../../verdict/events.js';
import type { Folding } from './folding.js';

const SEQUENCE_SPACE = 2 ** 32;
/** A number so little before the first is one: a probe, or something late. */
const MOST_BEFORE = 2 ** 20;

/**
 * PSH changes nothing, and is left out; ACK goes without saying where something else is said.
 *
 * @param room columns; what matters least is left out until it fits
 */
export function arrowLabel(
  { flags, seq, ack, length, from }: SegmentRecord,
  origin: Folding['origin'],
  room: number,
): string {
  const named = flags.filter((flag) => flag !== 'PSH' && flag !== 'ACK');
  const bare = named.length === 0 && length === 0;
  const own = relative(seq, origin[from]);
  const words = bare ? ['ACK'] : [...named, length > 0 ? `${own}:${own + length}` : String(own)];
  const other = relative(ack, origin[from === 'client' ? 'server' : 'client']);
  const acknowledges = flags.includes('ACK') ? [bare ? String(other) : `ack ${other}`] : [];
  const short = length > 0 ? [...named, `${length} B`] : bare ? words : named;
  const fits = [[...words, ...acknowledges], words].find((label) => label.join(' ').length <= room);
  return (fits ?? short).join(' ');
}

function relative(number: number, origin: number | null): number {
  if (origin === null) return number;
  const beyond = (number - origin + SEQUENCE_SPACE) % SEQUENCE_SPACE;
  return beyond >= SEQUENCE_SPACE - MOST_BEFORE ? beyond - SEQUENCE_SPACE : beyond;
}
