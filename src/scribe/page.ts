// What goes to the scribe's thread at a time: judged connections as numbers, and other events as text, in their order.
//
// A connection's own numbers are copied as they are; what was judged follows as numbers in `rest`, where a word is its place
// in `words`. Written by PageWriter and read by readPage, which mirror each other.

import { Connection, RECORD_DOUBLES, RECORD_INTS } from '../tcp/connection.js';
import type { Verdict } from '../verdict/classify.js';
import type { ProgramError } from '../verdict/errors.js';
import type { Judgement } from '../verdict/judgement.js';
import type { Tallies } from '../verdict/record.js';
import { SCENARIOS } from '../verdict/scenarios.js';

/** Connections on a page. */
const ROOM = 256;
/** In place of a word, or of a row's number. */
const NONE = -1;

/** As messages between threads carry it. */
export interface Page {
  readonly ints: Int32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
  readonly rest: number[];
  readonly words: string[];
  /** What packet times count from. */
  epochNs: bigint;
}

export interface NotesOfEnds {
  readonly low: Tallies;
  readonly high: Tallies;
}

export const emptyPage = (
  ints = new Int32Array(ROOM * RECORD_INTS),
  doubles = new Float64Array(ROOM * RECORD_DOUBLES),
): Page => ({ ints, doubles, rest: [], words: [], epochNs: 0n });

export class PageWriter {
  private count = 0;
  private readonly places = new Map<string, number>();

  constructor(readonly page: Page) {}

  get isFull(): boolean {
    return this.count === ROOM;
  }

  get isEmpty(): boolean {
    return this.page.rest.length === 0;
  }

  /** A line of its own, which has no need of the scribe's words. */
  addLine(line: string): void {
    this.page.rest.push(NONE, this.page.words.push(line) - 1);
  }

  add(connection: Connection, notes: NotesOfEnds | undefined, judgement: Judgement, epochNs: bigint): void {
    this.page.epochNs = epochNs;
    const { ints, doubles, rest } = this.page;
    const toInt = this.count * RECORD_INTS;
    const toDouble = this.count * RECORD_DOUBLES;
    for (let n = 0; n < RECORD_INTS; n++) ints[toInt + n] = connection.ints[connection.i + n];
    for (let n = 0; n < RECORD_DOUBLES; n++) doubles[toDouble + n] = connection.doubles[connection.d + n];
    rest.push(this.count++, judgement.clockNs);
    rest.push(this.word(judgement.ending), this.word(judgement.form), this.word(judgement.closedBy));
    this.errors(judgement.errors.client);
    this.errors(judgement.errors.server);
    this.verdict(judgement.verdict);
    this.tallies(notes?.low);
    this.tallies(notes?.high);
  }

  private word(word: string | null): number {
    if (word === null) return NONE;
    let place = this.places.get(word);
    if (place === undefined) {
      place = this.page.words.push(word) - 1;
      this.places.set(word, place);
    }
    return place;
  }

  private errors(errors: readonly ProgramError[]): void {
    const { rest } = this.page;
    rest.push(errors.length);
    for (const { call, error, when, dueNs } of errors)
      rest.push(this.word(call), this.word(error), this.word(when), dueNs ?? Number.NaN);
  }

  private verdict(verdict: Verdict | null): void {
    const { rest } = this.page;
    if (!verdict) {
      rest.push(NONE);
      return;
    }
    const rows: readonly Verdict['row'][] = SCENARIOS;
    rest.push(rows.indexOf(verdict.row), this.word(verdict.gone), this.word(verdict.confidence));
    rest.push(verdict.evidence.length);
    for (const { fact, moment, detail } of verdict.evidence)
      rest.push(this.word(fact), moment.packet, moment.timeNs, this.word(detail));
    rest.push(verdict.lookalikes.length);
    for (const { id, ofMotive } of verdict.lookalikes) rest.push(this.word(id), ofMotive ? 1 : 0);
  }

  private tallies(tallies: Tallies | undefined): void {
    const { rest } = this.page;
    const { tally = [], recovery } = tallies ?? {};
    rest.push(tally.length, ...tally);
    rest.push(recovery?.timeouts ?? 0, recovery?.shortestTimeoutNs ?? 0, recovery?.longestTimeoutNs ?? 0);
  }
}

export interface PageReader {
  line(line: string): void;
  /** `connection` is a window that is moved on. */
  connection(connection: Connection, notes: NotesOfEnds, judgement: Judgement): void;
}

/** Shows what is on a page, in the order it was written. */
export function readPage({ ints, doubles, rest, words }: Page, reader: PageReader): void {
  const connection = new Connection();
  let at = 0;
  const next = (): number => rest[at++];
  // What was written as a word of some table is read as one.
  const word = <T extends string>(): T => words[next()] as T;
  const wordOrNull = <T extends string>(): T | null => word<T>() ?? null;
  const list = <T>(one: () => T): T[] => Array.from({ length: next() }, one);
  const error = (): ProgramError => {
    const said = { call: word<ProgramError['call']>(), error: word(), when: word<ProgramError['when']>() };
    const dueNs = next();
    return Number.isNaN(dueNs) ? said : { ...said, dueNs };
  };
  const verdict = (): Verdict | null => {
    const row = next();
    if (row === NONE) return null;
    return {
      row: SCENARIOS[row],
      gone: word(),
      confidence: word(),
      evidence: list(() => ({ fact: word(), moment: { packet: next(), timeNs: next() }, detail: wordOrNull() })),
      lookalikes: list(() => ({ id: word(), ...(next() === 1 ? { ofMotive: true as const } : {}) })),
    };
  };
  const tallies = (): Tallies => ({
    tally: list(next),
    recovery: { timeouts: next(), shortestTimeoutNs: next(), longestTimeoutNs: next() },
  });
  while (at < rest.length) {
    const place = next();
    if (place === NONE) {
      reader.line(word());
      continue;
    }
    connection.show(ints, place * RECORD_INTS, doubles, place * RECORD_DOUBLES);
    const judgement: Judgement = {
      clockNs: next(),
      ending: word(),
      form: wordOrNull(),
      closedBy: wordOrNull(),
      errors: { client: list(error), server: list(error) },
      verdict: verdict(),
    };
    reader.connection(connection, { low: tallies(), high: tallies() }, judgement);
  }
}
