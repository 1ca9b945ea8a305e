// A call and what it returned, as strace(1) would print it, but shorter.

import type { Report } from '../stage/steps.js';

/** null: not worth a line. */
export function callWords({ call, result, text = '', pid }: Report): string | null {
  if (call === 'accept' && result === 'ok') return `accept() = 0, child ${pid} serves it`;
  if (call === 'exit') return 'exit()';
  if (result === 'blocked') return `${call}() still waits`;
  if (call === 'signal SIGTERM SIG_IGN') return 'signal(SIGTERM, SIG_IGN)';
  if (call === 'setsockopt SO_LINGER') return 'setsockopt(SO_LINGER, 0 s)';
  const written = call === 'write' ? JSON.stringify(text) : '';
  const heard = call === 'read' && text !== '' ? ` ${JSON.stringify(text)}` : '';
  return `${call}(${written}) = ${returned(result)}${heard}`;
}

function returned(result: Report['result']): string {
  if (typeof result === 'number') return String(result);
  if (result === 'ok') return '0';
  return result === 'EOF' ? '0 (EOF)' : `-1 ${result}`;
}
