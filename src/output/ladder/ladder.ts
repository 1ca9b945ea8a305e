// A connection as a ladder: two lifelines with the states beside them, a row a segment, and with it what was out of the
// ordinary and what decided. What a watcher cannot know (a segment that was lost before the capture) is not drawn.

import type { ConnectionEvent, EvidenceRecord, ReportRecord, SegmentRecord } from '../../verdict/events.js';
import { endWords } from '../evidence.js';
import { glue, NO_BREAK } from '../layout.js';
import type { NameOf } from '../output.js';
import { markOf, paint, paintSeverity } from '../style.js';
import { durationWords, offset, secondsBetween } from '../times.js';
import { claimWords, grouped, placeWords, plural } from '../words.js';
import { type Fold, type Folding, GAP_SECONDS, type Rung } from './folding.js';
import { arrowLabel } from './label.js';
import { foldedOddities, oddityWords } from './oddities.js';
import { LEAST_WIDTH, Sheet, wrapped } from './sheet.js';
import { labelRoom, newStates } from './wire-row.js';

export interface LadderOptions {
  /** Columns; Infinity: as many as it takes. */
  readonly width: number;
  readonly colour: boolean;
  /** Shows names in place of addresses. */
  readonly nameOf?: NameOf | undefined;
}

/** Below this, times are in milliseconds, to leave the arrows room. */
const NARROW = 72;
/** `client  ` */
const END_INDENT = 8;

export function ladderLines(event: ConnectionEvent, folding: Folding, options: LadderOptions): string[] {
  return new Ladder(event, folding, options).lines();
}

class Ladder {
  private readonly said: string[] = [];
  private readonly width: number;
  private readonly rungs: readonly Rung[];
  private readonly sheet: Sheet;
  /** Evidence that is still to come, by packet. */
  private readonly evidence: EvidenceRecord[];
  private states: ConnectionEvent['states'] | null = null;
  /** The time of the latest row. */
  private lastAt: string | null = null;

  constructor(
    private readonly event: ConnectionEvent,
    folding: Folding,
    private readonly options: LadderOptions,
  ) {
    this.rungs = folding.all();
    const { evidence } = event.verdict;
    this.evidence = [...evidence].sort((a, b) => a.packet - b.packet);
    this.width = Math.max(LEAST_WIDTH, options.width);
    // Clocks go back, and captures are damaged: the last row need not have the longest time.
    const heads = [...evidence, ...this.rungs.flatMap(headed)];
    const packetWidth = Math.max(0, ...heads.map(({ packet }) => String(packet).length));
    this.sheet = new Sheet(packetWidth, Math.max(0, ...heads.map(({ at }) => this.time(at).length)), this.width);
  }

  lines(): string[] {
    this.heading();
    for (const rung of this.rungs) this.rung(rung);
    this.asidesBefore(Number.POSITIVE_INFINITY);
    this.foot();
    return this.said;
  }

  private heading(): void {
    const { event, options } = this;
    const [client, server] = [event.client, event.server].map((peer) => placeWords(peer, options.nameOf));
    const ends = `${glue(`#${event.id}  client ${client}`)} ${glue(`server ${server}`)}`;
    this.say(
      wrapped(ends, this.width, 4).map((line) => paint(line, 'bold', options.colour)),
      [''],
      this.sheet.heading(),
    );
  }

  private rung(rung: Rung): void {
    if ('fold' in rung) this.folded(rung.fold);
    else if ('report' in rung) this.report(rung.report);
    else this.segment(rung.segment);
  }

  private segment(segment: SegmentRecord): void {
    const { sheet } = this;
    const decides = this.comeTo(segment);
    const label = arrowLabel(segment, labelRoom(sheet.arrow));
    const odd = segment.anomalies.map(oddityWords).filter((words) => words !== null);
    const lines = sheet.segment(
      this.head(segment.packet, segment.at),
      segment.from,
      label,
      newStates(segment, this.states),
      [...(odd.length > 0 ? [odd.join('; ')] : []), ...decides.map(decisive)],
      decides.length > 0 ? undefined : (text) => paint(text, 'dim', this.options.colour),
    );
    this.say(decides.length > 0 ? lines.map((line) => this.severe(line)) : lines);
    this.states = segment.states;
  }

