import { describe, expect, test } from 'vitest';
import { ACK, FIN, PSH } from '../../src/wire/segment.js';
import { ethernet, ipv4, option, tcp } from '../support/frames.js';
import { decodeOne, LINK } from './decode-one.js';

const decodeTcp = (fields: Parameters<typeof tcp>[0]) => decodeOne(ipv4(tcp(fields)), LINK.RAW);

describe('the header', () => {
  test('every field, at both ends of its range', () => {
    const fields = {
      sourcePort: 65535,
      destinationPort: 1,
      seq: 0xffffffff,
      ack: 0x80000000,
      flags: 0xff,
      window: 65535,
    };
    expect(decodeTcp(fields).segment).toMatchObject({ ...fields, seq: -1, ack: -0x80000000 });
  });

  test('the payload is what the data offset leaves', () => {
    const { segment } = decodeTcp({ flags: FIN | PSH | ACK, options: option.timestamps(1, 2), payload: 9 });
    expect(segment).toMatchObject({ flags: FIN | PSH | ACK, payloadLength: 9, optionsLength: 12 });
  });

  test.each([
    ['4 words', { dataOffset: 4 }],
    ['15 words in a 20-octet segment', { dataOffset: 15 }],
  ])('data offset of %s: tcp.bad-data-offset, with ports and seq, without payload', (_, fields) => {
    expect(decodeTcp({ ...fields, seq: 5 })).toMatchObject({
      status: 'tcp.bad-data-offset',
      segment: { sourcePort: 40000, seq: 5, payloadLength: 0, optionsLength: 0 },
    });
  });

  test.each([
    [3, { sourcePort: 0, seq: 0 }],
    [4, { sourcePort: 40000, destinationPort: 443, seq: 0 }],
    [8, { destinationPort: 443, seq: 1000, ack: 0 }],
    [12, { seq: 1000, ack: 2000, flags: 0 }],
    [14, { ack: 2000, flags: ACK, window: 0 }],
    [19, { flags: ACK, window: 502, payloadLength: 0 }],
  ])('cut after %i octets: tcp.truncated, with the fields that are whole', (captured, fields) => {
    const decoded = decodeOne(ipv4(tcp({ payload: 50 })), LINK.RAW, { captured: 20 + captured });
    expect(decoded).toMatchObject({ status: 'tcp.truncated', source: '192.0.2.1', segment: fields });
  });

  test('a datagram too short for a header is tcp.truncated, whatever padding follows', () => {
    expect(decodeOne(ethernet(ipv4(tcp(), { totalLength: 39 }))).status).toBe('tcp.truncated');
  });

  test('nothing of the previous frame shows through', () => {
    const { segment } = decodeTcp({ payload: 50, options: option.mss(1460) });
    expect(decodeOne(ipv4(tcp()), LINK.RAW, { captured: 22, segment }).segment).toMatchObject({
      sourcePort: 0,
      seq: 0,
      flags: 0,
      payloadLength: 0,
      optionsLength: 0,
      mss: -1,
    });
  });
});

describe('options', () => {
  const absent = { mss: -1, windowScaleShift: -1, sackPermitted: false, hasTimestamps: false, sackBlockCount: 0 };
  const parse = (options: number[]) => decodeTcp({ options }).segment;

  test('none', () => {
    expect(parse([])).toMatchObject(absent);
  });

  test('the usual four of a SYN, in Windows order', () => {
    const options = [...option.mss(1460), 1, ...option.windowScale(8), 1, 1, ...option.sackPermitted()];
    expect(parse(options)).toMatchObject({ mss: 1460, windowScaleShift: 8, sackPermitted: true, hasTimestamps: false });
  });

  test('a shift above 14 is taken as 14', () => {
    expect(parse(option.windowScale(15)).windowScaleShift).toBe(14);
    expect(parse(option.windowScale(255)).windowScaleShift).toBe(14);
    expect(parse(option.windowScale(0)).windowScaleShift).toBe(0);
  });

  test('timestamps aligned and not aligned', () => {
    const stamps = { hasTimestamps: true, tsVal: -2, tsEcr: 7 };
    expect(parse([1, 1, ...option.timestamps(0xfffffffe, 7)])).toMatchObject({ ...absent, ...stamps });
    expect(parse(option.timestamps(0xfffffffe, 7))).toMatchObject({ ...absent, ...stamps });
  });

  test('SACK blocks behind aligned timestamps', () => {
    const segment = parse([1, 1, ...option.timestamps(1, 2), 1, 1, ...option.sack(100, 200, 300, 0xffffffff)]);
    expect(segment).toMatchObject({ hasTimestamps: true, sackBlockCount: 2 });
    expect([...segment.sackEdges.slice(0, 4)]).toEqual([100, 200, 300, -1]);
  });

  test('four SACK blocks, the most that fit', () => {
    const segment = parse([1, 1, ...option.sack(1, 2, 3, 4, 5, 6, 7, 8)]);
    expect([segment.sackBlockCount, ...segment.sackEdges]).toEqual([4, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('an unknown kind is skipped by its length, and so is a known kind with the wrong one', () => {
    expect(parse([30, 4, 9, 9, ...option.mss(536)])).toMatchObject({ ...absent, mss: 536 });
    expect(parse([2, 6, 1, 1, 1, 1, ...option.sackPermitted()])).toMatchObject({ ...absent, sackPermitted: true });
    expect(parse([5, 7, 0, 0, 0, 0, 0, ...option.windowScale(3)])).toMatchObject({ ...absent, windowScaleShift: 3 });
  });

  test.each([
    ['end of list', [...option.mss(1), 0, ...option.sackPermitted()]],
    ['length 0', [...option.mss(1), 30, 0, ...option.sackPermitted()]],
    ['length 1', [...option.mss(1), 30, 1, ...option.sackPermitted()]],
    ['length beyond the options', [...option.mss(1), 30, 5, ...option.sackPermitted()]],
    ['kind as the last octet', [...option.mss(1), 1, 1, 1, 30]],
  ])('%s ends the parsing; what stood before it counts', (_, options) => {
    expect(parse(options)).toMatchObject({ ...absent, mss: 1 });
  });

  test('options cut by the snapshot length: whole ones count, the payload stays', () => {
    const frame = ipv4(tcp({ options: [...option.mss(1460), 1, 1, ...option.timestamps(3, 4)], payload: 30 }));
    expect(decodeOne(frame, LINK.RAW, { captured: 50 })).toMatchObject({
      status: 'tcp',
      segment: { ...absent, mss: 1460, optionsLength: 10, payloadLength: 30 },
    });
  });
});
