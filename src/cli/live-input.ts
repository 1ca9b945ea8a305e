// Options of a live capture -> what the pipeline is asked for, and whose rights it runs with.

import type { LiveInput } from '../pipeline.js';
import { dropPrivileges, type Identity } from '../system/privileges.js';
import { complain, EXIT } from './exit.js';
import type { WatchOptions } from './watch.js';

/** @param identity whom to become once the interface is open; null: nobody else. */
export function liveInput(options: WatchOptions, identity: Identity | null): LiveInput {
  return {
    interface: options.interface!,
    ...(options.snaplen === undefined ? {} : { snaplen: options.snaplen }),
    ...(options.bufferSize === undefined ? {} : { bufferKib: options.bufferSize }),
    promiscuous: options.promiscuous && options.promiscuousMode,
    backend: options.backend,
    processes: options.processes,
    dropTo: identity,
    opened: () => {
      if (identity) giveUp(identity);
    },
  };
}

function giveUp(identity: Identity): void {
  try {
    dropPrivileges(identity);
  } catch (error) {
    const who = identity.user ?? 'nobody';
    complain(`cannot become ${who}: ${(error as Error).message} (--no-drop-privileges stays root)`);
    process.exit(EXIT.interface);
  }
}
