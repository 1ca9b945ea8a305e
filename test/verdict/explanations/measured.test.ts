// What explanations say of calls and no shipped capture shows: measured on this machine's own kernel, over loopback.
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { AF_INET, type Libc, loadLibc, type Outcome } from '../../../src/stage/libc.js';
import { ERROR_NOTES } from '../../../src/verdict/explanations/error-notes.js';
import { SIGHTS } from '../../../src/verdict/explanations/sights.js';

const LIMIT_MS = 2000;

function impossibleBecause(): string | null {
  if (process.platform !== 'linux') return 'it says what Linux does';
  try {
    createRequire(import.meta.url).resolve('koffi');
  } catch {
    return 'koffi is not installed';
  }
  return null;
}

const skip = impossibleBecause();

describe.skipIf(skip !== null)(`measured on this kernel${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  let libc: Libc;
  beforeAll(async () => {
    libc = await loadLibc();
  });

  const socket = (): number => libc.socket(AF_INET) as number;
  const read = (fd: number): Outcome => {
    const got = libc.receive(fd, Buffer.alloc(16), LIMIT_MS);
    return got === 0 ? 'EOF' : got;
  };
  const write = (fd: number): Outcome => libc.send(fd, Buffer.from('line\n'), LIMIT_MS);

  function listener(): { fd: number; end: { address: string; port: number } } {
    const fd = socket();
    libc.bind(fd, { address: '127.0.0.1', port: 0 });
    libc.listen(fd, 5);
    return { fd, end: libc.localEnd(fd) };
  }

  function connected(): { client: number; server: number; close: () => void } {
    const { fd, end } = listener();
    const client = socket();
    libc.connect(client, end, LIMIT_MS);
    const server = libc.accept(fd, LIMIT_MS).fd as number;
    return { client, server, close: () => [fd, client].map((one) => libc.close(one)) };
  }

  it('a connection reset before accept() is accepted, and its read gives ECONNRESET', () => {
    const { fd, end } = listener();
    const client = socket();
    libc.connect(client, end, LIMIT_MS);
    libc.linger(client, 0);
    libc.close(client);
    const server = libc.accept(fd, LIMIT_MS).fd;
    const got = [`accept ${typeof server === 'number' ? 'ok' : server}`, `read ${read(server as number)}`];
    const ofServer = SIGHTS['handshake-aborted'].filter(({ always }) => always === 'server');
    expect(got).toEqual(ofServer.map(({ call, gives }) => `${call} ${gives}`));
    libc.close(server as number);
    libc.close(fd);
  });

  it('a RST gives ECONNRESET once, then EOF and EPIPE', () => {
    const { client, server, close } = connected();
    libc.linger(server, 0);
    libc.close(server);
    expect([read(client), read(client), write(client)]).toEqual(['ECONNRESET', 'EOF', 'EPIPE']);
    expect(ERROR_NOTES['errno-reset'].says).toContain('then read() gives EOF and write() EPIPE');
    close();
  });

  it('whichever call comes first after a RST gets ECONNRESET, also write()', () => {
    const { client, server, close } = connected();
    libc.linger(server, 0);
    libc.close(server);
    expect([write(client), write(client), read(client)]).toEqual(['ECONNRESET', 'EPIPE', 'EOF']);
    expect(SIGHTS.aborted.filter(({ call }) => call === 'write').map(({ gives }) => gives)).toEqual([
      'ECONNRESET',
      'EPIPE',
    ]);
    close();
  });

  it('what had arrived before a RST can still be read', () => {
    const { client, server, close } = connected();
    write(server);
    libc.wait(client, 1, LIMIT_MS);
    libc.linger(server, 0);
    libc.close(server);
    expect([read(client), read(client)]).toEqual([5, 'ECONNRESET']);
    expect(SIGHTS.aborted[0]!.when).toContain('after what had arrived before');
    close();
  });

  it('after a FIN, a RST gives EOF to read() and EPIPE to write()', () => {
    const { client, server, close } = connected();
    libc.close(server);
    expect(read(client)).toBe('EOF');
    // Draws the RST, and succeeds.
    expect(write(client)).toBe(5);
    expect([read(client), write(client), read(client)]).toEqual(['EOF', 'EPIPE', 'EOF']);
    close();
  });

  it('close() with input unread is a RST to the other end', () => {
    const { client, server, close } = connected();
    write(client);
    libc.wait(server, 1, LIMIT_MS);
    libc.close(server);
    expect(read(client)).toBe('ECONNRESET');
    close();
  });
});
