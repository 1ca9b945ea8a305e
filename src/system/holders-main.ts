// The helper: a process that keeps root's rights after its parent gave them up, and only answers who holds a socket.
//
// It hears nothing but inodes (holders-protocol.ts) and reads nothing but /proc. It ends when its questions end, so it
// never outlives its parent.

import { MAX_QUESTION_LENGTH, readQuestion, writeAnswer } from './holders-protocol.js';
import { findHolders } from './socket-holders.js';

// Ctrl-C is for the whole foreground group, and the parent has last questions.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let text = '';
process.stdin.setEncoding('latin1').on('data', (chunk: string) => {
  text += chunk;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    // A question that is none has an answer all the same: one line each keeps both in step.
    process.stdout.write(writeAnswer(findHolders(readQuestion(text.slice(0, end)) ?? [])));
    text = text.slice(end + 1);
  }
  if (text.length > MAX_QUESTION_LENGTH) process.exit(1);
});
// Nobody listens any more.
process.stdin.on('error', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
