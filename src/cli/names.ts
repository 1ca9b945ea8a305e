// Names of addresses (reverse DNS), looked up while something else goes on: nothing waits for one, and what is not known by the
// time it is printed is printed as a number.

import { promises as dns } from 'node:dns';
import type { TcpwatchEvent } from '../pipeline.js';

/** Of one look-up; it is not tried again. */
const TIMEOUT_MS = 1000;
const MOST_AT_ONCE = 8;
/** What is printed but once waits for those that are being asked for, so long. */
const PATIENCE_MS = 2000;
/** Those not used for longest go first; those that wait are no more. */
const MOST_REMEMBERED = 1000;

/**
 * What may stand in a host name (RFC 952, RFC 1123), and the underscore that is met; anything else stays a number. The last
 * label has a letter: whoever owns an address could else name it like another address.
 */
const NAME = /^[A-Za-z0-9_](?=.*[A-Za-z][^.]*$)(?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/;

type Resolver = Pick<dns.Resolver, 'reverse'> & Partial<Pick<dns.Resolver, 'cancel'>>;

export class Names {
  /** null: it has none, or is being asked for. */
  private readonly known = new Map<string, string | null>();
  private readonly waiting: string[] = [];
  private underWay = 0;
  private closed = false;
  private idle: () => void = () => {};

  constructor(private readonly resolver: Resolver = new dns.Resolver({ timeout: TIMEOUT_MS, tries: 1 })) {}

  readonly nameOf = (address: string): string | null => {
    const name = this.known.get(address);
    if (name !== undefined) {
      this.known.delete(address);
      this.known.set(address, name);
      return name;
    }
    if (this.closed) return null;
    if (this.known.size >= MOST_REMEMBERED) this.known.delete(this.known.keys().next().value as string);
    this.known.set(address, null);
    if (this.waiting.length < MOST_REMEMBERED) this.waiting.push(address);
    this.next();
    return null;
  };

  /** Asks for whatever is going to be printed. */
  expect(event: TcpwatchEvent): void {
    if (event.type === 'host') this.nameOf(event.address);
    if (event.type !== 'connection' && event.type !== 'transition') return;
    this.nameOf(event.client.address);
    this.nameOf(event.server.address);
  }

  /** All that was asked for is known, or so much time has passed. */
  settled(patienceMs = PATIENCE_MS): Promise<void> {
    if (this.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Asks for nothing any more: a process does not stay for names that nobody will read. */
  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    this.resolver.cancel?.();
  }

  private next(): void {
    while (this.underWay < MOST_AT_ONCE) {
      const address = this.waiting.shift();
      if (address === undefined) break;
      this.underWay++;
      this.resolver.reverse(address).then(
        ([name]) => this.answered(address, name),
        () => this.answered(address, undefined),
      );
    }
    if (this.underWay === 0) this.idle();
  }

  private answered(address: string, name: string | undefined): void {
    this.underWay--;
    if (name !== undefined && NAME.test(name) && this.known.has(address)) this.known.set(address, name);
    this.next();
  }
}
