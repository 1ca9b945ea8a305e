import { beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionEvent, TcpwatchEvent } from '../../src/pipeline.js';
import { compare } from '../../src/verify/expectation.js';
import { outcomeOf } from '../../src/verify/outcome.js';
import { CLOSED, captureOf, conversation, OPEN } from '../support/packet-rows.js';
import { eventsOf } from '../support/render.js';

async function* told(events: readonly TcpwatchEvent[]): AsyncGenerator<TcpwatchEvent> {
  yield* events;
}

let closed: ConnectionEvent;
let open: ConnectionEvent;
let others: TcpwatchEvent[];
beforeAll(async () => {
  const events = await eventsOf(captureOf(conversation(CLOSED), conversation(OPEN, { clientPort: 40001, from: 1 })));
  const records = events.filter((event) => event.type === 'connection');
  [closed, open] = records;
  others = events.filter((event) => event.type !== 'connection');
});

describe('the outcome of a capture', () => {
  it('has connections as they opened, whichever was final first', async () => {
    const { connections, summary } = await outcomeOf(told([open, closed, ...others]));
    expect(connections).toEqual([closed, open]);
    expect(summary.connections.total).toBe(2);
  });

  it('has only the last word on each', async () => {
    const { connections } = await outcomeOf(told([{ ...open, final: false }, closed, open, ...others]));
    expect(connections).toEqual([closed, open]);
  });
});

it('no verdict is honest of something that happened only where the expectation says so', async () => {
  const outcome = await outcomeOf(told([open, ...others]));
  const truth = { scenario: 'host-crashed' };
  expect(compare({ connections: [{ truth: { ...truth, orSilence: true } }] }, outcome)).toEqual([]);
  expect(compare({ connections: [{ truth }] }, outcome)).toEqual([
    'connection #2 192.0.2.1:40001 → 198.51.100.2:443: truth: host-crashed happened, no verdict was said',
  ]);
});
