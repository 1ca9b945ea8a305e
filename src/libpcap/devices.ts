// What can be listened on, as libpcap lists it: pcap_findalldevs(3PCAP).

import { ERROR_BUFFER_LENGTH, errorText, type Libpcap } from './library.js';

/** struct pcap_if on 64 bits: next, name, description, addresses, flags. */
const DEVICE_LENGTH = 40;
const AT_NEXT = 0;
const AT_NAME = 8;
const AT_DESCRIPTION = 16;
const AT_FLAGS = 32;

const LOOPBACK = 0x01;
const UP = 0x02;
const RUNNING = 0x04;
const WIRELESS = 0x08;

export interface Device {
  readonly name: string;
  readonly description: string | null;
  readonly loopback: boolean;
  readonly wireless: boolean;
  readonly up: boolean;
  readonly running: boolean;
}

/** @returns the devices in libpcap's order, or why they cannot be listed. */
export function listDevices(pcap: Libpcap): Device[] | string {
  const list = Buffer.alloc(8);
  const error = Buffer.alloc(ERROR_BUFFER_LENGTH);
  if (pcap.findAllDevices(list, error) !== 0) return errorText(error);
  const first = list.readBigUInt64LE();
  const devices: Device[] = [];
  for (let at = first; at !== 0n; ) {
    const device = Buffer.from(pcap.octetsAt(at, DEVICE_LENGTH));
    const flags = device.readUInt32LE(AT_FLAGS);
    devices.push({
      name: pcap.textAt(device.readBigUInt64LE(AT_NAME)) ?? '',
      description: pcap.textAt(device.readBigUInt64LE(AT_DESCRIPTION)),
      loopback: (flags & LOOPBACK) !== 0,
      wireless: (flags & WIRELESS) !== 0,
      up: (flags & UP) !== 0,
      running: (flags & RUNNING) !== 0,
    });
    at = device.readBigUInt64LE(AT_NEXT);
  }
  if (first !== 0n) pcap.freeAllDevices(first);
  return devices;
}
