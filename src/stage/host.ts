// One host of the played network: a namespace with an address, which can vanish, come back and boot anew.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import { makeNamespace, type Namespace } from './namespaces.js';

/** A host behind a port of the switch. */
export interface Place {
  role: 'client' | 'server';
  net: number;
  family: 4 | 6;
  address: string;
  /** Where its cable goes: the switch's namespace and the bridge in it. */
  wire: Namespace;
  bridge: string;
  mac: string;
  gateway: string | null;
  /** What its namespace and its port are called; its role, unless another host has that already. */
  name?: string;
}

/** Counters of the kernel that a fixture's answers keep. */
const COUNTERS = [
  'TcpActiveOpens',
  'TcpAttemptFails',
  'TcpEstabResets',
  'TcpRetransSegs',
  'TcpOutRsts',
  'TcpExtListenOverflows',
  'TcpExtListenDrops',
  'TcpExtTCPTimeouts',
  'TcpExtTCPFastRetrans',
  'TcpExtTCPSlowStartRetrans',
  'TcpExtTCPLostRetransmit',
  'TcpExtTCPSpuriousRTOs',
  'TcpExtTCPLossUndo',
  'TcpExtTCPFullUndo',
  'TcpExtTCPPartialUndo',
  'TcpExtTCPDSACKUndo',
  'TcpExtTCPDSACKOldSent',
  'TcpExtTCPDSACKOfoSent',
  'TcpExtTCPDSACKRecv',
  'TcpExtTCPDSACKOfoRecv',
  'TcpExtTCPSackRecovery',
  'TcpExtTCPRenoRecovery',
  'TcpExtTCPLossProbeRecovery',
  'TcpExtTCPSynRetrans',
  'TcpExtTCPOFOQueue',
  'TcpExtTCPFastOpenActive',
  'TcpExtTCPFastOpenActiveFail',
  'TcpExtTCPFastOpenPassive',
  'TcpExtTCPFastOpenCookieReqd',
  'TcpExtOutOfWindowIcmps',
  'TcpExtTCPLossProbes',
  'TcpExtTCPKeepAlive',
  'TcpExtTCPChallengeACK',
  'TcpExtTCPSYNChallenge',
  'TcpExtTCPAbortOnData',
  'TcpExtTCPAbortOnClose',
  'TcpExtTCPAbortOnTimeout',
  'TcpExtTCPAbortOnLinger',
  'TcpExtTCPAbortFailed',
  'TcpExtTCPReqQFullDrop',
  'TcpExtTCPToZeroWindowAdv',
  'TcpExtTCPWinProbe',
];

export class Host {
  readonly role: 'client' | 'server';
  readonly address: string;
  readonly family: 4 | 6;
  /** The interface its traffic goes through. */
  readonly device: string;
  private readonly place: Place | null;
  private home: Namespace | null = null;
  private tuning: Record<string, number | string> = {};
  /** Programs that start here first turn the device's offloads off. */
  plainFrames = true;
  /** Where it is noted what is done to the host. */
  ledger: Ledger | null = null;
  private before: Record<string, number> = {};
  private droppedBefore = 0;

  constructor(place: Place, device = 'eth0') {
    this.place = place;
    this.role = place.role;
    this.address = place.address;
    this.family = place.family;
    this.device = device;
  }

  /** A host that is a namespace already, and cannot vanish from a switch. */
  static on(namespace: Namespace, role: 'client' | 'server', address: string, family: 4 | 6, devices: string[]): Host {
    const nowhere = { role, address, family, net: 0, wire: namespace, bridge: '', mac: '', gateway: null };
    const host = new Host(nowhere, devices.join(','));
    host.home = namespace;
    return host;
  }

  /** What its namespace and its port of the switch are called. */
  private get name(): string {
    return this.place!.name ?? this.role;
  }

  get namespace(): Namespace {
    if (this.home === null) throw new Error(`the ${this.role}'s host is not up`);
    return this.home;
  }

  /** Makes the namespace and plugs it into the switch. */
  async boot(): Promise<void> {
    const { net, family, address, wire, bridge, mac, gateway } = this.place!;
    const home = await makeNamespace(`${net}-${this.name}`, family);
    this.home = home;
    await wire.ip(
      `link add ${this.name} type veth peer name ${this.device} address ${mac} netns ${home.name}`,
      `link set ${this.name} master ${bridge} up`,
    );
    await home.ip(`link set ${this.device} up`, `addr add ${address}/${family === 4 ? 24 : 64} dev ${this.device}`);
    if (gateway !== null) await home.ip(`route add default via ${gateway}`);
    if (Object.keys(this.tuning).length > 0) await home.sysctl(this.tuning);
  }

  /** The host goes silent both ways; its neighbours see no carrier change. A crash, as far as the wire can tell. */
  async vanish(): Promise<void> {
    await this.place!.wire.run('bridge', ['link', 'set', 'dev', this.name, 'state', '0']);
    this.ledger?.did(this.role, 'vanished');
  }

  /** The cable is back. */
  async reappear(): Promise<void> {
    await this.place!.wire.run('bridge', ['link', 'set', 'dev', this.name, 'state', '3']);
    this.ledger?.did(this.role, 'reappeared');
  }

  /** Another machine ready for the same address, and cut off until it takes it over. */
  async standby(mac: string): Promise<Host> {
    const other = await this.another({ name: 'standby', mac });
    await other.vanish();
    other.ledger = this.ledger;
    return other;
  }

