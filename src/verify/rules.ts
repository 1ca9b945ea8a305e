// What may not be, in a word as `--fail-on` takes it: how a connection ended (`error`, `host-crashed`, `reset`), or a measure
// with its limit (`retransmissions>1%`, `stall>2s`, `connections<1`).

import type { ConnectionEvent, SummaryEvent } from '../verdict/events.js';
import { selectorOf } from '../verdict/select.js';
import { CONNECTION_MEASURES, connectionMeasure, type MeasureKind, RUN_MEASURES, runMeasure } from './measures.js';

export interface Rule {
  /** As it was typed. */
  readonly word: string;
  /** @returns null if the connection keeps to it; else the measure with its value; '' where how it ended says it all */
  readonly ofConnection: (record: ConnectionEvent) => string | null;
  readonly ofRun: (summary: SummaryEvent) => string | null;
}

/** A word that is no rule; the message says what would be one. */
export class RuleError extends Error {}

const keepsTo = (): null => null;

/** @throws RuleError */
export function ruleOf(word: string): Rule {
  const flags = selectorOf(word);
  if (flags) return { word, ofConnection: (record) => (flags(record) ? '' : null), ofRun: keepsTo };
  const [, name = '', sign, number, unit = ''] =
    /^\s*([a-z.-]+)\s*([<>])\s*(\d+(?:\.\d+)?)\s*([^\s\d]*)\s*$/.exec(word) ?? [];
  const ofConnection = connectionMeasure(name);
  const ofRun = runMeasure(name);
  const kind = (ofConnection ?? ofRun)?.kind;
  if (kind === undefined) throw new RuleError(`${word}: ${whatThereIs()}`);
  const scale = Object.hasOwn(UNITS[kind].scales, unit) ? UNITS[kind].scales[unit] : undefined;
  if (scale === undefined)
    throw new RuleError(`${word}: give ${UNITS[kind].says}, such as ${name}${sign}${UNITS[kind].example}`);
  const breaks = (value: number): boolean => (sign === '>' ? value > Number(number) : value < Number(number));
  const judge = (value: number | null, whole: number): string | null => {
    if (value === null) return null;
    const inUnit = unit === '%' ? (100 * value) / whole : value / scale;
    if (!breaks(inUnit)) return null;
    const share = unit === '%' ? ` (${value} of ${whole} segments)` : '';
    // Not rounded so far that it would keep to the limit.
    const shown = [rounded(inUnit), Number(inUnit.toPrecision(6))].find(breaks) ?? inUnit;
    return `${name} ${shown}${unit}${share}`;
  };
  return {
    word,
    ofConnection: ofConnection ? (record) => judge(ofConnection.of(record), segmentsOf(record)) : keepsTo,
    ofRun: ofRun ? (summary) => judge(ofRun.of(summary), 1) : keepsTo,
  };
}

interface Units {
  /** What one of the unit is in the measure's own. */
  readonly scales: Readonly<Record<string, number>>;
  readonly says: string;
  readonly example: string;
}

const UNITS: Readonly<Record<MeasureKind, Units>> = {
  segments: { scales: { '': 1, '%': 1 }, says: 'a number, or a share of the segments', example: '1%' },
  seconds: { scales: { us: 1e-6, ms: 1e-3, s: 1, min: 60 }, says: 'a time in us, ms, s or min', example: '500ms' },
  count: { scales: { '': 1 }, says: 'a number', example: '1' },
};

const segmentsOf = ({ counts: { client, server } }: ConnectionEvent): number => client.segments + server.segments;

/** Three digits, or as many as a whole number has. */
const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

const whatThereIs = (): string => {
  const measures = [...Object.keys(CONNECTION_MEASURES), ...Object.keys(RUN_MEASURES)];
  return `neither a severity, scenario or ending (tcpwatch explain lists them) nor a limit with > or <, such as retransmissions>1%, stall>2s, connections<1 (of ${measures.join(', ')}, or of an anomaly)`;
};
