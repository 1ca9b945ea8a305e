// What the lab tells a program to do and what the program tells back: the two line formats between program.ts and
// program-main.ts.

import type { Endpoint, OptionName, Outcome } from './libc.js';

export type Step =
  | { step: 'connect'; to: Endpoint; from: Endpoint; timeoutMs: number; options: [OptionName, number][] }
  | { step: 'listen'; at: Endpoint; backlog: number }
  | { step: 'accept'; timeoutMs: number }
  /** `urgent`: its last octet goes out of band. */
  | { step: 'write'; text: string; repeat: number; timeoutMs: number; urgent: boolean }
  | { step: 'read'; timeoutMs: number; most: number }
  | { step: 'echo' }
  | { step: 'shutdown'; how: number }
  | { step: 'close' }
  | { step: 'linger'; seconds: number }
  /** Is deaf to SIGTERM from now on. */
  | { step: 'ignore' }
  | { step: 'option'; name: OptionName; value: number }
  /** Sends a whole IP packet, header and all. */
  | { step: 'raw'; hex: string; to: Endpoint };

export interface Report {
  /** The call as the program's author knows it (`read`, `write`, `connect` ...); empty when nothing is to be recorded. */
  call: string;
  /** Octets moved, `ok`, `EOF`, `blocked` (the step's limit passed first) or the name of the errno. */
  result: Outcome;
  /** Milliseconds since 1970, with fractions. */
  at: number;
  /** The step is over. */
  reply: boolean;
  /** When a write() was called: what it sends has passed before it returns. */
  calledAt?: number;
  /** What was read or written. */
  text?: string;
  local?: Endpoint;
  peer?: Endpoint;
  pid?: number;
}
