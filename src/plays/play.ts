// What a play is: a failure of the document, where it is played, and what is done, which reads aloud.

import type { SCENARIOS } from '../verdict/scenarios.js';
import type { Director } from './director.js';

type ScenarioId = (typeof SCENARIOS)[number]['id'];

export interface Play {
  /** The scenario that it plays, and its name. */
  readonly id: ScenarioId;
  /** What will be seen, in a line of the list. */
  readonly title: string;
  /** How long it takes, about. */
  readonly seconds: number;
  /** One host whose programs meet on its loopback; or a client, a router and a server that can die. */
  readonly stage: 'loopback' | 'routed';
  /** The server does not listen. */
  readonly serverDeaf?: true;
  /** Kernel variables of both hosts. */
  readonly tuning?: Readonly<Record<string, number>>;
  act(director: Director): Promise<void>;
}
