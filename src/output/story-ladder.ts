// A story as a ladder: a line a step, what `ss` shows of both ends at its sides, what is sent between them.
//
//   2 CLOSE-WAIT   |<------------------ FIN ----------------| FIN-WAIT-1

import type { StepWords } from '../verdict/explanation.js';

/** SYN-RECEIVED is the longest state. */
const STATE = 12;
const BETWEEN = 40;
/** How far what is lost comes. */
const LOST_AT = 30;
const ROUTER = 'router';

/** Lines of at most 76 columns, in ASCII. */
export const storyLadder = (steps: readonly StepWords[]): string[] => [
  `   ${'client'.padEnd(STATE)}  ${' '.repeat(BETWEEN)}  server`,
  ...steps.map((step, n) =>
    `${String(n + 1).padStart(2)} ${step.client.padEnd(STATE)} |${between(step)}| ${step.server.padEnd(STATE)}`.trimEnd(),
  ),
];

function between({ by, sends, lost }: StepWords): string {
  if (sends === null) return centred(by === null ? '' : '(nothing is sent)', BETWEEN, ' ');
  if (by === 'client') return lost ? `${line(sends, LOST_AT)}x`.padEnd(BETWEEN) : `${line(sends, BETWEEN - 1)}>`;
  if (by === 'server') return lost ? `x${line(sends, LOST_AT)}`.padStart(BETWEEN) : `<${line(sends, BETWEEN - 1)}`;
  return `<${line(sends, LOST_AT - ROUTER.length)} ${ROUTER}`.padEnd(BETWEEN);
}

const line = (label: string, width: number): string => centred(` ${label} `, width, '-');

function centred(text: string, width: number, fill: string): string {
  const left = Math.floor((width - text.length) / 2);
  return fill.repeat(left) + text + fill.repeat(width - text.length - left);
}
