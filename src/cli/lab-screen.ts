// A play on the screen: sentences of the director, and below each what is done, what the programs say, what the wire shows
// and what tcpwatch makes of it; a line each, in the order of their times.

import { labelOf, wireRow } from '../output/ladder/wire-row.js';
import { hang } from '../output/layout.js';
import { markOf, paint, paintSeverity } from '../output/style.js';
import { claimWords } from '../output/words.js';
import type { ByEnd, ConnectionEvent } from '../pipeline.js';
import type { PlayLine, ProgramLine, SceneLine, WireLine } from '../plays/line.js';

const TIME_WIDTH = 7;
/** `client[1234567]` */
const VOICE_WIDTH = 15;
const START = TIME_WIDTH + VOICE_WIDTH + 2;

const PROGRAM_STYLES = { client: 'green', server: 'magenta' } as const;

export class LabScreen {
  private startMs = Number.NaN;
  private readonly states = new Map<number, ByEnd<string | null>>();
  private readonly claims = new Map<number, string>();

  constructor(
    private readonly width: number,
    private readonly colour: boolean,
  ) {}

  /** Lines to print; none where nothing new is said. */
  lines(line: PlayLine): string[] {
    if (Number.isNaN(this.startMs)) this.startMs = line.at;
    switch (line.voice) {
      case 'scene':
        return this.scene(line);
      case 'director':
        return this.row(line.at, 'director', line.does, (text) => paint(text, 'cyan', this.colour));
      case 'program':
        return this.program(line);
      case 'wire':
        return this.wire(line);
      case 'verdict':
        return this.verdict(line.at, line.event);
    }
  }

  private scene({ says }: SceneLine): string[] {
    return ['', ...hang('', says, this.width).map((text) => paint(text, 'bold', this.colour))];
  }

  private program({ at, role, pid, says }: ProgramLine): string[] {
    return this.row(at, `${role}[${pid}]`, says, (text) => paint(text, PROGRAM_STYLES[role], this.colour));
  }

  private wire({ at, segment }: WireLine): string[] {
    const { connection, states, flags } = segment;
    const row = wireRow(segment, this.states.get(connection) ?? null, this.width - START, labelOf(segment));
    this.states.set(connection, states);
    const text = `${this.head(at, `wire #${connection}`)}${row}`;
    return [flags.includes('RST') ? paint(text, 'red', this.colour) : text];
  }

  /** Said again only when it is another. */
  private verdict(at: number, event: ConnectionEvent): string[] {
    const { severity } = event.verdict;
    const claim = claimWords(event);
    if (this.claims.get(event.id) === claim) return [];
    this.claims.set(event.id, claim);
    return this.row(at, `tcpwatch #${event.id}`, `${markOf(severity)} ${claim}`, (text) =>
      paintSeverity(text, severity, this.colour),
    );
  }

  private row(at: number, voice: string, text: string, painted: (text: string) => string): string[] {
    return hang(this.head(at, voice), text, this.width).map(painted);
  }

  private head(at: number, voice: string): string {
    const seconds = ((at - this.startMs) / 1000).toFixed(3);
    return `${seconds.padStart(TIME_WIDTH)} ${voice.padEnd(VOICE_WIDTH)} `;
  }
}
