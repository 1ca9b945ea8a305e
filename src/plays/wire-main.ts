// Listens inside a namespace, and tells its parent every segment and every event, one JSON object a line. It ends when its
// input ends, so it does not outlive the play; what was captured by then is still told.
//
//   node wire-main.js INTERFACE FILTER [FD]      FD: where to keep what is captured, as pcapng

import { analyze, type SegmentRecord, type TcpwatchEvent } from '../pipeline.js';

export type Told = TcpwatchEvent | { readonly type: 'segment'; readonly segment: SegmentRecord };

const tell = (told: Told): void => {
  process.stdout.write(`${JSON.stringify(told)}\n`);
};

const [device, filter, fd] = process.argv.slice(2);
const ending = new AbortController();
process.stdin.on('close', () => ending.abort()).resume();
// Ctrl-C reaches every process of a terminal: the parent decides what becomes of it. Without a parent there is nobody to tell.
process.on('SIGINT', () => {});
process.stdout.on('error', () => process.exit());

const events = analyze({
  interface: { interface: device, snaplen: 0 },
  filter,
  signal: ending.signal,
  passing: (segment) => tell({ type: 'segment', segment }),
  ...(fd === undefined ? {} : { write: () => Number(fd) }),
});
for await (const event of events) tell(event);
