// The processes of this machine at the ends of connections, where analysis and records ask for them.

import type { LocalProcesses } from '../system/local-processes.js';
import type { ProcessAt } from '../verdict/case.js';
import type { ProcessRecord } from '../verdict/events.js';
import type { Bystander } from './bystander.js';

export function processBystander(processes: LocalProcesses): Bystander {
  return {
    opened: ({ id, client, server }) => processes.want(id, client, server),
    processesOf: (id) => processAt(processes, id),
    forgotten: (id) => processes.forget(id),
  };
}

export const processAt =
  (processes: LocalProcesses, id: number): ProcessAt =>
  (role): ProcessRecord | null => {
    const process = processes.of(id, role);
    return process && { ...process, exited: processes.presence(id, role) === 'exited' };
  };
