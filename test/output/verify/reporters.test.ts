// Reports of `tcpwatch verify`: hostile names end neither a line, a command nor an element.
import { describe, expect, it } from 'vitest';
import { REPORTERS, type ReporterName } from '../../../src/output/verify/reporters.js';
import type { CaptureResult } from '../../../src/verify/result.js';

const result = (capture: string, status: CaptureResult['status'], ...lines: string[]): CaptureResult => ({
  capture: `${capture}.pcap`,
  expectation: `${capture}.expect.json`,
  status,
  lines,
});

const RESULTS = [
  result('good', 'holds'),
  result(
    'a,b:c%\n::warning::<"&\u001b[31m',
    'differs',
    'connection #1: expected "a<b", got ]]> 100%\u0007',
    'to look: x',
  ),
  result('cut', 'unreadable', 'the file ends within a packet'),
  result('new', 'no-expectation'),
];

const report = (
  name: ReporterName,
  results: readonly CaptureResult[] = RESULTS,
  width = Number.POSITIVE_INFINITY,
): string => {
  const reporter = REPORTERS[name].make({ colour: false, width });
  return results.map((each) => reporter.result(each)).join('') + reporter.end(results);
};

describe('text', () => {
  it('tells each in a line, and what differs below it', () => {
    expect(report('text').split('\n')).toEqual([
      '✔ good.pcap',
      '✖ a,b:c%?::warning::<"&?[31m.pcap: differs',
      '    connection #1: expected "a<b", got ]]> 100%?',
      '    to look: x',
      '✖ cut.pcap: cannot be read',
      '    the file ends within a packet',
      '· new.pcap: has no expectation',
      '    tcpwatch verify --update new.pcap writes new.expect.json',
      '',
      '4 captures: 1 holds, 1 differs, 1 cannot be read, 1 has no expectation',
      '',
    ]);
  });

  it('fits', () => {
    const lines = report('text', RESULTS, 50).split('\n');
    expect(lines.filter((line) => line.length > 50)).toEqual([]);
  });
});

describe('github', () => {
  it('annotates what does not hold, a command a line', () => {
    expect(report('github').split('\n')).toEqual([
      '::error file=a%2Cb%3Ac%25?%3A%3Awarning%3A%3A<"&?[31m.expect.json,title=a%2Cb%3Ac%25?%3A%3Awarning%3A%3A<"&?[31m.pcap differs::connection #1: expected "a<b", got ]]> 100%25?%0Ato look: x',
      '::error file=cut.pcap,title=cut.pcap cannot be read::the file ends within a packet',
      '4 captures: 1 holds, 1 differs, 1 cannot be read, 1 has no expectation',
      '',
    ]);
  });
});

describe('junit', () => {
  it('is a test case each', () => {
    const xml = report('junit');
    expect(xml).toContain('<testsuites name="tcpwatch verify" tests="4" failures="1" errors="1" skipped="1">');
    expect(xml).toContain('<testcase name="good.pcap" classname="tcpwatch.verify" file="good.expect.json"/>');
    expect(xml).toContain('name="a,b:c%?::warning::&lt;&quot;&amp;?[31m.pcap"');
    expect(xml).toContain('<failure message="connection #1: expected &quot;a&lt;b&quot;, got ]]&gt; 100%?">');
    expect(xml).toContain('<error message="the file ends within a packet">');
    expect(xml).toContain('<skipped message="tcpwatch verify --update new.pcap writes new.expect.json">');
  });

  it('has no character and no tag that ends early', () => {
    const xml = report('junit');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    const tags = [...xml.matchAll(/<(\/?)(\w+)((?:\s+\w+="[^"<]*")*)\s*(\/?)>/g)];
    const open: string[] = [];
    for (const [, closes, name, , selfCloses] of tags) {
      if (closes) expect(open.pop()).toBe(name);
      else if (!selfCloses) open.push(name);
    }
    expect(open).toEqual([]);
    expect(xml.replace(/<\?.*\?>/, '').match(/</g)).toHaveLength(tags.length);
  });
});
