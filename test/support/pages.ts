// The pages in docs/ that are made of the tables: one a scenario, one a kind of everything else. Markdown, for people who come
// from a search engine.
import { storyLadder } from '../../src/output/story-ladder.js';
import { ANOMALIES, ANOMALY_INDEX } from '../../src/tcp/anomalies.js';
import {
  type ConfusedWith,
  EXCERPTED,
  type Explanation,
  type FactWords,
  type Kind,
  type ReferenceWords,
  type StepWords,
  type Use,
} from '../../src/verdict/explanation.js';

const MADE =
  '<!-- Made of the tables in src/verdict by test/docs.test.ts: change those, then npx vitest run test/docs.test.ts -u -->';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const section = (heading: string, body: string): string[] => (body === '' ? [] : [`## ${heading}`, body]);
const codes = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ');
const factItem = ({ id, says }: FactWords): string => `- ${says} ([\`${id}\`](../facts.md#${id}))`;
const referenceItem = ({ title, url }: ReferenceWords): string => `- ${url ? `[${title}](${url})` : title}`;

/** @param shown what tcpwatch prints of the capture, and its file name */
export function scenarioPage(one: Explanation, shown: { readonly file: string; readonly text: string }): string {
  const document = one.document === null ? '' : ` Document ${one.document} of the failures that Stevens made famous.`;
  return [
    MADE,
    `# ${one.id}: ${one.title}`,
    `${one.meaning}`,
    `Severity: ${one.severity}.${document} [All scenarios](README.md). On the command line: \`tcpwatch explain ${one.id}\`.`,
    ...section('Step by step', storyText(one, shown.file)),
    ...section('What the programs see', sightsText(one)),
    ...section('What it can be confused with', confusedText(one)),
    ...section('What to do about it', `Look first: ${one.lookFirst}\n\n${adviceText(one)}`.trim()),
    ...section('When tcpwatch says it', conditionsText(one)),
    ...section('What tcpwatch prints', `\`\`\`\n$ tcpwatch -r fixtures/captures/${shown.file} -v\n${shown.text}\`\`\``),
    ...section('Read more', one.references.map(referenceItem).join('\n')),
    '',
  ].join('\n\n');
}

function storyText({ steps, gone }: Explanation, file: string): string {
  const both =
    gone && steps[0]!.by === null ? ` Told for a ${gone} that is gone; it goes the other way round as well.` : '';
  return [
    `As in the capture [\`${file}\`](../../fixtures/captures/${file}), real kernels on both ends: a test replays it and holds these steps against it.${both}`,
    `At the sides: the state of each socket, as RFC 9293 names it and a watcher believes it; \`ss\` of that host shows the same, and writes \`ESTAB\` and \`SYN-RECV\` (netstat: \`ESTABLISHED\`, \`SYN_RECV\`, \`FIN_WAIT2\`). \`CLOSED\`: no line at all; \`gone\`: none either, because its host is down or has forgotten, and the other end cannot know; \`x\`: it does not arrive.`,
    `\`\`\`\n${storyLadder(steps).join('\n')}\n\`\`\``,
    steps.map(({ says }, n) => `${n + 1}. ${says}`).join('\n'),
  ].join('\n\n');
}

function sightsText({ sees }: Explanation): string {
  const rows = sees.map(({ program, call, gives, when, source, onBsd }) => [
    program === 'either' ? 'either end' : program,
    `\`${call}()\``,
    gives,
    source ? `${when} (${source})` : when,
    onBsd ? `${onBsd.says} (${onBsd.source})` : '',
  ]);
  return `${table(['program', 'call', 'gives, on Linux', 'when', 'on BSD, where it is known to differ'], rows)}\n\nWhere the last column is empty, no difference is known. The calls of the programs in all shipped captures are held against this table.`;
}

function causesText({ sees }: Explanation): string {
  const rows = sees.map(({ scenario, program, call, when, onBsd }) => [
    `[${scenario}](scenarios/${scenario}.md)`,
    program === 'either' ? 'either end' : program,
    `\`${call}()\``,
    when,
    onBsd ? `${onBsd.says} (${onBsd.source})` : '',
  ]);
  return table(
    [
      'it can have been',
      'program',
      'call',
      'when, on Linux if nothing else is said',
      'on BSD, where it is known to differ',
    ],
    rows,
  );
}

