// HOST FACTS: the closed vocabulary that conclusions about hosts are made of. A row says one thing about a host and where it
// was seen; rules.ts names them by id.

import type { Moment } from '../../tcp/notes.js';
import { MANY } from './bursts.js';
import { type Burst, type Host, type Return, type Service, type Silence, silencesOf } from './host.js';

/** A host as it is to be judged. */
export interface HostCase {
  readonly host: Host;
  readonly lastHeard: Moment;
}

export interface HostFactRow {
  readonly says: string;
  readonly find: (theCase: HostCase) => Moment | null;
}

/** Services that a burst left without a connection. */
export const clearedBy = (burst: Burst): Service[] =>
  burst.tolls.filter(({ left }) => left === 0).map(({ service }) => service);

/**
 * Where the closing of several services began that this burst was part of: it took several itself, or it is one of a series
 * that left nothing in the end, as when services are stopped in turn, or do not all heed SIGTERM. null: it was no such thing.
 */
export function massBurst(host: Host, own: Burst): Burst | null {
  const { bursts, times } = host;
  if (isHabit(host, own)) return null;
  if (clearedBy(own).length >= 2) return own;
  let [first, last] = [bursts.indexOf(own), bursts.indexOf(own)];
  const follows = (n: number): boolean => bursts[n].first.timeNs - bursts[n - 1].last.timeNs <= times.killNs;
  while (first > 0 && follows(first)) first--;
  while (last + 1 < bursts.length && follows(last + 1)) last++;
  const series = bursts.slice(first, last + 1);
  return new Set(series.flatMap(clearedBy)).size >= 2 && series[series.length - 1].left === 0 ? series[0] : null;
}

/** A service that closes all it has again and again, and goes on to serve, does so by habit: after each answer, or when idle. */
const HABIT = 3;

/** Whether the service that such a burst took closes like that by habit: nothing has happened to it. */
export const isHabit = ({ bursts }: Host, own: Burst): boolean => {
  const services = clearedBy(own);
  const alike = bursts.filter((burst) => clearedBy(burst).some((service) => services.includes(service)));
  return alike.length >= HABIT;
};

/** Servers close idle connections after 5 s (Node, Apache) and more, few sooner; timers that were set together run out together. */
const IDLE_NS = 3e9;
const EVENLY_NS = 50e6;

/** Connections that had been idle for equally long were closed by a timeout, if they were not ended by something else. */
export const isOfIdle = ({ leastQuietNs, mostQuietNs }: Burst): boolean =>
  leastQuietNs >= IDLE_NS && mostQuietNs - leastQuietNs <= EVENLY_NS;

/** The last burst that took several services, else the last one at all; null: there was none, or it is a habit. */
export const decisiveBurst = (host: Host): Burst | null => {
  const { bursts } = host;
  const last = bursts.findLast((burst) => clearedBy(burst).length >= 2) ?? bursts.at(-1) ?? null;
  return last && isHabit(host, last) ? null : last;
};

/**
 * Whether a silence is the host's: one connection that waits says little of a host that has others, and none that wants to be
 * let in says anything: a full queue turns them all away.
 */
export const concernsHost = ({ connections, newcomers, neighbour, open, alive }: Silence): boolean =>
  connections >= 2 || (open >= alive && (connections > 0 || newcomers > 0 || neighbour !== null));

/** The silence that lasts, or the last one that ended. */
const lastSilence = (host: Host): Silence | null => silencesOf(host).findLast(concernsHost) ?? null;

/** The return that no silence has followed. */
export const currentReturn = ({ silence, returns }: Host): Return | null => (silence ? null : (returns.at(-1) ?? null));

const silenceAfter = (host: Host, burst: Burst): Silence | null => {
  const silence = lastSilence(host);
  const waitedNs = silence ? silence.since.timeNs - burst.last.timeNs : -1;
  return waitedNs >= 0 && waitedNs <= host.times.shutdownNs ? silence : null;
};

/** What was last seen of the services that the decisive burst took, unless the host fell silent in between. */
function sinceClosing(host: Host, seen: (service: Service) => Moment | null): Moment | null {
  const burst = decisiveBurst(host);
  if (!burst || silenceAfter(host, burst)) return null;
  return (
    clearedBy(burst)
      .map(seen)
      .filter((moment) => later(moment, burst.last))
      .at(-1) ?? null
  );
}

const when = (moment: Moment | null | undefined, condition: unknown): Moment | null =>
  moment && condition ? moment : null;

