// How the process ends: the exit code (the highest wins) and what stderr says of it, one line a trouble.

export const EXIT = { done: 0, gate: 1, usage: 2, input: 3, interface: 4, output: 5, defect: 70 } as const;

export function raise(code: number): void {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), code);
}

/** Names of files and interfaces are whatever somebody made them: nothing of them acts on the terminal. */
export function complain(...lines: readonly string[]): void {
  process.stderr.write(`tcpwatch: ${lines.map((line) => line.replaceAll(/\p{C}/gu, '?')).join('\n')}\n`);
}

/** Meets, once for the whole program, what can go wrong with the machine and with tcpwatch itself. */
export function guardProcess(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    reportUnwritable(error);
    process.exit();
  });
  // Nowhere left to complain to.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    reportDefect(error);
    process.exit();
  });
}

/** A reader that has seen enough (`| head`) is no error. */
export function reportUnwritable(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  complain(`cannot write the output: ${error.message}`);
  raise(EXIT.output);
}

export function reportDefect(error: unknown): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  complain(
    'this is a defect in tcpwatch; please report it with the lines below and, if you may, the capture',
    ...what.split('\n'),
  );
  raise(EXIT.defect);
}