function confusedText({ confusedWith }: Explanation): string {
  if (confusedWith.length === 0) return 'Nothing else looks like it.';
  const rows = confusedWith.map(({ scenario, title, toTellApart, ofMotive, ruledOutBy }) => [
    `${title}${scenario ? ` ([${scenario}](${scenario}.md))` : ''}${ofMotive ? '; another reason for the same fact' : ''}`,
    toTellApart,
    codes(ruledOutBy.map(({ id }) => id)) || 'nothing on the wire',
  ]);
  return table(['it may be', 'what would tell', 'ruled out by'], rows);
}

function adviceText({ advice }: Explanation): string {
  return advice.map(({ id, title, why }) => `- [${title}](../what-to-do.md#${id}). ${why}`).join('\n');
}

function conditionsText({ requires, excludes, corroboratedBy }: Explanation): string {
  const sets = requires.map((facts) => facts.map(factItem).join('\n')).join('\n\nor\n\n');
  const never = excludes.length > 0 ? `\n\nNever when\n\n${excludes.map(factItem).join('\n')}` : '';
  const more = corroboratedBy.length > 0 ? `\n\nMore likely when\n\n${corroboratedBy.map(factItem).join('\n')}` : '';
  return `${sets}${never}${more}`;
}

/** What to look at first, as docs/on-call.md has it. */
export const lookFirstTable = (scenarios: readonly Explanation[]): string =>
  table(
    ['verdict', 'look first'],
    scenarios.map(({ id, lookFirst }) => [`[${id}](scenarios/${id}.md)`, lookFirst!]),
  );

/** The table of contents of the scenarios. */
export const scenarioIndex = (scenarios: readonly Explanation[]): string =>
  [
    MADE,
    '# How TCP connections die',
    'A page for each verdict of tcpwatch: what happens step by step, what the programs at both ends see, what it can be confused with, and what to do about it. Each is told of a real capture.',
    table(
      ['scenario', 'what happened', 'severity'],
      scenarios.map(({ id, meaning, severity }) => [`[${id}](${id}.md)`, meaning, severity!]),
    ),
    '',
  ].join('\n\n');

interface KindPage {
  readonly kinds: readonly Kind[];
  readonly title: string;
  readonly about: string;
}

/** Pages of everything that is not a scenario. */
export const KIND_PAGES = {
  facts: {
    kinds: ['fact', 'host-fact'],
    title: 'What verdicts are made of: facts',
    about:
      'Told of a server that is gone, or of a client where the example is of one; every one holds the other way round as well. Each says when it is said, with its numbers and where they come from.',
  },
  endings: {
    kinds: ['ending'],
    title: 'How a connection ended: what is on the wire',
    about: 'The first layer of what tcpwatch says: no inference. The first that holds is the ending.',
  },
  errors: {
    kinds: ['errno', 'error'],
    title: 'ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH: what the program sees',
    about:
      'What calls give when the other end is gone, on Linux, and where BSD is known to differ: first by what a log says, then by what tcpwatch tells. `tcpwatch explain ECONNRESET` prints the same.',
  },
  anomalies: {
    kinds: ['anomaly'],
    title: 'Retransmissions and other segments out of the ordinary',
    about:
      'The classes of `--anomalies` and of the counts in NDJSON: what each is, what follows from it, what programs see of it, and what it can be taken for.',
  },
  'what-to-do': {
    kinds: ['advice'],
    title: 'What to do about connections that die',
    about:
      'Measures for programs and hosts, in C, Node, Python and Go where one line says it, and what each costs. In C the socket is `fd`, elsewhere `s` or `c`; errors are left out.',
  },
  'host-conclusions': {
    kinds: ['host-rule', 'host-moment'],
    title: 'What became of a host',
    about:
      'What several connections tell of a host together. [hosts.md](hosts.md) holds it against what was said with one connection alone.',
  },
  words: {
    kinds: ['state', 'word', 'status'],
    title: 'TIME_WAIT, CLOSE_WAIT, FIN_WAIT2, RSTR: states of sockets, and other words',
    about:
      'What `tcpwatch`, `ss`, `netstat` and Zeek print, and last what became of frames, as the summary counts them. A state is what a watcher believes: it sees what an end sends, and infers what it hears. `tcpwatch explain CLOSE_WAIT` prints the same.',
  },
} as const satisfies Record<string, KindPage>;

