// Transfers seen where they arrive, for what was lost before the capture or overtaken on the way to it; and one too big for its path.

import type { Lab } from '../lab.js';
import type { Scenario } from '../scenario.js';

async function transfer(lab: Lab, octets: number): Promise<void> {
  const worker = await lab.meets();
  await lab.client.writes('x', { repeat: octets });
  for (let left = octets; left > 0; ) {
    const { result } = await worker.reads({ most: 65_536 });
    if (typeof result !== 'number') throw new Error(`read: ${result}`);
    left -= result;
  }
  await lab.client.closes();
  await worker.reads();
  await worker.closes();
  await lab.clientHost.leaves('FIN-WAIT-1');
  await lab.serverHost.leaves('LAST-ACK');
}

export const arrivals: readonly Scenario[] = [
  {
    name: 'arrives-late-and-with-a-hole',
    truth: 'normal-close',
    end: null,
    what: 'The client sent 14000 octets over a path that let one segment be overtaken and lost another; captured where they arrived.',
    in: [
      {
        net: 172,
        topology: 'tunnel',
        vantage: 'server',
        delayMs: 20,
        reorder: { every: 5, byMs: 2 },
        lose: [8],
        snaplen: 128,
      },
    ],
    play: (lab) => transfer(lab, 14_000),
  },
  {
    name: 'arrives-twice',
    truth: 'normal-close',
    end: null,
    what: 'The client sent 4000 octets over a path that delivered the second segment once more, 2 ms later; captured where they arrived.',
    in: [
      {
        net: 189,
        topology: 'tunnel',
        family: 6,
        vantage: 'server',
        delayMs: 20,
        twice: { which: [4], byMs: 2 },
        snaplen: 128,
      },
    ],
    play: (lab) => transfer(lab, 4000),
  },
  {
    name: 'path-mtu-is-smaller',
    truth: 'normal-close',
    end: null,
    what: 'The MTU behind the router was smaller than both ends knew; it said so by ICMP, and the client sent its octets again in smaller segments.',
    in: [
      { net: 173, snaplen: 128 },
      { net: 179, as: 'v6', family: 6, snaplen: 128 },
    ],
    async play(lab) {
      await lab.between.ip('link set far mtu 1300');
      await transfer(lab, 5792);
    },
  },
];
