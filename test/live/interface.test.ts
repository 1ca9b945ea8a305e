// The interface that is listened to: whether it can be, what becomes of it meanwhile, and what a filter lets through. And
// what still works where nothing can be listened to.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run.js';
import { captureOf, conversation, KILLED, REFUSED } from '../support/packet-rows.js';
import { impossibleLive } from './listening.js';
import { burst, FAR, heard, listen, NEAR, onWire, play, portsOf, refusals } from './wire.js';

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const REFUSED_AFTER_ARP = resolve(import.meta.dirname, '../../fixtures/captures/connect-refused.pcap');
const LISTEN = ['-i', FAR, '-o', 'ndjson'];

const impossible = impossibleLive('ip', 'tcpreplay', 'setpriv');
const suffix = impossible ? ` (skipped: ${impossible})` : '';

/** A module for node's --import: packages that cannot be found, as where they were never installed. */
const without = (packages: string): string =>
  `data:text/javascript,${encodeURIComponent(`
    import Module from 'node:module';
    const find = Module._resolveFilename;
    Module._resolveFilename = (request, ...rest) => {
      if (/^(?:${packages})(?:\\/|$)/.test(request)) throw new Error('not installed: ' + request);
      return find(request, ...rest);
    };
  `)}`;

/** Packages are there, the library of the system is not. */
const WITHOUT_LIBRARY = `data:text/javascript,${encodeURIComponent(`
  import Module from 'node:module';
  const find = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) => {
    if (/^cap(?:\\/|$)/.test(request)) throw new Error('not installed: ' + request);
    return find(request, ...rest);
  };
  const load = Module._load;
  Module._load = (request, ...rest) => {
    const loaded = load(request, ...rest);
    if (request !== 'koffi') return loaded;
    const refuse = (name) => {
      if (/pcap/.test(name)) throw new Error('cannot open shared object file');
      return loaded.load(name);
    };
    return { ...loaded, load: refuse };
  };
`)}`;

