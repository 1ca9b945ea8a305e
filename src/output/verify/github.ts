// GitHub Actions workflow commands: an annotation on the expectation of each capture that differs.
// docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

import type { CaptureResult } from '../../verify/result.js';
import { harmless, linesOf, type Reporter, STATUSES, summaryOf } from './reporter.js';

export function githubReporter(): Reporter {
  return {
    result(result) {
      const { severity, one } = STATUSES[result.status];
      if (severity !== 'error') return '';
      const title = `${harmless(result.capture)} ${one}`;
      return `::error file=${property(fileOf(result))},title=${property(title)}::${data(linesOf(result).join('\n'))}\n`;
    },
    // A line that begins with two colons would be a command.
    end: (results) => `${summaryOf(results)}\n`,
  };
}

const fileOf = ({ capture, expectation, status }: CaptureResult): string =>
  harmless(status === 'unreadable' ? capture : expectation);

/** As @actions/core writes them: whatever a name is, it ends neither the command nor its property. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