const USES: Readonly<Record<Use['as'], string>> = {
  requires: 'is needed for',
  excludes: 'speaks against',
  corroborates: 'makes more likely',
  tells: 'is told with',
  'rules-out': 'rules out, for',
  'brings-up': 'brings up, for',
};

const OF_EXCERPTS =
  'What programs see is told of Linux; where nothing is said of BSD and macOS, no difference is known. Each is shown by frames of a capture of real kernels, which a test replays: at the sides what a watcher believes of both ends after each, `>` at the one that shows it, numbers counted from each initial sequence number; "back to": what was believed of an end turned out not to be so. `tcpwatch explain ID` says the same line by line, and why to do what is advised.';

/**
 * @param reports what tcpwatch prints of a host, by id of the conclusion
 * @param fileOf the file name of a capture
 */
export function kindPage(
  { kinds, title, about }: KindPage,
  all: readonly Explanation[],
  reports: ReadonlyMap<string, { readonly file: string; readonly text: string }>,
  fileOf: (example: string) => string,
): string {
  const members = kinds.flatMap((of) => all.filter(({ kind }) => kind === of));
  const shows = members.some(({ steps }) => steps.length > 0) ? [OF_EXCERPTS] : [];
  const contents = kinds.map((of) =>
    members
      .filter(({ kind }) => kind === of)
      .map(({ id }) => `[${id}](#${anchorOf(id)})`)
      .join(' · '),
  );
  const entries = members.flatMap((one) => entry(one, fileOf, reports.get(one.id)));
  return [MADE, `# ${title}`, about, ...shows, ...contents, ...entries, ''].join('\n\n');
}

/** As GitHub makes it of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

function excerptText({ kind, steps, example, connection }: Explanation, fileOf: (example: string) => string): string[] {
  if (example === null) return EXCERPTED.includes(kind) ? ['No shipped capture shows it.'] : [];
  if (steps.length === 0) return [];
  const which = connection === 1 ? '' : `, connection ${connection}`;
  const [head, ...lines] = storyLadder(steps);
  const widest = Math.max(...lines.map((line) => line.length));
  const noted = lines.map((line, n) => `${line.padEnd(widest)}  ${noteOf(steps[n]!)}`.trimEnd());
  return [
    `From [\`${example}\`](../fixtures/captures/${fileOf(example)})${which}:\n\n\`\`\`\n${[head, ...noted].join('\n')}\n\`\`\``,
  ];
}

/** What there is to say of a step beyond its arrow. */
function noteOf(step: StepWords): string {
  const { afterSeconds, anomalies, says, sends, takenBack } = step;
  const ms = Math.round((afterSeconds ?? 0) * 1000);
  const titles = anomalies.map((id) => ANOMALIES[ANOMALY_INDEX[id]]!.title);
  const words = sends === 'ICMP' ? [says.replace(/^.*ICMP: |\.$/g, '')] : titles;
  if (takenBack) words.push(`back to ${step[takenBack]}`);
  return [...(ms > 0 ? [ms < 1000 ? `+${ms} ms` : `+${ms / 1000} s`] : []), words.join('; ')].join('  ');
}

