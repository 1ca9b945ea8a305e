// A page in words: what the scribe's thread does, and the other one too when it would have to wait for that.

import { PacketClock } from '../tcp/packet-time.js';
import { recordOf, type Wording } from '../verdict/record.js';
import { type Page, readPage } from './page.js';

export class Lines {
  private epochNs: bigint | null = null;
  private wording: Wording | null = null;

  /** The lines of a page, one by one, in their order. */
  of(page: Page, line: (line: string) => void): void {
    const wording = this.wordingSince(page.epochNs);
    readPage(page, {
      line,
      connection: (connection, notes, judgement) =>
        line(`${JSON.stringify(recordOf(connection, notes, judgement, wording))}\n`),
    });
  }

  private wordingSince(epochNs: bigint): Wording {
    if (!this.wording || epochNs !== this.epochNs) {
      const clock = new PacketClock(epochNs);
      this.wording = { clock, processAt: () => null, final: true, revisedBy: () => null };
      this.epochNs = epochNs;
    }
    return this.wording;
  }
}