  /** One more host on the same cable; what is done to it is not part of the record. */
  neighbour(address: string, mac: string): Promise<Host> {
    return this.another({ name: 'neighbour', address, mac });
  }

  private async another(difference: Partial<Place>): Promise<Host> {
    const other = new Host({ ...this.place!, ...difference }, this.device);
    other.tuning = this.tuning;
    other.plainFrames = this.plainFrames;
    await other.boot();
    return other;
  }

  /** Takes the place of a host that is cut off: its kernel tells the neighbours (gratuitous ARP, unsolicited NA). */
  async takesOver(from: Host): Promise<void> {
    this.before = await from.counters();
    this.droppedBefore = await from.dropped();
    const version = this.family === 4 ? 'ipv4' : 'ipv6';
    const notify = this.family === 4 ? 'arp_notify' : 'ndisc_notify';
    await this.namespace.sysctl({ [`net.${version}.conf.${this.device}.${notify}`]: 1 });
    await this.place!.wire.run('bridge', ['link', 'set', 'dev', this.name, 'state', '3']);
    // Set once more, the address it has is announced.
    await this.namespace.ip(`link set ${this.device} address ${this.place!.mac}`);
    this.ledger?.did(this.role, 'taken-over');
  }

  /** A new kernel's worth of state at the same address: every socket, neighbour and counter is forgotten. */
  async reboot(): Promise<void> {
    this.before = await this.counters();
    // The cable first: what ends inside must not be heard outside.
    await this.place!.wire.ip(`link delete ${this.name}`);
    const old = this.namespace;
    this.home = null;
    await old.remove();
    await this.boot();
    this.ledger?.did(this.role, 'rebooted');
  }

  /** Sets kernel variables, now and after every boot. */
  async tune(values: Record<string, number | string>): Promise<void> {
    Object.assign(this.tuning, values);
    await this.namespace.sysctl(values);
  }

  /** Waits until so many of its sockets are in a state, as `ss` names it. */
  async reaches(state: string, { times = 1, within = 20, port = 0 } = {}): Promise<void> {
    const deadline = performance.now() + within * 1000;
    for (;;) {
      const rows = await this.sockets();
      if (rows.filter((row) => isIn(state, port, row)).length >= times) return;
      if (performance.now() > deadline) throw new Error(`no ${state} on the ${this.role}: ${rows.join('; ')}`);
      await sleep(15);
    }
  }

  /** Waits until no socket of it is in a state, or no more than `but`. */
  async leaves(state: string, { within = 20, port = 0, but = 0 } = {}): Promise<void> {
    const deadline = performance.now() + within * 1000;
    while ((await this.sockets()).filter((row) => isIn(state, port, row)).length > but) {
      if (performance.now() > deadline) throw new Error(`the ${this.role} never left ${state}`);
      await sleep(15);
    }
  }

  async remove(): Promise<void> {
    await this.home?.remove();
  }

  /** Rows of `ss -tan`. */
  async sockets(): Promise<string[]> {
    const rows = await this.namespace.run('ss', ['-tanH']);
    return rows
      .split('\n')
      .filter(Boolean)
      .map((row) => row.trim().replace(/\s+/g, ' '));
  }

  /** What the kernel counted since the host first booted. */
  async counters(): Promise<Record<string, number>> {
    const text = await this.namespace.run('nstat', ['-asz', '--json']);
    const all = (JSON.parse(text) as { kernel: Record<string, number> }).kernel;
    const kept: Record<string, number> = {};
    for (const name of COUNTERS) {
      const count = (all[name] ?? 0) + (this.before[name] ?? 0);
      if (count > 0) kept[name] = count;
    }
    return kept;
  }

  /** Packets that its firewall's `counter drop` rules dropped. */
  async dropped(): Promise<number> {
    return this.droppedBefore + (await droppedIn(this.namespace));
  }

  /** Firewall rules, in nft's own words, for the packets that pass `hook`; replaces those set before. */
  async firewall(hook: 'forward' | 'input' | 'output', ...rules: string[]): Promise<void> {
    this.droppedBefore = await this.dropped();
    await firewall(this.namespace, hook, ...rules);
    this.ledger?.did(this.role, 'firewall');
  }
}

/** Whether a row of `ss` is in a state; `port`: and has it at either end. */
const isIn = (state: string, port: number, row: string): boolean =>
  row.startsWith(`${state} `) && (port === 0 || `${row} `.includes(`:${port} `));

/** Packets that the rules of a namespace's lab table counted. */
async function droppedIn(at: Namespace): Promise<number> {
  const tables = await at.run('nft', ['list', 'tables']);
  if (!tables.includes('table inet lab')) return 0;
  const rules = await at.run('nft', ['list', 'table', 'inet', 'lab']);
  return [...rules.matchAll(/counter packets (\d+) .* drop/g)].reduce((sum, [, packets]) => sum + Number(packets), 0);
}

/** Firewall rules in any namespace; no rules: none. */
export async function firewall(at: Namespace, hook: 'forward' | 'input' | 'output', ...rules: string[]): Promise<void> {
  const chain = `chain ${hook} {\n type filter hook ${hook} priority 0\n ${rules.join('\n ')}\n}`;
  await at.run('nft', ['-f', '-'], `table inet lab\ndelete table inet lab\ntable inet lab {\n${chain}\n}\n`);
}
