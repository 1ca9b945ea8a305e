// How one leaves.

import { complain } from './exit.js';

/** Ctrl-C, `kill`, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `stop` at the first of them; the second one meets no handler and ends the process at once. */
export function onStop(stop: () => void): () => void {
  const disarm = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, first);
  };
  const first = (): void => {
    disarm();
    stop();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, first);
  return disarm;
}

export const complainOfStop = (): void => complain('stopped: what came after that was not read');
