// An explanation as text: short paragraphs under headings, folded to the width.

import {
  type AdviceWords,
  type ConfusedWith,
  EXCERPTED,
  type Explanation,
  type FactWords,
  KINDS,
  type SeenWords,
  type SightWords,
  type StepWords,
  type Use,
} from '../verdict/explanation.js';
import { hang } from './layout.js';
import { storyLadder } from './story-ladder.js';
import { paint } from './style.js';

export interface TextOptions {
  readonly colour: boolean;
  /** Columns to fit into; Infinity where there is none. */
  readonly width: number;
  /** Where whoever reads it finds the shipped captures. */
  readonly captures?: string;
}

/** A line to be folded; what is fixed stands as it is. */
type Line = string | { readonly fixed: string };

export function explanationLines(one: Explanation, options: TextOptions): string[] {
  const { colour, width } = options;
  const lines: string[] = [];
  const put = (text: Line): void => {
    if (typeof text !== 'string') lines.push(text.fixed);
    else {
      const [before] = /^ *(- |\d+\. )?/.exec(text)!;
      lines.push(...hang(before, text.slice(before.length), width));
    }
  };
  lines.push(...hang('', `${one.id}: ${one.title}`, width, 2).map((line) => paint(line, 'bold', colour)));
  lines.push(paint(kindWords(one), 'dim', colour), '');
  put(one.meaning);
  if (one.namesakes.length > 0) lines.push('');
  for (const { kind, asked, title } of one.namesakes)
    put(
      `Also ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, ${KINDS[kind]}: "${title}". tcpwatch explain ${asked} shows that.`,
    );
  for (const [heading, section] of sectionsOf(one, options)) {
    if (section.length === 0) continue;
    lines.push('', paint(heading, 'bold', colour));
    section.forEach(put);
  }
  return lines;
}

/** A line each, kind by kind. */
export function listLines(all: readonly Explanation[], { colour, width }: TextOptions): string[] {
  const lines: string[] = [];
  for (const [kind, title] of Object.entries(KINDS)) {
    const members = all.filter((one) => one.kind === kind);
    const ids = Math.max(...members.map(({ id }) => id.length));
    lines.push(...(lines.length > 0 ? [''] : []), paint(`${kind}: ${title}`, 'bold', colour));
    for (const { id, title: words } of members) lines.push(...hang(`  ${id.padEnd(ids)}  `, words, width));
  }
  return lines;
}

const kindWords = ({ kind, severity, document }: Explanation): string =>
  [kind, severity, document === null ? null : `document ${document}`].filter((word) => word !== null).join(' · ');

function sectionsOf(one: Explanation, options: TextOptions): (readonly [string, readonly Line[]])[] {
  return [
    ['also written', one.alsoWritten.map(factBehind)],
    ['step by step', isExcerpt(one) ? excerptLines(one, options) : storyLines(one, options)],
    ['step by step', EXCERPTED.includes(one.kind) && one.example === null ? ['  No shipped capture shows it.'] : []],
    ['step by step', one.course.map(({ id, says }, n) => `  ${n + 1}. ${says}  [${id}]`)],
    ['example', one.example && one.steps.length === 0 ? [`  ${captureOf(one.example, options)}`] : []],
    ['what the programs see, on Linux', one.kind === 'errno' ? [] : sightsLines(one.sees)],
    ['what the programs see', one.seen ? seenLines(one.seen) : []],
    ['it can have been', one.kind === 'errno' ? causesLines(one.sees) : []],
    ['what happened, if it was', one.causes.map(factBehind)],
    [one.kind === 'status' ? 'how it arises' : 'when it is said', one.when ? [`  ${one.when}`] : []],
    [one.kind === 'state' ? 'how long, on Linux' : 'what follows', one.follows ? [`  ${one.follows}`] : []],
    ['look first', one.lookFirst ? [`  ${one.lookFirst}`] : []],
    [
      isTakenFor(one) ? 'what it can be taken for' : 'could also be',
      one.kind === 'scenario' && one.confusedWith.length === 0
        ? ['  Nothing else looks like it.']
        : one.confusedWith.flatMap((other) => confusedLines(other, EXCERPTED.includes(one.kind))),
    ],
    ['what to do', one.advice.flatMap((advice) => adviceLines(advice, one.kind === 'advice'))],
    ['said when', alternatives(one.requires)],
    ['never when', one.excludes.map(factLine)],
    ['more likely when', one.corroboratedBy.map(factLine)],
    ['where it counts', one.usedBy.map(useLine)],
    ['read more', one.references.map(({ title, url }) => `  - ${title}${url ? `, ${url}` : ''}`)],
  ];
}

const isTakenFor = ({ kind }: Explanation): boolean => kind === 'lookalike' || EXCERPTED.includes(kind);

const isExcerpt = ({ steps }: Explanation): boolean => steps.some(({ decides }) => decides);

