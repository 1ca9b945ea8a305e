// A day of a small company's traffic, made up packet by packet: a dozen servers, some sixty clients, restarts and deploys, loss
// and port scans. Nothing is wrong with any host of it unless `mishaps` says so. Read day/world.ts for who there is,
// day/events.ts for what happens, day/socket.ts for how they speak.

import { Readable } from 'node:stream';
import { Agenda, Chance, HOUR_MS, MINUTE_MS } from './day/agenda.js';
import { schedule } from './day/events.js';
import { Network } from './day/network.js';
import { World } from './day/world.js';

export interface DayOptions {
  readonly seed: number;
  readonly hours?: number;
  /** New connections of browsers in an hour of the day. */
  readonly perHour?: number;
  /** What is to happen to hosts; by default nothing. */
  readonly mishaps?: (world: World) => void;
}

/** Long-lived connections are older than the capture. */
const CAPTURE_FROM_MS = 20 * MINUTE_MS;

/** @returns the capture, to be read once as standard input. */
export function playDay({ seed, hours = 24, perHour = 900, mishaps }: DayOptions): { pcap: Readable; packets: number } {
  const agenda = new Agenda();
  const chance = new Chance(seed);
  const network = new Network(agenda, chance, CAPTURE_FROM_MS);
  const world = new World(agenda, chance, network);
  schedule(world, { hours, perHour });
  mishaps?.(world);
  agenda.run(hours * HOUR_MS);
  return { pcap: Readable.from(network.pcap()), packets: network.packets };
}
