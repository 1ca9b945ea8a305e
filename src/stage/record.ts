// What is written down of a play: what was really done, and what every program really got for its calls.

import type { Endpoint, Outcome } from './libc.js';

/**
 * What really happened: a scenario's id where one fits, else the plain words for it.
 * `null`: nothing happened to this connection, or nothing that any packet could show.
 */
export type Truth =
  | 'connect-refused'
  | 'connect-unreachable'
  | 'connect-timed-out'
  | 'accept-queue-full'
  | 'handshake-aborted'
  | 'host-shutdown'
  | 'reset-by-middlebox'
  | 'process-terminated'
  | 'host-rebooted'
  | 'path-lost'
  | 'host-crashed'
  | 'aborted'
  | 'normal-close'
  | 'deliberate-close'
  | 'unread-input-abort'
  | 'firewall-reject'
  | 'outage-healed'
  | 'forged-reset-ignored'
  | 'left-while-data-came'
  | 'failover'
  | 'given-up-in-outage'
  | null;

/** What is done to a host, to its programs, or to what lies before it; and what a machine's own kernel does. */
export type Deed =
  | 'SIGTERM'
  | 'SIGKILL'
  | 'vanished'
  | 'reappeared'
  | 'rebooted'
  | 'listens'
  | 'firewall'
  | 'nat-flushed'
  | 'taken-over'
  | 'panicked'
  | 'reset'
  | 'powered-off'
  | 'stopped'
  | 'resumed';

export type End = 'client' | 'server' | null;

/** One call of one program, as it returned. */
export interface Call {
  program: 'client' | 'server';
  call: string;
  /** Octets moved, `ok`, `EOF`, `blocked`, `killed` or `ignored` (the call is a signal) or the errno's name. */
  result: Outcome;
  /** Seconds since the capture was started. */
  at: number;
}

export interface Connection {
  client: Endpoint;
  server: Endpoint;
  truth: Truth;
  end: End;
  /** TCP frames of this pair of endpoints in the capture; a pair used twice counts both uses. */
  frames: number;
  calls: Call[];
}

/** One thing done to a host, to a program of it, or on the way to it. */
export interface HostEvent {
  did: Deed;
  /** Seconds since the capture was started. */
  at: number;
}
