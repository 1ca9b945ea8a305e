// Who there is on a made-up day: twelve servers with their services, some sixty clients, a dozen of them behind one NAT
// address, a load balancer that checks, a scanner.

import type { Agenda, Chance } from './agenda.js';
import { Client, Pool } from './clients.js';
import type { Network, Way } from './network.js';
import { type Habits, Service } from './service.js';
import { Stack } from './stack.js';

const HTTP: Habits = { idleMs: 5000, sweepMs: 1000, workers: 4, unread: 0.1 };
const KEPT: Habits = { idleMs: 65_000, sweepMs: 5000, workers: 8, unread: 0.1 };
const DATABASE: Habits = { idleMs: 0, sweepMs: 0, workers: 1, unread: 0.2 };
const SHELL: Habits = { idleMs: 0, sweepMs: 0, workers: 1000, unread: 0 };
const BROKER: Habits = { idleMs: 0, sweepMs: 0, workers: 1, unread: 0.1 };

const SERVERS: Readonly<Record<string, Readonly<Record<number, Habits>>>> = {
  web1: { 80: HTTP, 443: KEPT, 22: SHELL },
  web2: { 80: HTTP, 443: KEPT, 22: SHELL },
  web3: { 443: HTTP, 8080: KEPT },
  shop: { 80: HTTP, 443: HTTP, 8443: KEPT, 9090: HTTP },
  wiki: { 443: KEPT },
  api1: { 8080: KEPT, 8081: HTTP, 22: SHELL },
  api2: { 8080: KEPT, 8081: HTTP },
  db1: { 5432: DATABASE, 22: SHELL },
  db2: { 5432: DATABASE },
  broker: { 5672: BROKER, 15672: HTTP },
  cache: { 6379: DATABASE },
  bastion: { 22: SHELL },
};

const CLIENTS = 48;
const BEHIND_NAT = 12;

const ROUTER = [2, 0, 0, 0, 0, 0xfe];
const NEAR: Way = { delayMs: 0.08, jitterMs: 0.05, loss: 0 };

export class World {
  readonly services: Service[] = [];
  readonly hosts = new Map<string, Stack>();
  readonly clients: Client[] = [];
  readonly balancer: Client;
  readonly scanner: Client;
  /** Of the web and application servers, to the database. */
  readonly pools: Pool[] = [];
  readonly consumers: Pool[] = [];

  constructor(
    readonly agenda: Agenda,
    readonly chance: Chance,
    readonly network: Network,
  ) {
    for (const [n, [name, services]] of Object.entries(SERVERS).entries()) {
      const stack = this.stackAt(`192.0.2.${10 + n}`, [2, 0, 0, 0, 1, n], 64, NEAR);
      this.hosts.set(name, stack);
      for (const [port, habits] of Object.entries(services))
        this.services.push(new Service(stack, Number(port), habits));
    }
    for (let n = 0; n < CLIENTS; n++)
      this.clients.push(new Client(this.clientAt(`198.51.100.${10 + n}`), 64 - (n % 9)));
    const nat = this.clientAt('203.0.113.7');
    for (let n = 0; n < BEHIND_NAT; n++) this.clients.push(new Client(nat, chance.of(0.5) ? 57 : 121));
    this.balancer = new Client(this.stackAt('192.0.2.5', [2, 0, 0, 0, 2, 5], 64, NEAR), 64);
    this.scanner = new Client(this.clientAt('203.0.113.66'), 47);
    const database = this.service('db1', 5432);
    for (const name of ['web1', 'web2', 'shop', 'api1', 'api2']) {
      const machine = new Client(this.host(name), 64);
      this.pools.push(new Pool(machine, database, 5, 240e3));
      this.pools.push(new Pool(machine, this.service('cache', 6379), 2, 300e3));
      this.consumers.push(new Pool(machine, this.service('broker', 5672), 2, 180e3, 120e3));
    }
  }

  host(name: string): Stack {
    return this.hosts.get(name)!;
  }

  service(name: string, port: number): Service {
    return this.servicesOf(name).find((service) => service.port === port)!;
  }

  servicesOf(name: string): Service[] {
    return this.services.filter(({ stack }) => stack === this.hosts.get(name));
  }

  /** What people browse. */
  get sites(): Service[] {
    return this.services.filter(({ port }) => [80, 443, 8080, 8081, 8443, 9090, 15672].includes(port));
  }

  private clientAt(address: string): Stack {
    const { chance } = this;
    const far = chance.pick([0.1, 0.5, 2, 5, 10, 20, 35, 50, 75]);
    const loss = chance.pick([0, 0, 0.001, 0.003, 0.005, 0.01]);
    return this.stackAt(address, ROUTER, 64 - chance.whole(1, 12), { delayMs: far, jitterMs: far / 10, loss });
  }

  private stackAt(address: string, mac: readonly number[], ttl: number, way: Way): Stack {
    const timestamps = this.chance.of(0.8);
    return new Stack(this.agenda, this.chance, this.network, { address, mac, ttl, way, timestamps });
  }
}
