// STORIES: how a scenario goes, step by step, as it really went in one of the shipped captures. Each scenario has one
// (stories.ts). A test replays the capture and holds the steps against it: who sent what, and the states of both ends.

import type { StateName } from '../../tcp/state.js';
import type { Role } from '../case.js';

/**
 * What `ss` shows of an end: the state of its socket; CLOSED: no line at all; LISTEN: only the listener's. `gone`: no line
 * either, because its host is down, out of reach or has forgotten, which the other end cannot see.
 */
export type SocketState = Exclude<StateName, 'UNSEEN'> | 'LISTEN' | 'gone';

export type SegmentName = 'SYN' | 'SYN-ACK' | 'ACK' | 'data' | 'FIN' | 'RST' | 'keep-alive' | 'ICMP';

export interface Step {
  /** At which end it happens, or between them; null: at both. */
  readonly by: Role | 'router' | null;
  /** What goes out; null: nothing, and no packet shows it. */
  readonly sends: SegmentName | null;
  /** It does not arrive: nobody is there to take it. */
  readonly lost?: true;
  /** States afterwards. */
  readonly client: SocketState;
  readonly server: SocketState;
  readonly says: string;
}

export interface Story {
  /** A capture in fixtures/captures, without its extension. */
  readonly example: string;
  /** The end that is gone in it; where both end alike, the one that closed first. */
  readonly gone: Role;
  readonly steps: readonly Step[];
}

/** How most stories begin. */
export const CONNECTED: Step = {
  by: null,
  sends: null,
  client: 'ESTABLISHED',
  server: 'ESTABLISHED',
  says: 'The handshake is over, and a line went to the server and back.',
};
