// Says what it hears.
import { createServer } from 'node:net';

export const PORT = 9998;

export const server = createServer((socket) => {
  socket.pipe(socket);
});
