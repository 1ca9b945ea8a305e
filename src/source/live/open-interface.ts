// Opens an interface with whatever this machine has: libpcap, else `cap`.

import { isMissing, libpcap } from '../../libpcap/library.js';
import type { CaptureProblem } from '../capture-problem.js';
import { findCap, openCap } from './cap-source.js';
import { openLibpcap } from './libpcap-source.js';
import { type Backend, interfaceProblem, type LiveRequest, type LiveSource } from './live-source.js';

const NO_CAP = 'the npm package cap is not there (npm install cap; it is compiled, and needs libpcap-dev)';

/** @param backend `auto`: the best there is. */
export async function openInterface(
  request: LiveRequest,
  backend: Backend | 'auto',
): Promise<LiveSource | CaptureProblem> {
  const pcap = libpcap();
  if (backend !== 'cap' && !isMissing(pcap)) return openLibpcap(pcap, request);
  if (backend === 'libpcap' && isMissing(pcap)) return interfaceProblem(`cannot listen: ${pcap.advice}`);
  const cap = findCap();
  // Who did not ask for cap is told of libpcap.
  const unasked = backend === 'auto' && isMissing(pcap) ? `cannot listen: ${pcap.advice}` : null;
  if (cap === null) return interfaceProblem(unasked ?? `cannot listen: ${NO_CAP}`);
  if (!request.promiscuous) return interfaceProblem('cap is always promiscuous: -p needs libpcap');
  return openCap(cap, request, unasked);
}
