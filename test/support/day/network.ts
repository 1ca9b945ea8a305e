// The wire of a made-up day: packets take their time, some are lost, and those that pass the tap are captured. The tap is
// at the router before the servers; loss on the way to it is not seen, loss behind it is.

import { concatenate, pcapFile, pcapRecord } from '../captures.js';
import { ethernet, ipv4, option, tcp } from '../frames.js';
import type { Agenda, Chance } from './agenda.js';
import type { Socket } from './socket.js';
import type { Stack } from './stack.js';

/** A segment on its way. Sequence numbers are not wrapped; the frame that is written of it has them so. */
export interface Packet {
  readonly from: Stack;
  readonly to: Stack;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly length: number;
  readonly window: number;
  readonly ttl: number;
  readonly ipId: number;
  readonly offersMss: boolean;
  /** null: no timestamps. */
  readonly tsVal: number | null;
  readonly tsEcr: number;
  /** Edges of SACK blocks in turn. */
  readonly sack: readonly number[];
  /** null: a stack that knows no such connection. */
  readonly sender: Socket | null;
}

/** Between a stack and the tap. */
export interface Way {
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Of all packets, either way. */
  readonly loss: number;
}

interface Passed {
  readonly packet: Packet;
  readonly timeMs: number;
}

/** Records that are written together. */
const CHUNK = 4096;
const HEADERS = { ipv4: 20, tcp: 20 };

export class Network {
  private readonly passed: Passed[] = [];
  /** The tap's clock is set back by so much from then on. */
  private readonly corrections: { readonly fromMs: number; readonly byMs: number }[] = [];

  /** @param captureFromMs what passes earlier is not captured */
  constructor(
    private readonly agenda: Agenda,
    private readonly chance: Chance,
    private readonly captureFromMs: number,
  ) {}

  get packets(): number {
    return this.passed.length;
  }

  /** From now on the capture's clock is behind by that much more. */
  setClockBack(byMs: number): void {
    this.corrections.push({ fromMs: this.agenda.nowMs, byMs });
  }

  send(packet: Packet): void {
    const { from, to } = packet;
    const { agenda } = this;
    if (from.isOff || this.isLost(from)) return;
    const tapMs = from.passes('out', agenda.nowMs + this.delayOf(from));
    if (tapMs >= this.captureFromMs) this.passed.push({ packet, timeMs: tapMs });
    if (this.isLost(to)) return;
    const arrivesMs = to.passes('in', tapMs + this.delayOf(to));
    agenda.at(arrivesMs, () => to.receive(packet));
  }

  private isLost({ way, isCutOff }: Stack): boolean {
    return isCutOff || this.chance.of(way.loss);
  }

  private delayOf({ way }: Stack): number {
    return way.delayMs + this.chance.next() * way.jitterMs;
  }

  /** The capture as a pcap, in pieces. */
  *pcap(): Generator<Uint8Array> {
    yield pcapFile({ snaplen: 128 });
    const inOrder = this.passed.sort((a, b) => a.timeMs - b.timeMs);
    for (let start = 0; start < inOrder.length; start += CHUNK)
      yield concatenate(...inOrder.slice(start, start + CHUNK).map((one) => this.recordOf(one)));
  }

  private recordOf({ packet, timeMs }: Passed): Uint8Array {
    let stampMs = timeMs;
    for (const { fromMs, byMs } of this.corrections) if (timeMs >= fromMs) stampMs -= byMs;
    const data = frameOf(packet);
    const microseconds = Math.round(stampMs * 1e3);
    return pcapRecord({
      seconds: EPOCH_SECONDS + Math.floor(microseconds / 1e6),
      fraction: microseconds % 1e6,
      data,
      wireLength: data.length + packet.length,
    });
  }
}

const EPOCH_SECONDS = 1_700_000_000;

/** Headers only, as of a short snaplen: payload is nothing that a verdict reads. */
function frameOf(packet: Packet): Uint8Array {
  const { from, to, length } = packet;
  const options = optionsOf(packet);
  const segment = tcp({
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    seq: packet.seq >>> 0,
    ack: packet.ack >>> 0,
    flags: packet.flags,
    window: packet.window,
    options,
  });
  const datagram = ipv4(segment, {
    source: from.address,
    destination: to.address,
    ttl: packet.ttl,
    id: packet.ipId,
    totalLength: HEADERS.ipv4 + segment.length + length,
  });
  return ethernet(datagram, { source: from.mac, destination: to.mac });
}

function optionsOf({ offersMss, tsVal, tsEcr, sack }: Packet): number[] {
  const options: number[] = [];
  if (offersMss) options.push(...option.mss(1460), ...option.sackPermitted());
  if (tsVal !== null) {
    if (!offersMss) options.push(...option.nop(), ...option.nop());
    options.push(...option.timestamps(tsVal >>> 0, tsEcr >>> 0));
  }
  if (offersMss) options.push(...option.nop(), ...option.windowScale(7));
  if (sack.length > 0)
    options.push(...option.nop(), ...option.nop(), ...option.sack(...sack.map((edge) => edge >>> 0)));
  return options;
}
