// The connections of a capture, each with what a ladder keeps of its segments.

import { Folding } from '../../../src/output/ladder/folding.js';
import { ladderLines } from '../../../src/output/ladder/ladder.js';
import {
  type AnalyzeOptions,
  analyze,
  type ConnectionEvent,
  type ReportRecord,
  type SegmentRecord,
} from '../../../src/pipeline.js';

export interface Collected {
  readonly event: ConnectionEvent;
  readonly folding: Folding;
  readonly segments: readonly SegmentRecord[];
}

/** As the command does: read once for what decided, and once more for the segments. */
export async function collect(reading: () => AnalyzeOptions): Promise<Collected[]> {
  const events: ConnectionEvent[] = [];
  for await (const event of analyze(reading())) if (event.type === 'connection') events.push(event);
  const decisive = new Set(events.flatMap(({ verdict }) => verdict.evidence.map(({ packet }) => packet)));
  const collected = new Map(
    events.map((event) => [event.id, { event, folding: new Folding(decisive), segments: [] as SegmentRecord[] }]),
  );
  const passing = (segment: SegmentRecord): void => {
    const one = collected.get(segment.connection);
    one?.folding.add(segment);
    one?.segments.push(segment);
  };
  const reporting = (report: ReportRecord): void => collected.get(report.connection)?.folding.addReport(report);
  for await (const _ of analyze({ ...reading(), passing, reporting }));
  return [...collected.values()];
}

export const plain = ({ event, folding }: Collected, width: number): string[] =>
  ladderLines(event, folding, { width, colour: false });
