// Like most clients it has what it came for once the answer is there, and does not look how the connection ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { PORT, server } from './server.js';

before(async () => {
  await once(server.listen(PORT, '127.0.0.1'), 'listening');
});
after(() => server.close());

for (const words of ['hello', 'once more']) {
  test(`says ${words}`, async () => {
    const socket = connect(PORT, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(words);
    const [heard] = await once(socket, 'data');
    assert.equal(heard.toString(), words);
    socket.end();
    await closed;
  });
}
