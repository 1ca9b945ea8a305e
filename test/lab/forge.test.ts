import { expect, test } from 'vitest';
import { ACK, bareSegment, hostUnreachable, nextSequence, RST } from '../../src/lab/forge.js';

/** 10.1.2.2:9998 > 10.1.1.2:40000, seq 1000, ack 2000, PSH+ACK, window 64, 5 octets; both checksums right. */
const PACKET = Buffer.from(
  '4500002d000040003f0624c80a0102020a010102270e9c40000003e8000007d05018004000000000' + '68656c6c6f',
  'hex',
);

/** The ones' complement sum over words, which is ffff where a checksum is right (RFC 1071). */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += bytes.readUInt16BE(i);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

test('a packet goes on where its payload ends', () => {
  expect(nextSequence(PACKET)).toBe(1005);
});

test('a bare segment keeps the ends, takes the changes, and has right checksums', () => {
  const forged = bareSegment(PACKET, {
    ttl: 113,
    flags: RST,
    sequence: 1005,
    sequenceShift: -1,
    acknowledgment: 0,
    window: 0,
  });
  expect(forged.length).toBe(40);
  expect(forged[8]).toBe(113);
  expect(forged.subarray(12, 24)).toEqual(PACKET.subarray(12, 24));
  expect(forged.readUInt32BE(24)).toBe(1004);
  expect(forged.readUInt32BE(28)).toBe(0);
  expect(forged[33]).toBe(RST);
  expect(sum(forged.subarray(0, 20))).toBe(0xffff);
  const pseudo = Buffer.concat([forged.subarray(12, 20), Buffer.from([0, 6, 0, 20])]);
  expect(sum(Buffer.concat([pseudo, forged.subarray(20)]))).toBe(0xffff);
});

test('a segment may have a payload of its own, which its checksum covers', () => {
  const forged = bareSegment(PACKET, { flags: ACK, payload: 'and', ipIdShift: 20_000 });
  expect(forged.readUInt16BE(2)).toBe(43);
  expect(forged.readUInt16BE(4)).toBe((PACKET.readUInt16BE(4) + 20_000) & 0xffff);
  const pseudo = Buffer.concat([forged.subarray(12, 20), Buffer.from([0, 6, 0, 23])]);
  expect(sum(Buffer.concat([pseudo, forged.subarray(20), Buffer.from([0])]))).toBe(0xffff);
});

test('an ICMP error quotes the packet, with another number, to its sender', () => {
  const told = hostUnreachable(PACKET, '10.1.1.1', 100_000);
  expect(told.subarray(12, 20)).toEqual(Buffer.from([10, 1, 1, 1, 10, 1, 2, 2]));
  expect(sum(told.subarray(0, 20))).toBe(0xffff);
  expect(sum(told.subarray(20))).toBe(0xffff);
  expect(told.subarray(28, 52)).toEqual(PACKET.subarray(0, 24));
  expect(told.readUInt32BE(52)).toBe(101_000);
});
