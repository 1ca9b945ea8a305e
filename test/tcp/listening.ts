// A Watcher that keeps all that the tracker tells, in order, and where its clock stood.

import type { Connection } from '../../src/tcp/connection.js';
import type { Delivery, TrackerListener } from '../../src/tcp/delivery.js';
import type { Notes } from '../../src/tcp/notes.js';
import type { TrackerOptions } from '../../src/tcp/tracker.js';
import { Watcher } from '../support/conversation.js';

export type What = Exclude<keyof TrackerListener, 'anomaly'>;

export interface Told {
  readonly what: What;
  readonly id: number;
  readonly clockNs: number;
  /** Of what is told of one segment: its frame, and its sender's port. */
  readonly packet: number | null;
  readonly from: number | null;
}

const OF_CONNECTIONS = ['opened', 'silent', 'answered', 'ended', 'changed', 'final'] as const;
const OF_SEGMENTS = ['established', 'closing'] as const;

export class Listening extends Watcher {
  readonly told: Told[] = [];

  constructor(options: Partial<TrackerOptions> = {}) {
    super(options);
    const { listener } = this.tracker as unknown as { listener: TrackerListener };
    const before = { ...listener };
    for (const what of OF_CONNECTIONS) {
      listener[what] = (connection: Connection, notes?: Notes) => {
        this.note(what, connection, null, null);
        before[what](connection, notes);
      };
    }
    for (const what of OF_SEGMENTS) {
      listener[what] = (delivery: Delivery) => {
        const { connection, sender, segment } = delivery;
        this.note(what, connection, segment.packet, connection.portOf(sender));
      };
    }
  }

  /** How often, and after how many seconds of packet time, something was told. */
  secondsOf(what: What): number[] {
    return this.told.filter((one) => one.what === what).map(({ clockNs }) => clockNs / 1e9);
  }

  /** What was told since the last call, but of `opened`. */
  news(): What[] {
    const told = this.told.slice(this.heard).map(({ what }) => what);
    this.heard = this.told.length;
    return told.filter((what) => what !== 'opened');
  }
  private heard = 0;

  private note(what: What, { id }: Connection, packet: number | null, from: number | null): void {
    this.told.push({ what, id, clockNs: this.tracker.clockNs, packet, from });
  }
}
