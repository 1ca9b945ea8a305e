// What the file of a flagged connection is called: when it was opened, its ends, its verdict, its number. Sorted by
// name, files are sorted by time, and every character is good on every file system.

import type { ConnectionEvent, PeerAddress } from '../verdict/events.js';

/** Behind the name while the file is being written. */
export const UNFINISHED = '.part';

const NAME = /^\d{8}T\d{6}\.\d{6}Z_[0-9a-f.-]+_[0-9a-f.-]+_[a-z0-9-]+_\d+\.pcapng(\.part)?$/;

export function flaggedName({ opened, client, server, verdict, id }: ConnectionEvent): string {
  return `${momentOf(opened)}_${placeOf(client)}_${placeOf(server)}_${verdict.scenario ?? 'no-verdict'}_${id}.pcapng`;
}

/** Whether a file is one of ours, finished or not. Every other file is somebody else's. */
export const isFlaggedName = (name: string): boolean => NAME.test(name);

/** @param time RFC 3339 in UTC, nine decimals. */
const momentOf = (time: string): string => `${time.slice(0, 26).replaceAll(/[-:]/g, '')}Z`;

const placeOf = ({ address, port }: PeerAddress): string => `${address.replaceAll(':', '-')}.${port}`;
