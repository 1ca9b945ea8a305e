// Hosts by number: the same one for the same address, another for another; bounded; remembered as long as there is room.
import { describe, expect, it } from 'vitest';
import { HostTable, NO_HOST } from '../../src/tcp/hosts.js';

const address = (n: number): Int32Array => Int32Array.of(n, 0, 0, 0);

function table(limit: number): { hosts: HostTable; forgotten: number[] } {
  const forgotten: number[] = [];
  return { hosts: new HostTable(limit, (host) => forgotten.push(host)), forgotten };
}

describe('numbers', () => {
  it('are an address’s own', () => {
    const { hosts } = table(10);
    const [a, b] = [hosts.enter(address(1), 0, 0), hosts.enter(address(2), 0, 0)];
    expect(a).not.toBe(b);
    expect(hosts.enter(address(1), 0, 0)).toBe(a);
  });

  it('tell VLANs and families apart', () => {
    const { hosts } = table(10);
    const numbers = [0, 7, 0x80000000 | 0].map((network) => hosts.enter(address(1), 0, network));
    expect(new Set(numbers).size).toBe(3);
  });

  it('are read where the address stands', () => {
    const { hosts } = table(10);
    const words = Int32Array.of(9, 9, 9, 9, 1, 0, 0, 0);
    expect(hosts.enter(words, 4, 0)).toBe(hosts.enter(address(1), 0, 0));
  });
});

describe('room', () => {
  it('is made by forgetting whom nothing runs to, and who was heard longest ago', () => {
    const { hosts, forgotten } = table(3);
    const [a, b, c] = [1, 2, 3].map((n) => hosts.enter(address(n), 0, 0));
    for (const [n, host] of [b, a, c].entries()) hosts.heardNs[host!] = n;
    hosts.leave(a!);
    hosts.leave(b!);
    const d = hosts.enter(address(4), 0, 0);
    expect(forgotten).toEqual([b]);
    expect(d).toBe(b);
    expect(hosts.enter(address(1), 0, 0)).toBe(a);
    expect(hosts.enter(address(3), 0, 0)).toBe(c);
  });

  it('is not made by forgetting others', () => {
    const { hosts, forgotten } = table(2);
    hosts.enter(address(1), 0, 0);
    hosts.enter(address(2), 0, 0);
    expect(hosts.enter(address(3), 0, 0)).toBe(NO_HOST);
    hosts.leave(NO_HOST);
    expect(forgotten).toEqual([]);
  });

  it('grows with the hosts, and keeps what was heard', () => {
    const { hosts } = table(5000);
    const first = hosts.enter(address(1), 0, 0);
    hosts.heardNs[first] = 42;
    hosts.heardPacket[first] = 7;
    for (let n = 2; n <= 2000; n++) hosts.enter(address(n), 0, 0);
    expect(hosts.lastHeard(first)).toEqual({ packet: 7, timeNs: 42 });
  });

  it('a number that means another host starts anew', () => {
    const { hosts } = table(1);
    const host = hosts.enter(address(1), 0, 0);
    hosts.heardNs[host] = 42;
    hosts.watched[host] = 0;
    hosts.leave(host);
    expect(hosts.enter(address(2), 0, 0)).toBe(host);
    expect(hosts.lastHeard(host).timeNs).toBe(Number.NEGATIVE_INFINITY);
    expect(hosts.watched[host]).toBe(1);
  });
});
