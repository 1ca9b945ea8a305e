// Frames of shipped captures that explanations show. Written from them by a test that replays them: change examples, then
// npx vitest run test/verdict/explanations/excerpts.test.ts -u

import type { Recording } from '../excerpt.js';

export const A_TO_G: Readonly<Record<string, Recording>> = {
  'accept-queue-full-ack-ignored #3': {
    scenario: 'accept-queue-full',
    gave: [],
    rows: [
      [7, 0.01, 'server', 'SYN-ACK', '', 'ESTABLISHED', 'SYN-RECEIVED'],
      [9, 201.45, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 202.63, 'client', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [14, 1030.62, 'server', 'SYN-ACK', '', 'ESTABLISHED', 'SYN-RECEIVED', 'tcp.retransmission.syn-ack'],
      [15, 1231.87, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED', 'tcp.challenge-ack'],
      [18, 3046.61, 'server', 'SYN-ACK', '', 'ESTABLISHED', 'SYN-RECEIVED', 'tcp.retransmission.syn-ack'],
      [19, 3247.8, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED', 'tcp.challenge-ack'],
    ],
  },
  'accept-queue-full-syn-unanswered #2': {
    scenario: 'connect-timed-out',
    gave: ['connect ETIMEDOUT'],
    rows: [
      [6, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [8, 1023.8, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [15, 7135.82, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [16, 11359.84, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [18, 19662.76, null, 'elsewhere', 'another connection: a segment', 'SYN-SENT', null],
    ],
  },
  'address-fails-over-after-an-outage #3': {
    scenario: 'failover',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [52, 1171.2, 'server', 'data', '10:14', 'ESTABLISHED', 'ESTABLISHED'],
      [53, 1171.27, 'client', 'ACK', '14', 'ESTABLISHED', 'ESTABLISHED'],
      [59, 1984.82, null, 'elsewhere', 'another connection: a segment', 'ESTABLISHED', 'ESTABLISHED'],
      [80, 6590.07, 'client', 'data', '14:18', 'ESTABLISHED', 'ESTABLISHED'],
      [81, 6590.1, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
      [88, 9022.88, null, 'elsewhere', 'another connection: a segment', 'CLOSED', 'CLOSED'],
    ],
  },
  'address-fails-over-lan #5': {
    scenario: 'failover',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [57, 1088.79, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [58, 1088.83, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive-ack'],
      [63, 1880.45, null, 'elsewhere', 'another connection: RST', 'ESTABLISHED', 'ESTABLISHED'],
      [68, 2108.82, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [69, 2108.88, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'client-aborts-right-after-connect': {
    scenario: 'handshake-aborted',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [3, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [4, 0.04, 'server', 'SYN-ACK', '', 'ESTABLISHED', 'SYN-RECEIVED'],
      [5, 0.06, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED'],
      [6, 1.72, 'client', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'client-closes-first': {
    scenario: 'normal-close',
    gave: ['read EOF'],
    rows: [
      [11, 320.92, 'server', 'data', '6:13', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 321.2, 'client', 'FIN', '', 'FIN-WAIT-1', 'CLOSE-WAIT'],
      [13, 324.76, 'server', 'FIN', '', 'TIME-WAIT', 'LAST-ACK'],
      [14, 324.79, 'client', 'ACK', '14', 'TIME-WAIT', 'CLOSED'],
    ],
  },
  'client-host-rebooted-and-reuses-its-port #2': {
    scenario: 'normal-close',
    gave: ['read EOF'],
    rows: [
      [12, 0, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.syn-on-live'],
      [15, 10.66, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [16, 10.71, 'server', 'SYN-ACK', '', 'ESTABLISHED', 'SYN-RECEIVED'],
      [17, 10.74, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'connect-dropped': {
    scenario: 'connect-timed-out',
    gave: ['connect ETIMEDOUT'],
    rows: [
      [4, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [5, 1030.38, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [6, 2054.4, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [7, 3078.4, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [10, 7142.35, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [11, 11366.41, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [null, 11366.41, null, null, '', 'SYN-SENT', null],
    ],
  },
  'connect-prohibited-v6-pcapng': {
    scenario: 'connect-unreachable',
    gave: ['connect EACCES'],
    rows: [
      [4, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [5, 0.03, 'router', 'ICMP', 'administratively prohibited', 'SYN-SENT', null],
      [10, 1018.1, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [11, 1018.15, 'router', 'ICMP', 'administratively prohibited', 'SYN-SENT', null],
    ],
  },
  'connect-refused': {
    scenario: 'connect-refused',
    gave: ['connect ECONNREFUSED'],
    rows: [
      [3, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [4, 0.04, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'connect-to-missing-host': {
    scenario: 'connect-unreachable',
    gave: ['connect EHOSTUNREACH'],
    rows: [
      [3, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [4, 1029.71, 'router', 'ICMP', 'host unreachable', 'SYN-SENT', null],
      [5, 1029.79, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
    ],
  },
  'connect-without-route': {
    scenario: 'connect-unreachable',
    gave: ['connect ENETUNREACH'],
    rows: [
      [4, 0, 'client', 'SYN', '', 'SYN-SENT', null],
      [5, 0.18, 'router', 'ICMP', 'network unreachable', 'SYN-SENT', null],
      [6, 1028.48, 'client', 'SYN', '', 'SYN-SENT', null, 'tcp.retransmission.syn'],
      [7, 1028.52, 'router', 'ICMP', 'network unreachable', 'SYN-SENT', null],
    ],
  },
  'filter-prohibits-mid-connection': {
    scenario: 'path-lost',
    gave: ['read EHOSTUNREACH'],
    rows: [
      [10, 84.12, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 101.5, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 101.7, 'router', 'ICMP', 'communication administratively prohibited', 'ESTABLISHED', 'ESTABLISHED'],
      [13, 308.48, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [14, 308.52, 'router', 'ICMP', 'communication administratively prohibited', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'firewall-resets-mid-connection': {
    scenario: 'reset-by-middlebox',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [8, 83.42, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 83.44, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 108.36, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 108.39, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'forged-reset-believed': {
    scenario: 'reset-by-middlebox',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [6, 71.23, 'server', 'data', '1:7', 'ESTABLISHED', 'ESTABLISHED'],
      [7, 71.27, 'client', 'ACK', '7', 'ESTABLISHED', 'ESTABLISHED'],
      [8, 282.85, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
      [9, 293.08, 'server', 'data', '7:13', 'CLOSED', 'ESTABLISHED', 'tcp.data-after-rst'],
      [10, 293.12, 'client', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'forged-reset-ignored': {
    scenario: 'normal-close',
    gave: ['read EOF'],
    rows: [
      [8, 69.06, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 69.07, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 75.82, 'server', 'RST', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.rst.ignored'],
      [11, 75.86, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED', 'tcp.challenge-ack'],
      [13, 376.82, 'client', 'data', '6:19', 'ESTABLISHED', 'ESTABLISHED'],
      [14, 377.14, 'server', 'data', '6:19', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
};
