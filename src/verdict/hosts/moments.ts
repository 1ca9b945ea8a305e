// HOST MOMENTS: what was seen of a host, in the order it happened: the lines of an incident report.

import type { Moment } from '../../tcp/notes.js';
import { formatAddress } from '../../wire/address.js';
import { placeOf } from '../record.js';
import { clearedBy, concernsHost } from './facts.js';
import { type Burst, type Deaf, type Host, type Return, type Service, type Silence, silencesOf } from './host.js';

export const HOST_MOMENTS = {
  'mass-close': 'The host closed all connections of a service, or of several, in one burst.',
  'went-silent': 'Somebody asks it and nothing of it is heard any more.',
  'deaf-to-some': 'Some wait for it in vain while it answers others.',
  'out-of-reach': 'A router, or the silence of its own link, says that it is not there.',
  'came-back': 'It is heard again.',
  disowns: 'It answers connections of before with RST: it does not know them.',
  'listener-gone': 'A port that had been served refuses new connections.',
  'listener-back': 'A port that had been closed or refused takes new connections.',
  announced: 'Its address is announced on its link from another link-layer address than before.',
  withdrawn: 'What had been concluded of it does not hold any more.',
} as const satisfies Record<string, string>;

export type HostMomentId = keyof typeof HOST_MOMENTS;

export interface HostMoment {
  readonly id: HostMomentId;
  readonly at: Moment;
  /** Where it has an end that is worth a word. */
  readonly until: Moment | null;
  readonly services: readonly Service[];
  readonly connections: number;
  readonly says: string;
}

/** One that has no end of its own and is of no service in particular. */
export const momentOf = (id: HostMomentId, at: Moment, says: string, connections = 0): HostMoment => ({
  id,
  at,
  until: null,
  services: [],
  connections,
  says,
});

/** All that is remembered of a host, in order. */
export function timelineOf(host: Host): HostMoment[] {
  const moments = [
    ...host.bursts.map((burst, n) => massClose(burst, host.bursts[n - 1], host)),
    ...silencesOf(host).filter(concernsHost).flatMap(silentMoments),
    ...host.returns.flatMap((back) => returnMoments(back, host.silence === null)),
    ...(host.deaf ? [deafMoment(host.deaf)] : []),
    ...(host.announced ? [announcedMoment(host.announced)] : []),
    ...host.services.flatMap((service) => listenerMoments(service, host)),
  ];
  return moments.sort((a, b) => a.at.timeNs - b.at.timeNs || a.at.packet - b.at.packet);
}

function massClose(burst: Burst, before: Burst | undefined, host: Host): HostMoment {
  const services = clearedBy(burst);
  const closed = burst.tolls.reduce((sum, { left, ended }) => sum + (left === 0 ? ended : 0), 0);
  const all = closed === 2 ? 'both' : closed === 1 ? 'the only' : `all ${closed}`;
  const byReset = burst.resets === 0 ? '' : burst.resets === burst.connections ? ' by RST' : `, ${burst.resets} by RST`;
  const rest =
    before && before.left > 0 && burst.left === 0 && burst.first.timeNs - before.last.timeNs <= host.times.killNs;
  return {
    id: 'mass-close',
    at: burst.first,
    until: burst.last,
    services,
    connections: closed,
    says: `closed ${rest ? `the remaining ${burst.connections}` : all} connections ${placesOf(services)}${byReset}`,
  };
}

function silentMoments(silence: Silence): HostMoment[] {
  const { since, connections, newcomers, neighbour, unreachable } = silence;
  const waiting = connections + newcomers;
  const who = waiting === 0 ? '' : waiting === 1 ? ': one connection waits' : `: ${waiting} connections wait`;
  const moments = [momentOf('went-silent', since, `answers nothing any more${who}`, waiting)];
  if (neighbour) moments.push(momentOf('out-of-reach', neighbour, 'its link was asked for it in vain', waiting));
  if (unreachable)
    moments.push(momentOf('out-of-reach', unreachable, `${unreachable.from} reports it unreachable`, waiting));
  return moments;
}

function deafMoment({ packet, timeNs, waiting, hosts, ports }: Deaf): HostMoment {
  const who = [...hosts].map(({ words, ipVersion }) => formatAddress(words, ipVersion));
  const what = waiting.size === 1 ? 'one connection waits' : `${waiting.size} connections wait`;
  const where = `on port${ports.size > 1 ? 's' : ''} ${listed([...ports].map(String))}`;
  const says = `answers others, but nothing to ${listed(who)} any more: ${what} ${where}`;
  return momentOf('deaf-to-some', { packet, timeNs }, says, waiting.size);
}

const announcedMoment = (at: Moment): HostMoment =>
  momentOf('announced', at, 'is announced on its link from another link-layer address than before');

function returnMoments(
  { at, silence, remembers, forgot, forgotten, moved, otherTtl }: Return,
  isBack: boolean,
): HostMoment[] {
  const moments: HostMoment[] = [];
  // A RST with another TTL is somebody else's, unless the host is heard so later.
  if (silence && concernsHost(silence) && (isBack || Number.isNaN(otherTtl))) {
    const says = remembers ? 'is heard again, and goes on with connections of before' : 'is heard again';
    moments.push(momentOf('came-back', at, says, forgotten));
  }
  if (forgot) {
    const [what, them] = forgotten === 1 ? ['a connection', 'it'] : [`${forgotten} connections`, 'them'];
    const another = moved ? '; its link-layer address or TTL is another' : '';
    const says = `answers ${what} of before with RST: it knows ${them} no more${another}`;
    moments.push(momentOf('disowns', forgot, says, forgotten));
  }
  return moments;
}

/** Only after something had happened to it: that a port is served, or not, is no news by itself. */
function listenerMoments(service: Service, host: Host): HostMoment[] {
  const { refused, accepted, opened, at } = service;
  const trouble = [...host.bursts.map(({ last }) => last), ...host.returns.map(({ at: back }) => back)];
  const before = (moment: Moment): boolean => trouble.some(({ timeNs }) => timeNs <= moment.timeNs);
  if (at !== null || opened === 0) return [];
  const where = placesOf([service]);
  const moments: HostMoment[] = [];
  if (refused && before(refused)) moments.push(momentOf('listener-gone', refused, `refuses new connections ${where}`));
  if (accepted && before(accepted)) moments.push(momentOf('listener-back', accepted, `takes new connections ${where}`));
  return moments.map((moment) => ({ ...moment, services: [service] }));
}

/** `on ports 80 and 443`, or `to 192.0.2.1:80`. */
function placesOf(services: readonly Service[]): string {
  const own = services.filter(({ at }) => at === null).map(({ port }) => String(port));
  const others = services.flatMap(({ at, port }) =>
    at === null ? [] : [placeOf({ address: formatAddress(at.words, at.ipVersion), port })],
  );
  const parts = [];
  if (own.length > 0) parts.push(`on port${own.length > 1 ? 's' : ''} ${listed(own)}`);
  if (others.length > 0) parts.push(`to ${listed(others)}`);
  return parts.join(' and ');
}

const MOST_LISTED = 6;

function listed(words: readonly string[]): string {
  const shown =
    words.length > MOST_LISTED ? [...words.slice(0, MOST_LISTED - 1), `${words.length - MOST_LISTED + 1} more`] : words;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
