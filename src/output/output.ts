// What an output is: events in, text out. outputs.ts lists them.

import type { TcpwatchEvent } from '../verdict/events.js';

/** The name of an address, where one is known. */
export type NameOf = (address: string) => string | null;

export interface OutputOptions {
  /** Shows names in place of addresses. */
  readonly nameOf?: NameOf | undefined;
  /** Colours and weights are wanted and understood. */
  readonly colour: boolean;
  /** Columns of the terminal; Infinity where there is none to fit. */
  readonly width: number;
  /** Evidence, what the programs saw, and what else it could be. */
  readonly verbose: boolean;
  /** No line for each connection as it falls: all is said at the end. */
  readonly quiet?: boolean;
  /** Packets still come: who watches wants to see that. */
  readonly growing: boolean;
}

/** Turns events into text, one by one; what has to wait for the end comes with the summary. */
export interface Output {
  /** @returns text to print now, whole lines or nothing. */
  event(event: TcpwatchEvent): string;
  /** Wants to hear of a connection before its verdict is final. */
  readonly wantsProvisional: boolean;
}
