// What a scenario is: a claim, what truly happened, where it is played, and the steps, which read aloud.

import type { Topology } from '../stage/network.js';
import type { End, Truth } from '../stage/record.js';
import type { HostTruth } from './answers.js';
import type { Lab } from './lab.js';

/** Where the capture is taken. `-any` is `-i any`; `router-far` the router's server side. */
export type Vantage = 'router' | 'router-far' | 'router-any' | 'client' | 'client-any' | 'server' | 'server-any';

/** One capture of a scenario. What is left out: routed, IPv4, on the router, whole frames, microsecond pcap. */
export interface Setting {
  /** The fixture's own number: the N of its addresses. Unique over all fixtures. */
  net: number;
  /** What sets its name apart from the scenario's other captures; the first has none. */
  as?: string;
  topology?: Topology;
  family?: 4 | 6;
  vantage?: Vantage;
  format?: 'pcap' | 'pcapng';
  precision?: 'micro' | 'nano';
  snaplen?: number;
  linkType?: string;
  /** What the capture keeps, in pcap-filter(7)'s words: what it then misses is part of the fixture. */
  filter?: string;
  gzip?: boolean;
  /** Leave transmit offloads on, as on a host that captures its own sending. */
  offload?: boolean;
  /** How late the tunnel delivers, each way. */
  delayMs?: number;
  /** Every so many of its packets to the server it delivers this much later still. */
  reorder?: { every: number; byMs: number };
  /** Those of its packets to the server that it loses, the first being 1. */
  lose?: readonly number[];
  /** Those of its packets to the server that it delivers twice, the second time so much later. */
  twice?: { which: readonly number[]; byMs: number };
  /** When the client has sent so many packets it delivers nothing for a while, then all of it. */
  pause?: { after: number; forMs: number };
}

export interface Scenario {
  /** The claim, in words joined by hyphens. */
  name: string;
  truth: Truth;
  end: End;
  /** One sentence: what was done. */
  what: string;
  in: readonly Setting[];
  /** What happened to a whole host, where several of its connections tell it together. */
  hosts?: Readonly<Partial<Record<'client' | 'server', HostTruth>>>;
  /** Neighbours forget and fail within seconds instead of a minute. */
  hastyNeighbours?: boolean;
  /** The server does not listen until the play says so. */
  deafServer?: boolean;
  /** Kernel variables of both hosts beside the lab's own. */
  tuning?: Readonly<Record<string, number | string>>;
  play(lab: Lab): Promise<void>;
}

/** Name of a scenario's capture in one setting. */
export const fixtureName = (scenario: Scenario, setting: Setting): string =>
  setting.as === undefined ? scenario.name : `${scenario.name}-${setting.as}`;

/** What a play throws when its timing did not come out this time. */
export class PlayAgain extends Error {}
