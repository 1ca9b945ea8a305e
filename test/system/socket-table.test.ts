import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findInodes, socketNames } from '../../src/system/socket-table.js';

// As a little-endian kernel printed them: a listener, an established pair, a socket in TIME-WAIT.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:AC9B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 20480 1 0000000000000000 100 0 0 10 0                     
   1: 0100007F:AC9B 0100007F:C8CE 01 00000000:00000000 00:00000000 00000000  1000        0 20482 1 0000000000000000 20 4 30 10 -1                    
   2: 0100007F:C8CE 0100007F:AC9B 01 0000000A:00000000 01:00000014 00000000     0        0 3000000001 2 0000000000000000 20 4 30 10 -1                    
 103: 0100007F:C8D0 0100007F:AC9B 06 00000000:00000000 03:00001764 00000000     0        0 0 3 0000000000000000                                      
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 555 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:D431 01 00000000:00000000 02:000AFC2B 00000000     0        0 777 2 0000000000000000 20 4 0 10 -1
   2: 0000000000000000FFFF00000A02000A:0050 0000000000000000FFFF00000F02000A:9C40 01 00000000:00000000 00:00000000 00000000    33        0 888 1 0000000000000000 20 4 0 10 -1
   3: B80D01200000000000000000EFBEADDE:01BB B80D0120000000000000000001000000:FFFF 08 00000000:00000000 00:00000000 00000000    33        0 999 1 0000000000000000 20 4 0 10 -1
`;

function inodeIn(table: string, local: string, remote: string, byteOrder: 'LE' | 'BE' = 'LE'): number | undefined {
  const names = socketNames(peer(local), peer(remote), byteOrder);
  const found = findInodes(table, new Set(names));
  return names.map((name) => found.get(name)).find((inode) => inode !== undefined);
}

function peer(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
}

describe('the inode of a socket', () => {
  it.each([
    ['each end of an IPv4 connection has its own', TCP, '127.0.0.1:44187', '127.0.0.1:51406', 20482],
    ['it may need 32 bits', TCP, '127.0.0.1:51406', '127.0.0.1:44187', 3_000_000_001],
    ['IPv6', TCP6, '[::1]:8080', '[::1]:54321', 777],
    ['IPv6 with four words', TCP6, '[2001:db8::dead:beef]:443', '[2001:db8::1]:65535', 999],
    ['IPv4 carried by a socket of AF_INET6', TCP6, '10.0.2.10:80', '10.0.2.15:40000', 888],
  ])('%s', (_, table, local, remote, inode) => {
    expect(inodeIn(table, local, remote)).toBe(inode);
  });

  it.each([
    ['it is in TIME-WAIT: inode 0', TCP, '127.0.0.1:51408', '127.0.0.1:44187'],
    ['only the port differs', TCP, '127.0.0.1:44187', '127.0.0.1:51405'],
    ['only the address differs', TCP, '127.0.0.1:44187', '127.0.0.2:51406'],
    ['the table is empty', '', '127.0.0.1:44187', '127.0.0.1:51406'],
    ['the address is none', TCP, 'localhost:44187', '127.0.0.1:51406'],
    ['the families differ', TCP, '127.0.0.1:44187', '[::1]:51406'],
  ])('is not found where %s', (_, table, local, remote) => {
    expect(inodeIn(table, local, remote)).toBeUndefined();
  });

  it('is found by the name that a big-endian kernel gives it', () => {
    const table = TCP.replaceAll('0100007F', '7F000001');
    expect(inodeIn(table, '127.0.0.1:44187', '127.0.0.1:51406', 'BE')).toBe(20482);
    const six = TCP6.replaceAll('B80D0120', '20010DB8').replaceAll('EFBEADDE', 'DEADBEEF');
    expect(
      inodeIn(six.replaceAll('01000000:', '00000001:'), '[2001:db8::dead:beef]:443', '[2001:db8::1]:65535', 'BE'),
    ).toBe(999);
  });

  it('is found where another socket of that name, in TIME-WAIT, stands before or after', () => {
    const [, , live] = TCP.split('\n');
    const old = live.replace(' 20482 ', ' 0 ');
    for (const table of [`${old}\n${live}\n`, `${live}\n${old}\n`]) {
      expect(inodeIn(table, '127.0.0.1:44187', '127.0.0.1:51406')).toBe(20482);
    }
  });

  it.each([
    'garbage',
    '\n\n: \n:',
    '   1: 0100007F:AC9B',
    '   1: 0100007F:AC9B 0100007F:C8CE',
    '   1: 0100007F:AC9B 0100007F:C8CE 01 x 20482',
    '   1: 0100007F:AC9B 0100007F:C8CE 01 00000000:00000000 00:00000000 00000000  1000        0 99999999999999999999 1',
  ])('is not taken from the damaged row %j, nor is the one after it missed', (row) => {
    expect(inodeIn(row, '127.0.0.1:44187', '127.0.0.1:51406')).toBeUndefined();
    expect(inodeIn(`${row}\n${TCP}`, '127.0.0.1:51406', '127.0.0.1:44187')).toBe(3_000_000_001);
  });

  it('is found where a table stops in the middle of a row after it', () => {
    expect(inodeIn(TCP.slice(0, -130), '127.0.0.1:51406', '127.0.0.1:44187')).toBe(3_000_000_001);
  });

  it('is found for every row of the table of this machine', { skip: process.platform !== 'linux' }, () => {
    const table = readFileSync('/proc/net/tcp', 'latin1');
    const rows = table
      .split('\n')
      .slice(1, -1)
      .map((row) => row.trim().split(/\s+/))
      .map(([, local, remote, , , , , , , inode]) => [`${local} ${remote}`, Number(inode)] as const);
    // Several listen at one address, or are in TIME-WAIT there.
    const held = new Map(rows.filter(([name, inode]) => inode !== 0 && !name.endsWith(' 00000000:0000')));
    expect(findInodes(table, new Set(held.keys()))).toEqual(held);
  });
});
