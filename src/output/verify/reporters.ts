// REPORTERS: the ways to tell what `tcpwatch verify` found. A row is a name for `--reporter` and a maker.

import { githubReporter } from './github.js';
import { junitReporter } from './junit.js';
import type { Reporter, ReporterOptions } from './reporter.js';
import { textReporter } from './text.js';

export const REPORTERS = {
  text: { title: 'a line each, and what differs', make: textReporter },
  junit: { title: 'JUnit XML', make: junitReporter },
  github: { title: 'annotations of GitHub Actions', make: githubReporter },
} as const satisfies Record<string, { title: string; make: (options: ReporterOptions) => Reporter }>;

export type ReporterName = keyof typeof REPORTERS;
