// A Watcher that keeps all that was said of each segment, lets segments carry SACK-permitted and timestamps as stacks send
// them, and a transfer over a path of a known round trip to begin stories with.

import { ANOMALIES, type AnomalyId } from '../../src/tcp/anomalies.js';
import type { AnomalyDetails, Delivery, TrackerListener } from '../../src/tcp/delivery.js';
import type { Endpoint } from '../../src/tcp/endpoint.js';
import { SYN } from '../../src/wire/segment.js';
import {
  Conversation,
  type ConversationOptions,
  type Passed,
  type Speaker,
  Watcher,
  type Who,
} from '../support/conversation.js';

export interface Said extends AnomalyDetails {
  readonly id: AnomalyId;
  /** Who sent the segment that it was said of. */
  readonly from: Who;
}

export class Telling extends Watcher {
  readonly said: Said[] = [];
  /** Whether SYNs from here on permit SACK. */
  sackPermitted = false;
  /** TSecr of the segments from here on. */
  tsEcr = 0;

  constructor() {
    super();
    const { listener } = this.tracker as unknown as { listener: TrackerListener };
    const before = listener.anomaly.bind(listener);
    listener.anomaly = (id: AnomalyId, delivery: Delivery, details: AnomalyDetails) => {
      const { sender, connection } = delivery;
      this.said.push({ id, from: sender === connection.client ? 'client' : 'server', ...details });
      before(id, delivery, details);
    };
  }

  /** TSval is the milliseconds that have passed, unless the test says otherwise. */
  override pass(passed: Passed): void {
    const { tsEcr } = this;
    const tsVal = passed.tsVal || tsValAt(passed.timeNs);
    super.pass(
      Object.assign({ ...passed, tsVal }, { tsEcr, sackPermitted: this.sackPermitted && (passed.flags & SYN) !== 0 }),
    );
  }
}

const tsValAt = (timeNs: number): number => Math.floor(timeNs / 1e6);

/** Octets of a full segment. */
export const MSS = 1460;

/** What all segments say of their windows: in a SYN it stands unscaled. */
export const WINDOW = 502 << 7;

export interface TransferOptions extends ConversationOptions {
  /** Both ends permit SACK; or the client alone. */
  readonly sack?: boolean | 'client';
  /** Round trip between the capture, at the client, and the server. */
  readonly rttMs?: number;
}

/** A connection as the client's host captures it. */
export class Transfer extends Conversation {
  readonly telling: Telling;
  private counted = 0;

  constructor(options: TransferOptions = {}) {
    const telling = new Telling();
    super({ ...options, on: telling });
    this.telling = telling;
  }

  /** The next segment passes this long after the last. */
  in(ms: number): this {
    return this.after((ms - 1) / 1000);
  }

  /** So many full segments of the client, a millisecond apart; those of these numbers, from 1, are lost. */
  sends(segments: number, ...lost: number[]): Passed[] {
    return Array.from({ length: segments }, (_, n) => this.client.says(MSS, { lost: lost.includes(n + 1) }));
  }

  /** What the server's acknowledgements from here on echo: the timestamp of this segment. */
  echoes({ timeNs, tsVal }: Passed): this {
    this.telling.tsEcr = tsVal || tsValAt(timeNs);
    return this;
  }

  /** What was said since the last call. */
  news(): Said[] {
    const { said } = this.telling;
    return said.slice(this.counted, (this.counted = said.length));
  }

  /** As `news`, ids only. */
  ids(): AnomalyId[] {
    return this.news().map(({ id }) => id);
  }

  /** An end of the one connection there is, as the tracker keeps it. */
  endOf({ port }: Speaker): Endpoint {
    let found: Endpoint | undefined;
    this.telling.tracker.roster.each((connection) => {
      found = [connection.client, connection.server].find((end) => connection.portOf(end) === port);
    });
    if (!found) throw new Error('no connection');
    return found;
  }

  /** Segments and octets of one end by class, all that it has. */
  countsOf(speaker: Speaker): Partial<Record<AnomalyId, [segments: number, octets: number]>> {
    const { tally = [] } = this.viewOf(speaker).notes;
    const counts: Partial<Record<AnomalyId, [number, number]>> = {};
    for (let at = 0; at < tally.length; at += 3) counts[ANOMALIES[tally[at]].id] = [tally[at + 1], tally[at + 2]];
    return counts;
  }
}

/** A transfer whose handshake is done: the client, its capture and the server know the round trip. */
export function transfer(options: TransferOptions = {}): Transfer {
  const talk = new Transfer(options);
  const { rttMs = 20, sack = false } = options;
  talk.telling.sackPermitted = sack !== false;
  const syn = talk.client.syn({ window: WINDOW });
  talk.telling.sackPermitted = sack === true;
  talk.echoes(syn).in(rttMs).server.synAck({ window: WINDOW });
  talk.client.ack();
  return talk;
}
