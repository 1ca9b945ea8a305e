// JUnit XML, as the testmoapp/junitxml description has it: a test case for each capture. For the test report of a CI.

import type { CaptureResult } from '../../verify/result.js';
import { countOf, harmless, linesOf, type Reporter } from './reporter.js';

export function junitReporter(): Reporter {
  return { result: () => '', end: (results) => `${document(results).join('\n')}\n` };
}

function document(results: readonly CaptureResult[]): string[] {
  const counts =
    `tests="${results.length}" failures="${countOf(results, 'differs')}" ` +
    `errors="${countOf(results, 'unreadable')}" skipped="${countOf(results, 'no-expectation')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tcpwatch verify" ${counts}>`,
    `  <testsuite name="tcpwatch verify" ${counts}>`,
    ...results.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
  ];
}

/** The element that says how it went. */
const ELEMENTS = { differs: 'failure', unreadable: 'error', 'no-expectation': 'skipped' } as const;

function testCase(result: CaptureResult): string[] {
  const { capture, status } = result;
  const name = `    <testcase name="${escaped(capture)}" classname="tcpwatch.verify" file="${escaped(result.expectation)}"`;
  if (!(status in ELEMENTS)) return [`${name}/>`];
  const element = ELEMENTS[status as keyof typeof ELEMENTS];
  const lines = linesOf(result).map(escaped);
  return [`${name}>`, `      <${element} message="${lines[0]}">${lines.join('\n')}</${element}>`, '    </testcase>'];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way to write a control character. */
const escaped = (text: string): string => harmless(text).replaceAll(/[&<>"]/g, (character) => ENTITIES[character]);
