// Frames of shipped captures that explanations show. Written from them by a test that replays them: change examples, then
// npx vitest run test/verdict/explanations/excerpts.test.ts -u

import type { Recording } from '../excerpt.js';

export const H: Readonly<Record<string, Recording>> = {
  'half-close-and-data-after': {
    scenario: 'normal-close',
    gave: ['read EOF'],
    rows: [
      [9, 96.3, 'client', 'FIN', '', 'FIN-WAIT-1', 'CLOSE-WAIT'],
      [10, 97.07, 'server', 'data', '1:4', 'FIN-WAIT-2', 'CLOSE-WAIT'],
      [11, 97.09, 'client', 'ACK', '4', 'FIN-WAIT-2', 'CLOSE-WAIT'],
      [12, 97.38, 'server', 'data', '4:7', 'FIN-WAIT-2', 'CLOSE-WAIT'],
      [13, 97.39, 'client', 'ACK', '7', 'FIN-WAIT-2', 'CLOSE-WAIT'],
    ],
  },
  'host-comes-back-after-client-gave-up': {
    scenario: null,
    gave: ['read ETIMEDOUT', 'read ECONNRESET', 'write EPIPE'],
    rows: [
      [9, 122.43, 'client', 'data', '1:15', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 330.43, 'client', 'data', '1:15', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [14, 3454.22, 'client', 'data', '1:15', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [17, 6778.46, 'client', 'data', '1:15', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [18, 13443.21, 'server', 'data', '7:13', 'ESTABLISHED', 'ESTABLISHED'],
      [19, 13443.25, 'client', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'host-rebooted-keepalive-finds-out': {
    scenario: 'host-rebooted',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [9, 92.88, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 92.91, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 2107.43, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [12, 2107.48, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive-ack'],
      [13, 4123.39, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [14, 4123.47, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'host-rebooted-then-client-writes': {
    scenario: 'host-rebooted',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [6, 84.13, 'client', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [7, 84.17, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [8, 84.94, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 84.96, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 276.65, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 276.72, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'host-reboots-while-client-resends': {
    scenario: 'host-rebooted',
    gave: ['read ECONNRESET', 'write EPIPE'],
    rows: [
      [10, 79.09, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 84.51, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 289.44, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [13, 497.47, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [16, 3413.39, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [17, 3413.46, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'host-shut-down-and-booted-then-client-closes': {
    scenario: 'host-shutdown',
    gave: ['read EOF'],
    rows: [
      [10, 244.97, 'server', 'FIN', '', 'CLOSE-WAIT', 'FIN-WAIT-1'],
      [11, 288.11, 'client', 'ACK', '7', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [13, 1536.82, 'client', 'FIN', '', 'LAST-ACK', 'TIME-WAIT'],
      [14, 1536.88, 'server', 'RST', '', 'CLOSED', 'CLOSED', 'tcp.rst.accepted'],
    ],
  },
  'host-shut-down-then-silent': {
    scenario: 'host-shutdown',
    gave: ['read EOF', 'write ETIMEDOUT'],
    rows: [
      [11, 104.63, 'server', 'FIN', '', 'CLOSE-WAIT', 'FIN-WAIT-1'],
      [12, 152.57, 'client', 'ACK', '7', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [13, 176.76, 'client', 'data', '6:24', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [14, 384.51, 'client', 'data', '6:24', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.retransmission.tail-loss-probe'],
      [15, 592.59, 'client', 'data', '6:24', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.retransmission.timeout'],
    ],
  },
  'host-shut-down-with-three-clients #2': {
    scenario: 'host-shutdown',
    gave: ['read EOF'],
    rows: [
      [26, 171.7, 'server', 'FIN', '', 'CLOSE-WAIT', 'FIN-WAIT-1'],
      [29, 214.66, 'client', 'ACK', '7', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [32, 227.84, 'client', 'FIN', '', 'LAST-ACK', 'TIME-WAIT'],
      [33, 434.73, 'client', 'FIN', '', 'LAST-ACK', 'TIME-WAIT', 'tcp.retransmission.fin'],
      [44, 6978.83, 'client', 'FIN', '', 'LAST-ACK', 'FIN-WAIT-2', 'tcp.retransmission.fin'],
      [null, 6978.83, null, null, '', 'LAST-ACK', 'FIN-WAIT-2'],
    ],
  },
  'host-shut-down-with-three-clients #3': {
    scenario: 'host-shutdown',
    gave: ['read EOF'],
    rows: [
      [24, 79.89, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [25, 88.02, null, 'elsewhere', 'another connection: FIN', 'ESTABLISHED', 'ESTABLISHED'],
      [27, 90.08, 'server', 'FIN', '', 'CLOSE-WAIT', 'FIN-WAIT-1'],
      [30, 132.5, 'client', 'ACK', '7', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [32, 145.68, null, 'elsewhere', 'another connection: FIN', 'CLOSE-WAIT', 'FIN-WAIT-2'],
    ],
  },
  'host-shuts-down-and-reboots #5': {
    scenario: 'host-shutdown',
    gave: ['read EOF', 'write ETIMEDOUT', 'write EPIPE'],
    rows: [
      [96, 3186.47, 'client', 'keep-alive', '', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.keep-alive'],
      [101, 5234.48, 'client', 'keep-alive', '', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.keep-alive'],
      [104, 6258.48, 'client', 'RST', '', 'CLOSED', 'FIN-WAIT-2', 'tcp.rst.accepted'],
      [106, 6826.12, null, 'elsewhere', 'another connection: RST', 'CLOSED', 'FIN-WAIT-2'],
    ],
  },
  'host-shuts-down-one-service-after-another #2': {
    scenario: 'host-shutdown',
    gave: ['read EOF'],
    rows: [
      [17, 213.37, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [58, 4625.21, null, 'elsewhere', 'another connection: FIN', 'ESTABLISHED', 'ESTABLISHED'],
      [66, 8733.9, 'server', 'FIN', '', 'CLOSE-WAIT', 'FIN-WAIT-1'],
      [68, 8775.34, 'client', 'ACK', '7', 'CLOSE-WAIT', 'FIN-WAIT-2'],
    ],
  },
  'host-shuts-down-then-arp-fails': {
    scenario: 'host-shutdown',
    gave: ['read EOF'],
    rows: [
      [84, 3580.99, 'client', 'ACK', '15', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [89, 3599.2, 'client', 'data', '14:18', 'CLOSE-WAIT', 'FIN-WAIT-2'],
      [91, 3805, 'client', 'data', '14:18', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.retransmission.tail-loss-probe'],
      [98, 4453.02, 'client', 'data', '14:18', 'CLOSE-WAIT', 'FIN-WAIT-2', 'tcp.retransmission.timeout'],
      [101, 4612.97, null, 'elsewhere', 'ARP', 'CLOSE-WAIT', 'FIN-WAIT-2'],
    ],
  },
  'host-vanishes-and-comes-back': {
    scenario: 'normal-close',
    gave: ['read EOF'],
    rows: [
      [9, 82.86, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 82.87, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 87.74, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 292.43, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [13, 500.5, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [14, 940.47, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [16, 3436.45, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [19, 6956.49, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [20, 6957.07, 'server', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'host-vanishes-client-idle': {
    scenario: null,
    gave: [],
    rows: [
      [5, 0.08, 'client', 'ACK', '1', 'ESTABLISHED', 'ESTABLISHED'],
      [7, 106.22, 'client', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [8, 106.26, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 106.7, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 106.72, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [null, 106.72, null, null, '', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'host-vanishes-client-writes': {
    scenario: 'host-crashed',
    gave: ['read ETIMEDOUT'],
    rows: [
      [8, 90.23, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 90.25, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 106.94, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 317.37, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [12, 525.38, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [19, 6733.49, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [null, 6733.49, null, null, '', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'host-vanishes-keepalive-finds-out': {
    scenario: 'host-crashed',
    gave: ['read ETIMEDOUT', 'write EPIPE'],
    rows: [
      [12, 1131.92, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive-ack'],
      [13, 2155.78, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [14, 3179.81, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [15, 4203.82, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [16, 5227.8, 'client', 'keep-alive', '', 'ESTABLISHED', 'ESTABLISHED', 'tcp.keep-alive'],
      [17, 6251.86, 'client', 'RST', '', 'CLOSED', 'ESTABLISHED', 'tcp.rst.accepted'],
    ],
  },
  'host-vanishes-on-same-lan-unresolved': {
    scenario: 'host-crashed',
    gave: ['read EHOSTUNREACH'],
    rows: [
      [8, 71.87, 'server', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [9, 72.11, 'server', 'data', '1:6', 'ESTABLISHED', 'ESTABLISHED'],
      [10, 72.12, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 79.6, null, 'elsewhere', 'ARP', 'ESTABLISHED', 'ESTABLISHED'],
      [null, 14410.45, null, null, '', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
  'host-vanishes-router-says-host-unreachable': {
    scenario: 'host-crashed',
    gave: ['read EHOSTUNREACH'],
    rows: [
      [10, 72.13, 'client', 'ACK', '6', 'ESTABLISHED', 'ESTABLISHED'],
      [11, 77.18, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED'],
      [12, 282.28, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.tail-loss-probe'],
      [18, 3426.27, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [21, 4450.47, 'router', 'ICMP', 'host unreachable', 'ESTABLISHED', 'ESTABLISHED'],
      [24, 5058.28, 'client', 'data', '6:20', 'ESTABLISHED', 'ESTABLISHED', 'tcp.retransmission.timeout'],
      [25, 6082.31, 'router', 'ICMP', 'host unreachable', 'ESTABLISHED', 'ESTABLISHED'],
    ],
  },
};
