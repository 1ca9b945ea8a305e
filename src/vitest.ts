// `import 'tcpwatch/vitest'`: a matcher for tests with vitest, which says how connections of a capture ended.
//
//   await expect('run.pcap').toEndAs({ scenario: 'normal-close' }, { filter: 'port 9998' });

import { expect } from 'vitest';
import { evidenceLines } from './output/evidence.js';
import { plural } from './output/words.js';
import { analyze, type ConnectionEvent, type VerdictRecord } from './pipeline.js';
import type { SCENARIOS } from './verdict/scenarios.js';
import { selectorOf } from './verdict/select.js';
import { differences, type Expected } from './verify/differences.js';
import { outcomeOf } from './verify/outcome.js';

/** How a connection ended: parts of its verdict, and what is on the wire. What is left out may be anything. */
export interface EndsAs
  extends Partial<Pick<VerdictRecord, 'end' | 'severity' | 'confidence'>>,
    Partial<Pick<ConnectionEvent, 'ending' | 'form' | 'closedBy'>> {
  readonly scenario?: (typeof SCENARIOS)[number]['id'] | null;
}

export interface EndsAsOptions {
  /** pcap-filter text; only these connections are looked at. */
  readonly filter?: string;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> {
    /**
     * Every connection of the capture at this path ended so. A capture that cannot be read to its end, or in which there is
     * no connection, is an error, also for `not`.
     */
    toEndAs(expected: EndsAs, options?: EndsAsOptions): Promise<void>;
  }
}

/** Connections that a message tells of at most. */
const MOST_TOLD = 5;

expect.extend({
  async toEndAs(capture: unknown, expected: EndsAs, { filter = '' }: EndsAsOptions = {}) {
    if (typeof capture !== 'string') throw new TypeError('toEndAs takes the path of a capture: expect("run.pcap")');
    refuseUnknown(expected);
    const { connections, summary } = await outcomeOf(analyze({ files: [capture], filter }));
    const [problem] = summary.problems;
    if (problem) throw new Error(`${capture}: ${problem.message}`);
    const chosen = filter === '' ? '' : ` of ${JSON.stringify(filter)}`;
    if (connections.length === 0) throw new Error(`${capture}: there is no connection${chosen}`);
    const others = connections
      .map((record) => ({ record, lines: differences(`connection #${record.id}`, inRecord(expected), record) }))
      .filter(({ lines }) => lines.length > 0);
    const claim = `of ${capture}${chosen} to end as ${JSON.stringify(expected)}`;
    return {
      pass: others.length === 0,
      message: () => {
        if (others.length === 0) return `expected not every connection ${claim}: ${howMany(connections)}`;
        const told = others.slice(0, MOST_TOLD).map(({ record, lines }) => [...lines, ...whyOf(record)].join('\n'));
        const more = others.length - told.length;
        return [
          `expected every connection ${claim}: ${others.length} of ${connections.length} did not`,
          ...told,
          ...(more > 0 ? [`and ${plural(more, 'more connection')}`] : []),
        ].join('\n\n');
      },
    };
  },
});

/** A misspelt word would make `not` pass: it is refused, where types do not. */
function refuseUnknown(expected: EndsAs): void {
  const keys = Object.keys(expected);
  if (keys.length === 0) throw new TypeError('toEndAs({}) says nothing: give a scenario, an ending ...');
  const unknown = keys.find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new TypeError(`toEndAs knows no ${unknown}: it takes ${KEYS.join(', ')}`);
  for (const word of [expected.scenario, expected.ending])
    if (word !== undefined && word !== null && selectorOf(word) === null)
      throw new TypeError(`toEndAs: nothing ends as ${word}: tcpwatch explain lists scenarios and endings`);
}

const KEYS: readonly string[] = [
  'scenario',
  'end',
  'severity',
  'confidence',
  'ending',
  'form',
  'closedBy',
] satisfies (keyof EndsAs)[];

/** What stands beside the verdict in a record. */
const BESIDE: readonly string[] = ['ending', 'form', 'closedBy'] satisfies (keyof EndsAs)[];

function inRecord(expected: EndsAs): Expected<ConnectionEvent> {
  const entries = Object.entries(expected);
  const verdict = entries.filter(([key]) => !BESIDE.includes(key));
  return {
    ...Object.fromEntries(entries.filter(([key]) => BESIDE.includes(key))),
    verdict: Object.fromEntries(verdict),
  };
}

const howMany = ({ length }: readonly unknown[]): string => (length === 1 ? 'the only one did' : `all ${length} did`);

/** The evidence, as `tcpwatch -v` prints it. */
const whyOf = (record: ConnectionEvent): string[] =>
  evidenceLines(record, { colour: false, width: Number.POSITIVE_INFINITY, verbose: true, growing: false });
