// What happens on a made-up day to hosts that are all well: people come and go, services are restarted, deployed, reloaded, and
// the network drops what it drops.

import { HOUR_MS, MINUTE_MS, SECOND_MS } from './agenda.js';
import { browses, type Client, checks, isNight, scans, shells } from './clients.js';
import type { World } from './world.js';

export interface Density {
  readonly hours: number;
  readonly perHour: number;
}

/** How much of the busiest hour each hour has. */
const BUSY = [3, 2, 1, 0, 1, 1, 2, 4, 7, 9, 10, 10, 8, 9, 10, 10, 9, 8, 6, 5, 5, 5, 4, 3];

const PORTS = [21, 22, 23, 25, 80, 110, 139, 443, 445, 3306, 3389, 5432, 6379, 8080, 8443, 9090];

export function schedule(world: World, density: Density): void {
  starts(world);
  visits(world, density);
  operates(world, density.hours);
  weathers(world, density.hours);
}

/** Times within the day, outside the night, so many an hour. */
function timesOf({ chance }: World, hours: number, perHour: number): number[] {
  const times = Array.from({ length: Math.round(hours * perHour) }, () => chance.between(0.4, hours - 0.05) * HOUR_MS);
  return times.filter((timeMs) => !isNight(timeMs));
}

/** Long-lived connections, from before the capture on; the broker's end before the night. */
function starts(world: World): void {
  const { agenda, chance, pools, consumers, clients } = world;
  for (const pool of [...pools, ...consumers]) agenda.after(chance.between(0, 5) * MINUTE_MS, () => pool.fills());
  agenda.at(2.85 * HOUR_MS, () => {
    for (const pool of consumers) pool.pauses();
  });
  agenda.at(4 * HOUR_MS, () => {
    for (const pool of consumers) pool.fills();
  });
  for (const client of clients.slice(0, 8))
    agenda.after(chance.between(0, 9) * MINUTE_MS, () =>
      shells(client, world.service('bastion', 22), chance.between(1, 2.4) * HOUR_MS, 0),
    );
}

function visits(world: World, { hours, perHour }: Density): void {
  const { agenda, chance, clients, sites, balancer, scanner } = world;
  for (let hour = 0; hour < hours; hour++) {
    for (let left = (BUSY[hour % 24] / 6) * perHour; left > 0; ) {
      const client = chance.pick(clients);
      const service = chance.pick(sites);
      const together = chance.whole(1, 6);
      left -= together;
      agenda.at((hour + chance.next()) * HOUR_MS, () => {
        for (let n = 0; n < together; n++)
          if (!isNight(agenda.nowMs)) agenda.after(chance.between(0, 300), () => browses(client, service));
      });
    }
  }
  const shellServices = world.services.filter(({ port }) => port === 22);
  for (const timeMs of timesOf(world, hours, 4)) {
    if (timeMs < 4 * HOUR_MS) continue;
    const forMs = chance.between(0.1, 6) * HOUR_MS;
    agenda.at(timeMs, () =>
      shells(chance.pick(clients), chance.pick(shellServices), forMs, chance.pick([0, 60e3, 300e3])),
    );
  }
  const checked = ['web1', 'web2', 'api1', 'api2'].map((name) => world.servicesOf(name)[0]);
  for (let timeMs = 0; timeMs < hours * HOUR_MS; timeMs += MINUTE_MS)
    if (!isNight(timeMs)) for (const service of checked) agenda.at(timeMs, () => checks(balancer, service));
  for (const timeMs of timesOf(world, hours, 0.4))
    agenda.at(timeMs, () => scans(scanner, world.host(chance.pick([...world.hosts.keys()])), PORTS));
  // A probe that always uses the same port of its own.
  for (const timeMs of timesOf(world, hours, 3)) agenda.at(timeMs, () => probes(world, clients[1]));
}

function probes(world: World, { stack, ttl }: Client): void {
  const socket = stack.connect(world.host('wiki'), 443, { ttl }, 40_123);
  socket.program = {
    opened: () => socket.write(80, { answer: 300, afterMs: 1, thenClose: world.chance.of(0.5) }),
    hears: () => world.agenda.after(200, () => socket.close()),
    peerCloses: () => socket.close(),
  };
}

function operates(world: World, hours: number): void {
  const { agenda, chance, services, clients, pools } = world;
  const names = [...world.hosts.keys()];
  const each = (perHour: number, happens: () => void): void => {
    for (const timeMs of timesOf(world, hours, perHour)) agenda.at(timeMs, happens);
  };
  const downMs = (): number => chance.between(0.2, 5) * SECOND_MS;
  each(2.5, () => chance.pick(services).restarts(downMs(), chance.pick([0.5, 5, 60]), chance.of(0.25)));
  each(1, () => chance.pick(world.sites).deploys(chance.pick([300, 2000, 15_000])));
  each(1, () => {
    for (const service of world.servicesOf(chance.pick(names))) service.restarts(downMs(), 40);
  });
  // Restarted one after another, and twice in a row.
  each(0.3, () => {
    for (const [n, service] of world.servicesOf(chance.pick(names)).entries())
      agenda.after(n * 1500, () => service.restarts(downMs(), 20));
  });
  each(0.2, () => {
    const some = world.servicesOf(chance.pick(names));
    for (const service of some) service.restarts(downMs(), 40);
    agenda.after(20e3, () => some.map((service) => service.restarts(downMs(), 40)));
  });
  // A restart, and then the network has a moment of its own.
  each(0.5, () => {
    const name = chance.pick(names);
    for (const service of world.servicesOf(name)) service.restarts(downMs(), 40);
    agenda.after(chance.between(100, 60_000), () => world.host(name).cutOff(chance.between(200, 2500)));
  });
  each(2, () => {
    for (const service of world.servicesOf(chance.pick(names)).slice(0, 2)) service.closesIdle();
  });
  each(20, () => chance.pick(clients).quits(chance.pick([1, 30, 80])));
  let primary = 'db1';
  each(0.25, () => {
    primary = primary === 'db1' ? 'db2' : 'db1';
    const database = world.service(primary, 5432);
    for (const [n, pool] of pools.entries()) if (n % 2 === 0) pool.movesTo(database, chance.between(5, 800));
  });
  each(2, () => world.service('broker', 5672).pushes(chance.whole(100, 5000)));
}

/** Runs of loss, at clients and before servers. */
function weathers(world: World, hours: number): void {
  const { agenda, chance, clients, network } = world;
  for (const timeMs of timesOf(world, hours, 20))
    agenda.at(timeMs, () => chance.pick(clients).stack.cutOff(chance.between(100, 2500)));
  for (const timeMs of timesOf(world, hours, 3))
    agenda.at(timeMs, () => world.host(chance.pick([...world.hosts.keys()])).cutOff(chance.between(100, 2500)));
  for (const timeMs of timesOf(world, hours, 0.5))
    agenda.at(timeMs, () => network.setClockBack(chance.between(0.5, 5)));
}
