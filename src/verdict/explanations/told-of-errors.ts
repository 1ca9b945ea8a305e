// Of each error: what the calls give, which finds all that sights.ts knows of it; and what can be taken for it.

import type { ErrorId } from '../errors.js';
import type { Sight } from './sight.js';
import type { Told } from './told.js';

interface ErrorTold extends Told<ErrorId> {
  readonly calls: readonly Sight['call'][];
  /** Held against the errors of all shipped captures. */
  readonly gives: readonly string[];
}

export const TOLD_OF_ERRORS: Readonly<Record<ErrorId, ErrorTold>> = {
  'errno-refused': {
    calls: ['connect'],
    gives: ['ECONNREFUSED'],
    confusedWith: [
      { of: 'errno-icmp', tells: 'what came back: a RST of the host here, ICMP port unreachable of a filter there' },
      {
        title: 'a firewall that speaks for the host',
        tells: 'the TTL of the RST against that of other packets of the host',
      },
    ],
  },
  'errno-icmp': {
    calls: ['connect'],
    gives: ['EHOSTUNREACH', 'ENETUNREACH', 'EACCES'],
    confusedWith: [
      {
        title: 'a host without a route of its own',
        tells: 'ip route get ADDRESS: then connect() fails and no packet leaves',
      },
      { title: 'ARP that failed on the LAN', tells: 'who sent ICMP: nobody did, and no SYN left' },
    ],
  },
  'errno-connect-silence': {
    calls: ['connect'],
    gives: ['ETIMEDOUT'],
    confusedWith: [
      { of: 'errno-silence', tells: 'the call: connect() here, read() or write() there' },
      {
        title: 'a time limit of the program itself',
        tells: 'how long it took: the kernel needs minutes, a library gives up after seconds',
      },
    ],
  },
  'errno-eof': {
    calls: ['read'],
    gives: ['EOF'],
    confusedWith: [
      {
        title: 'a peer that has only stopped sending (shutdown)',
        tells: 'whether what is written is still acknowledged',
      },
      { title: 'EOF after ECONNRESET', tells: 'the read() before: the error is given once, then EOF (errno-reset)' },
      { title: 'a read() of 0 octets that asked for 0', tells: 'the length in the call' },
    ],
  },
  'errno-reset': {
    calls: ['read', 'write'],
    gives: ['ECONNRESET', 'EPIPE'],
    confusedWith: [
      {
        of: 'errno-eof',
        tells: 'whether a FIN came before the RST: then Linux gives EOF and EPIPE, and ECONNRESET never',
      },
      {
        title: 'EPIPE after a shutdown() or close() of its own',
        tells: 'the earlier calls of the same program: no packet is needed for that',
      },
    ],
  },
  'errno-silence': {
    calls: ['read', 'write'],
    gives: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'ECONNREFUSED'],
    confusedWith: [
      { of: 'errno-connect-silence', tells: 'the call: connect() there' },
      {
        title: 'a time limit of the program itself (SO_RCVTIMEO)',
        tells: 'the errno: EAGAIN, and the connection lives on',
      },
      { of: 'errno-reset', tells: 'whether anything came back: here nothing did' },
    ],
  },
};
