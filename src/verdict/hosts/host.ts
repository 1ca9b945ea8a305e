// What is remembered of a host, beyond its connections: when its services closed together, when it fell silent, and how it
// came back. Plain records; memory.ts and bursts.ts fill them, facts.ts asks them.

import type { Moment } from '../../tcp/notes.js';
import type { HostTimes } from './times.js';

/** A port that the host serves; or, of a host as client, a place that it was connected to. */
export interface Service {
  /** Tells it from others of the host. */
  readonly key: number;
  /** The port, of the host itself or of that place. */
  readonly port: number;
  /** Whose it is, if not the host's own; else null. */
  readonly at: Host | null;
  /** Connections that are open; opened in all. */
  alive: number;
  opened: number;
  /**
   * The last SYN to it that was refused, whether by the host itself as far as its TTL shows, and how many connections were open
   * then; the last one accepted.
   */
  refused: (Moment & { readonly fits: boolean; readonly alive: number }) | null;
  accepted: Moment | null;
}

/** What one burst did to one service. */
export interface Toll {
  readonly service: Service;
  ended: number;
  /** Connections of the service that were still open when the last of these had ended. */
  left: number;
}

/** Connections that the host itself ended, by FIN or RST, one right after the other. */
export interface Burst {
  readonly first: Moment;
  last: Moment;
  connections: number;
  resets: number;
  /** Of those, how many had carried nothing for a moment: closed in the middle of quiet, not at the end of an answer. */
  quiet: number;
  /** The shortest and the longest that one of them had carried nothing before it was closed. */
  leastQuietNs: number;
  mostQuietNs: number;
  readonly tolls: Toll[];
  /** Connections of the host that were open when it was over, on any service. */
  left: number;
}

/** A time in which somebody asked in vain: nothing at all was heard of the host. */
export interface Silence {
  /** The first segment that nobody answered. */
  readonly since: Moment;
  /** The last that was heard of the host before. */
  readonly lastHeard: Moment;
  /** Connections that wait, closed ones among them; how many of those were open; and how many have never been. */
  connections: number;
  open: number;
  newcomers: number;
  /** Open connections that the host had when the last of those began to wait. */
  alive: number;
  /** Somebody asked the link for it in vain. */
  neighbour: Moment | null;
  /** A router said that it is out of reach. */
  unreachable: (Moment & { readonly from: string }) | null;
}

/** The host is heard again: with what it knew before, or without. */
export interface Return {
  readonly at: Moment;
  /** null: it was not known to be silent when it turned out to have forgotten a connection. */
  readonly silence: Silence | null;
  /** It goes on with a connection of before; and with one that had waited for it. */
  remembers: Moment | null;
  answered: Moment | null;
  /** It answered a connection of before with a RST: it knows no such connection. How many it did so. */
  forgot: Moment | null;
  forgotten: number;
  /** Connections that had asked in vain before, and asked again since. */
  readonly askedAgain: Set<number>;
  /** Of the forgotten, how many had asked in vain before. */
  waited: number;
  /** It accepted, or refused, a new connection. */
  accepts: Moment | null;
  refuses: Moment | null;
  /** Its segments come from another link-layer address than before, or with another TTL. */
  moved: Moment | null;
  /** TTL of the RST that it disowned a connection with, if that is another than before; NaN: it is not. */
  otherTtl: number;
}

/** Connections that wait in vain for a host that others hear. */
export interface Deaf extends Moment {
  /** Their ids. */
  readonly waiting: Set<number>;
  /** Hosts that wait, and ports they wait for. */
  readonly hosts: Set<Host>;
  readonly ports: Set<number>;
}

/** No TTL: they were not all the same. */
export const TTL_VARIES = -1;

export interface Host {
  readonly number: number;
  readonly times: HostTimes;
  /** Its address. */
  readonly words: readonly number[];
  readonly ipVersion: number;
  readonly vlanKey: number;
  /** Link-layer address that its segments come from, as a number; NaN: not known, or not one. */
  link: number;
  /** It has been so every time. */
  linkIsConstant: boolean;
  /** It was announced on its link (ARP, neighbour discovery) from another address than `link`. */
  announced: Moment | null;
  /** TTL or hop limit that its connections began with; NaN: not known; TTL_VARIES. */
  ttl: number;
  /** How many it has had, with those that were asked for in vain. */
  connections: number;
  readonly services: Service[];
  alive: number;
  /** The burst that goes on, or the last ending. */
  going: Burst | null;
  /** Bursts that took all of a service with them; the last few. */
  readonly bursts: Burst[];
  silence: Silence | null;
  /** Somebody waits although the host was heard since: nothing of the host's. */
  deaf: Deaf | null;
  /** The last few. */
  readonly returns: Return[];
  /** Something was learnt of it since it was last told of. */
  hasNews: boolean;
}

/** Its silences, the one that lasts last. */
export const silencesOf = ({ returns, silence }: Host): Silence[] =>
  [...returns.map((back) => back.silence), silence].filter((one) => one !== null);

export const newHost = (
  number: number,
  words: readonly number[],
  ipVersion: number,
  vlanKey: number,
  times: HostTimes,
): Host => ({
  number,
  times,
  words,
  ipVersion,
  vlanKey,
  link: Number.NaN,
  linkIsConstant: true,
  announced: null,
  ttl: Number.NaN,
  connections: 0,
  services: [],
  alive: 0,
  going: null,
  bursts: [],
  silence: null,
  deaf: null,
  returns: [],
  hasNews: false,
});

export const newSilence = (since: Moment, lastHeard: Moment): Silence => ({
  since,
  lastHeard,
  connections: 0,
  open: 0,
  newcomers: 0,
  alive: 0,
  neighbour: null,
  unreachable: null,
});

export const newReturn = (at: Moment, silence: Silence | null): Return => ({
  at,
  silence,
  remembers: null,
  forgot: null,
  forgotten: 0,
  askedAgain: new Set(),
  waited: 0,
  accepts: null,
  refuses: null,
  answered: null,
  moved: null,
  otherTtl: Number.NaN,
});
