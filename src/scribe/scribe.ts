// The scribe: a thread that puts judged connections into words and writes them as NDJSON, while this one reads on.
//
// Words cost about as much as packets. Nothing comes back but empty pages, so the two threads share no state; few pages are
// under way at a time, so a slow reader slows the reading; and where the scribe has enough to do, this thread words a page itself.

import { once } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Clerk } from '../pipeline.js';
import type { Connection } from '../tcp/connection.js';
import type { TcpwatchEvent } from '../verdict/events.js';
import type { Judgement } from '../verdict/judgement.js';
import { Lines } from './lines.js';
import { emptyPage, type NotesOfEnds, type Page, PageWriter } from './page.js';

/** Pages with the scribe that keep it busy, and how many may be there at all. */
const ENOUGH_AWAY = 32;
const MOST_AWAY = 64;

/** To the thread: a page to word and write, lines to write, or the end. */
export type Order = Page | { readonly lines: string } | 'end';
/** From it: the numbers' place on a page, to be used again; what it could not write. */
export type Reply =
  | Pick<Page, 'ints' | 'doubles'>
  | 'written'
  | { readonly failure: { code: string | undefined; message: string } };

/** What the thread is begun with. */
export interface Duty {
  readonly fd: number;
  readonly replies: MessagePort;
}

export class Scribe implements Clerk {
  private readonly worker: Worker;
  private readonly replies: MessagePort;
  private readonly ended: Promise<unknown>;
  private readonly lines = new Lines();
  private writer = new PageWriter(emptyPage());
  private readonly blank: Page[] = [];
  private away = 0;

  /** @param failed called when nothing can be written any more */
  constructor(
    fd: number,
    private readonly failed: (error: NodeJS.ErrnoException) => void,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.replies = port1.on('message', (reply: Reply) => this.hear(reply));
    const workerData: Duty = { fd, replies: port2 };
    this.worker = new Worker(new URL('scribe-main.js', import.meta.url), { workerData, transferList: [port2] });
    this.ended = once(this.worker, 'exit');
  }

  judged(connection: Connection, notes: NotesOfEnds | undefined, judgement: Judgement, epochNs: bigint): void {
    this.writer.add(connection, notes, judgement, epochNs);
    if (this.writer.isFull) this.turn();
  }

  told(event: TcpwatchEvent): void {
    this.writer.addLine(`${JSON.stringify(event)}\n`);
  }

  /** There is room for more. */
  async settled(): Promise<void> {
    while (this.away > MOST_AWAY) await once(this.replies, 'message');
  }

  /** All has been written, or cannot be. */
  async end(): Promise<void> {
    this.turn();
    this.send('end');
    await this.ended;
    this.replies.close();
  }

  private hear(reply: Reply): void {
    if (typeof reply === 'object' && 'failure' in reply) {
      this.failed(Object.assign(new Error(reply.failure.message), { code: reply.failure.code }));
      return;
    }
    this.away--;
    if (reply !== 'written') this.blank.push(emptyPage(reply.ints, reply.doubles));
  }

  private turn(): void {
    if (this.writer.isEmpty) return;
    const { page } = this.writer;
    // While this thread is busy no event tells it what the other has done.
    for (let one = receiveMessageOnPort(this.replies); one; one = receiveMessageOnPort(this.replies))
      this.hear(one.message);
    if (this.away < ENOUGH_AWAY) {
      this.send(page, page.ints.buffer, page.doubles.buffer);
      this.writer = new PageWriter(this.blank.pop() ?? emptyPage());
    } else {
      let lines = '';
      this.lines.of(page, (line) => {
        lines += line;
      });
      this.send({ lines });
      this.writer = new PageWriter(emptyPage(page.ints, page.doubles));
    }
    this.away++;
  }

  private send(order: Order, ...moved: ArrayBuffer[]): void {
    this.worker.postMessage(order, moved);
  }
}