function excerptLines({ steps, example, connection }: Explanation, options: TextOptions): Line[] {
  const unknown = steps.some(({ client, server }) => client === null || server === null);
  const which = connection === 1 ? '' : `, connection ${connection}`;
  return [
    `  Frames of ${captureOf(example!, options)}${which}, and what a watcher believes of both ends after each. ">" marks the one that shows it.${unknown ? ' "?": not heard of yet.' : ''}`,
    '',
    ...storyLadder(steps, options.width).map((fixed) => ({ fixed })),
    '',
    ...steps.map(({ packet, says }) => `  - ${packet === null ? '' : `${packet}: `}${says}`),
  ];
}

function storyLines({ steps, example, gone }: Explanation, options: TextOptions): Line[] {
  if (steps.length === 0) return [];
  const mirrored =
    gone && steps[0]!.by === null ? ` Told for a ${gone} that is gone; it goes the other way round as well.` : '';
  return [
    `  As in ${captureOf(example!, options)}. States as RFC 9293 names them and a watcher believes them (ss writes ESTAB, netstat FIN_WAIT2).${wordsOf(steps)}${mirrored}`,
    '',
    ...storyLadder(steps, options.width).map((fixed) => ({ fixed })),
    '',
    ...steps.map(({ says }, n) => `  ${n + 1}. ${says}`),
  ];
}

const wordsOf = (steps: readonly StepWords[]): string =>
  steps.some(({ client, server }) => client === 'gone' || server === 'gone')
    ? ' "gone": it is down, or has forgotten, and the other end cannot know.'
    : '';

const captureOf = (example: string, { captures = 'fixtures/captures' }: TextOptions): string =>
  `${captures}/${example}.pcap*`;

/** Where nobody has found a difference, that is said. */
const SAME_ON_BSD = ['  On BSD and macOS: no difference is known.'];

function sightsLines(sees: readonly SightWords[]): Line[] {
  const differs = sees.some(({ onBsd }) => onBsd);
  return [...sees.flatMap(sightLines), ...(sees.length > 0 && !differs ? SAME_ON_BSD : [])];
}

function sightLines({ program, call, gives, when, source, onBsd }: SightWords): Line[] {
  const who = program === 'either' ? 'either end' : `the ${program}`;
  return [
    `  - ${who}: ${call}() gives ${gives}: ${when}${source ? ` (${source})` : ''}`,
    ...(onBsd ? [`    On BSD, and macOS whose TCP is BSD's: ${onBsd.says} (${onBsd.source})`] : []),
  ];
}

function seenLines({ says, onBsd }: SeenWords): Line[] {
  return [`  ${says}`, ...(onBsd ? [`  On BSD: ${onBsd.says} (${onBsd.source}).`] : SAME_ON_BSD)];
}

const factBehind = ({ id, says }: FactWords): string => `  - ${id}: ${says}`;

function causesLines(sees: readonly SightWords[]): Line[] {
  const differs = sees.length === 0 || sees.some(({ onBsd, when }) => onBsd || when.includes('BSD'));
  return [...sees.flatMap(causeLines), ...(differs ? [] : SAME_ON_BSD)];
}

function causeLines({ scenario, program, call, when, onBsd }: SightWords): Line[] {
  const who = program === 'either' ? 'either end' : `the ${program}`;
  return [
    `  - ${scenario}: ${call}() of ${who}, ${when}`,
    ...(onBsd ? [`    On BSD, and macOS whose TCP is BSD's: ${onBsd.says} (${onBsd.source})`] : []),
  ];
}

/** @param named its id can be explained like this one */
function confusedLines({ id, title, toTellApart, ofMotive, ruledOutBy }: ConfusedWith, named: boolean): Line[] {
  return [
    `  - ${title}${ofMotive ? ' (another reason for the same fact)' : ''}${named && id ? `  [${id}]` : ''}`,
    `    would tell: ${toTellApart}`,
    ...(ruledOutBy.length > 0 ? [`    ruled out by: ${ruledOutBy.map(({ id }) => id).join(', ')}`] : []),
  ];
}

function adviceLines({ id, title, why, code, costs }: AdviceWords, whole: boolean): Line[] {
  if (!whole) return [`  - ${title}. ${why}  [${id}]`];
  return [...Object.entries(code).map(([language, text]) => `  - ${language}: ${text}`), `  - costs: ${costs}`];
}

const factLine = ({ id, says }: FactWords): string => `  - ${says}  [${id}]`;

const alternatives = (sets: readonly (readonly FactWords[])[]): Line[] =>
  sets.flatMap((set, n) => [...(n > 0 ? ['  or'] : []), ...set.map(factLine)]);

const USES = {
  requires: 'is needed for',
  excludes: 'speaks against',
  corroborates: 'makes more likely',
  tells: 'is told with',
  'rules-out': 'rules out, for',
  'brings-up': 'brings up, for',
} as const satisfies Record<Use['as'], string>;

const useLine = ({ as, of, what }: Use): string => `  - ${USES[as]} ${of}${what ? `: ${what}` : ''}`;
