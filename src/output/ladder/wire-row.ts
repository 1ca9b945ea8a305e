// One segment as one row of a ladder: the client's state, its lifeline, an arrow with what it carries, the server's.

import type { Role } from '../../verdict/case.js';
import type { ByEnd, SegmentRecord } from '../../verdict/events.js';
import { widthOf } from '../layout.js';
import { isSentAgain } from './oddities.js';

/** The longest state, SYN-RECEIVED. */
export const STATE_WIDTH = 12;
/** Two lifelines, and a space before the server's state. */
const LIFELINES = 3;
const LEAST_ARROW = 12;
/** Longer arrows are no clearer. */
const MOST_ARROW = 32;
/** What an arrow needs beside its label. */
const LEAST_SHAFT = 5;

export const LIFELINE = '│';
/** Where time or segments are left out. */
export const BROKEN = '┆';

/** Columns that a row takes of itself where the states stand beside the lifelines. */
export const LEAST_ROW = 2 * STATE_WIDTH + LIFELINES + LEAST_ARROW;

/** Columns between the two lifelines, where so many are left. */
export const arrowRoom = (columns: number): number => Math.min(MOST_ARROW, Math.max(LEAST_ARROW, columns));

/** Columns that a label may take of an arrow. */
export const labelRoom = (arrow: number): number => arrow - LEAST_SHAFT;

/** Both lifelines, and what is beside and between them. */
export const rails = (client: string, between: string, server: string, lifeline: string): string =>
  `${client.padEnd(STATE_WIDTH)}${bareRails(between, lifeline)} ${server}`.trimEnd();

export const bareRails = (between: string, lifeline: string): string => `${lifeline}${between}${lifeline}`;

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
  const { client, server } = newStates(segment, before);
  const room = arrowRoom(width - 2 * STATE_WIDTH - LIFELINES);
  return rails(client, arrow(segment.from, label, room), server, LIFELINE);
}

/** Of each end, the state it is in now; empty: as before. */
export function newStates({ states }: SegmentRecord, before: ByEnd<string | null> | null): ByEnd<string> {
  const state = (end: Role): string => (states[end] === before?.[end] ? '' : (states[end] ?? ''));
  return { client: state('client'), server: state('server') };
}

export function arrow(from: Role, label: string, width: number): string {
  const shaft = Math.max(2, width - 3 - widthOf(label));
  const left = '─'.repeat(Math.floor(shaft / 2));
  const right = '─'.repeat(Math.ceil(shaft / 2));
  return from === 'client' ? `${left} ${label} ${right}→` : `←${right} ${label} ${left}`;
}

/** PSH changes nothing, and is left out. */
export function labelOf({ flags, length, anomalies }: SegmentRecord): string {
  const names = flags.filter((flag) => flag !== 'PSH').join(' ');
  const again = anomalies.some(isSentAgain) ? ', again' : '';
  return (length > 0 ? `${names} ${length} octets` : names) + again;
}
