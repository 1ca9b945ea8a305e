// EXCERPTS: a few segments of a shipped capture that show one thing, the one that decides among them. The rows are in recordings/,
// written by a test that replays the captures (test/verdict/explanations/excerpts.test.ts): explanations need no capture at hand.

import { ANOMALIES, ANOMALY_INDEX, type AnomalyId } from '../../tcp/anomalies.js';
import { STATE_NAMES } from '../../tcp/state.js';
import type { Role } from '../case.js';
import type { StepWords } from '../explanation.js';
import type { ScenarioId } from '../scenarios.js';
import type { SegmentName, SocketState } from './story.js';

/** Which segments of which connection show it. */
export interface Example {
  /** A capture in fixtures/captures, without its extension. */
  readonly capture: string;
  /** Its number there. */
  readonly connection: number;
  /** Frames; THE_END: that nothing follows. */
  readonly packets: readonly number[];
  readonly decides: number;
  /** The end that is gone in it. */
  readonly gone: Role;
}

export const THE_END = Number.POSITIVE_INFINITY;

export const cut = (
  capture: string,
  connection: number,
  packets: readonly number[],
  decides: number,
  gone: Role = 'server',
): Example => ({ capture, connection, packets, decides, gone });

/**
 * What happened, when (in ms since the connection began), and what a watcher believes of both ends then; null: nothing yet.
 * `detail`: numbers counted from the ISN, what an ICMP error says, or what passes `elsewhere`: on another connection, or as ARP.
 */
export type RecordedRow = readonly [
  packet: number | null,
  ms: number,
  by: Role | 'router' | null,
  sends: SegmentName | 'elsewhere' | null,
  detail: string,
  client: SocketState | null,
  server: SocketState | null,
  ...odd: AnomalyId[],
];

export interface Recording {
  /** What the connection's verdict was. */
  readonly scenario: ScenarioId | null;
  /** `read EOF`: what calls gave, as the verdict tells. */
  readonly gave: readonly string[];
  readonly rows: readonly RecordedRow[];
}

export const recordingName = ({ capture, connection }: Example): string =>
  connection === 1 ? capture : `${capture} #${connection}`;

/** @param elsewhere what it shows where a frame that is not of this connection decides */
export function stepsOf(example: Example, { rows }: Recording, elsewhere = ''): StepWords[] {
  const shown = rows.filter(([packet]) => example.packets.includes(packet ?? THE_END));
  return shown.map((row, n) => {
    const [packet, ms, by, sends, detail, client, server, ...odd] = row;
    const afterSeconds = n === 0 ? null : Number(((ms - shown[n - 1]![1]) / 1000).toFixed(6));
    const decides = packet === example.decides;
    const takenBack = n === 0 ? null : takenBackIn(shown[n - 1]!, row);
    const says = sends !== 'elsewhere' ? saysOf(row) : decides ? `${elsewhere} (${detail})` : detail;
    return {
      by,
      sends: sends === 'elsewhere' ? null : sends,
      lost: false,
      client,
      server,
      says: sentence(afterSeconds, says, odd) + (takenBack ? ` ${takenBackWords(takenBack, row)}` : ''),
      packet,
      afterSeconds,
      label: sends === 'elsewhere' ? `(${detail})` : labelOf(row),
      anomalies: odd,
      takenBack,
      decides,
    };
  });
}

const stateIn = (end: Role, [, , , , , client, server]: RecordedRow): SocketState | null =>
  end === 'client' ? client : server;

/** No segment leads back: what was believed was not so. */
function takenBackIn(before: RecordedRow, row: RecordedRow): Role | null {
  const rank = (end: Role, of: RecordedRow): number => (STATE_NAMES as readonly unknown[]).indexOf(stateIn(end, of));
  return (
    (['client', 'server'] as const).find((end) => rank(end, row) >= 0 && rank(end, row) < rank(end, before)) ?? null
  );
}

/** What an end is believed to have heard must show in what it sends. */
function takenBackWords(end: Role, row: RecordedRow): string {
  const [, , by] = row;
  const state = stateIn(end, row);
  return by === end ? `So it is in ${state} after all.` : `Nothing shows that the ${end} heard it: back to ${state}.`;
}

function labelOf([, , , sends, detail]: RecordedRow): string | null {
  if (sends === null) return '(nothing more)';
  return sends === 'ICMP' || detail === '' ? null : `${sends} ${detail}`;
}

function saysOf([, , by, sends, detail]: RecordedRow): string {
  if (sends === null || by === null) return 'the capture ends, and nothing more has come';
  return `${by === 'router' ? 'a router' : `the ${by}`} ${VERBS[sends as SegmentName](detail)}`;
}

/** What is acknowledged where no data has come. */
const NOTHING_BUT_SYN = '1';

const VERBS: Readonly<Record<SegmentName, (detail: string) => string>> = {
  SYN: (besides) => (besides === '' ? 'asks for a connection' : `sends SYN and ${besides} in one`),
  'SYN-ACK': () => 'agrees',
  ACK: (number) => (number === NOTHING_BUT_SYN ? 'sends ACK' : `acknowledges all before ${number}`),
  data: (range) => `sends ${octets(range)}`,
  FIN: (range) => (range.includes(':') ? `sends its last ${octets(range)} and FIN` : 'sends FIN'),
  RST: () => 'sends RST',
  'keep-alive': () => 'asks whether anybody is there',
  ICMP: (words) => `reports by ICMP: ${words}`,
};

function octets(range: string): string {
  const [from, to] = range.split(':').map(Number);
  const count = to! - from!;
  return count === 1 ? '1 octet' : `${count} octets`;
}

function sentence(afterSeconds: number | null, says: string, odd: readonly AnomalyId[]): string {
  const titles = odd.map((id) => ANOMALIES[ANOMALY_INDEX[id]]!.title);
  const words = `${later(afterSeconds)}${says}${titles.length > 0 ? `: ${titles.join('; ')}` : ''}.`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `1.03 s later `; less than a millisecond is nothing. */
function later(seconds: number | null): string {
  if (seconds === null || seconds < 0.001) return '';
  const words = seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${Number(seconds.toFixed(2))} s`;
  return `${words} later `;
}
