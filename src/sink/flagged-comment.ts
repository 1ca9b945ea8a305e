// A verdict as comments of a pcapng file: all of it on the section, and on each packet what it is evidence of.

import { ENDINGS } from '../verdict/endings.js';
import type { ConnectionEvent, ErrorRecord } from '../verdict/events.js';
import { placeOf } from '../verdict/record.js';

export interface Contents {
  /** Packets that the file has. */
  readonly packets: ReadonlySet<number>;
  /** Frames of the connection that it has not. */
  readonly missing: number;
}

const ENDING_TITLES = new Map<string, string>(ENDINGS.map((row) => [row.id, row.title]));

/** What each packet says, by its number. */
export function packetComments({ verdict }: ConnectionEvent): Map<number, string> {
  const comments = new Map<number, string>();
  for (const { packet, says } of verdict.evidence) {
    const before = comments.get(packet);
    comments.set(packet, before === undefined ? says : `${before}; ${says}`);
  }
  return comments;
}

export function sectionComment(record: ConnectionEvent, contents: Contents): string {
  const { id, final, client, server, opened, ended, ending, verdict } = record;
  const { title, confidence, document, errors, evidence, lookalikes } = verdict;
  const lines = [
    `connection ${id}: ${placeOf(client)} → ${placeOf(server)}`,
    `verdict: ${title}${confidence === null ? '' : ` (${confidence})`}, ${final ? 'final' : 'provisional'}`,
    ...(document === null ? [] : [`document: ${document}`]),
    `ending: ${ENDING_TITLES.get(ending) ?? ending}`,
    `opened: ${opened}`,
    ...(ended === null ? [] : [`ended: ${ended}`]),
    ...errors.client.map((error) => `client: ${errorWords(error)}`),
    ...errors.server.map((error) => `server: ${errorWords(error)}`),
    ...(evidence.length > 0 ? ['packets are numbered as in the capture these are from'] : []),
    ...evidence.map(
      ({ packet, says }) => `packet ${packet}: ${says}${contents.packets.has(packet) ? '' : ' (not in this file)'}`,
    ),
    ...lookalikes.map(
      ({ title: other, toTellApart, ofMotive }) =>
        `${ofMotive ? 'cause may be' : 'could also be'}: ${other}; would tell: ${toTellApart}`,
    ),
    ...missingWords(record, contents),
  ];
  return lines.join('\n');
}

function errorWords({ call, error, when, dueAt }: ErrorRecord): string {
  if (when === 'now') return `${call}() gave ${error}`;
  if (when === 'next') return `the next ${call}() will give ${error}`;
  return `${call}() will give ${error}${dueAt === undefined ? '' : ` about ${dueAt}`}`;
}

function missingWords({ firstPacket, lastPacket }: ConnectionEvent, { packets, missing }: Contents): string[] {
  const gone = 'they had left the memory when this was written';
  const frames = (n: number): string => `${n} frame${n === 1 ? '' : 's'}`;
  // Who does not know the first frame cannot know how many there were.
  if (!packets.has(firstPacket)) {
    return [`missing: at least ${frames(Math.max(1, missing))}, the first among them; ${gone}`];
  }
  if (missing === 0) return [];
  return [`missing: ${frames(missing)} ${packets.has(lastPacket) ? 'in the middle' : 'after the first'}; ${gone}`];
}
