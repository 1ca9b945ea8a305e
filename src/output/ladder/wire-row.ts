// One segment as one row of a ladder: the client's state, an arrow with what it carries, the server's state.

import type { Role } from '../../verdict/case.js';
import type { ByEnd, SegmentRecord } from '../../verdict/events.js';

/** The longest state, SYN-RECEIVED. */
const STATE_WIDTH = 12;
const GAPS = 2;
const LEAST_ARROW = 14;
/** Longer arrows are no clearer. */
const MOST_ARROW = 32;

/** Columns between the two states, of a row that is to be so wide. */
export const arrowRoom = (width: number): number =>
  Math.min(MOST_ARROW, Math.max(LEAST_ARROW, width - 2 * STATE_WIDTH - GAPS));

/** Where the arrow begins. */
export const ARROW_AT = STATE_WIDTH + 1;

/**
 * @param before states at the row before, of which only what changes is said; null: this is the first
 * @param width Infinity: as long as it likes
 * @param label what the arrow carries
 */
export function wireRow(
  segment: SegmentRecord,
  before: ByEnd<string | null> | null,
  width: number,
  label: string,
): string {
  const room = arrowRoom(width);
  const state = (end: 'client' | 'server'): string => {
    const now = segment.states[end];
    return now === null || now === before?.[end] ? '' : now;
  };
  return `${state('client').padEnd(STATE_WIDTH)} ${arrow(segment.from, label, room)} ${state('server')}`.trimEnd();
}

function arrow(from: Role, label: string, width: number): string {
  const shaft = Math.max(2, width - 3 - label.length);
  const left = '─'.repeat(Math.floor(shaft / 2));
  const right = '─'.repeat(Math.ceil(shaft / 2));
  return from === 'client' ? `${left} ${label} ${right}→` : `←${left} ${label} ${right}`;
}

/** PSH changes nothing, and is left out. */
export function labelOf({ flags, length, anomalies }: SegmentRecord): string {
  const names = flags.filter((flag) => flag !== 'PSH').join(' ');
  const again = anomalies.some(({ id }) => id.startsWith('tcp.retransmission.')) ? ', again' : '';
  return (length > 0 ? `${names} ${length} octets` : names) + again;
}