export const HOST_FACTS = {
  'services-closed-together': {
    says: 'all connections of several services were closed, in one burst or in a series of them',
    find: ({ host }) => {
      const burst = decisiveBurst(host);
      return (burst && massBurst(host, burst)?.first) ?? null;
    },
  },
  'service-closed-together': {
    says: 'all connections of one service were closed in one burst',
    find: ({ host }) => decisiveBurst(host)?.first ?? null,
  },
  'nothing-left': {
    says: 'no connection of the host was left open',
    find: ({ host }) => {
      const burst = host.bursts.at(-1);
      return when(burst?.last, burst?.left === 0);
    },
  },
  'rest-closed-later': {
    says: 'what had been left was closed in a second burst, as SIGKILL does to what does not heed SIGTERM',
    find: ({ host }) => {
      const first = decisiveBurst(host);
      const rest = host.bursts.at(-1);
      if (!first || !rest || rest === first || rest.left > 0) return null;
      return when(rest.first, rest.first.timeNs - first.last.timeNs <= host.times.killNs);
    },
  },
  'silent-after-closing': {
    says: 'then somebody asked it in vain',
    find: ({ host }) => {
      const burst = decisiveBurst(host);
      return burst ? (silenceAfter(host, burst)?.since ?? null) : null;
    },
  },
  'is-silent': {
    says: 'from here on nothing of it was heard, though somebody asked',
    find: ({ host }) => when(host.silence?.since, host.silence && concernsHost(host.silence)),
  },
  'was-silent': {
    says: 'from here on it was asked in vain for a while',
    find: ({ host }) => {
      const back = currentReturn(host);
      // One that waits while all others are quiet is enough, if those turn out to be forgotten with it.
      const allForgotten = back && back.forgotten >= 2 && !back.remembers;
      return when(back?.silence?.since, back?.silence && (allForgotten || concernsHost(back.silence)));
    },
  },
  'several-wait': {
    says: 'several connections waited for it at once',
    find: ({ host }) => {
      const silence = lastSilence(host);
      return when(silence?.since, (silence?.connections ?? 0) >= 2);
    },
  },
  'many-wait': {
    says: 'more than two connections waited for it at once, or for it to let them in',
    find: ({ host }) => {
      const silence = lastSilence(host);
      return when(silence?.since, silence && silence.connections + silence.newcomers > 2);
    },
  },
  'open-ones-wait': {
    says: 'among them connections that it had not closed',
    find: ({ host }) => {
      const silence = lastSilence(host);
      return when(silence?.since, (silence?.open ?? 0) > 0);
    },
  },
  'link-asks-in-vain': {
    says: 'the link was asked for it and did not answer',
    find: ({ host }) => host.silence?.neighbour ?? null,
  },
  'reported-unreachable': {
    says: 'a router reported it unreachable',
    find: ({ host }) => host.silence?.unreachable ?? null,
  },
  remembers: {
    says: 'it goes on with a connection of before',
    find: ({ host }) => currentReturn(host)?.remembers ?? null,
  },
  'heard-again': {
    says: 'then it was heard again',
    find: ({ host }) => currentReturn(host)?.at ?? null,
  },
  'answered-who-waited': {
    says: 'a connection that had waited was answered',
    find: ({ host }) => currentReturn(host)?.answered ?? null,
  },
  forgot: {
    says: 'it answered a connection of before with RST: it knows no such connection',
    find: ({ host }) => currentReturn(host)?.forgot ?? null,
  },
  'forgot-several': {
    says: 'it had forgotten several connections',
    find: ({ host }) => when(currentReturn(host)?.forgot, (currentReturn(host)?.forgotten ?? 0) >= 2),
  },
  moved: {
    says: 'its segments come from another link-layer address, or with another TTL, than before: another machine, or another way to it',
    find: ({ host }) => currentReturn(host)?.moved ?? null,
  },
  'announced-elsewhere': {
    says: 'its address was announced on the link from another link-layer address',
    find: ({ host }) => host.announced,
  },
  'answers-anew': {
    says: 'it answers new connections',
    find: ({ host }) => currentReturn(host)?.accepts ?? currentReturn(host)?.refuses ?? null,
  },
  'served-again': {
    says: 'a service that was closed takes new connections',
    find: ({ host }) => sinceClosing(host, ({ accepted }) => accepted),
  },
  'refuses-now': {
    says: 'a service that was closed refuses new connections: nobody listens any more',
    find: ({ host }) => sinceClosing(host, ({ refused, accepted }) => (later(refused, accepted) ? refused : null)),
  },
  'refusal-fits': {
    says: 'the refusal has the TTL of the host',
    find: ({ host }) => sinceClosing(host, ({ refused }) => (refused?.fits ? refused : null)),
  },
  'refused-meanwhile': {
    says: 'in between it refused new connections: the program had gone',
    find: ({ host }) => sinceClosing(host, ({ refused }) => refused),
  },
  'many-closed': {
    says: 'the burst closed four connections or more, and not all had been idle for equally long',
    find: ({ host }) => {
      const burst = decisiveBurst(host);
      return when(burst?.last, burst && burst.connections >= MANY && !isOfIdle(burst));
    },
  },
  'answers-on': {
    says: 'it was heard long after: it is up, the same boot or another',
    find: ({ host, lastHeard }) => {
      const burst = decisiveBurst(host);
      return when(lastHeard, burst && lastHeard.timeNs - burst.last.timeNs > host.times.killNs);
    },
  },
  'another-lives': {
    says: 'other services of it went on',
    find: ({ host, lastHeard }) => {
      const burst = decisiveBurst(host);
      const long = burst && lastHeard.timeNs - burst.last.timeNs >= host.times.livesNs;
      return when(lastHeard, long && burst.left > 0 && host.alive > 0);
    },
  },
  'hears-others': {
    says: 'from here on somebody waits in vain, though the host speaks to others',
    find: ({ host }) => host.deaf,
  },
} as const satisfies Record<string, HostFactRow>;

export type HostFactId = keyof typeof HOST_FACTS;

const later = (a: Moment | null, b: Moment | null): boolean => a !== null && (b === null || a.timeNs > b.timeNs);
