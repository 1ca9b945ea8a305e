// What ioctl(2) must be asked of network devices, because ip(8) cannot: plain frames, and tun devices.
//
// Read linux/ethtool.h and Documentation/networking/tuntap.rst: struct ifreq { char name[16]; union { void *data; short flags; } }.

import { closeSync, openSync } from 'node:fs';
import { AF_INET, type Libc } from './libc.js';

const SIOCETHTOOL = 0x8946;
const ETHTOOL_STXCSUM = 0x17;
const ETHTOOL_STSO = 0x1f;
const ETHTOOL_SGSO = 0x24;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;

/** No checksum, TSO or GSO offload on this interface of the namespace we are in: frames leave as they would on a cable. */
export function plainFrames(c: Libc, device: string): void {
  const fd = c.socket(AF_INET) as number;
  // Segmentation first: the kernel will not give up checksums while segmentation leans on them.
  for (const command of [ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_STXCSUM]) {
    const value = Buffer.alloc(8);
    value.writeUInt32LE(command, 0);
    const request = Buffer.alloc(40);
    request.write(device, 0, 15, 'latin1');
    request.writeBigUInt64LE(c.address(value), 16);
    c.ioctl(fd, SIOCETHTOOL, request);
  }
  c.close(fd);
}

/** A new tun device of this name in the namespace we are in; its descriptor stays ours if the device is moved. */
export function openTun(c: Libc, device: string): number {
  const fd = openSync('/dev/net/tun', 'r+');
  const request = Buffer.alloc(40);
  request.write(device, 0, 15, 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
  const made = c.ioctl(fd, TUNSETIFF, request);
  if (typeof made === 'string') {
    closeSync(fd);
    throw new Error(`tun ${device}: ${made}`);
  }
  return fd;
}
