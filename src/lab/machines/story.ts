// What a story is: how a real machine ends or fails, and what that is to those connected to it.

import type { End, Truth } from '../../stage/record.js';
import type { HostTruth } from '../answers.js';
import type { Temper } from './network.js';
import type { Scene } from './scene.js';

/** One capture of a story. */
export interface Setting {
  /** The N of its addresses, which no other capture has. */
  net: number;
  /** What sets its name apart from the story's other captures; the first has none. */
  as?: string;
  vantage?: 'router' | 'router-far';
}

export interface Story {
  name: string;
  /** What happens to its connections, unless the play says otherwise of some. */
  truth: Truth;
  end: End;
  /** What happens to the machine. */
  host: HostTruth;
  /** One sentence: what was done. */
  what: string;
  in: readonly Setting[];
  /** How long a panicked kernel stays; left out: for ever. */
  panicSeconds?: number;
  /** How long it takes before its kernel begins to use the network, beside what it needs. */
  firmwareSeconds?: number;
  /** How soon the router finds out that the machine is gone; left out: not at all. */
  router?: Temper;
  /** tcp_retries2 of the clients' host. */
  retries?: number;
  play(scene: Scene): Promise<void>;
}

/** Name of a story's capture in one setting. */
export const captureName = (story: Story, setting: Setting): string =>
  setting.as === undefined ? story.name : `${story.name}-${setting.as}`;
