// For people: a line for each capture, and below it what differs.

import { hang } from '../layout.js';
import { markOf, paint, paintSeverity } from '../style.js';
import { harmless, linesOf, type Reporter, type ReporterOptions, STATUSES, summaryOf } from './reporter.js';

const INDENT = '    ';

export function textReporter({ colour, width }: ReporterOptions): Reporter {
  return {
    result(result) {
      const { severity, one } = STATUSES[result.status];
      const heading = `${harmless(result.capture)}${result.status === 'holds' ? '' : `: ${one}`}`;
      const first = hang(`${markOf(severity)} `, heading, width).map((line) => paintSeverity(line, severity, colour));
      const below = linesOf(result).flatMap((line) => hang(INDENT, line, width, INDENT.length + 2));
      return [...first, ...below].map((line) => `${line}\n`).join('');
    },
    end: (results) =>
      ['', ...hang('', summaryOf(results), width, 2)].map((line) => `${paint(line, 'dim', colour)}\n`).join(''),
  };
}
