// Bursts: connections that a host ends by itself, one right after the other.

import type { Moment } from '../../tcp/notes.js';
import type { Burst, Host, Service } from './host.js';

/** Of one host; and services of one burst. */
const MAX_BURSTS = 8;
const MAX_TOLLS = 64;
/** Ordinary closes seldom come together so often. */
export const MANY = 4;

/**
 * A connection of a service was ended by its host.
 * @param quietNs for how long the connection had carried nothing
 * @returns whether that makes a burst that took all of the service, and not only of answers given to the end
 */
export function joinBurst(host: Host, service: Service, moment: Moment, isReset: boolean, quietNs: number): boolean {
  let burst = host.going;
  if (!burst || !goesOn(burst, moment, host)) {
    burst = {
      first: moment,
      last: moment,
      connections: 0,
      resets: 0,
      quiet: 0,
      leastQuietNs: quietNs,
      mostQuietNs: quietNs,
      tolls: [],
      left: 0,
    };
    host.going = burst;
  }
  burst.last = moment;
  burst.connections++;
  if (isReset) burst.resets++;
  if (quietNs >= host.times.answerNs) burst.quiet++;
  burst.leastQuietNs = Math.min(burst.leastQuietNs, quietNs);
  burst.mostQuietNs = Math.max(burst.mostQuietNs, quietNs);
  burst.left = host.alive;
  let toll = burst.tolls.find((one) => one.service === service);
  if (!toll) {
    if (burst.tolls.length >= MAX_TOLLS) return false;
    toll = { service, ended: 0, left: 0 };
    burst.tolls.push(toll);
  }
  toll.ended++;
  toll.left = service.alive;
  // A client closes a connection or two at a time for reasons of its own: only a service that loses all is news so soon.
  const least = burst.tolls.some((one) => one.service.at === null) ? 2 : MANY;
  const isClosing = burst.connections >= least && 2 * burst.quiet >= burst.connections;
  if (toll.left > 0 || !isClosing || host.bursts.includes(burst)) return false;
  host.bursts.push(burst);
  if (host.bursts.length > MAX_BURSTS) host.bursts.shift();
  return true;
}

function goesOn({ first, last }: Burst, { timeNs }: Moment, { times }: Host): boolean {
  return timeNs - last.timeNs <= times.burstGapNs && timeNs - first.timeNs <= times.burstNs;
}
