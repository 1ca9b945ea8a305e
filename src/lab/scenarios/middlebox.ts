// Words put into an end's mouth: a firewall's RST in mid-connection, forged RSTs, believed or not, and what no kernel says.

import { ACK, bareSegment, FIN, hostUnreachable, nextSequence, RST, SYN } from '../forge.js';
import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

/** A RST in the server's name with the sequence number its next segment would have, shifted. */
async function forgeReset(lab: Lab, ttl: number, sequenceShift: number): Promise<void> {
  const said = await lab.wire.last('tcp and src port 9998');
  const forged = bareSegment(said, {
    ttl,
    flags: RST,
    sequence: nextSequence(said),
    sequenceShift,
    acknowledgment: 0,
    window: 0,
  });
  await lab.routerSends(forged, lab.clientHost.address);
}

export const middlebox: readonly Scenario[] = [
  {
    name: 'firewall-resets-mid-connection',
    truth: 'reset-by-middlebox',
    end: 'server',
    what: "The router began to reject the connection and answered the client's next segment with a RST in the server's name.",
    in: [{ net: 180 }, { net: 181, as: 'v6', family: 6, vantage: 'client' }],
    async play(lab) {
      await lab.talks();
      await lab.routerRules('tcp dport 9998 reject with tcp reset');
      await lab.client.writes('are you there?');
      await lab.client.reads();
    },
  },
  {
    name: 'forged-reset-believed',
    truth: 'reset-by-middlebox',
    end: 'server',
    what: "A forged RST with the server's exact sequence number and a far-off TTL killed the client's end; the server talked on.",
    in: [{ net: 182 }, { net: 183, as: 'v6', family: 6 }, { net: 184, as: 'any', vantage: 'client-any' }],
    async play(lab) {
      const worker = await lab.meets();
      await worker.writes('tick 1');
      await lab.client.reads();
      await lab.passes(0.2);
      await forgeReset(lab, 113, 0);
      await lab.clientHost.leaves('ESTAB');
      await lab.client.reads();
      await worker.writes('tick 2');
      await lab.serverHost.leaves('ESTAB');
      await worker.reads();
    },
  },
  {
    name: 'forged-reset-ignored',
    truth: 'forged-reset-ignored',
    end: null,
    what: 'A forged RST 1000 octets off the exact sequence number was answered by a challenge ACK; the connection went on and closed.',
    in: [{ net: 185 }, { net: 186, as: 'v6-nano', family: 6, precision: 'nano' }],
    async play(lab) {
      const worker = await lab.talks();
      await forgeReset(lab, 113, 1000);
      await lab.passes(0.3);
      await lab.client.says('still talking');
      await lab.client.closes();
      await worker.gone;
    },
  },
  {
    name: 'forged-reset-copies-the-ttl',
    truth: 'reset-by-middlebox',
    end: 'server',
    what: "A forged RST with the server's exact numbers and TTL, but without timestamps and of another IP identification, killed the client's end.",
    in: [{ net: 188 }],
    async play(lab) {
      const worker = await lab.meets();
      for (const line of ['tick 1', 'tick 2', 'tick 3']) {
        await worker.writes(line);
        await lab.client.reads();
      }
      await lab.passes(0.2);
      const said = await lab.wire.last('tcp and src port 9998');
      const forged = bareSegment(said, {
        flags: RST | ACK,
        sequence: nextSequence(said),
        window: 0,
        ipIdShift: 20_000,
      });
      await lab.routerSends(forged, lab.clientHost.address);
      await lab.clientHost.leaves('ESTAB');
      await lab.client.reads();
      await worker.reads({ within: 1 });
    },
  },
  {
    name: 'forgeries-ignored',
    truth: 'normal-close',
    end: null,
    what: "Forgeries in the server's name, a SYN with FIN, an ICMP error about octets never sent and data after the FIN, changed nothing.",
    in: [{ net: 187 }],
    async play(lab) {
      const worker = await lab.greets();
      await lab.passes(0.2);
      const { address } = lab.clientHost;
      const said = await lab.wire.last('tcp and src port 9998');
      await lab.routerSends(bareSegment(said, { flags: SYN | FIN, sequence: nextSequence(said) }), address);
      await lab.passes(0.2);
      const asked = await lab.wire.last('tcp and dst port 9998');
      await lab.routerSends(hostUnreachable(asked, address.replace(/2$/, '1'), 100_000), address);
      await lab.passes(0.2);
      await worker.closes();
      await lab.serverHost.reaches('FIN-WAIT-2');
      const last = await lab.wire.last('tcp and src port 9998');
      await lab.routerSends(bareSegment(last, { flags: ACK, sequence: nextSequence(last), payload: 'and' }), address);
      await lab.passes(0.2);
      await lab.client.reads();
      await lab.client.closes();
      await lab.clientHost.leaves('LAST-ACK');
    },
  },
];
