// Holds the house to its plan (src/README.md): imports run one way, and below the pipeline nothing reads a clock, rolls
// dice or touches the machine.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** A room, the rooms it may import from, and why. */
const ROOMS = {
  wire: { from: [], because: 'octets to fields needs nothing else' },
  libpcap: { from: [], because: 'binds a C library; what is done with it is others’ business' },
  source: { from: ['wire', 'libpcap'], because: 'frames are found without knowing what is in them' },
  tcp: { from: ['wire'], because: 'the model sees segments, not files' },
  filter: { from: ['wire'], because: 'a predicate on addresses and ports' },
  verdict: { from: ['tcp', 'wire'], because: 'judges what the model recorded' },
  verify: { from: ['verdict', 'tcp'], because: 'compares records, and limits what they count' },
  system: { from: ['verdict', 'wire'], because: 'the machine’s own sockets and processes, as records have them' },
  sink: { from: ['source', 'verdict', 'wire'], because: 'frames go to files; which, a record decides' },
  output: {
    from: ['verdict', 'verify'],
    because: 'puts records into words; whatever it needs to know must be in them',
  },
  pipeline: {
    from: ['source', 'libpcap', 'wire', 'tcp', 'filter', 'verdict', 'system', 'sink'],
    because: 'the one room that knows all others',
  },
  vitest: { from: ['pipeline', 'output', 'verdict', 'verify'], because: 'a matcher: analyses, compares, and says why' },
  bench: {
    from: ['pipeline', 'output', 'source', 'verdict', 'tcp', 'wire'],
    because: 'measures every room on the way of a packet, and nothing knows it',
  },
  stage: { from: [], because: 'hosts, programs and cables of real kernels; knows nothing of what is played' },
  lab: { from: ['stage'], because: 'plays scenarios on the stage; knows nothing of what we make of them' },
  plays: {
    from: ['stage', 'pipeline', 'verdict'],
    because: 'plays a scenario on the stage while the pipeline listens; how that looks is for cli',
  },
  scribe: {
    from: ['pipeline', 'verdict', 'tcp'],
    because: 'takes what is judged to another thread, which puts it into the words of the record',
  },
  cli: {
    from: ['pipeline', 'output', 'verdict', 'verify', 'system', 'plays', 'stage', 'scribe'],
    because: 'knows names, not protocol',
  },
} as const satisfies Record<string, { from: readonly string[]; because: string }>;

/** What no file of a room may mention, and what to do instead. */
const BANS = [
  {
    words: /\bDate\.now\b|new Date\(\)|\bperformance\./,
    because: 'only packets move the clock: take the time as a parameter',
  },
  {
    words: /\bMath\.random\b|\brandomBytes\b/,
    because: 'the same capture gives the same answer: take the key as a parameter',
  },
  { words: /(?<!\.)\b(setTimeout|setInterval|setImmediate)\b/, because: 'packet time, not the machine’s' },
  {
    words: /'node:(fs|net|child_process|process|os|worker_threads)[/']|\bprocess\.(std|env|argv|exit)/,
    because: 'input and output belong to source, cli and lab',
  },
] as const;
const PURE_ROOMS = ['wire', 'tcp', 'filter', 'verdict', 'verify', 'output'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string): string => file.split('/')[0].replace(/\.ts$/, '');
const importsOf = (file: string): string[] =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map((match) =>
    relative(SRC, resolve(SRC, file, '..', match[1])).replace(/\.js$/, '.ts'),
  );

describe('rooms', () => {
  it('are all in the plan', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it.each(Object.entries(ROOMS))('%s imports only from the rooms below it', (room, { from }) => {
    const strays = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => importsOf(file).map((target) => `${file} -> ${target}`))
      .filter((arrow) => {
        const target = roomOf(arrow.split(' -> ')[1]);
        return target !== room && !(from as readonly string[]).includes(target);
      });
    expect(strays).toEqual([]);
  });

  it.each(BANS)('below the pipeline: $because', ({ words }) => {
    const sinners = files.filter(
      (file) => PURE_ROOMS.includes(roomOf(file)) && words.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(sinners).toEqual([]);
  });

  it('import in no circle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return [];
      const circle = typedImportsOf(file).reduce<string[]>(
        (found, next) => (found.length ? found : visit(next, [...path, file])),
        [],
      );
      done.add(file);
      return circle;
    };
    expect(files.map((file) => visit(file, [])).filter((circle) => circle.length > 0)).toEqual([]);
  });

  it('say in line 1 that they are the hot path, where they are', () => {
    const hot = [
      'wire/decode.ts',
      'tcp/tracker.ts',
      'tcp/flow.ts',
      'tcp/control.ts',
      'tcp/store.ts',
      'source/frame-batch.ts',
      'source/pcap.ts',
    ];
    expect(hot.filter((file) => !readFileSync(join(SRC, file), 'utf8').startsWith('// Hot path'))).toEqual([]);
  });
});

/** Imports that exist at run time: a type is no circle. */
function typedImportsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type)[^;]*? from '(\.[^']+)'/gms)].map((match) =>
    relative(SRC, resolve(SRC, file, '..', match[1])).replace(/\.js$/, '.ts'),
  );
}
