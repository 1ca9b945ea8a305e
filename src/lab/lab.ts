// What a scenario has in its hands: two hosts, what is between them, a client, a server, and the wire.

import { setTimeout as sleep } from 'node:timers/promises';
import { firewall, Host } from '../stage/host.js';
import { Ledger } from '../stage/ledger.js';
import type { Namespace } from '../stage/namespaces.js';
import { mac, makeNetwork, type Network } from '../stage/network.js';
import { type Program, type Server, startProgram, startServer } from '../stage/program.js';
import type { Deed } from '../stage/record.js';
import type { HostAnswer, HostTruth } from './answers.js';
import { Capture } from './capture.js';
import type { Scenario, Setting, Vantage } from './scenario.js';

/** The port of the seed programs. */
const PORT = 9998;

/**
 * Timers short enough for a fixture and long enough for a verdict: data is resent for 13 seconds, SYNs for 7.
 * (tcp_syn_linear_timeouts keeps its default, 4, and counts on top of tcp_syn_retries.)
 */
const TUNING = { 'net.ipv4.tcp_retries2': 5, 'net.ipv4.tcp_syn_retries': 3, 'net.ipv4.tcp_synack_retries': 3 };

/** Stale after half a second, probed once, given up after one more. */
const HASTY = {
  base_reachable_time_ms: 500,
  delay_first_probe_time: 1,
  ucast_solicit: 1,
  mcast_solicit: 2,
  retrans_time_ms: 500,
};

export class Lab {
  client!: Program;
  server!: Server;
  wire!: Capture;
  readonly ledger: Ledger;
  private readonly programs: Program[] = [];
  private readonly others: Host[] = [];
  private helper!: Program;

  private constructor(
    readonly scenario: Scenario,
    readonly setting: Setting,
    private readonly network: Network,
  ) {
    this.ledger = new Ledger(scenario.truth, scenario.end);
    for (const host of [network.client, network.server]) host.ledger = this.ledger;
  }

  get clientHost(): Host {
    return this.network.client;
  }

  get serverHost(): Host {
    return this.network.server;
  }

  /** The router's namespace, or what stands in its place. */
  get between(): Namespace {
    return this.network.between;
  }

  /** Builds the network, starts the capture, then client and server; the server listens. */
  static async set(scenario: Scenario, setting: Setting, file: string): Promise<Lab> {
    const { net, topology = 'routed', family = 4, delayMs = 0, reorder, lose, twice, pause } = setting;
    const cable = {
      delayMs,
      ...(reorder && { reorder }),
      ...(lose && { lose }),
      ...(twice && { twice }),
      ...(pause && { pause }),
    };
    const lab = new Lab(scenario, setting, await makeNetwork(topology, net, family, cable));
    for (const host of [lab.clientHost, lab.serverHost]) {
      host.plainFrames = setting.offload !== true && host.device === 'eth0';
      await host.tune({ ...TUNING, ...scenario.tuning });
    }
    if (scenario.hastyNeighbours) await lab.hurryNeighbours();
    lab.wire = await Capture.start(lab.viewpoint().at, file, lab.captureOptions());
    [lab.client, lab.server, lab.helper] = await Promise.all([
      lab.anotherClient(),
      lab.anotherServer(PORT, false),
      lab.routerProgram(),
    ]);
    if (!scenario.deafServer) await lab.server.listens();
    return lab;
  }

  /** Where the capture is taken, and of what. */
  private viewpoint(): { at: Namespace; device: string } {
    const { topology = 'routed', vantage = topology === 'routed' ? 'router' : 'client' } = this.setting;
    const { client, server, between } = this.network;
    const places: Record<Vantage, { at: Namespace; device: string }> = {
      router: { at: between, device: 'near' },
      'router-far': { at: between, device: 'far' },
      'router-any': { at: between, device: 'any' },
      client: { at: client.namespace, device: client.device },
      'client-any': { at: client.namespace, device: 'any' },
      server: { at: server.namespace, device: server.device },
      'server-any': { at: server.namespace, device: 'any' },
    };
    return places[vantage];
  }

  private captureOptions() {
    const { format = 'pcap', precision = 'micro', snaplen = 0, linkType = null, filter = '' } = this.setting;
    return { device: this.viewpoint().device, format, precision, snaplen, linkType, filter };
  }

  private async hurryNeighbours(): Promise<void> {
    const version = this.setting.family === 6 ? 'ipv6' : 'ipv4';
    const hurry = (devices: string[]) =>
      Object.fromEntries(
        devices.flatMap((device) =>
          Object.entries(HASTY).map(([key, value]) => [`net.${version}.neigh.${device}.${key}`, value]),
        ),
      );
    if ((this.setting.topology ?? 'routed') === 'routed') await this.between.sysctl(hurry(['near', 'far']));
    else for (const host of [this.clientHost, this.serverHost]) await host.tune(hurry([host.device]));
  }

