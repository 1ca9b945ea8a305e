// Notices: what is to be said of the capture itself, in the words of a table.

import type { NoticeEvent, NoticeId } from '../verdict/events.js';

/** Nothing seen for so long is worth a word. */
const QUIET_MS = 10_000;

const WORDS: Readonly<Record<NoticeId, string>> = {
  'interface-down': 'the interface is down, or has no carrier; listening goes on when it is up again',
  'interface-up': 'the interface is up again',
  'nothing-seen': 'no TCP packet so far that matches; still listening',
  'write-failed': 'what is captured can no longer be written',
  'output-skipped': 'the output is read too slowly',
};

/** Tells once that nothing has come of a capture that has been running for a while. */
export function quietWatch(): (seen: boolean) => NoticeEvent[] {
  let untilMs = Date.now() + QUIET_MS;
  return (seen) => {
    const nowMs = Date.now();
    if (seen || nowMs < untilMs) return [];
    untilMs = Number.POSITIVE_INFINITY;
    return [noticeEvent('nothing-seen', nowMs)];
  };
}

/** @param more what the sentence goes on with. */
export function noticeEvent(id: NoticeId, atMs: number, more = ''): NoticeEvent {
  const at = new Date(atMs).toISOString().replace('Z', '000000Z');
  return { type: 'notice', id, at, message: `${WORDS[id]}${more}` };
}
