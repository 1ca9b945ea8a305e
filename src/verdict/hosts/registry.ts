// The hosts that there are, and what each serves or is connected to: one record of each, made when it is first asked for.
// Bounded in everything.

import type { Connection } from '../../tcp/connection.js';
import type { Endpoint } from '../../tcp/endpoint.js';
import { NO_HOST } from '../../tcp/hosts.js';
import { type Host, newHost, type Service } from './host.js';
import type { HostTimes } from './times.js';

/** Of one host; and of all of them. */
const MAX_SERVICES = 512;
const MAX_SERVICES_IN_ALL = 131_072;

export class Registry {
  /** By number. */
  private readonly hosts: (Host | undefined)[] = [];
  /** Services of all hosts. */
  private services = 0;

  constructor(private readonly times: HostTimes) {}

  all(): Iterable<Host> {
    return this.hosts.filter((host) => host !== undefined);
  }

  byNumber(number: number): Host | undefined {
    return this.hosts[number];
  }

  forget(number: number): void {
    this.services -= this.hosts[number]?.services.length ?? 0;
    this.hosts[number] = undefined;
  }

  /** The host of an end; null: hosts are too many already. */
  hostOf(connection: Connection, end: Endpoint): Host | null {
    const number = end.host;
    const known = this.hosts[number];
    if (known || number === NO_HOST) return known ?? null;
    const at = connection.addressAt(end);
    const words = [0, 1, 2, 3].map((word) => connection.ints[at + word]);
    const host = newHost(number, words, connection.ipVersion, connection.vlanKey, this.times);
    while (this.hosts.length < number) this.hosts.push(undefined);
    this.hosts[number] = host;
    return host;
  }

  /** Port or place that an end of this connection stands for; null: too many already. */
  serviceOf(host: Host, connection: Connection, end: Endpoint): Service | null {
    const { server } = connection;
    const port = connection.portOf(server);
    const key = end === server ? port : (server.host + 1) * 65_536 + port;
    const { services } = host;
    for (const service of services) if (service.key === key) return service;
    if (services.length >= MAX_SERVICES || this.services >= MAX_SERVICES_IN_ALL) return null;
    const at = end === server ? null : this.hostOf(connection, server);
    this.services++;
    const service = { key, port, at, alive: 0, opened: 0, refused: null, accepted: null };
    services.push(service);
    return service;
  }
}
