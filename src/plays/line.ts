// What is told of a play while it goes on: four voices, each line with its time.

import type { ConnectionEvent, SegmentRecord } from '../verdict/events.js';

/** Milliseconds since 1970, with fractions. */
interface Timed {
  readonly at: number;
}

/** One sentence: what will be done, and why what follows will follow. */
export interface SceneLine extends Timed {
  readonly voice: 'scene';
  readonly says: string;
}

/** What the director does. */
export interface DirectorLine extends Timed {
  readonly voice: 'director';
  readonly does: string;
}

/** A call of a program, as it returned. */
export interface ProgramLine extends Timed {
  readonly voice: 'program';
  readonly role: 'client' | 'server';
  readonly pid: number;
  readonly says: string;
}

/** A segment on the wire. */
export interface WireLine extends Timed {
  readonly voice: 'wire';
  readonly segment: SegmentRecord;
}

/** What tcpwatch makes of it by now. */
export interface VerdictLine extends Timed {
  readonly voice: 'verdict';
  readonly event: ConnectionEvent;
}

export type PlayLine = SceneLine | DirectorLine | ProgramLine | WireLine | VerdictLine;
