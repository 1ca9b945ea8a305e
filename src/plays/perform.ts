// One performance: builds the stage, listens, plays, and takes everything down again, whatever happens.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from '../stage/namespaces.js';
import { makeNetwork, type Network } from '../stage/network.js';
import { tidily } from '../stage/tidy.js';
import type { ConnectionEvent } from '../verdict/events.js';
import { Director, PORT } from './director.js';
import { InOrder } from './in-order.js';
import type { PlayLine } from './line.js';
import type { Play } from './play.js';
import { Wire } from './wire.js';

/** The N of the addresses (network.ts). Each performance has namespaces of its own: two do not meet. */
const NET = 9;
/** What the last act leads to has passed by then: a delayed ACK takes longest. */
const AFTERMATH_MS = 600;
/** Ctrl-C is how one leaves. */
const INTERRUPTED = 0;

export interface Audience {
  /** Where it is played and listened to, before it begins. */
  begins(at: Namespace, device: string): void;
  /** In the order of their times. */
  hears(line: PlayLine): void;
}

/**
 * Plays it, as root. Throws what keeps it from being played: an interface that cannot be listened to, no right to make namespaces.
 *
 * @param keep descriptor of a file for what passes, as pcapng; null: it is not kept
 * @returns what is known of its connections, in the order in which they opened
 */
export function perform(play: Play, keep: number | null, audience: Audience): Promise<readonly ConnectionEvent[]> {
  return tidily(async (folder) => {
    const network = await makeNetwork(play.stage, NET, 4, { delayMs: 0 });
    await prepare(network, play);
    const { namespace, device } = network.client;
    const lines = new InOrder((line) => audience.hears(line));
    const wire = await Wire.listen(namespace, device, `port ${PORT}`, keep, (line) => lines.add(line));
    audience.begins(namespace, device);
    const director = new Director(network, lines, folder);
    await director.raiseCurtain(play.serverDeaf ?? false);
    await play.act(director);
    await sleep(AFTERMATH_MS);
    await lines.settled();
    // What programs do when they are ended is no part of the play.
    await wire.end();
    await director.lowerCurtain();
    await lines.settled();
    return wire.connections.sort((a, b) => a.id - b.id);
  }, INTERRUPTED);
}

async function prepare({ client, server }: Network, { tuning = {}, stage }: Play): Promise<void> {
  for (const host of [client, server]) {
    // A loopback has offloads that cannot be turned off, and needs none off.
    host.plainFrames = stage !== 'loopback';
    if (Object.keys(tuning).length > 0) await host.tune(tuning);
  }
}
