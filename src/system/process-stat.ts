// One process as /proc/PID/stat shows it: since when it runs, and whether it still does.
//
// Read proc_pid_stat(5) first. The start time tells a process from a later one with the same number.

import { readFileSync } from 'node:fs';

export interface ProcessStat {
  /** One letter: R, S, D, T, Z for a zombie, X for dead... */
  readonly state: string;
  /** PF_* of include/linux/sched.h. */
  readonly flags: number;
  readonly threads: number;
  /** Clock ticks from boot to its start. */
  readonly startTicks: number;
}

const PF_EXITING = 0x4;

/** Whether the process that started at `startTicks` is over; a zombie is. False is a guess where /proc hides it. */
export function isGone(pid: number, startTicks: number): boolean {
  let stat: ProcessStat | null;
  try {
    stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // With hidepid a process of somebody else looks as if it were not there, but not to a signal.
    return !takesSignals(pid);
  }
  if (stat === null) return false;
  if (stat.startTicks !== startTicks) return true;
  // A process that exits closes its sockets a little before it becomes a zombie, and the packets may be faster than that.
  // While other threads run, the first one's end is not that of the process.
  const leaving = stat.state === 'Z' || stat.state === 'X' || (stat.flags & PF_EXITING) !== 0;
  return leaving && stat.threads <= 1;
}

/** Null if it is none. */
export function parseStat(text: string): ProcessStat | null {
  // The command stands in parentheses and may itself contain spaces, parentheses and line ends.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, flags, threads, startTicks] = [fields[0], Number(fields[6]), Number(fields[17]), Number(fields[19])];
  if (!/^[A-Za-z]$/.test(state) || ![flags, threads, startTicks].every(Number.isSafeInteger)) return null;
  return { state, flags, threads, startTicks };
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