  /** A program of the lab's own on the router, for what only raw sockets can do. */
  private async routerProgram(): Promise<Program> {
    const { between, client } = this.network;
    const host = Host.on(between, 'client', client.address, client.family, ['near', 'far']);
    host.plainFrames = (this.setting.topology ?? 'routed') === 'routed' && this.setting.offload !== true;
    const program = await startProgram('client', host, this.ledger);
    this.programs.push(program);
    return program;
  }

  async anotherClient(host = this.clientHost): Promise<Program> {
    const program = await startProgram('client', host, this.ledger);
    this.programs.push(program);
    return program;
  }

  /** One more server program on the server's host, which listens. */
  async anotherServer(port = PORT, listening = true): Promise<Server> {
    const server = await startServer(this.serverHost, port, this.ledger);
    this.programs.push(server);
    if (listening) await server.listens();
    return server;
  }

  /** Connects the client and hands the connection to a child of the server, which does nothing by itself. */
  async meets(client: Program = this.client, server: Server = this.server): Promise<Program> {
    const { result } = await client.connects(server);
    if (result !== 'ok') throw new Error(`connect: ${result}`);
    const worker = await server.accepts(client);
    this.programs.push(worker);
    return worker;
  }

  /** Connects, and a line goes there and back, as the seed's step 1. The child goes on echoing. */
  async talks(client: Program = this.client, server: Server = this.server): Promise<Program> {
    const worker = await this.meets(client, server);
    await worker.echoes();
    await client.says('hello');
    return worker;
  }

  /** Connects, and a line goes there and back; the child does nothing more by itself. */
  async greets(): Promise<Program> {
    const worker = await this.meets();
    await this.client.writes('hello');
    await worker.reads();
    await worker.writes('hello');
    await this.client.reads();
    return worker;
  }

  /** Firewall rules of the router for what it forwards; none: the path is open again. */
  async routerRules(...rules: string[]): Promise<void> {
    await firewall(this.between, 'forward', ...rules);
    this.didOnTheWay('firewall');
  }

  /** The router hides the clients behind its own address, each connection at a port chosen at random. */
  async routerTranslates(): Promise<void> {
    const chain = 'type nat hook postrouting priority srcnat\n oifname "far" masquerade random';
    await this.between.run('nft', ['-f', '-'], `table inet nat {\n chain postrouting {\n ${chain}\n }\n}\n`);
  }

  /** The router's uplink goes down and up: the kernel forgets every translation to the address it had there. */
  async routerForgetsTranslations(): Promise<void> {
    await this.between.ip('link set far down', 'link set far up');
    this.didOnTheWay('nat-flushed');
  }

  /** One more host beside the client's, at the next address. */
  async anotherClientHost(): Promise<Host> {
    const host = await this.clientHost.neighbour(this.clientHost.address.replace(/2$/, '3'), mac(this.setting.net, 6));
    this.others.push(host);
    return host;
  }

  /** Another machine that could be the server's host. */
  async standbyHost(): Promise<Host> {
    const standby = await this.serverHost.standby(mac(this.setting.net, 5));
    this.others.push(standby);
    return standby;
  }

  /** The server's address moves to another machine, without the connections. */
  async failsOverTo(standby: Host): Promise<void> {
    await standby.takesOver(this.serverHost);
    this.network.server = standby;
  }

  /** What was done on the way to the hosts that the scenario is about. */
  private didOnTheWay(did: Deed): void {
    for (const { role } of this.hostsToldOf()) this.ledger.did(role, did);
  }

  /** Time in which kernel timers must pass and no condition can be awaited. */
  async passes(seconds: number): Promise<void> {
    await sleep(seconds * 1000);
  }

  /** An IP packet, header and all, leaves the router (or what stands in its place). */
  async routerSends(packet: Buffer, to: string): Promise<void> {
    await this.helper.ask({ step: 'raw', hex: packet.toString('hex'), to: { address: to, port: 0 } });
  }

  /** The hosts whose connections tell something together, and what was done to them. */
  hostAnswers(): HostAnswer[] {
    return this.hostsToldOf().map(({ role, truth }) => ({
      role,
      address: role === 'client' ? this.clientHost.address : this.serverHost.address,
      truth,
      events: this.ledger.deeds[role],
    }));
  }

  private hostsToldOf(): { role: 'client' | 'server'; truth: HostTruth }[] {
    const { client, server } = this.scenario.hosts ?? {};
    return [
      ...(client ? [{ role: 'client' as const, truth: client }] : []),
      ...(server ? [{ role: 'server' as const, truth: server }] : []),
    ];
  }

  /** Ends every program; recorded nowhere, since the capture is over. */
  async clear(): Promise<void> {
    await this.wire?.end();
    await Promise.all(this.programs.map((program) => program.dismiss()));
    await this.network.remove();
    for (const host of this.others) await host.remove();
  }
}