describe.skipIf(impossible !== null)(`an interface${suffix}`, () => {
  it.concurrent('goes down and comes up: said, and listened to again; removed: said, with all that was heard', () =>
    onWire(async (wire) => {
      const running = await listen(wire);
      const told = (what: string, after = ''): Promise<void> =>
        running.until((text) => text.slice(text.indexOf(after)).includes(what));
      await play(wire, refusals(1, 20_000));
      await told('"port":20000');
      await wire.ip(`link set ${FAR} down`);
      await told('"interface-down"');
      await wire.ip(`link set ${FAR} up`);
      await told('"interface-up"', '"interface-down"');
      await play(wire, refusals(1, 20_001));
      await told('"port":20001', '"interface-up"');
      // Its peer: the whole wire is gone with it.
      await wire.ip(`link del ${NEAR}`);
      const { code, stderr, finals, notices, summary } = await heard(running);
      expect(code).toBe(4);
      expect(stderr).toBe(`tcpwatch: ${FAR}: the interface was removed\n`);
      expect(portsOf(finals)).toEqual([20_000, 20_001]);
      expect(notices.map(({ id }) => id)).toEqual(['interface-down', 'interface-up']);
      expect(summary).toMatchObject({ packets: 4, truncatedInput: true, problems: [{ kind: 'interface' }] });
    }));

  it.concurrent('removed while it is listened to', () =>
    onWire(async (wire) => {
      const running = await listen(wire);
      const { capture, ports, frames } = burst(20);
      await play(wire, capture);
      await running.until((text) => text.includes('"reset-after-fin"'));
      await wire.ip(`link del ${FAR}`);
      const { code, stderr, finals, summary } = await heard(running);
      expect({ code, stderr }).toEqual({ code: 4, stderr: `tcpwatch: ${FAR}: the interface was removed\n` });
      expect(portsOf(finals)).toEqual(ports);
      expect(summary.packets).toBe(frames);
    }));

  it.concurrent('down from the start', () =>
    onWire(async (wire) => {
      await wire.ip(`link set ${FAR} down`);
      const { code, stderr, summary } = await heard({ ended: run(LISTEN, { in: wire.enter }) });
      expect(code).toBe(4);
      expect(stderr).toBe(`tcpwatch: ${FAR}: the interface is down (ip link set ${FAR} up)\n`);
      expect(summary.problems).toHaveLength(1);
    }));

  it.concurrent('that there is not', () =>
    onWire(async (wire) => {
      const { code, stderr } = await heard({ ended: run(['-i', 'nowhere', '-o', 'ndjson'], { in: wire.enter }) });
      expect({ code, stderr }).toEqual({
        code: 4,
        stderr: 'tcpwatch: nowhere: no such interface (tcpwatch -D lists them)\n',
      });
    }));

  it.concurrent('that one may not listen to', () =>
    onWire(async (wire) => {
      const { code, stderr } = await heard({ ended: run(LISTEN, { in: [...wire.enter, ...NOBODY] }) });
      expect(code).toBe(4);
      expect(stderr).toMatch(
        new RegExp(`^tcpwatch: ${FAR}: no permission to capture: .*sudo.*setcap \\S+ ${process.execPath}\n$`),
      );
    }));

  it.concurrent.each([
    ['with a line end and an escape', 'a\nb\u001b[31mc'],
    ['of the standard input', '-'],
    ['too long for any', 'x'.repeat(300)],
    ['that is empty', ''],
  ])('of a name %s: in one line, which shows that name', (_, name) =>
    onWire(async (wire) => {
      const { code, stdout, stderr } = await run(['-i', name], { in: wire.enter });
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr.replace(/\n$/, '')).not.toMatch(/\p{C}/u);
      expect(stderr).toContain('no such interface');
      expect(stderr).not.toContain('standard input');
    }),
  );

  it.concurrent('is told with words alone where people read', () =>
    onWire(async (wire) => {
      const result = await run(['-i', 'nowhere'], { in: wire.enter });
      expect(result).toMatchObject({ code: 4, stdout: '' });
      expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    }));

  it.concurrent('on which nothing comes: said once', () =>
    onWire(async (wire) => {
      const begunMs = Date.now();
      const { code, notices, summary } = await heard(await listen(wire, ['--duration', '13']));
      expect(code).toBe(0);
      expect(summary.packets).toBe(0);
      expect(notices.map(({ id }) => id)).toEqual(['nothing-seen']);
      expect(Date.parse(notices[0].at.slice(0, 23)) - begunMs).toBeGreaterThanOrEqual(10_000);
    }));

  it.concurrent('on which nothing comes that was asked for, but ARP as on every network: said too', () =>
    onWire(async (wire) => {
      const running = await listen(wire, ['--duration', '13', 'port 4']);
      // ARP and a connection to another port.
      await play(wire, readFileSync(REFUSED_AFTER_ARP));
      const { code, notices, summary } = await heard(running);
      expect(code).toBe(0);
      expect(summary).toMatchObject({ packets: 2, segments: 0 });
      expect(notices.map(({ id }) => id)).toEqual(['nothing-seen']);
    }));

  it.concurrent('-D lists those of the namespace', () =>
    onWire(async (wire) => {
      const { code, stdout, stderr } = await run(['-D'], { in: wire.enter });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const links: { ifname: string }[] = JSON.parse(await wire.run('ip', ['-j', 'link', 'show']));
      const listed = stdout.split('\n').map((line) => line.split(' ')[0]);
      expect(links.map(({ ifname }) => ifname)).toContain('lo');
      expect(listed).toEqual(expect.arrayContaining([...links.map(({ ifname }) => ifname), 'any']));
      expect(stdout).toMatch(/^lo +up, loopback$/m);
    }));
});

