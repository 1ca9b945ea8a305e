// Writers of pcap and pcapng octets for tests: every field can be set, also to what no honest writer would write.

export type ByteOrder = 'little' | 'big';

export interface PcapOptions {
  readonly order?: ByteOrder;
  /** As it reads in the writer's byte order. */
  readonly magic?: number;
  readonly version?: readonly [major: number, minor: number];
  readonly snaplen?: number;
  /** All 32 bits of the link type field. */
  readonly linkType?: number;
  readonly records?: readonly PcapRecord[];
}

export interface PcapRecord {
  readonly seconds?: number;
  /** In the file's unit: microseconds, or nanoseconds. */
  readonly fraction?: number;
  readonly data?: Uint8Array;
  /** Honest unless given. */
  readonly capturedLength?: number;
  readonly wireLength?: number;
}

export const MICROSECOND_MAGIC = 0xa1b2c3d4;
export const NANOSECOND_MAGIC = 0xa1b23c4d;
export const KUZNETZOV_MAGIC = 0xa1b2cd34;

/** A pcap file; microseconds, little-endian, version 2.4, Ethernet unless told otherwise. */
export function pcapFile(options: PcapOptions = {}): Uint8Array {
  const { order = 'little', magic = MICROSECOND_MAGIC, version = [2, 4], snaplen = 262_144, linkType = 1 } = options;
  const header = fields(order)
    .u32(magic)
    .u16(version[0])
    .u16(version[1])
    .u32(0)
    .u32(0)
    .u32(snaplen)
    .u32(linkType)
    .octets();
  return concatenate(header, ...(options.records ?? []).map((record) => pcapRecord(record, order, magic)));
}

/** One record, for files that grow. */
export function pcapRecord(record: PcapRecord, order: ByteOrder = 'little', magic = MICROSECOND_MAGIC): Uint8Array {
  const data = record.data ?? new Uint8Array(0);
  const header = fields(order)
    .u32(record.seconds ?? 0)
    .u32(record.fraction ?? 0)
    .u32(record.capturedLength ?? data.length)
    .u32(record.wireLength ?? data.length);
  if (magic === KUZNETZOV_MAGIC) header.u32(2).u16(0x0800).u16(0);
  return concatenate(header.octets(), data);
}

export interface BlockOptions {
  readonly order?: ByteOrder;
  /** What the block says its length is, at its start and at its end. */
  readonly claimedLength?: number;
  readonly trailer?: number;
}

/** Any pcapng block; the body is padded to 32 bits. */
export function block(type: number, body: Uint8Array, options: BlockOptions = {}): Uint8Array {
  const { order = 'little' } = options;
  const length = options.claimedLength ?? 12 + padded(body).length;
  return concatenate(
    fields(order).u32(type).u32(length).octets(),
    padded(body),
    fields(order)
      .u32(options.trailer ?? length)
      .octets(),
  );
}

export function sectionHeader(
  options: BlockOptions & { readonly version?: readonly [number, number]; readonly magic?: number } = {},
): Uint8Array {
  const { order = 'little', version = [1, 0], magic = 0x1a2b3c4d } = options;
  const body = fields(order).u32(magic).u16(version[0]).u16(version[1]).u32(0xffffffff).u32(0xffffffff).octets();
  return block(0x0a0d0d0a, body, options);
}

export interface InterfaceOptions extends BlockOptions {
  readonly linkType?: number;
  readonly snaplen?: number;
  readonly name?: string;
  /** The octet of if_tsresol. */
  readonly resolution?: number;
  readonly offsetSeconds?: bigint;
  /** Raw options behind the others. */
  readonly more?: Uint8Array;
}

export function interfaceDescription(options: InterfaceOptions = {}): Uint8Array {
  const { order = 'little', linkType = 1, snaplen = 0, name, resolution, offsetSeconds } = options;
  const parts = [fields(order).u16(linkType).u16(0).u32(snaplen).octets()];
  if (name !== undefined) parts.push(option(2, new TextEncoder().encode(name), order));
  if (resolution !== undefined) parts.push(option(9, Uint8Array.of(resolution), order));
  if (offsetSeconds !== undefined) parts.push(option(14, fields(order).i64(offsetSeconds).octets(), order));
  if (options.more !== undefined) parts.push(options.more);
  if (parts.length > 1) parts.push(option(0, new Uint8Array(0), order));
  return block(1, concatenate(...parts), options);
}

export function option(
  code: number,
  value: Uint8Array,
  order: ByteOrder = 'little',
  claimed = value.length,
): Uint8Array {
  return concatenate(fields(order).u16(code).u16(claimed).octets(), padded(value));
}

export interface PacketOptions extends BlockOptions {
  readonly interfaceId?: number;
  /** In the interface's unit. */
  readonly time?: bigint;
  readonly data?: Uint8Array;
  readonly capturedLength?: number;
  readonly wireLength?: number;
  /** Raw options behind the data. */
  readonly more?: Uint8Array;
}

export function enhancedPacket(options: PacketOptions = {}): Uint8Array {
  const { order = 'little', interfaceId = 0 } = options;
  return block(6, packetBody(fields(order).u32(interfaceId), options), options);
}

export function obsoletePacket(options: PacketOptions = {}): Uint8Array {
  const { order = 'little', interfaceId = 0 } = options;
  return block(2, packetBody(fields(order).u16(interfaceId).u16(0xffff), options), options);
}

export function simplePacket(options: PacketOptions = {}): Uint8Array {
  const { order = 'little', data = new Uint8Array(0) } = options;
  const length = fields(order)
    .u32(options.wireLength ?? data.length)
    .octets();
  return block(3, concatenate(length, data), options);
}

function packetBody(start: Fields, options: PacketOptions): Uint8Array {
  const { time = 0n, data = new Uint8Array(0) } = options;
  const header = start
    .u32(Number(time >> 32n))
    .u32(Number(time & 0xffffffffn))
    .u32(options.capturedLength ?? data.length)
    .u32(options.wireLength ?? data.length)
    .octets();
  return concatenate(header, padded(data), options.more ?? new Uint8Array(0));
}

export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `length` octets that tell apart frames and places in them. */
export function payload(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7 + 1) & 0xff);
}

function padded(octets: Uint8Array): Uint8Array {
  return concatenate(octets, new Uint8Array(-octets.length & 3));
}

interface Fields {
  u16(value: number): Fields;
  u32(value: number): Fields;
  i64(value: bigint): Fields;
  octets(): Uint8Array;
}

function fields(order: ByteOrder): Fields {
  const little = order === 'little';
  const view = new DataView(new ArrayBuffer(64));
  let at = 0;
  const written: Fields = {
    u16(value) {
      view.setUint16(at, value, little);
      at += 2;
      return written;
    },
    u32(value) {
      view.setUint32(at, value, little);
      at += 4;
      return written;
    },
    i64(value) {
      view.setBigInt64(at, value, little);
      at += 8;
      return written;
    },
    octets: () => new Uint8Array(view.buffer, 0, at),
  };
  return written;
}
