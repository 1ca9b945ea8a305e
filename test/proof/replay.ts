// Reads a capture as the pipeline does, and says what the tracker held at chosen instants.

import { TimeBase } from '../../src/source/frame-batch.js';
import { openCapture } from '../../src/source/open-capture.js';
import type { Connection } from '../../src/tcp/connection.js';
import type { Endpoint } from '../../src/tcp/endpoint.js';
import { Tracker } from '../../src/tcp/tracker.js';
import { formatAddress } from '../../src/wire/address.js';
import { decode } from '../../src/wire/decode.js';
import { Segment } from '../../src/wire/segment.js';
import { Status } from '../../src/wire/status.js';

/** Octets before the IP header, by link type: LINUX_SLL and LINUX_SLL2. */
const LINK_HEADER: Readonly<Record<number, number>> = { 113: 16, 276: 20 };

export interface Packet {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** From the IP header on. */
  readonly octets: Uint8Array;
  /** Of TCP: who sent it to whom, and its flags. */
  readonly from: string;
  readonly to: string;
  readonly flags: number;
}

/** RFC 9293 names; UNSEEN: nothing is known of this end. */
export interface Reconstruction {
  readonly client: string;
  readonly server: string;
}

/** Every frame, told to `take` while `segment` holds what was decoded of it. */
async function walk(
  file: string,
  segment: Segment,
  take: (status: number, timeNs: number, epochNs: bigint, octets: Uint8Array) => void,
): Promise<void> {
  const base = new TimeBase();
  let packets = 0;
  for await (const batch of openCapture(file, base).batches()) {
    const { bytes, view, offset, capturedLength, wireLength, linkType, timeNs, count } = batch;
    for (let f = 0; f < count; f++) {
      segment.packet = ++packets;
      segment.timeNs = timeNs[f];
      const status = decode(segment, linkType[f], bytes, view, offset[f], capturedLength[f], wireLength[f]);
      const start = offset[f] + (LINK_HEADER[linkType[f]] ?? 0);
      take(status, timeNs[f], base.epochNs!, bytes.subarray(start, offset[f] + capturedLength[f]));
    }
  }
}

/** What a capture holds so far; a record that is being written is left out. */
export async function readPackets(file: string): Promise<Packet[]> {
  const segment = new Segment();
  const packets: Packet[] = [];
  await walk(file, segment, (status, timeNs, epochNs, octets) => {
    const tcp = status === Status.TCP;
    const { source, destination, ipVersion, sourcePort, destinationPort, flags } = segment;
    packets.push({
      atMs: Number(epochNs / 1000n) / 1000 + timeNs / 1e6,
      octets: Uint8Array.from(octets),
      from: tcp ? endText(formatAddress(source, ipVersion), sourcePort) : '',
      to: tcp ? endText(formatAddress(destination, ipVersion), destinationPort) : '',
      flags: tcp ? flags : 0,
    });
  });
  return packets;
}

/** The tracker's states, by connection (`client server`), at each of these instants (milliseconds since 1970, rising). */
export async function replay(file: string, instants: readonly number[]): Promise<Map<string, Reconstruction>[]> {
  const segment = new Segment();
  const nothing = (): void => {};
  const rare = { silent: nothing, answered: nothing, ended: nothing, changed: nothing, final: nothing };
  const hosts = { lives: nothing, dies: nothing, resets: nothing, spokeAgain: nothing, hostForgotten: nothing };
  const listener = { ...hosts, opened: nothing, established: nothing, closing: nothing, anomaly: nothing, ...rare };
  const options = { maxConnections: 10_000, hashKey: 1, accepts: null, serverPorts: [], looksAgain: false };
  const tracker = new Tracker(segment, options, listener);
  const shots: Map<string, Reconstruction>[] = [];
  let base = 0n;
  const shoot = (beforeNs: number): void => {
    while (shots.length < instants.length) {
      const instantNs = Number(BigInt(Math.round(instants[shots.length]! * 1000)) * 1000n - base);
      if (instantNs >= beforeNs) return;
      tracker.tick(instantNs);
      shots.push(statesOf(tracker));
    }
  };
  await walk(file, segment, (status, timeNs, epochNs) => {
    base = epochNs;
    shoot(timeNs);
    if (status === Status.TCP) tracker.take();
    else if (status === Status.ICMP_ERROR) tracker.takeIcmpError();
    else if (status === Status.NEIGHBOUR) tracker.takeNeighbour();
    else tracker.tick(timeNs);
  });
  shoot(Number.POSITIVE_INFINITY);
  return shots;
}

function statesOf(tracker: Tracker): Map<string, Reconstruction> {
  const states = new Map<string, Reconstruction>();
  tracker.roster.each((connection) => {
    const { client, server } = connection;
    const name = `${endOf(connection, client)} ${endOf(connection, server)}`;
    if (states.has(name)) throw new Error(`the tracker has ${name} twice`);
    const state = (end: Endpoint): string => end.stateNameAt(tracker.clockNs) ?? 'UNSEEN';
    states.set(name, { client: state(client), server: state(server) });
  });
  return states;
}

const endOf = (connection: Connection, end: Endpoint): string =>
  endText(formatAddress(connection.ints, connection.ipVersion, connection.addressAt(end)), connection.portOf(end));

/** As `ss` writes an end of a connection. */
const endText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