  private report(report: ReportRecord): void {
    const { packet, at, to, by, says, believed } = report;
    const decides = this.comeTo(report);
    const words = `ICMP to the ${to}: ${says}, from ${by}${believed ? '' : '; not believed'}`;
    const lines = this.sheet.aside(this.head(packet, at), [words, ...decides.map(decisive)]);
    this.say(decides.length > 0 ? lines.map((line) => this.severe(line)) : lines);
  }

  /** What lies between the last packet and this one. @returns what this one decides. */
  private comeTo({ packet, at }: SegmentRecord | ReportRecord): EvidenceRecord[] {
    this.asidesBefore(packet);
    this.silenceUntil(at);
    return this.evidenceOf(packet);
  }

  /** Evidence that is no packet of this connection, or one that was folded. */
  private asidesBefore(packet: number): void {
    while (this.evidence.length > 0 && this.evidence[0].packet < packet) {
      const [first] = this.evidence;
      this.silenceUntil(first.at);
      const lines = this.sheet.aside(this.head(first.packet, first.at), this.evidenceOf(first.packet).map(decisive));
      this.say(lines.map((line) => this.severe(line)));
    }
  }

  /** What is next, if it is of this packet. */
  private evidenceOf(packet: number): EvidenceRecord[] {
    const count = this.evidence.findIndex((one) => one.packet !== packet);
    return this.evidence.splice(0, count < 0 ? this.evidence.length : count);
  }

  /** Time goes on to this row; a long silence gets one of its own. */
  private silenceUntil(at: string): void {
    const seconds = this.lastAt === null ? 0 : secondsBetween(this.lastAt, at);
    if (seconds >= GAP_SECONDS) this.broken(glue(`${durationWords(seconds)} nothing`), 'dim');
    if (this.lastAt === null || seconds > 0) this.lastAt = at;
  }

  private folded(fold: Fold): void {
    const { from, to, segments, octets } = fold;
    const span = durationWords(secondsBetween(from.at, to.at));
    const carried = octets > 0 ? `, ${glue(`${grouped(octets)} octets`)}` : '';
    this.broken(`... ${glue(`${grouped(segments)} segments`)} in ${span}${carried}${foldedOddities(fold)}`, 'cyan');
    this.lastAt = to.at;
  }

  private broken(words: string, style: 'dim' | 'cyan'): void {
    this.say(this.sheet.broken(words).map((line) => paint(line, style, this.options.colour)));
  }

  private foot(): void {
    const { event } = this;
    const { verdict } = event;
    this.say(['']);
    if (event.capturedTwice > 0) {
      const copies = `${plural(event.capturedTwice, 'packet')} captured twice, drawn once`;
      this.say([paint(copies, 'dim', this.options.colour)]);
    }
    for (const end of ['client', 'server'] as const)
      this.say(wrapped(`${glue(`${end}  `)}${endWords(event, end)}`, this.width, END_INDENT));
    const claim = `${glue(`${markOf(verdict.severity)} `)}${claimWords(event)}`;
    this.say(wrapped(claim, this.width, 0).map((line) => this.severe(line)));
  }

  private head(packet: number, at: string): string {
    return this.sheet.head(packet, this.time(at));
  }

  private time(at: string): string {
    const exact = offset(this.event.opened, at);
    return this.width < NARROW ? exact.replace(/\d{3} s$/, ' s') : exact;
  }

  private severe(line: string): string {
    return paintSeverity(line, this.event.verdict.severity, this.options.colour);
  }

  private say(...parts: readonly (readonly string[])[]): void {
    this.said.push(...parts.flat());
  }
}

const decisive = ({ says }: EvidenceRecord): string => `◀${NO_BREAK}${says}`;

/** What of a rung has a number and a time of its own. */
const headed = (rung: Rung): (SegmentRecord | ReportRecord)[] =>
  'fold' in rung ? [] : 'report' in rung ? [rung.report] : [rung.segment];
