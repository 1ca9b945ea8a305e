// A connection as a ladder: two lifelines with the states beside them, a row a segment, what was out of the ordinary and what
// decided said below it. What a watcher cannot know (a segment that was lost before the capture) is not drawn.

import type { ConnectionEvent, EvidenceRecord, ReportRecord, SegmentRecord } from '../../verdict/events.js';
import { placeOf } from '../../verdict/record.js';
import { endWords } from '../evidence.js';
import { glue, hang } from '../layout.js';
import { markOf, paint, paintSeverity } from '../style.js';
import { durationWords, offset, secondsBetween } from '../times.js';
import { claimWords } from '../words.js';
import { type Fold, type Folding, GAP_SECONDS, type Rung } from './folding.js';
import { foldedOddities, grouped, oddityWords } from './oddities.js';
import { ARROW_AT, arrowRoom, wireRow } from './wire-row.js';

export interface LadderOptions {
  /** Columns; Infinity: as many as it takes. */
  readonly width: number;
  readonly colour: boolean;
}

const TIME_WIDTH = 14;
/** Below this, times are in milliseconds, to leave the arrows room. */
const NARROW = 72;
const NARROW_TIME_WIDTH = 10;
const SEQUENCE_SPACE = 2 ** 32;

export function ladderLines(event: ConnectionEvent, folding: Folding, options: LadderOptions): string[] {
  return new Ladder(event, folding, options).lines();
}

class Ladder {
  private readonly said: string[] = [];
  private readonly packetWidth: number;
  private readonly timeWidth: number;
  private readonly isExact: boolean;
  /** Evidence that is still to come, by time. */
  private readonly evidence: EvidenceRecord[];
  private before: SegmentRecord | null = null;
  /** When something of the connection was last seen, be it an ICMP error. */
  private lastAt: string | null = null;

  constructor(
    private readonly event: ConnectionEvent,
    private readonly folding: Folding,
    private readonly options: LadderOptions,
  ) {
    this.packetWidth = Math.max(...[event, ...event.verdict.evidence].map(digitsOf));
    const longest = offset(event.opened, event.lastPacketAt).length;
    this.timeWidth = options.width < NARROW ? Math.max(NARROW_TIME_WIDTH, longest - 3) : Math.max(TIME_WIDTH, longest);
    this.isExact = options.width >= NARROW;
    this.evidence = [...event.verdict.evidence].sort((a, b) => a.packet - b.packet);
  }

  lines(): string[] {
    this.heading();
    for (const rung of this.folding.all()) this.rung(rung);
    for (const left of this.evidence.splice(0)) this.aside(left);
    this.foot();
    return this.said;
  }

  private heading(): void {
    const { event, options } = this;
    const ends = `${glue(`#${event.id}  client ${placeOf(event.client)}`)} ${glue(`server ${placeOf(event.server)}`)}`;
    this.say(
      hang('', ends, options.width, 4).map((line) => paint(line, 'bold', options.colour)),
      [''],
    );
  }

  private rung(rung: Rung): void {
    if ('fold' in rung) this.folded(rung.fold);
    else if ('report' in rung) this.report(rung.report);
    else this.segment(rung.segment);
  }

  private segment(segment: SegmentRecord): void {
    const { before } = this;
    const decides = this.comeTo(segment);
    const head = this.head(segment.packet, segment.at);
    const room = this.options.width - head.length;
    const row = head + wireRow(segment, before?.states ?? null, room, this.labelOf(segment, arrowRoom(room) - 5));
    this.say([decides.length > 0 ? this.severe(row) : row]);
    const odd = segment.anomalies.map(oddityWords).filter((words) => words !== null);
    if (odd.length > 0) this.note(odd.join('; '), 'dim');
    this.decided(decides);
    this.before = segment;
  }

  private report(report: ReportRecord): void {
    const { packet, at, to, by, says, believed } = report;
    const decides = this.comeTo(report);
    const words = `ICMP to the ${to}: ${says}, from ${by}${believed ? '' : '; not believed'}`;
    const lines = hang(this.head(packet, at) + ' '.repeat(ARROW_AT), words, this.options.width);
    this.say(lines.map((line) => (decides.length > 0 ? this.severe(line) : line)));
    this.decided(decides);
  }

