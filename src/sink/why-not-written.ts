// What the system says about a write that failed, in one line.

import { getSystemErrorMap } from 'node:util';

/** Such as `no space left on device`. */
export function whyNotWritten(error: unknown): string {
  const { errno, message = String(error) } = error as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known?.[1] ?? message.replaceAll(/\s+/g, ' ');
}
