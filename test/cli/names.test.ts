// Names: looked up beside everything else, bounded, and only what may stand in a host name.
import { createSocket, type Socket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/cli/names.js';
import { type RunOptions, run } from './run.js';

/** A name server that has an answer to every question for a pointer (RFC 1035). @param nameOf one host, or that of a question */
async function nameServer(
  nameOf: string | ((question: string) => string),
): Promise<{ socket: Socket; address: string }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const name = typeof nameOf === 'string' ? nameOf : nameOf(query.toString('latin1', 12));
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const labels = Buffer.concat([
      ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
      Buffer.of(0),
    ]);
    const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    const answer = Buffer.from([0xc0, 0x0c, 0, 12, 0, 1, 0, 0, 0, 60, 0, labels.length]);
    socket.send(Buffer.concat([header, question, answer, labels]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, address: `127.0.0.1:${socket.address().port}` };
}

/** The command, with this name server in place of the machine's own. */
const asking = (server: string): RunOptions => {
  const hook = `data:text/javascript,${encodeURIComponent(`
    import { promises as dns } from 'node:dns';
    const { reverse } = dns.Resolver.prototype;
    const sent = new WeakSet();
    dns.Resolver.prototype.reverse = function (address) {
      if (!sent.has(this)) this.setServers(['${server}']);
      sent.add(this);
      return reverse.call(this, address);
    };
  `)}`;
  return { nodeOptions: ['--import', hook] };
};

describe('names', () => {
  it('stand in the table as the page for those on call shows them', async () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/on-call.md', import.meta.url)), 'utf8');
    const [, capture, shown] = /\$ tcpwatch -r (\S+) --resolve\n\.\.\.\n([\s\S]*?)\.\.\.\n```/.exec(page)!;
    const { socket, address } = await nameServer((question) =>
      question.includes('\u00012\u00011\u000220\u000210') ? 'app1.example.org' : 'db.example.org',
    );
    const file = fileURLToPath(new URL(`../../${capture}`, import.meta.url));
    const asks = asking(address);
    const { stdout } = await run(['-r', file, '--resolve'], { ...asks, env: { COLUMNS: '80' } });
    socket.close();
    expect(stdout).toContain(shown);
  });

  it('stand at the head of a ladder, and in the list to choose from', async () => {
    const { socket, address } = await nameServer('web1.example.org');
    const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
    const draw = (file: string) => run(['ladder', fixture(file), '--resolve'], asking(address));
    const { stdout } = await draw('captures/worker-killed-then-client-writes.pcap');
    const { stderr } = await draw('machines/vm-reboot-quick.pcap.gz');
    socket.close();
    expect(stdout).toMatch(/^#1 {2}client web1\.example\.org:60071 server web1\.example\.org:9998\n/);
    expect(stderr).toContain('→ web1.example.org:9998');
  });

  it('are those of the name server; until it has answered, there is none', async () => {
    const { socket, address } = await nameServer('web1.example.org');
    const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([address]);
    const names = new Names(resolver);
    expect(names.nameOf('192.0.2.1')).toBeNull();
    await names.settled(5000);
    expect(names.nameOf('192.0.2.1')).toBe('web1.example.org');
    socket.close();
  });

  it('are asked for once, a few at a time, whoever has none included', async () => {
    const asked: string[] = [];
    let [atOnce, most] = [0, 0];
    const names = new Names({
      reverse: async (address) => {
        asked.push(address);
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 1));
        atOnce--;
        throw new Error('ENOTFOUND');
      },
    });
    for (let round = 0; round < 2; round++) for (let n = 0; n < 100; n++) names.nameOf(`192.0.2.${n}`);
    await names.settled(5000);
    expect(asked).toHaveLength(100);
    expect(most).toBe(8);
  });

  it('that could act on a terminal stay numbers', async () => {
    const names = new Names({ reverse: async (address) => [address.endsWith('1') ? 'a\x1b[31mb' : 'ok.example'] });
    for (const address of ['192.0.2.1', '192.0.2.2']) names.nameOf(address);
    await names.settled(5000);
    expect(['192.0.2.1', '192.0.2.2'].map(names.nameOf)).toEqual([null, 'ok.example']);
  });

  it.each(['10.0.0.1', '1', '10.0.0.1.', '2001:db8::1', 'two words.example', 'a'.repeat(300), ''])(
    'that are none stay numbers: %j',
    async (name) => {
      const names = new Names({ reverse: async () => [name] });
      names.nameOf('192.0.2.1');
      await names.settled(5000);
      expect(names.nameOf('192.0.2.1')).toBeNull();
    },
  );

  it('that are still used are not forgotten', async () => {
    const asked: string[] = [];
    const names = new Names({
      reverse: async (address) => {
        asked.push(address);
        return ['a.example'];
      },
    });
    for (let n = 0; n < 1000; n++) names.nameOf(`2001:db8::${n}`);
    await names.settled(5000);
    names.nameOf('2001:db8::0');
    names.nameOf('2001:db8::1000');
    await names.settled(5000);
    expect(names.nameOf('2001:db8::0')).toBe('a.example');
    expect(names.nameOf('2001:db8::1')).toBeNull();
    await names.settled(5000);
    expect(asked.filter((address) => address === '2001:db8::0')).toHaveLength(1);
    expect(asked.filter((address) => address === '2001:db8::1')).toHaveLength(2);
  });

  it('do not keep a process that is done: nothing is asked for any more', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const captures = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url));
    const files = readdirSync(captures).filter((name) => name.endsWith('.pcap'));
    const words = files.flatMap((name) => ['-r', `${captures}${name}`]);
    const began = Date.now();
    const asks = asking(`127.0.0.1:${silent.address().port}`);
    const { code, stdout } = await run([...words, '--resolve'], asks);
    expect(code).toBe(0);
    expect(stdout).toContain('connections · ');
    expect(Date.now() - began).toBeLessThan(10_000);
    silent.close();
  });

  it('are remembered for the last thousand addresses, and nobody waits for a silent server', async () => {
    const names = new Names({ reverse: () => new Promise(() => {}) });
    for (let n = 0; n < 5000; n++) names.nameOf(`2001:db8::${n}`);
    const { known, waiting } = names as unknown as { known: Map<string, unknown>; waiting: unknown[] };
    expect(known.size).toBeLessThanOrEqual(1000);
    expect(waiting.length).toBeLessThanOrEqual(1000);
    const begun = Date.now();
    await names.settled(50);
    expect(Date.now() - begun).toBeLessThan(2000);
  });
});