describe.skipIf(impossible !== null)(`a filter${suffix}`, () => {
  it.concurrent('that libpcap refuses, too: in its words', () =>
    onWire(async (wire) => {
      const filter = 'tcp[tcpflags] & tcp-rts != 0';
      const { code, stdout, stderr } = await run([...LISTEN, filter], { in: wire.enter });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(
        /^tcpwatch: filter: .*; libpcap: .*syntax error\n {2}tcp\[tcpflags\] & tcp-rts != 0\n +\^\n$/,
      );
    }));

  it.concurrent('beyond our language: the connections that have such a packet, whole, and no other', () =>
    onWire(async (wire) => {
      const running = await listen(wire, ['tcp[tcpflags] & tcp-rst != 0']);
      const { capture, ports } = burst(5);
      await play(wire, capture);
      await play(wire, refusals(1, 30_000));
      await running.until((text) => text.includes('"port":30000'));
      process.kill(running.child.pid!, 'SIGINT');
      const { code, lines, finals } = await heard(running);
      expect(code).toBe(0);
      expect(portsOf(finals)).toEqual([ports.at(-1), 30_000]);
      expect(finals.find(({ client }) => client.port === ports.at(-1))).toMatchObject({
        roles: 'syn',
        counts: { client: { segments: 6 }, server: { segments: 5 } },
      });
      const about = lines.flatMap((line) => ('client' in line ? [line.client.port] : []));
      expect(new Set(about)).toEqual(new Set([ports.at(-1), 30_000]));
    }));

  it.concurrent('in our language: the kernel lets nothing else through but what explains', () =>
    onWire(async (wire) => {
      const running = await listen(wire, ['port', '20003', 'or', 'port', '30000']);
      await play(wire, burst(5).capture);
      await play(wire, refusals(1, 30_000));
      await running.until((text) => text.includes('"port":30000'));
      process.kill(running.child.pid!, 'SIGINT');
      const { finals, summary } = await heard(running);
      expect(portsOf(finals)).toEqual([20_003, 30_000]);
      expect(summary).toMatchObject({ packets: 12, filteredSegments: 0 });
    }));
});

describe('without the libraries', () => {
  it.concurrent.each([
    ['koffi and cap', without('koffi|cap'), /npm install koffi/],
    ['libpcap', WITHOUT_LIBRARY, /apt install libpcap/],
  ])('%s: -i and -D say what to install, in one line', async (_, module, advice) => {
    const nodeOptions = ['--import', module];
    const listening = await heard({ ended: run(['-i', 'lo', '-o', 'ndjson'], { nodeOptions }) });
    expect(listening.code).toBe(4);
    expect(listening.stderr).toMatch(/^tcpwatch: .*\n$/);
    expect(listening.stderr).toMatch(advice);
    const list = await run(['-D'], { nodeOptions });
    expect(list).toMatchObject({ code: 4, stdout: '' });
    expect(list.stderr).toMatch(/^tcpwatch: cannot list interfaces: .*\n$/);
    expect(list.stderr).toMatch(advice);
  });

  it.concurrent.each([
    ['koffi and cap', without('koffi|cap')],
    ['libpcap', WITHOUT_LIBRARY],
  ])('%s: captures are read all the same', async (_, module) => {
    const nodeOptions = ['--import', module];
    const stdin = captureOf(conversation(KILLED), conversation(REFUSED, { clientPort: 40_001 }));
    const all = await heard({ ended: run(['-r', '-', '-o', 'ndjson'], { nodeOptions, stdin }) });
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(portsOf(all.finals)).toEqual([40_000, 40_001]);
    const some = await heard({ ended: run(['-r', '-', '-o', 'ndjson', 'port 40001'], { nodeOptions, stdin }) });
    expect(portsOf(some.finals)).toEqual([40_001]);
    const refused = await run(['-r', '-', 'tcp[13] & 4 != 0'], { nodeOptions, stdin });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('for all of pcap-filter(7): ');
  });
});
