// A story as a ladder: a line a step, what `ss` shows of both ends at its sides, what is sent between them.
//
//   2 CLOSE-WAIT   |<------------------ FIN ----------------| FIN-WAIT-1
//
// An excerpt of a capture likewise: with the numbers of its frames, and a mark at the one that decides.

import type { StepWords } from '../verdict/explanation.js';

/** SYN-RECEIVED is the longest state. */
const STATE = 12;
const BETWEEN = 40;
/** How far what is lost comes. */
const LOST_AT = 30;
const ROUTER = 'router';

/** A step that decides. */
const MARK = '>';
const UNKNOWN = '?';

/** Lines of at most 80 columns, in ASCII. Steps of a story are counted, those of an excerpt have the numbers of their frames. */
export function storyLadder(steps: readonly StepWords[]): string[] {
  const isExcerpt = steps.some(({ decides }) => decides);
  const numbers = steps.map(({ packet }, n) => (isExcerpt ? String(packet ?? '') : String(n + 1)));
  const width = Math.max(2, ...numbers.map((number) => number.length));
  const margin = (n: number): string =>
    `${isExcerpt ? (steps[n]!.decides ? MARK : ' ') : ''}${numbers[n]!.padStart(width)} `;
  return [
    `${' '.repeat(margin(0).length)}${'client'.padEnd(STATE)}  ${' '.repeat(BETWEEN)}  server`,
    ...steps.map((step, n) =>
      `${margin(n)}${(step.client ?? UNKNOWN).padEnd(STATE)} |${between(step)}| ${step.server ?? UNKNOWN}`.trimEnd(),
    ),
  ];
}

function between({ by, sends, label, lost }: StepWords): string {
  if (sends === null) return centred(label ?? (by === null ? '' : '(nothing is sent)'), BETWEEN, ' ');
  const text = label ?? sends;
  if (by === 'client') return lost ? `${line(text, LOST_AT)}x`.padEnd(BETWEEN) : `${line(text, BETWEEN - 1)}>`;
  if (by === 'server') return lost ? `x${line(text, LOST_AT)}`.padStart(BETWEEN) : `<${line(text, BETWEEN - 1)}`;
  return `<${line(sends, LOST_AT - ROUTER.length)} ${ROUTER}`.padEnd(BETWEEN);
}

const line = (label: string, width: number): string => centred(` ${label} `, width, '-');

function centred(text: string, width: number, fill: string): string {
  const left = Math.floor((width - text.length) / 2);
  return fill.repeat(left) + text + fill.repeat(width - text.length - left);
}
