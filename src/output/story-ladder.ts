// A story as a ladder: a line a step, what `ss` shows of both ends at its sides, what is sent between them.
//
//   2 CLOSE-WAIT   |<------------------ FIN ----------------| FIN-WAIT-1
//
// An excerpt of a capture likewise: with the numbers of its frames, and a mark at the one that decides. Where it is narrow, the
// states stand below.

import type { StepWords } from '../verdict/explanation.js';

/** SYN-RECEIVED is the longest state. */
const STATE = 12;
/** Longer arrows are no clearer. */
const MOST_BETWEEN = 40;
/** What an arrow needs beside its label. */
const LEAST_SHAFT = 6;
/** Lifelines, and a space before the server's state and behind the client's. */
const LIFELINES = 4;
/** How far what is lost comes, in shares of the way. */
const LOST_AT = 0.75;
const ROUTER = 'router';

/** A step that decides. */
const MARK = '>';
const UNKNOWN = '?';

/**
 * Lines in ASCII, none longer than the width if that is 40 or more. Steps of a story are counted, those of an excerpt have the
 * numbers of their frames.
 */
export function storyLadder(steps: readonly StepWords[], width = Number.POSITIVE_INFINITY): string[] {
  const isExcerpt = steps.some(({ decides }) => decides);
  const numbers = steps.map(({ packet }, n) => (isExcerpt ? String(packet ?? '') : String(n + 1)));
  const digits = Math.max(2, ...numbers.map((number) => number.length));
  const margins = steps.map(
    ({ decides }, n) => `${isExcerpt ? (decides ? MARK : ' ') : ''}${numbers[n]!.padStart(digits)} `,
  );
  const indent = ' '.repeat(margins[0]!.length);
  const needs = Math.max(...steps.map((step) => labelOf(step).length + (step.sends === null ? 0 : LEAST_SHAFT)));
  const beside = Math.min(MOST_BETWEEN, width - indent.length - 2 * STATE - LIFELINES);
  if (beside >= needs) {
    const row = (client: string, between: string, server: string): string =>
      `${client.padEnd(STATE)} ${between} ${server}`;
    return [
      `${indent}${row('client', ' '.repeat(beside + 2), 'server')}`,
      ...steps.map((step, n) => `${margins[n]}${row(stateAt(step.client), rail(step, beside), stateAt(step.server))}`),
    ].map((line) => line.trimEnd());
  }
  // No room at the sides: the states stand below.
  const between = Math.max(needs, Math.min(MOST_BETWEEN, width - indent.length - 2));
  const below = (client: string, server: string): string =>
    `${indent}${client}${server.padStart(between + 2 - client.length)}`;
  return [
    below('client', 'server'),
    ...steps.flatMap((step, n) => [
      `${margins[n]}${rail(step, between)}`,
      below(stateAt(step.client), stateAt(step.server)),
    ]),
  ];
}

const stateAt = (state: StepWords['client']): string => state ?? UNKNOWN;

const rail = (step: StepWords, width: number): string => `|${between(step, width)}|`;

const labelOf = ({ by, sends, label }: StepWords): string => label ?? sends ?? (by === null ? '' : '(nothing is sent)');

function between(step: StepWords, width: number): string {
  const { by, sends, lost } = step;
  const text = labelOf(step);
  if (sends === null) return centred(text, width, ' ');
  const far = Math.max(Math.round(width * LOST_AT), text.length + 4);
  if (by === 'client') return lost ? `${line(text, far)}x`.padEnd(width) : `${line(text, width - 1)}>`;
  if (by === 'server') return lost ? `x${line(text, far)}`.padStart(width) : `<${line(text, width - 1)}`;
  return `<${line(sends, far - ROUTER.length)} ${ROUTER}`.padEnd(width);
}

const line = (label: string, width: number): string => centred(` ${label} `, width, '-');

function centred(text: string, width: number, fill: string): string {
  const left = Math.floor((width - text.length) / 2);
  return fill.repeat(left) + text + fill.repeat(width - text.length - left);
}
