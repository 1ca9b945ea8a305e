// Connections that broke between SYN and data: a full accept queue, a client that fell silent, an end that thought better of it.

import { firewall } from '../../stage/host.js';
import type { Program } from '../../stage/program.js';
import { bareSegment, SYN } from '../forge.js';
import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** A connection that waits in the accept queue of a server that accepts nothing; a backlog of n holds n + 1 of them. */
async function fillQueue(lab: Lab, backlog: number): Promise<Program> {
  await lab.server.listens({ backlog });
  const first = await lab.anotherClient();
  await first.connects(lab.server);
  Object.assign(first.connection!, { truth: null, end: null });
  return first;
}

/**
 * One connection waits, room is left for one more, and two handshakes run at once on a slow path: the later ACK finds the
 * queue full. (Were the queue of half-open connections full too, the kernel would answer with a SYN cookie and keep nothing.)
 */
async function overflow(lab: Lab): Promise<void> {
  await fillQueue(lab, 1);
  const second = await lab.anotherClient();
  await Promise.all([lab.client.connects(lab.server), second.connects(lab.server)]);
  // Both believe to be connected, and say so.
  await Promise.all([lab.client, second].map((client) => client.writes('hello')));
}

/** Accepts the two that are in the queue: nothing happened to those. */
async function admit(lab: Lab): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const { connection } = await lab.server.accepts();
    Object.assign(connection!, { truth: null, end: null });
  }
}

export const handshakeFailures: readonly Scenario[] = [
  {
    name: 'accept-queue-full-syn-unanswered',
    truth: 'accept-queue-full',
    end: 'server',
    what: 'The server did not accept; one connection filled its queue and the SYNs of the next stayed unanswered.',
    in: [{ net: 160 }, { net: 161, as: 'v6', family: 6 }],
    deafServer: true,
    async play(lab) {
      const first = await fillQueue(lab, 0);
      await lab.client.connects(lab.server);
      // The queue's one connection is taken out and served, which shows that the host was well all the time.
      const worker = await lab.server.accepts();
      await worker.echoes();
      await first.says('at last');
      await first.closes();
      await worker.gone;
      Object.assign(first.connection!, { truth: 'normal-close', end: null });
    },
  },
  {
    name: 'accept-queue-full-ack-ignored',
    truth: 'accept-queue-full',
    end: 'server',
    what: 'Two handshakes ran at once into a queue with room for one: the other client ACKed, and its SYN-ACK came again.',
    in: [
      { net: 162, topology: 'tunnel', delayMs: 100, vantage: 'server' },
      { net: 163, as: 'v6', topology: 'tunnel', delayMs: 100, vantage: 'server', family: 6 },
    ],
    deafServer: true,
    async play(lab) {
      await overflow(lab);
      // Before it asks again, and is let in.
      await lab.passes(8.2);
      await admit(lab);
    },
  },
  {
    name: 'accept-queue-full-then-let-in',
    truth: null,
    end: null,
    what: 'Two handshakes ran at once into a queue with room for one: the other client ACKed and wrote in vain until there was room.',
    in: [{ net: 253, topology: 'tunnel', delayMs: 100, vantage: 'server' }],
    deafServer: true,
    async play(lab) {
      await overflow(lab);
      await lab.passes(5);
      await admit(lab);
      await lab.passes(3);
    },
  },
  {
    name: 'syn-ack-unanswered',
    truth: 'connect-timed-out',
    end: 'client',
    what: "The client's host sent its SYN and fell silent; the server's SYN-ACKs were resent and stayed unanswered.",
    in: [{ net: 164 }, { net: 165, as: 'v6', family: 6, vantage: 'server' }],
    async play(lab) {
      // The host is deaf a moment before it is dumb, else the handshake would be over before anyone could stop it.
      await firewall(lab.clientHost.namespace, 'input', 'tcp sport 9998 drop');
      const connecting = lab.client.connects(lab.server);
      await lab.serverHost.reaches('SYN-RECV');
      await lab.clientHost.vanish();
      await connecting;
      await lab.passes(4);
    },
  },
  {
    name: 'client-aborts-right-after-connect',
    truth: 'handshake-aborted',
    end: 'client',
    what: 'The client connected and at once closed with SO_LINGER 0, as a health check does.',
    in: [{ net: 166 }, { net: 167, as: 'v6', family: 6 }],
    async play(lab) {
      await lab.client.connects(lab.server);
      await lab.client.aborts();
    },
  },
  {
    name: 'half-open-scan',
    truth: 'handshake-aborted',
    end: 'client',
    what: 'A scanner sent a SYN from a raw socket; its own kernel, knowing nothing of it, answered the SYN-ACK with a RST.',
    in: [{ net: 168 }, { net: 169, as: 'v6', family: 6 }],
    async play(lab) {
      // A template on the wire is the simplest source of addresses and lengths.
      await lab.client.connects(lab.server);
      await lab.client.aborts();
      const template = await lab.wire.last('tcp and src port not 9998 and not icmp');
      const port = 40000 + lab.setting.net;
      const scan = bareSegment(template, {
        flags: SYN,
        sequence: 0x5ca9_0000 + lab.setting.net,
        acknowledgment: 0,
        window: 1024,
        sourcePort: port,
      });
      await lab.client.ask({ step: 'raw', hex: scan.toString('hex'), to: lab.server.at });
      lab.ledger.opens({ address: lab.clientHost.address, port }, lab.server.at);
      await lab.wire.shows(`tcp and port ${port}`, { times: 3 });
    },
  },
  {
    name: 'server-aborts-on-overflow',
    truth: 'accept-queue-full',
    end: 'server',
    what: 'As a full accept queue, but with tcp_abort_on_overflow: the final ACK was answered by a RST.',
    in: [
      { net: 170, topology: 'tunnel', delayMs: 100 },
      { net: 171, as: 'v6', topology: 'tunnel', delayMs: 100, family: 6, vantage: 'server' },
    ],
    deafServer: true,
    tuning: { 'net.ipv4.tcp_abort_on_overflow': 1 },
    async play(lab) {
      await overflow(lab);
      await lab.passes(1);
      await admit(lab);
    },
  },
];