/** What programs see: of a fact in a line, for the page of its scenario has the rest. */
function seesText({ kind, sees, seen }: Explanation): string[] {
  if (seen) {
    const elsewhere = seen.onBsd ? ` On BSD: ${seen.onBsd.says} (${seen.onBsd.source}).` : '';
    return [`What programs see: ${lowered(seen.says)}${elsewhere}`];
  }
  if (sees.length === 0 || kind === 'errno') return [];
  const [{ scenario }] = sees as [Explanation['sees'][number]];
  const calls = sees.map(({ program, call, gives, when, onBsd }) => {
    const who = program === 'either' ? 'either end' : program;
    if (kind === 'fact') return `${who} \`${call}()\` ${gives}`;
    return `- ${who}: \`${call}()\` gives ${gives}: ${when}${onBsd ? `. On BSD: ${onBsd.says} (${onBsd.source})` : ''}`;
  });
  if (kind === 'fact')
    return [`What programs see, as in [${scenario}](scenarios/${scenario}.md): ${calls.join(', ')}.`];
  return [`What programs see, as in [${scenario}](scenarios/${scenario}.md):\n\n${calls.join('\n')}`];
}

/** A sentence that goes on after a colon; not where it begins with a name. */
const lowered = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

const causeItem = (kind: Kind, { id, says }: FactWords): string =>
  `- [${id}](${kind === 'host-moment' ? `#${id}` : `scenarios/${id}.md`}): ${says}`;

const spelling = ({ id, says }: FactWords): string => `\`${id}\` (${says})`;

const confusedItem = ({ id, title, toTellApart }: ConfusedWith): string =>
  `- ${id ? `\`${id}\`` : ''}${id && title !== id ? ': ' : ''}${title === id ? '' : title}. What would tell: ${toTellApart}`;

function entry(
  one: Explanation,
  fileOf: (example: string) => string,
  report?: { readonly file: string; readonly text: string },
): string[] {
  const { id, title, meaning, when, follows, lookFirst, usedBy, references, advice, requires, confusedWith } = one;
  const fact = one.kind === 'fact' || one.kind === 'host-fact';
  const uses = usedBy.map(({ as, of, what }) => `- ${USES[as]} \`${of}\`${what ? `: ${what}` : ''}`).join('\n');
  const own = one.kind === 'advice' ? advice[0]! : null;
  const code = own ? Object.entries(own.code).map(([language, text]) => `- ${language}: \`${text}\``) : [];
  return [
    `## ${id}`,
    `**${title}**${fact ? '' : `\n\n${meaning}`}`,
    ...(one.alsoWritten.length > 0 ? [`Also written: ${one.alsoWritten.map(spelling).join(', ')}.`] : []),
    ...(one.course.length > 0 ? [one.course.map(({ id, says }, n) => `${n + 1}. ${says} (\`${id}\`)`).join('\n')] : []),
    ...[
      when,
      follows && one.kind === 'state' ? `How long, on Linux: ${lowered(follows)}` : follows,
      lookFirst && `Look first: ${lookFirst}`,
    ].filter((text) => text !== null),
    ...(report ? [] : excerptText(one, fileOf)),
    ...seesText(one),
    ...(one.kind === 'errno' ? [causesText(one)] : []),
    ...(one.causes.length > 0
      ? [`What happened, if it was:\n\n${one.causes.map((cause) => causeItem(one.kind, cause)).join('\n')}`]
      : []),
    ...(requires.length > 0
      ? [
          `Said when ${requires.map((facts) => codes(facts.map((one) => one.id))).join(' or ')}${one.excludes.length > 0 ? `; never with ${codes(one.excludes.map((one) => one.id))}` : ''}.`,
        ]
      : []),
    ...(confusedWith.length > 0 ? [`What it can be taken for:\n\n${confusedWith.map(confusedItem).join('\n')}`] : []),
    ...(report ? [`\`\`\`\n$ tcpwatch -r fixtures/captures/${report.file}\n...\n${report.text}\`\`\``] : []),
    ...(code.length > 0 ? [code.join('\n')] : []),
    ...(own ? [`Costs: ${own.costs}`] : []),
    ...(!own && advice.length > 0
      ? [`What to do: ${advice.map((row) => `[${row.title}](what-to-do.md#${row.id})`).join(' · ')}`]
      : []),
    ...(uses ? [uses] : []),
    ...(references.length > 0 ? [references.map(referenceItem).join('\n')] : []),
  ];
}