  /** What lies between the last packet and this one. @returns what this one decides. */
  private comeTo({ packet, at }: SegmentRecord | ReportRecord): EvidenceRecord[] {
    const { evidence } = this;
    while (evidence.length > 0 && evidence[0].packet < packet) this.aside(evidence.shift()!);
    if (this.lastAt !== null) this.gap(secondsBetween(this.lastAt, at));
    this.lastAt = at;
    const decides: EvidenceRecord[] = [];
    while (evidence[0]?.packet === packet) decides.push(evidence.shift()!);
    return decides;
  }

  private decided(evidence: readonly EvidenceRecord[]): void {
    const { width } = this.options;
    for (const { says } of evidence) this.say(hang(`${this.margin()}◀ `, says, width).map((line) => this.severe(line)));
  }

  private folded(fold: Fold): void {
    const { from, to, segments, octets } = fold;
    const span = durationWords(secondsBetween(from.at, to.at));
    const words = `${grouped(segments)} more segments in ${span}, ${grouped(octets)} octets${foldedOddities(fold)}`;
    this.note(`... ${words}`, 'cyan');
    this.before = to;
    this.lastAt = to.at;
  }

  private gap(seconds: number): void {
    if (seconds >= GAP_SECONDS) this.note(`┆ ${durationWords(seconds)} nothing`, 'dim');
  }

  /** Evidence that is no segment of this connection, or one that was folded. */
  private aside({ packet, at, says }: EvidenceRecord): void {
    const { width } = this.options;
    this.say(hang(`${this.head(packet, at)}◀ `, says, width).map((line) => this.severe(line)));
  }

  private foot(): void {
    const { event } = this;
    const { width } = this.options;
    const { verdict } = event;
    this.say(['']);
    for (const end of ['client', 'server'] as const) this.say(hang(`${end}  `, endWords(event, end), width));
    const claim = `${glue(`${markOf(verdict.severity)} `)}${claimWords(event)}`;
    this.say(hang('', claim, width).map((line) => this.severe(line)));
  }

  private note(words: string, style: 'dim' | 'cyan'): void {
    const { width, colour } = this.options;
    this.say(hang(this.margin(), words, width).map((line) => paint(line, style, colour)));
  }

  /** Flags, and numbers as tcpdump counts them, from where each end began; as much as there is room for. */
  private labelOf({ flags, seq, ack, length, from }: SegmentRecord, room: number): string {
    const { origin } = this.folding;
    const own = relative(seq, origin[from]);
    const other = relative(ack, origin[from === 'client' ? 'server' : 'client']);
    const names: string[] = flags.filter((flag) => flag !== 'PSH' && flag !== 'ACK');
    if (names.length === 0 && length === 0) names.push('ACK');
    const span = length > 0 ? `${own}:${own + length}` : names.includes('ACK') ? '' : String(own);
    const acks = flags.includes('ACK') && !names.includes('ACK') ? 'ack ' : '';
    const words = [...names, span].filter(Boolean).join(' ');
    const whole = flags.includes('ACK') ? `${words} ${acks}${other}` : words;
    if (whole.length <= room) return whole;
    return words.length <= room ? words : [...names, length > 0 ? `${length} octets` : ''].filter(Boolean).join(' ');
  }

  private head(packet: number, at: string): string {
    const exact = offset(this.event.opened, at);
    const time = !this.isExact ? exact.replace(/\d{3} s$/, ' s') : exact;
    return `${String(packet).padStart(this.packetWidth)} ${time.padStart(this.timeWidth)}  `;
  }

  private margin(): string {
    return ' '.repeat(this.packetWidth + 1 + this.timeWidth + 2 + ARROW_AT);
  }

  private severe(line: string): string {
    return paintSeverity(line, this.event.verdict.severity, this.options.colour);
  }

  private say(...parts: readonly (readonly string[])[]): void {
    this.said.push(...parts.flat());
  }
}

const digitsOf = (one: ConnectionEvent | EvidenceRecord): number =>
  String('packet' in one ? one.packet : one.lastPacket).length;

/** A number so little before the first is one: a probe, or something late. */
const MOST_BEFORE = 2 ** 20;

function relative(number: number, origin: number | null): number {
  if (origin === null) return number;
  const beyond = (number - origin + SEQUENCE_SPACE) % SEQUENCE_SPACE;
  return beyond >= SEQUENCE_SPACE - MOST_BEFORE ? beyond - SEQUENCE_SPACE : beyond;
}
